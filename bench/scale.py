#!/usr/bin/env python3
"""A storm in a large organization, second by second, with what the functions cost and what AWS allows: what breaks first, and what to set.

  bench/scale.py            prints the table
  bench/scale.py --write    puts it into docs/scale.md
  bench/scale.py --check    fails when the table there is another

A model, not a measurement: the CPU times are ours, the quotas are AWS's published ones, the network times are assumed. All three stand below with
where they come from.
"""
import collections
import math
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/scale.md"
sys.path.insert(0, str(ROOT / "infra"))
import costs  # noqa: E402

ACCOUNTS, REGIONS, FINDINGS, HOUR = 5_000, 17, 1_000_000, 3_600
# Half of the storm comes in its first ten minutes.
BURST, BURST_PART = 600, 0.5
BELOW_4, TOLD = costs.ASSUMED["part that is below severity 4"], costs.ASSUMED["part that somebody is told of"]

# Measured: `make soak PROFILE=release INVOCATIONS=1000` (CPU of an invocation with one message, x86-64, without TLS). auto-archive writes its ledger in it,
# which takes as many calls as telling somebody; so finding-events is taken to cost the same.
CPU_MS = {"finding-events": 2.1, "auto-archive": 2.1, "finding-exports": 3.1}
# A finding of a larger object: 385,000 of them took 4.9 s of CPU (docs/qualities.md).
CPU_MS_PER_EXPORTED_FINDING = 0.013
# TLS, and a core of Lambda that is not the one measured on: so much more.
CPU_FACTOR = 2

# Assumed, in ms: answers of services in the same Region.
NETWORK_MS = {"s3 get": 20, "s3 put": 30, "sns publish": 20, "guardduty": 100, "invoke": 5}
MB_PER_CORE = 1_769  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
PATIENCE = 6 * HOUR

# Published defaults per account and Region.
QUOTAS = {
    "Lambda concurrency": (1_000, "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"),
    "new concurrency of a queue, a minute": (300, "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html"),
    "concurrency a queue begins with": (5, "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html"),
    "messages of a queue in flight": (120_000, "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html"),
    "S3 writes of a prefix, a second": (3_500, "https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html"),
    "S3 reads of a prefix, a second": (5_500, "https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html"),
    "EventBridge invocations, a second, in the smallest Regions": (750, "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"),
    "messages to an email address of SNS, a second": (10, "https://repost.aws/knowledge-center/sns-email-subscription-disabled"),
    "messages to a Slack channel, a second": (1, "https://api.slack.com/docs/rate-limits"),
}


def quota(name):
    return QUOTAS[name][0]


class Lane:
    """One queue with its function in one Region."""

    def __init__(self, batch, memory_mb, concurrency, wait_ms, cpu_ms, at_once):
        self.batch, self.most, self.memory_mb = batch, concurrency, memory_mb
        core = min(1.0, memory_mb / MB_PER_CORE)
        # Waiting is shared by what is worked on at once, computing is not.
        self.seconds = (NETWORK_MS["invoke"] + wait_ms * math.ceil(batch / at_once) + batch * cpu_ms * CPU_FACTOR / core) / 1000
        self.waiting = collections.deque()
        self.depth = self.peak = self.oldest = self.busiest = self.messages = self.invocations = 0.0
        self.running, self.done_at, self.gb_seconds = quota("concurrency a queue begins with"), 0, 0.0

    def second(self, now, arrived, room):
        """Takes what arrived and works for a second with what the account has left; gives what is done and the concurrency it took."""
        if arrived:
            self.waiting.append([now, arrived])
        self.depth += arrived
        self.messages += arrived
        self.peak = max(self.peak, self.depth)
        if self.depth > self.batch:
            self.running += quota("new concurrency of a queue, a minute") / 60
        allowed = min(self.running, self.most, room)
        able = allowed * self.batch / self.seconds
        done = min(able, self.depth)
        used = allowed * done / able if able else 0
        left = done
        while left > 1e-9 and self.waiting:
            taken = min(left, self.waiting[0][1])
            self.oldest = max(self.oldest, now - self.waiting[0][0])
            self.waiting[0][1] -= taken
            left -= taken
            if self.waiting[0][1] <= 1e-9:
                self.waiting.popleft()
        self.depth -= done
        self.busiest = max(self.busiest, used)
        self.invocations += done / self.batch
        self.gb_seconds += used * self.memory_mb / 1024
        if done:
            self.done_at = now + 1
        return done, used


def storm(findings):
    """Findings that appear in each second of the hour."""
    for second in range(HOUR):
        part, length = (BURST_PART, BURST) if second < BURST else (1 - BURST_PART, HOUR - BURST)
        yield findings * part / length


def exported(findings):
    """Objects that GuardDuty writes: one per account with something new, every five minutes."""
    return ACCOUNTS * (1 - math.exp(-findings / ACCOUNTS))


