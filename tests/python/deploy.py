"""Applies the Terraform configuration of the current folder to moto and to an emulated GuardDuty, sends events through it, and destroys it.

    deploy.py PORT BINARIES EVENTS

PORT is that of `guardsift local`, which is GuardDuty here. What the applied rules put into the applied queues is handed to the real
binaries in BINARIES with the environment that was applied.
"""

import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time
import urllib.request

import boto3

PORT, BINARIES, EVENTS = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
GUARDDUTY = f"http://127.0.0.1:{PORT}"
ACCOUNT, REGION = "111122223333", "us-east-1"
FUNCTIONS = ["finding-events", "finding-exports", "auto-archive"]
EXPORT_BUCKET = f"guardsift-exports-{ACCOUNT}-{REGION}"
PREFIX = "exports/guardduty/"

# What moto does not give back as it took it, by type and attribute: the second plan may differ in nothing else.
DRIFT = {
    ("aws_s3_bucket_notification", "eventbridge"),
    ("aws_lambda_function", "logging_config"),
}
CHANGE = ("-auto-approve", "-input=false", "-parallelism=40")


def start_moto():
    environment = dict(os.environ, MOTO_ACCOUNT_ID=ACCOUNT)
    server = subprocess.Popen([sys.executable, pathlib.Path(__file__).with_name("moto_server.py")], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for line in server.stderr:
        found = re.search(r"Running on (http://127\.0\.0\.1:\d+)", line)
        if found:
            threading.Thread(target=lambda: [None for _ in server.stderr], daemon=True).start()
            return server, found.group(1)
    sys.exit("moto did not start")


def terraform(*arguments, good=(0,)):
    began = time.monotonic()
    done = subprocess.run(["terraform", *arguments], capture_output=True, text=True, env=dict(os.environ, TF_CLI_ARGS="-no-color" if arguments[0] != "state" else ""))
    print(f"terraform {arguments[0]}: exit {done.returncode}, {time.monotonic() - began:.0f} s", flush=True)
    if done.returncode not in good:
        sys.exit(f"{done.stdout[-2000:]}\n{done.stderr}")
    return done


def state():
    """The state as Terraform has written it; `terraform state list` would load every provider for it."""
    return json.loads(pathlib.Path("terraform.tfstate").read_text())


def managed():
    """The addresses of what Terraform looks after, one for all instances of a resource."""
    return sorted(
        ".".join(filter(None, [own.get("module"), own["type"], own["name"]])) for own in state()["resources"] if own["mode"] == "managed"
    )


def second_plan():
    """Nothing is left to do but what moto forgets."""
    terraform("plan", "-detailed-exitcode", "-input=false", "-out=second", good=(0, 2))
    plan = json.loads(terraform("show", "-json", "second").stdout)
    surprises = []
    for change in plan.get("resource_changes", []):
        actions, before, after = change["change"]["actions"], change["change"]["before"], change["change"]["after"]
        if actions in (["no-op"], ["read"]):
            continue
        if actions != ["update"]:
            surprises.append((change["address"], actions))
            continue
        differing = {name for name in after if after[name] != before.get(name)}
        surprises += [(change["address"], name, before.get(name), after[name]) for name in differing if (change["type"], name) not in DRIFT]
    assert not surprises, f"the second plan differs: {surprises}"


class Runtime(http.server.BaseHTTPRequestHandler):
    """The Lambda Runtime API for one event."""

    protocol_version = "HTTP/1.1"
    payload = answer = None
    answered = None

    def do_GET(self):
        if Runtime.payload is None:
            time.sleep(30)
            return
        body, Runtime.payload = Runtime.payload, None
        self.reply(200, body, {
            "Lambda-Runtime-Aws-Request-Id": "r1",
            "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 60000),
            "Lambda-Runtime-Invoked-Function-Arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:guardsift",
        })

    def do_POST(self):
        Runtime.answer = (self.path, self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.reply(202, b"{}", {})
        Runtime.answered.set()

    def reply(self, status, body, headers):
        lines = [f"HTTP/1.1 {status} OK", f"Content-Length: {len(body)}", "Content-Type: application/json", *[f"{name}: {value}" for name, value in headers.items()]]
        self.wfile.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def log_message(self, *_):
        pass


class RuntimeServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """The function is killed while it waits for its next event."""


def invoke(function, environment, payload, moto):
    """Runs a real binary with one payload and returns its answer."""
    Runtime.payload, Runtime.answer, Runtime.answered = json.dumps(payload).encode(), None, threading.Event()
    server = RuntimeServer(("127.0.0.1", 0), Runtime)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    process = subprocess.Popen([BINARIES / function], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={
        **environment,
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_address[1]}",
        "AWS_LAMBDA_FUNCTION_NAME": f"guardsift-{function}", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": "group", "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
        "AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_ENDPOINT_URL": moto, "AWS_ENDPOINT_URL_GUARDDUTY": GUARDDUTY,
    })
    answered = Runtime.answered.wait(60)
    process.kill()
    log = process.communicate()[1].decode()
    server.shutdown()
    assert answered, f"{function} gave no answer: {log}"
    path, body = Runtime.answer
    assert path.endswith("/response"), f"{function} failed: {path} {body} {log}"
    return json.loads(body)


def batch(messages, queue_arn):
    return {"Records": [{
        "messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"], "body": message["Body"],
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "0"}, "messageAttributes": {},
        "eventSource": "aws:sqs", "eventSourceARN": queue_arn, "awsRegion": REGION,
    } for message in messages]}


