"""What guardsift costs in a month, as a formula: list prices of us-east-1 in November 2026, free tiers left out. `tables.py` puts its table into README.md."""

# Price in USD, and the page that says it.
PRICES = {
    "lambda_request": (0.20e-6, "https://aws.amazon.com/lambda/pricing/"),
    "lambda_gb_second": (0.0000133334, "https://aws.amazon.com/lambda/pricing/ (Arm)"),
    "sqs_request": (0.40e-6, "https://aws.amazon.com/sqs/pricing/ (standard)"),
    "sns_publish": (0.50e-6, "https://aws.amazon.com/sns/pricing/"),
    "s3_put": (0.005e-3, "https://aws.amazon.com/s3/pricing/ (standard)"),
    "s3_get": (0.0004e-3, "https://aws.amazon.com/s3/pricing/ (standard)"),
    "s3_gb_month": (0.023, "https://aws.amazon.com/s3/pricing/ (standard)"),
    "event": (1.00e-6, "https://aws.amazon.com/eventbridge/pricing/ (opt-in data events: S3's; GuardDuty's are free)"),
    "kms_key": (1.00, "https://aws.amazon.com/kms/pricing/"),
    "kms_request": (0.03e-4, "https://aws.amazon.com/kms/pricing/"),
    "log_gb": (0.50, "https://aws.amazon.com/cloudwatch/pricing/"),
    "metric": (0.30, "https://aws.amazon.com/cloudwatch/pricing/"),
    "alarm": (0.10, "https://aws.amazon.com/cloudwatch/pricing/"),
    "dashboard": (3.00, "https://aws.amazon.com/cloudwatch/pricing/"),
}

# What is assumed of the findings. Yours differ: change them here and run this file.
ASSUMED = {
    "findings per exported object": 10,
    "part that is below severity 4": 0.6,
    "part that is archived": 0.5,
    "part that somebody is told of": 0.5,
    "part that occurred before": 0.5,
    "messages per invocation": 2,
    "seconds of finding-events per message": 0.1,
    "seconds of auto-archive per message": 0.05,
    "seconds of finding-exports per object": 0.3,
    "KB of exports and lake per finding": 2,
    "KB of the ledger per archived finding": 5,
    "KB of a delivery marker": 1,
    "part of requests to S3 that reach KMS": 0.01,
    "KB of log per message": 1,
    "metrics that have a value": 40,
    "alarms": 29,
}
IDLE_POLLS = 3 * 5 * 3 * 60 * 24 * 30  # three queues, five pollers each, a long poll of 20 seconds


def price(name):
    return PRICES[name][0]


def costs(findings, assumed=None):
    """USD in a month with so many versions of findings, by part."""
    a = assumed or ASSUMED
    objects = findings / a["findings per exported object"]
    low = findings * a["part that is below severity 4"]
    archived, told = findings * a["part that is archived"], findings * a["part that somebody is told of"]
    messages = findings + low + objects
    # A claim and what was told of each notification; a record, its place in the index and an outcome of each archiving; an exported object, which
    # GuardDuty writes at our expense, and its file in the lake. A listing costs as much as a write: what was archived of a finding before is looked up
    # when it occurs again, by finding-events and by auto-archive.
    writes = 2 * told + 3 * archived + 2 * objects + a["part that occurred before"] * (told + 2 * archived)
    reads = told + archived + 2 * objects
    kept = findings * a["KB of exports and lake per finding"] + archived * a["KB of the ledger per archived finding"] + told * a["KB of a delivery marker"]
    seconds = findings * a["seconds of finding-events per message"] + low * a["seconds of auto-archive per message"]
    return {
        "fixed": 2 * price("kms_key") + a["metrics that have a value"] * price("metric") + a["alarms"] * price("alarm") + price("dashboard") + IDLE_POLLS * price("sqs_request"),
        # Sent, received and deleted.
        "SQS": 3 * messages * price("sqs_request"),
        # 256 MB, and 512 MB for exports.
        "Lambda": messages / a["messages per invocation"] * price("lambda_request")
        + (seconds * 0.25 + objects * a["seconds of finding-exports per object"] * 0.5) * price("lambda_gb_second"),
        "S3 requests": writes * price("s3_put") + reads * price("s3_get"),
        # What the month adds.
        "S3 storage": kept / 1e6 * price("s3_gb_month"),
        # Keys of the buckets spare nearly all of them: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html.
        "KMS requests": (writes + reads) * a["part of requests to S3 that reach KMS"] * price("kms_request"),
        "EventBridge": objects * price("event"),
        "SNS": told * price("sns_publish"),
        "logs": messages * a["KB of log per message"] / 1e6 * price("log_gb"),
    }


def table():
    volumes = {"1,000": 1e3, "100,000": 1e5, "10,000,000": 1e7}
    columns = [costs(findings) for findings in volumes.values()]
    lines = [f"| USD a month at … versions of findings | {' | '.join(volumes)} |", "|---|" + "--:|" * len(volumes)]
    for part in columns[0]:
        lines.append(f"| {part} | " + " | ".join(f"{column[part]:,.2f}" for column in columns) + " |")
    lines.append("| **together** | " + " | ".join(f"**{sum(column.values()):,.2f}**" for column in columns) + " |")
    lines += ["", "Assumed: " + "; ".join(f"{name} {value}" for name, value in ASSUMED.items()) + ".", ""]
    pages = {}
    for name, (amount, page) in PRICES.items():
        pages.setdefault(page, []).append(f"{name.replace('_', ' ')} {amount:.10f}".rstrip("0").rstrip("."))
    lines += ["Prices: " + "; ".join(f"{', '.join(names)} ({page})" for page, names in pages.items()) + "."]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
