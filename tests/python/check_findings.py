"""Holds the findings of events/findings against GuardDuty's service model, and their addresses against the ranges reserved for documentation.

    tests/python/check_findings.py

A sample with a misspelt member, or a member of the wrong kind, would let a test pass that means nothing. Exits 1 and lists what is wrong.
"""

import ipaddress
import json
import pathlib
import re
import sys

import botocore.session

FINDINGS = pathlib.Path(__file__).resolve().parents[2] / "events" / "findings"
MODEL = botocore.session.get_session().get_service_model("guardduty")
KINDS = {"string": str, "integer": int, "long": int, "boolean": bool, "double": (int, float), "timestamp": (int, float)}
# GuardDuty puts far more there than the model says.
FREE_FORM = {"service.additionalInfo"}
RESERVED = [ipaddress.ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "10.0.0.0/8", "2001:db8::/32")]


def problems(value, shape, path):
    if value is None or path in FREE_FORM or shape.type_name == "map":
        return
    if shape.type_name == "structure":
        if not isinstance(value, dict):
            yield f"{path} is no object"
            return
        members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for key, inner in value.items():
            inner_path = f"{path}.{key}".lstrip(".")
            if key in members:
                yield from problems(inner, members[key], inner_path)
            else:
                yield f"{inner_path} is not in the model"
    elif shape.type_name == "list":
        if not isinstance(value, list):
            yield f"{path} is no list"
            return
        for item in value:
            yield from problems(item, shape.member, path)
    elif not isinstance(value, KINDS[shape.type_name]):
        yield f"{path} is no {shape.type_name}: {value!r}"
    elif getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{path} is none of {shape.enum}: {value!r}"


def real_addresses(text):
    for found in re.findall(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])|2[0-9a-f]{3}:[0-9a-f:]+", text):
        try:
            address = ipaddress.ip_address(found)
        except ValueError:
            continue
        if not any(address in network for network in RESERVED):
            yield f"{found} is somebody's address"


def main():
    failed = False
    for path in sorted(FINDINGS.glob("*.json")):
        text = path.read_text(encoding="utf-8")
        finding = json.loads(text)
        found = [*problems(finding, MODEL.shape_for("Finding"), ""), *real_addresses(text)]
        if finding.get("accountId") != "111122223333":
            found.append("accountId is not the sample account")
        for problem in found:
            failed = True
            print(f"{path.name}: {problem}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