class Stack:
    def __init__(self, moto):
        client = lambda name: boto3.client(name, endpoint_url=moto, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="local")
        self.moto = moto
        self.sqs, self.s3, self.events, self.functions = client("sqs"), client("s3"), client("events"), client("lambda")
        self.sns = client("sns")
        self.outputs = {name: output["value"] for name, output in state()["outputs"].items()}

    def queue_url(self, name):
        return self.sqs.get_queue_url(QueueName=name)["QueueUrl"]

    def waiting(self, function):
        """The messages in a function's queue, hidden from now on."""
        got = []
        while True:
            answer = self.sqs.receive_message(QueueUrl=self.queue_url(f"guardsift-{function}"), MaxNumberOfMessages=10, VisibilityTimeout=600, WaitTimeSeconds=0)
            if not answer.get("Messages"):
                return got
            got += answer["Messages"]

    def put(self, event):
        entry = {"Source": event["source"], "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}
        assert self.events.put_events(Entries=[entry])["FailedEntryCount"] == 0

    def run(self, function, messages):
        own = self.functions.get_function_configuration(FunctionName=f"guardsift-{function}")
        mapping = self.functions.list_event_source_mappings()["EventSourceMappings"]
        queue_arn = next(each["EventSourceArn"] for each in mapping if each["FunctionArn"] == own["FunctionArn"])
        assert queue_arn.endswith(f":guardsift-{function}"), "the applied mapping polls the applied queue"
        answer = invoke(function, own["Environment"]["Variables"], batch(messages, queue_arn), self.moto)
        assert not answer.get("batchItemFailures"), f"{function}: {answer}"


def end_to_end(stack):
    heard = stack.sqs.create_queue(QueueName="heard")["QueueUrl"]
    stack.sns.subscribe(TopicArn=stack.outputs["default_topic_arn"], Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:heard")

    def delivered(event):
        stack.put(event)
        return {function: stack.waiting(function) for function in FUNCTIONS}

    sample = lambda name: json.loads((EVENTS / "eventbridge" / f"{name}.json").read_text())
    for name in ("malware-scan-result", "runtime-protection-unhealthy", "archive-findings-call", "scheduled-event"):
        assert not any(delivered(sample(name)).values()), f"{name} is no finding and reaches nobody"

    low = delivered(sample("finding"))
    assert [len(low[function]) for function in FUNCTIONS] == [1, 0, 1], low
    high = sample("finding")
    high["detail"] = json.loads((EVENTS / "findings" / "crypto-dns.json").read_text())
    high = delivered(high)
    assert [len(high[function]) for function in FUNCTIONS] == [1, 0, 0], high
    stack.run("finding-events", low["finding-events"] + high["finding-events"])
    stack.run("auto-archive", low["auto-archive"])
    told = stack.sqs.receive_message(QueueUrl=heard, MaxNumberOfMessages=10).get("Messages", [])
    assert any("CryptoCurrency:EC2/BitcoinTool.B!DNS" in message["Body"] for message in told), f"the default topic heard of the finding: {told}"

    # GuardDuty exports; S3 tells EventBridge, the applied rule fills the applied queue.
    key = f"{PREFIX}AWSLogs/{ACCOUNT}/GuardDuty/{REGION}/2026/10/01/0b5e6e1c.jsonl.gz"
    stack.s3.put_object(Bucket=EXPORT_BUCKET, Key=key, Body=(EVENTS / "exports" / "findings.jsonl.gz").read_bytes())
    exported = {function: stack.waiting(function) for function in FUNCTIONS}
    assert [len(exported[function]) for function in FUNCTIONS] == [0, 1, 0], exported
    stack.run("finding-exports", exported["finding-exports"])
    lake = [item["Key"] for item in stack.s3.list_objects_v2(Bucket=stack.outputs["lake_bucket"]).get("Contents", [])]
    assert sum(key.startswith("findings/v1/") and key.endswith(".parquet") for key in lake) == 1, lake
    assert any(key.startswith("state/notify/") for key in lake), lake
    print(f"end to end: {len(told)} told, {len(lake)} objects in the lake bucket", flush=True)


def forget(kind):
    """Takes resources out of the state; what they stand for stays."""
    addresses = [address for address in managed() if kind in address]
    assert addresses, f"there is no {kind}"
    terraform("state", "rm", *addresses)


def nothing_is_lost_by_accident(detectors):
    """A destroy is refused before anything is gone."""
    before = state()
    refused = terraform("destroy", *CHANGE, good=(1,))
    assert refused.stderr.count("Instance cannot be destroyed") == 2, refused.stderr
    assert state() == before
    assert detectors.list_detectors()["DetectorIds"], "the detector is there"


def main():
    guardduty_s3 = boto3.client("s3", endpoint_url=GUARDDUTY, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="local")
    # The emulated GuardDuty looks into its own S3 for the folder that Terraform makes in moto's.
    guardduty_s3.create_bucket(Bucket=EXPORT_BUCKET)
    guardduty_s3.put_object(Bucket=EXPORT_BUCKET, Key=PREFIX, Body=b"")
    server, moto = start_moto()
    try:
        config = urllib.request.Request(f"{moto}/moto-api/config", data=b'{"lambda":{"use_docker":false}}', headers={"Content-Type": "application/json"})
        urllib.request.urlopen(config).read()
        os.environ.update({
            "AWS_ENDPOINT_URL": moto, "AWS_ENDPOINT_URL_GUARDDUTY": GUARDDUTY, "TF_VAR_zip_dir": "../../tests/zips",
        })
        terraform("apply", *CHANGE)
        detectors = boto3.client("guardduty", endpoint_url=GUARDDUTY, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="local")
        detector = detectors.list_detectors()["DetectorIds"][0]
        destinations = detectors.list_publishing_destinations(DetectorId=detector)["Destinations"]
        assert [own["Status"] for own in destinations] == ["PUBLISHING"], destinations
        second_plan()
        end_to_end(Stack(moto))
        nothing_is_lost_by_accident(detectors)
        forget("terraform_data.keep")
        os.environ["TF_VAR_force_destroy"] = "true"
        terraform("apply", *CHANGE)
        terraform("destroy", *CHANGE)
        assert not managed()
    finally:
        server.kill()


if __name__ == "__main__":
    main()