def region(findings, events_at_once, exports_at_once):
    """What becomes of a storm of so many findings in one Region, where guardsift runs in the administrator's account."""
    ms = NETWORK_MS
    told_ms = ms["s3 put"] + ms["sns publish"] + ms["s3 put"]
    events = Lane(10, 256, events_at_once, told_ms, CPU_MS["finding-events"], 10)
    # Of an event that is still held: the rules are known, and whether somebody has stopped it is asked once.
    archive = Lane(10, 256, 2, ms["s3 get"] / 10, CPU_MS["auto-archive"], 1)
    arrivals = list(storm(findings))
    per_interval = [sum(arrivals[start:start + 300]) for start in range(0, HOUR, 300)]
    objects = [exported(own) for own in per_interval]
    size = findings / sum(objects)
    object_ms = CPU_MS["finding-exports"] + size * CPU_MS_PER_EXPORTED_FINDING
    exports = Lane(5, 512, exports_at_once, ms["s3 get"] + ms["s3 put"], object_ms, 4)
    writes = reads = busiest = 0.0
    for now in range(PATIENCE):
        found = arrivals[now] if now < HOUR else 0
        # An interval's objects come when it is over, within a minute.
        ended = (now - 300) // 300
        written = objects[ended] / 60 if 0 <= ended < len(objects) and now % 300 < 60 else 0
        room = quota("Lambda concurrency")
        told, used = events.second(now, found, room)
        room -= used
        kept, more = exports.second(now, written, room)
        used, room = used + more, room - more
        held, more = archive.second(now, found * BELOW_4, room)
        busiest = max(busiest, used + more)
        writes = max(writes, told * TOLD * 2 + kept)
        reads = max(reads, kept + held / 10)
        if now >= HOUR + 400 and not (events.depth or exports.depth or archive.depth):
            break
    return {"findings": findings, "objects": sum(objects), "size": size, "events": events, "exports": exports, "archive": archive, "writes": writes,
            "reads": reads, "busiest": busiest, "burst": findings * BURST_PART / BURST}


def sweep(open_findings):
    """Seconds and calls of a sweep of auto-archive that finds so many findings open: pages one after the other, then four reads at once."""
    pages = math.ceil(open_findings / 50)
    return (pages + pages / 4) * NETWORK_MS["guardduty"] / 1000, 2 * pages


def dollars(result):
    """What the storm costs in this Region, beside the fixed part."""
    price = costs.price
    lanes = [result[name] for name in ("events", "exports", "archive")]
    told = result["findings"] * TOLD
    return sum([
        3 * sum(lane.messages for lane in lanes) * price("sqs_request"),
        sum(lane.invocations for lane in lanes) * price("lambda_request") + sum(lane.gb_seconds for lane in lanes) * price("lambda_gb_second"),
        (2 * told + result["objects"]) * price("s3_put") + result["objects"] * price("s3_get"),
        told * price("sns_publish"),
        sum(lane.messages for lane in lanes) * costs.ASSUMED["KB of log per message"] / 1e6 * price("log_gb"),
    ])


def minutes(seconds):
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


ROWS = {
    "findings": lambda r: f"{r['findings']:,.0f}",
    "findings a second in the burst": lambda r: f"{r['burst']:,.0f}",
    "export objects, findings in each": lambda r: f"{r['objects']:,.0f}, {r['size']:.1f}",
    "finding-events: deepest queue": lambda r: f"{r['events'].peak:,.0f}",
    "finding-events: oldest message": lambda r: minutes(r["events"].oldest),
    "finding-events: invocations at once": lambda r: f"{r['events'].busiest:.0f}",
    "finding-exports: deepest queue": lambda r: f"{r['exports'].peak:,.0f}",
    "finding-exports: oldest message": lambda r: minutes(r["exports"].oldest),
    "finding-exports: invocations at once": lambda r: f"{r['exports'].busiest:.0f}",
    "auto-archive: deepest queue": lambda r: f"{r['archive'].peak:,.0f}",
    "auto-archive: oldest message": lambda r: minutes(r["archive"].oldest),
    "Lambda concurrency, of 1,000": lambda r: f"{r['busiest']:.0f}",
    "S3 writes a second, of 3,500 for one prefix": lambda r: f"{r['writes']:,.0f}",
    "S3 reads a second, of 5,500": lambda r: f"{r['reads']:,.0f}",
    "SNS messages a second": lambda r: f"{min(r['burst'], r['events'].most * 10 / r['events'].seconds) * TOLD:,.0f}",
    "the sweep after it: calls to GuardDuty, seconds of its 120": lambda r: "{1:,}, {0:.0f}".format(*sweep(r["findings"])),
    "USD, beside what is fixed": lambda r: f"{dollars(r):,.2f}",
}


def table():
    even = FINDINGS / REGIONS
    scenarios = {
        f"spread over {REGIONS} Regions, one of them": region(even, 10, 10),
        "all in one Region": region(FINDINGS, 10, 10),
        "all in one Region, 60 and 20 at once": region(FINDINGS, 60, 20),
    }
    lines = [f"| {FINDINGS:,} findings in an hour | {' | '.join(scenarios)} |", "|---|" + "--:|" * len(scenarios)]
    lines += [f"| {name} | {' | '.join(show(result) for result in scenarios.values())} |" for name, show in ROWS.items()]
    lines += ["", f"Measured, in ms of CPU: {', '.join(f'{name} {value}' for name, value in CPU_MS.items())}, {CPU_MS_PER_EXPORTED_FINDING} for each finding of an object; "
              f"times {CPU_FACTOR}. Assumed, in ms: {', '.join(f'{name} {value}' for name, value in NETWORK_MS.items())}.", ""]
    lines += ["| Default quota | | Page |", "|---|--:|---|"]
    lines += [f"| {name} | {value:,} | <{page}> |" for name, (value, page) in QUOTAS.items()]
    return "\n".join(lines)


def main():
    if not sys.argv[1:]:
        print(table())
        return
    begin, end = "<!-- bench/scale.py writes what follows -->\n", "<!-- as far as here -->"
    text = PAGE.read_text()
    before, rest = text.split(begin)
    fresh = f"{before}{begin}\n{table()}\n\n{end}{rest.split(end)[1]}"
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(fresh)
    elif fresh != text:
        sys.exit("docs/scale.md: its table is not what bench/scale.py prints. Run bench/scale.py --write and commit what it writes.")


if __name__ == "__main__":
    main()
