#!/usr/bin/env python3
"""Times `guardsift backtest` on generated exports against decompressing alone and, where they are installed, DuckDB and orjson.

  bench/backtest.py [--findings 200000] [--rules 20] [--runs 3] [--guardsift target/release/guardsift]

All run alternately on one core in one go; what counts are the ratios. DuckDB and orjson are asked for three of the rules only, which favours them.
"""
import argparse, gzip, json, os, random, resource, shutil, statistics, subprocess, sys, tempfile, time

TYPES = [f"{purpose}:{resource}/{name}" for purpose in ("Recon", "UnauthorizedAccess", "Discovery", "Policy", "Impact")
         for resource in ("EC2", "IAMUser", "S3") for name in ("PortProbe", "BruteForce", "Anomalous.Behavior", "Suspicious")]


def finding(rng, number):
    account, kind = f"1111222233{rng.randrange(40):02d}", rng.choice(TYPES)
    address = f"198.51.100.{rng.randrange(256)}"
    organization = {"asn": "64496", "asnOrg": "Example Net", "isp": "Example", "org": "Example"}
    remote = {"ipAddressV4": address, "country": {"countryName": "Nowhere"}, "city": {"cityName": "Example"},
              "geoLocation": {"lat": 1.5, "lon": 2.5}, "organization": organization}
    action = {"actionType": "NETWORK_CONNECTION", "networkConnectionAction": {"connectionDirection": "INBOUND", "protocol": "TCP", "blocked": False,
              "remoteIpDetails": remote, "localPortDetails": {"port": rng.choice([22, 80, 443, 3389]), "portName": "Unknown"}}}
    moment = f"2026-{rng.randrange(1, 7):02d}-{rng.randrange(1, 29):02d}T{rng.randrange(24):02d}:00:00.000Z"
    tags = [{"key": key, "value": rng.choice(["web", "edge", "db", "batch"])} for key in ("Role", "Team", "Environment")]
    nic = {"networkInterfaceId": f"eni-{number:017x}", "privateIpAddress": "192.0.2.7", "subnetId": "subnet-1", "vpcId": "vpc-1",
           "securityGroups": [{"groupId": "sg-1", "groupName": "default"}], "publicDnsName": "", "ipv6Addresses": []}
    return {"schemaVersion": "2.0", "accountId": account, "region": rng.choice(["us-east-1", "eu-west-1"]), "partition": "aws", "id": f"{number:032x}",
            "arn": f"arn:aws:guardduty:us-east-1:{account}:detector/d/finding/{number:032x}", "type": kind, "severity": rng.choice([2, 2, 2, 5, 5, 8]),
            "createdAt": moment, "updatedAt": moment, "title": "An unprotected port was probed. " * 2, "description": "A host was probed from outside. " * 6,
            "resource": {"resourceType": "Instance", "instanceDetails": {"instanceId": f"i-{number:017x}", "instanceType": "m5.large", "tags": tags,
                         "networkInterfaces": [nic], "imageDescription": "An image of nothing in particular", "availabilityZone": "us-east-1a"}},
            "service": {"serviceName": "guardduty", "detectorId": "d" * 32, "action": action, "resourceRole": "TARGET", "count": rng.randrange(1, 90),
                        "eventFirstSeen": moment, "eventLastSeen": moment, "archived": False, "additionalInfo": {"value": "{}", "type": "default"}}}


def rules(count):
    criteria = [lambda i: {"severity": {"lessThan": 4}}, lambda i: {"type": {"equals": [TYPES[i % len(TYPES)]]}}, lambda i: {"type": {"matches": ["Recon:*"]}},
                lambda i: {"accountId": {"equals": [f"1111222233{i % 40:02d}"]}, "severity": {"greaterThanOrEqual": 7}},
                lambda i: {"resource.instanceDetails.tags": {"tag": {"Role": f"role-{i}"}}}, lambda i: {"service.count": {"greaterThan": i}},
                lambda i: {"service.action.networkConnectionAction.remoteIpDetails.ipAddressV4": {"cidr": [f"198.51.{i % 256}.0/24"]}}]
    return {"version": 1, "rules": [{"name": f"r{i:04d}", "action": "noop", "criteria": criteria[i % len(criteria)](i)} for i in range(count)]}


PEERS = {
    "python + orjson": ("orjson", "import glob,gzip,sys,orjson\nn=[0,0,0]\nfor f in glob.glob(sys.argv[1]+'/*'):\n for l in gzip.open(f):\n  o=orjson.loads(l)\n"
                        "  n[0]+=o['severity']<4; n[1]+=o['type'].startswith('Recon:'); n[2]+=o['service']['count']>5\nprint(n)"),
    "duckdb": ("duckdb", "import duckdb,sys\nc=duckdb.connect(); c.execute('set threads=1')\nprint(c.execute(f\"select count(*) filter (severity<4), count(*) filter "
               "(type like 'Recon:%'), count(*) filter (service.count>5) from read_json('{sys.argv[1]}/*', format='newline_delimited')\").fetchall())"),
}


def timed(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, shell=isinstance(command, str))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--findings", type=int, default=200_000)
    parser.add_argument("--rules", type=int, default=20)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--guardsift", default="target/release/guardsift")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        history, rule_file = os.path.join(folder, "history"), os.path.join(folder, "rules.json")
        os.mkdir(history)
        rng = random.Random(7)
        for start in range(0, arguments.findings, 2000):
            with gzip.open(os.path.join(history, f"{start:09d}.jsonl.gz"), "wt", compresslevel=6) as file:
                for number in range(start, min(start + 2000, arguments.findings)):
                    file.write(json.dumps(finding(rng, number), separators=(",", ":")) + "\n")
        with open(rule_file, "w") as file:
            json.dump(rules(arguments.rules), file)
        gunzip = "libdeflate-gzip" if shutil.which("libdeflate-gzip") else "gzip"
        base = [arguments.guardsift, "backtest", rule_file, "--history", history, "--threads", "1"]
        contenders = {f"{gunzip} -dc, nothing else": f"for f in {history}/*; do {gunzip} -dc $f; done > /dev/null",
                      "guardsift --count matches": [*base, "--all-versions", "--count", "matches"], "guardsift, whole result": [*base, "--output", "json"]}
        for name, (module, code) in PEERS.items():
            if subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True).returncode == 0:
                contenders[name] = [sys.executable, "-c", code, history]
            else:
                print(f"left out: {name} ({module} is not installed for {sys.executable})")
        times = {name: [] for name in contenders}
        for turn in range(arguments.runs + 1):
            for name, command in contenders.items():
                figures = timed(command)
                if turn:                                   # the first turn only warms up
                    times[name].append(figures)
        floor = statistics.median(cpu for _, cpu in next(iter(times.values())))
        print(f"{arguments.findings} findings, {arguments.rules} rules, medians of {arguments.runs}")
        print(f"{'':28} {'wall s':>8} {'cpu s':>8} {'x floor':>8}")
        for name, figures in times.items():
            wall, cpu = (statistics.median(column) for column in zip(*figures))
            print(f"{name:28} {wall:8.2f} {cpu:8.2f} {cpu / floor:8.2f}")


if __name__ == "__main__":
    main()
