"""Wraps the findings of events/findings into every envelope a function meets.

    tests/python/wrap_events.py          write the wrapped samples
    tests/python/wrap_events.py --check  exit 1 when one of them differs from what would be written

A finding is written once, by hand; its wrapped copies can then never say something else.
The PascalCase forms follow GuardDuty's service model as botocore ships it.
"""

import argparse
import datetime
import gzip
import hashlib
import json
import pathlib
import sys

import botocore.session

EVENTS = pathlib.Path(__file__).resolve().parents[2] / "events"
ACCOUNT, REGION = "111122223333", "us-east-1"
EXPORT_BUCKET = "amzn-s3-demo-bucket-exports"
MODEL = botocore.session.get_session().get_service_model("guardduty")


def stable_uuid(name):
    digits = hashlib.sha256(name.encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"


def finding(name):
    return json.loads((EVENTS / "findings" / f"{name}.json").read_text(encoding="utf-8"))


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def cli_form(value, shape):
    """One value as SDKs and the AWS CLI print it: member names instead of wire names, ISO times."""
    if value is None or shape is None:
        return value
    if shape.type_name == "structure":
        members = {m.serialization.get("name", name): (name, m) for name, m in shape.members.items()}
        pairs = ((members[key], inner) for key, inner in value.items() if key in members)
        return {name: cli_form(inner, member) for (name, member), inner in pairs}
    if shape.type_name == "list":
        return [cli_form(item, shape.member) for item in value]
    if shape.type_name == "map":
        return {key: cli_form(item, shape.value) for key, item in value.items()}
    if shape.type_name == "timestamp":
        return datetime.datetime.fromtimestamp(value, datetime.timezone.utc).isoformat()
    return value


def cli_finding(name):
    return cli_form(finding(name), MODEL.shape_for("Finding"))


def event(name, detail, detail_type="GuardDuty Finding", source="aws.guardduty", resources=(), time=None):
    return {
        "version": "0",
        "id": stable_uuid(f"event {name}"),
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": time or detail.get("updatedAt", detail.get("UpdatedAt", ""))[:19] + "Z",
        "region": REGION,
        "resources": list(resources),
        "detail": detail,
    }


def finding_event(name):
    return event(name, finding(name))


def export_key(name, day="2026/10/05"):
    return f"AWSLogs/{ACCOUNT}/GuardDuty/{REGION}/{day}/{stable_uuid(f'export {name}')}.jsonl.gz"


def object_created(name):
    detail = {
        "version": "0",
        "bucket": {"name": EXPORT_BUCKET},
        "object": {
            "key": export_key(name),
            "size": 1432,
            "etag": hashlib.md5(name.encode()).hexdigest(),
            "version-id": "3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY",
            "sequencer": "006710A1B2C3D4E5F6",
        },
        "request-id": "C3D13FE58DE4C810",
        "requester": "guardduty.amazonaws.com",
        "source-ip-address": "192.0.2.1",
        "reason": "PutObject",
    }
    bucket = f"arn:aws:s3:::{EXPORT_BUCKET}"
    return event(name, detail, "Object Created", "aws.s3", [bucket], "2026-10-05T09:40:02Z")


def sqs_batch(function, *bodies):
    records = []
    for index, body in enumerate(bodies):
        records.append({
            "messageId": stable_uuid(f"message {function} {index}"),
            "receiptHandle": f"AQEB-receipt-{function}-{index}",
            "body": body,
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": "1791193203000",
                "SenderId": "AIDAEXAMPLEEVENTBRIDGE",
                "ApproximateFirstReceiveTimestamp": "1791193203021",
            },
            "messageAttributes": {},
            "md5OfBody": hashlib.md5(body.encode()).hexdigest(),
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:guardsift-{function}",
            "awsRegion": REGION,
        })
    return {"Records": records}


def sns_fields(name):
    return {
        "Type": "Notification",
        "MessageId": stable_uuid(f"sns {name}"),
        "TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:guardduty",
        "Subject": None,
        "Message": compact(finding_event(name)),
        "Timestamp": "2026-10-05T09:51:14.870Z",
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
    }


def sns_record(name):
    urls = {"SigningCertUrl": "https://sns.example.com/cert.pem", "UnsubscribeUrl": "https://sns.example.com/unsubscribe"}
    source = {"EventSource": "aws:sns", "EventVersion": "1.0"}
    subscription = f"arn:aws:sns:{REGION}:{ACCOUNT}:guardduty:{stable_uuid('subscription')}"
    return {"Records": [{**source, "EventSubscriptionArn": subscription, "Sns": {**sns_fields(name), **urls, "MessageAttributes": {}}}]}


