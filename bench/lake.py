#!/usr/bin/env python3
"""Times the lake's files of generated exports against DuckDB writing the same columns, where it is installed.

  bench/lake.py [--data FOLDER] [--findings 200000] [--runs 3] [--guardsift target/release/guardsift]

guardsift writes one file per export object, DuckDB one file of all. Both run alternately on one core in one go; what counts are the ratios. FOLDER holds export
objects below AWSLogs/; without it they are generated.
"""
import argparse, gzip, json, os, random, resource, shutil, statistics, subprocess, sys, tempfile, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from backtest import finding

REMOTE = ", ".join(f"raw->'$.service.action.{action}.remoteIpDetails'" for action in
                   ("networkConnectionAction", "awsApiCallAction", "kubernetesApiCallAction", "rdsLoginAttemptAction", "portProbeAction.portProbeDetails[0]"))
TEXTS = {
    "account_id": "accountId", "region": "region", "partition": "partition", "finding_id": "id", "arn": "arn", "detector_id": "service.detectorId",
    "type": "type", "title": "title", "resource_type": "resource.resourceType", "resource_role": "service.resourceRole",
    "instance_id": "resource.instanceDetails.instanceId", "access_key_id": "resource.accessKeyDetails.accessKeyId",
    "principal_id": "resource.accessKeyDetails.principalId", "user_name": "resource.accessKeyDetails.userName",
    "s3_bucket_name": "resource.s3BucketDetails[0].name", "eks_cluster_name": "resource.eksClusterDetails.name", "action_type": "service.action.actionType",
    "api_name": "service.action.awsApiCallAction.api", "service_name": "service.action.awsApiCallAction.serviceName",
    "domain": "service.action.dnsRequestAction.domain", "attack_sequence_arn": "associatedAttackSequenceArn", "feature_name": "service.featureName",
}
MOMENTS = {"created_at": "createdAt", "updated_at": "updatedAt", "first_seen": "service.eventFirstSeen", "last_seen": "service.eventLastSeen"}
NUMBERS = {"severity": ("severity", "DOUBLE"), "count": ("service.count", "BIGINT"), "archived": ("service.archived", "BOOLEAN"),
           "remote_port": ("service.action.networkConnectionAction.remotePortDetails.port", "BIGINT"),
           "local_port": ("service.action.networkConnectionAction.localPortDetails.port", "BIGINT")}


def copy(pattern, target):
    columns = [f"raw->>'$.{path}' AS {name}" for name, path in TEXTS.items()]
    columns += [f"TRY_CAST(raw->>'$.{path}' AS TIMESTAMPTZ) AS {name}" for name, path in MOMENTS.items()]
    columns += [f"TRY_CAST(raw->>'$.{path}' AS {kind}) AS \"{name}\"" for name, (path, kind) in NUMBERS.items()]
    columns += [f"regexp_extract(raw->>'$.type', '^([^:]*):([^/]*)/([^.!]*)', {part}) AS type_{name}" for part, name in enumerate(("purpose", "resource", "family"), 1)]
    remote = [f"remote->>'$.{path}' AS {name}" for name, path in {"remote_ip": "ipAddressV4", "remote_country": "country.countryName",
              "remote_asn": "organization.asn", "remote_org": "organization.org"}.items()]
    key = "sha256(concat_ws('|', raw->>'$.accountId', raw->>'$.region', raw->>'$.id', raw->>'$.updatedAt', raw->>'$.service.count')) AS version_key"
    return (f"COPY (SELECT {', '.join(columns + remote + [key])}, raw FROM (SELECT json AS raw, coalesce({REMOTE}) AS remote FROM "
            f"read_ndjson_objects('{pattern}', maximum_object_size = 16777216))) TO '{target}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3)")


def generate(folder, count):
    rng, number = random.Random(7), 0
    while number < count:
        account, size = f"1111222233{rng.randrange(40):02d}", min(rng.choice([5, 50, 500, 5000]), count - number)
        place = os.path.join(folder, "AWSLogs", account, "GuardDuty", "us-east-1", "2026", "04", f"{rng.randrange(1, 29):02d}")
        os.makedirs(place, exist_ok=True)
        with gzip.open(os.path.join(place, f"{number:08x}.jsonl.gz"), "wt", compresslevel=6) as out:
            for _ in range(size):
                out.write(json.dumps(finding(rng, number), separators=(",", ":")) + "\n")
                number += 1
    return folder


def timed(command):
    """Wall seconds, CPU seconds and peak MiB."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    if status:
        sys.exit(said.decode())
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data")
    parser.add_argument("--findings", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--guardsift", default="target/release/guardsift")
    own = parser.parse_args()
    work = tempfile.mkdtemp()
    try:
        data = own.data or generate(os.path.join(work, "exports"), own.findings)
        pattern, lake, target = os.path.join(data, "AWSLogs/**/*.jsonl.gz"), os.path.join(work, "lake"), os.path.join(work, "duckdb.parquet")
        commands = {"guardsift": [own.guardsift, "replay", os.path.join(data, "AWSLogs"), "--lake", lake]}
        try:
            import duckdb  # noqa: F401
            script = "import duckdb,sys\nc=duckdb.connect(); c.execute('set threads=1'); c.execute(sys.argv[1])"
            commands["duckdb"] = [sys.executable, "-c", script, copy(pattern, target)]
        except ImportError:
            print("DuckDB is not installed: there is nothing to compare with")
        results = {name: [] for name in commands}
        for _ in range(own.runs):
            for name, command in commands.items():
                shutil.rmtree(lake, ignore_errors=True)
                results[name].append(timed(command))
        middle = {name: [statistics.median(run[part] for run in runs) for part in range(3)] for name, runs in results.items()}
        print(f"{'':12}{'wall s':>9}{'CPU s':>9}{'peak MiB':>10}{'CPU x':>8}")
        for name, (wall, cpu, peak) in middle.items():
            print(f"{name:12}{wall:9.2f}{cpu:9.2f}{peak:10.0f}{cpu / middle['guardsift'][1]:8.2f}")
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
