#!/usr/bin/env python3
"""Counts instructions with callgrind and holds them against bench/instructions.tsv: where a wall clock on a busy machine says little, these repeat.

  bench/instructions.py [--write] [--binaries target/release]

It fails when a count is more than 3 % away from the committed one, in either direction: a gain that is not written down is lost again unseen.
What moves a count without a change of the code: the toolchain, the C library, and the processor's features by which both choose among their
routines. The first lines of the file say where it was made; on another kind of machine write it anew before a change and compare after it.
"""
import argparse
import json
import os
import pathlib
import platform
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

import backtest

HERE = pathlib.Path(__file__).resolve().parent
BASELINE = HERE / "instructions.tsv"
SKIPPED_LOG = os.environ.get("SKIPPED_LOG")
TOLERANCE = 0.03
FUNCTIONS = {
    "finding-events": {"GUARDSIFT_RULES_URI": "s3://lake/rules.yaml", "GUARDSIFT_LAKE_BUCKET": "lake",
                       "GUARDSIFT_DEFAULT_TOPIC_ARN": "arn:aws:sns:us-east-1:111122223333:findings"},
    "finding-exports": {"GUARDSIFT_LAKE_BUCKET": "lake", "GUARDSIFT_EXPORT_BUCKET": "exports"},
    "auto-archive": {"GUARDSIFT_RULES_URI": "s3://lake/rules.yaml", "GUARDSIFT_LAKE_BUCKET": "lake"},
}
LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "function", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
          "AWS_LAMBDA_LOG_GROUP_NAME": "group", "AWS_LAMBDA_LOG_STREAM_NAME": "stream", "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "k",
          "AWS_SECRET_ACCESS_KEY": "s"}
EVENTS, FINDINGS, RULES = 1000, 2000, 20


def callgrind(command, environment, end=None):
    """Instructions of a run. `end` is called with the process and may end it."""
    tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    process = subprocess.Popen([*tool, *map(str, command)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if end:
        end(process)
    errors = process.communicate(timeout=600)[1]
    found = re.search(r"Collected : (\d+)", errors)
    if not found:
        sys.exit(f"callgrind counted nothing of {command[0]}:\n{errors}")
    return int(found.group(1))


def start(binary, settings):
    """From exec to the first request for an event."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(60)

    def until_it_polls(process):
        connection, _ = server.accept()
        request = b""
        while b"\r\n\r\n" not in request:
            request += connection.recv(65536)
        if b"/invocation/next" not in request:
            sys.exit(f"{binary} did not start: {request!r}")
        process.send_signal(signal.SIGTERM)

    address = f"127.0.0.1:{server.getsockname()[1]}"
    return callgrind([binary], {**LAMBDA, **settings, "AWS_LAMBDA_RUNTIME_API": address}, until_it_polls)


def scan(binary, folder):
    """A backtest of generated findings, uncompressed, since how well Python compresses depends on its zlib."""
    rng = random.Random(7)
    history, rules = folder / "history.jsonl", folder / "rules.json"
    history.write_text("".join(json.dumps(backtest.finding(rng, number), separators=(",", ":")) + "\n" for number in range(FINDINGS)))
    rules.write_text(json.dumps(backtest.rules(RULES)))
    command = [binary, "backtest", rules, "--history", history, "--threads", "1", "--all-versions", "--count", "matches"]
    return callgrind(command, {"NO_COLOR": "1"})


def measured(binaries):
    counts = {f"start {name}": start(binaries / name, settings) for name, settings in FUNCTIONS.items()}
    none, some = (callgrind([binaries / "one-event", times], {}) for times in (0, EVENTS))
    counts["decode and decide one event"] = (some - none) // EVENTS
    with tempfile.TemporaryDirectory(prefix="instructions-") as folder:
        counts[f"backtest {FINDINGS} findings"] = scan(binaries / "guardsift", pathlib.Path(folder))
    return counts


def made_where():
    versions = [subprocess.run(command, capture_output=True, text=True).stdout.strip() for command in (["rustc", "--version"], ["valgrind", "--version"])]
    return f"# {', '.join(versions)}, {platform.machine()}, {' '.join(platform.libc_ver())}"


def write(counts):
    lines = ["# Instructions by callgrind; `make instructions-baseline` writes this file.", made_where()]
    BASELINE.write_text("\n".join([*lines, *(f"{name}\t{count}" for name, count in counts.items())]) + "\n")


def committed():
    lines = BASELINE.read_text().splitlines()
    rows = dict(line.split("\t") for line in lines if not line.startswith("#"))
    return {name: int(count) for name, count in rows.items()}, lines[1]


def skipped(why):
    line = f"skipped: counting instructions ({why})\n"
    sys.stderr.write(line)
    if SKIPPED_LOG:
        with open(SKIPPED_LOG, "a") as log:
            log.write(line)
    sys.exit(0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="make what is measured the baseline")
    parser.add_argument("--binaries", type=pathlib.Path, default=pathlib.Path("target/release"))
    arguments = parser.parse_args()
    if not shutil.which("valgrind"):
        skipped("valgrind is not installed")
    counts = measured(arguments.binaries)
    before, where = committed() if BASELINE.is_file() else ({}, made_where())
    moved = []
    for name, count in counts.items():
        change = count / before[name] - 1 if name in before else None
        told = "new" if change is None else f"{change:+.2%}"
        print(f"{name:32} {count:14,} {told:>9}")
        if change is None or abs(change) > TOLERANCE:
            moved.append(name)
    if arguments.write:
        write(counts)
    elif moved or before.keys() != counts.keys():
        if where != made_where():
            print(f"The baseline was made elsewhere: {where[2:]}; here is {made_where()[2:]}", file=sys.stderr)
        sys.exit(f"moved by more than {TOLERANCE:.0%}: {', '.join(moved)}. If that is meant, `make instructions-baseline` and commit bench/instructions.tsv.")


if __name__ == "__main__":
    main()