def sns_body(name):
    urls = {"SigningCertURL": "https://sns.example.com/cert.pem", "UnsubscribeURL": "https://sns.example.com/unsubscribe"}
    fields = {key: value for key, value in sns_fields(name).items() if value is not None}
    return compact({**fields, **urls})


def s3_notification(name):
    detail = object_created(name)["detail"]
    return {"Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventTime": "2026-10-05T09:40:02.000Z",
        "eventName": "ObjectCreated:Put",
        "userIdentity": {"principalId": "AWS:AIDAEXAMPLEGUARDDUTY1"},
        "requestParameters": {"sourceIPAddress": "192.0.2.1"},
        "responseElements": {"x-amz-request-id": "C3D13FE58DE4C810", "x-amz-id-2": "EXAMPLE"},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "guardduty-exports",
            "bucket": {
                "name": EXPORT_BUCKET,
                "ownerIdentity": {"principalId": "A3EXAMPLE"},
                "arn": f"arn:aws:s3:::{EXPORT_BUCKET}",
            },
            "object": {
                "key": detail["object"]["key"],
                "size": detail["object"]["size"],
                "eTag": detail["object"]["etag"],
                "versionId": detail["object"]["version-id"],
                "sequencer": detail["object"]["sequencer"],
            },
        },
    }]}


def scheduled():
    schedule = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/guardsift/guardsift-sweep"
    return event("sweep", {}, "Scheduled Event", "aws.scheduler", [schedule], "2026-10-06T10:00:00Z")


def wrapped():
    """Every wrapped sample: its path under events/ and its text."""
    cut_short = compact(finding_event("port-probe"))[:200]
    lines = [compact(finding(name)) for name in ("port-probe", "ssh-brute-force", "crypto-dns", "unicode")]
    bad_lines = [lines[0], '{"schemaVersion":"2.0","accountId":', "", lines[1], compact({"findings": [finding("rds-login")]}), '{"findings":[]}', '"a string"', lines[2]]
    documents = {
        "eventbridge/finding.json": finding_event("port-probe"),
        "eventbridge/finding-pascal-case.json": event("pascal", cli_finding("crypto-dns")),
        "eventbridge/object-created.json": object_created("findings"),
        "eventbridge/scheduled-event.json": scheduled(),
        "sqs/finding-events-two-good.json": sqs_batch("finding-events", compact(finding_event("port-probe")), compact(finding_event("crypto-dns"))),
        "sqs/finding-events-one-poison.json": sqs_batch("finding-events", compact(finding_event("crypto-dns")), cut_short),
        "sqs/auto-archive-two-good.json": sqs_batch("auto-archive", compact(finding_event("port-probe")), compact(finding_event("ssh-brute-force"))),
        "sqs/auto-archive-one-poison.json": sqs_batch("auto-archive", compact(finding_event("port-probe")), cut_short),
        "sqs/auto-archive-sweep.json": sqs_batch("auto-archive", compact(scheduled())),
        "sqs/finding-exports-two-good.json": sqs_batch("finding-exports", compact(object_created("findings")), compact(object_created("with-bad-lines"))),
        "sqs/finding-exports-one-poison.json": sqs_batch("finding-exports", compact(object_created("findings")), compact(object_created("findings"))[:200]),
        "sns/lambda-record.json": sns_record("port-probe"),
        "sns/notification-in-sqs.json": sqs_batch("finding-events", sns_body("port-probe")),
        "api/get-findings.json": {"findings": [finding("port-probe"), finding("attack-sequence")]},
        "api/get-findings-cli.json": {"Findings": [cli_finding("port-probe"), cli_finding("attack-sequence")]},
        "api/empty-page.json": {"findings": []},
        "s3/notification.json": s3_notification("findings"),
    }
    texts = {path: json.dumps(document, indent=2, ensure_ascii=False) + "\n" for path, document in documents.items()}
    texts["exports/findings.jsonl"] = "\n".join(lines) + "\n"
    texts["exports/with-bad-lines.jsonl"] = "\n".join(bad_lines) + "\n"
    return {path: text.encode() for path, text in texts.items()}


def current(path):
    if not path.exists():
        return None
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args().check
    wanted = wrapped()
    # Compared unpacked: two gzip implementations may pack the same text differently.
    wanted["exports/findings.jsonl.gz"] = wanted["exports/findings.jsonl"]
    stale = sorted(path for path, content in wanted.items() if current(EVENTS / path) != content)
    for path in stale:
        if check:
            print(f"events/{path} differs from its finding: run tests/python/wrap_events.py", file=sys.stderr)
            continue
        content = wanted[path]
        (EVENTS / path).write_bytes(gzip.compress(content, 9, mtime=0) if path.endswith(".gz") else content)
        print(f"wrote events/{path}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
