"""Holds OCSF events against the schema of their version and class, with the profiles that they declare.

    tests/python/validate_ocsf.py < events.jsonl

The schema is OCSF's own, as the package ocsf-json-schema carries it: required and unknown attributes, types, patterns, enumerations and
constraints. On top of it, the caption beside each number of an enumeration must be that number's. Exits 1 and lists what is wrong; says
how many events of which classes were fine.
"""

import collections
import functools
import json
import sys

import jsonschema
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

OTHER = 99


@functools.cache
def source(version):
    return get_ocsf_schema(version=version)


@functools.cache
def validator(version, class_uid, profiles):
    schema = OcsfJsonSchemaEmbedded(source(version))
    name = schema.lookup_class_name_from_uid(class_uid=class_uid)
    document = schema.get_class_schema(class_name=name, profiles=list(profiles))
    jsonschema.Draft202012Validator.check_schema(document)
    return name, jsonschema.Draft202012Validator(document)


def captions(value, definition, schema, path):
    """What the numbers of enumerations are called beside them, and what must stand beside 99."""
    for name, attribute in definition["attributes"].items():
        if name not in value:
            continue
        numbers, sibling = attribute.get("enum"), attribute.get("sibling")
        if numbers and sibling and not attribute.get("is_array"):
            number, caption = value[name], value.get(sibling)
            if number == OTHER and not caption:
                yield f"{path}{sibling} is missing beside {name} 99"
            elif number != OTHER and caption is not None and caption != numbers[str(number)]["caption"]:
                yield f"{path}{sibling} is {caption!r} beside {name} {number}, which is {numbers[str(number)]['caption']!r}"
        if attribute["type"] == "object_t":
            inner = value[name] if attribute.get("is_array") else [value[name]]
            for item in inner:
                yield from captions(item, schema["objects"][attribute["object_type"]], schema, f"{path}{name}.")


def problems(event):
    version, class_uid = event["metadata"]["version"], event["class_uid"]
    name, rules = validator(version, class_uid, tuple(event["metadata"].get("profiles", [])))
    found = [f"{error.json_path}: {error.message}" for error in rules.iter_errors(event)]
    if not found:
        schema = source(version)
        found = list(captions(event, schema["classes"][name], schema, ""))
    return name, found


def main():
    fine, failed = collections.Counter(), False
    for number, line in enumerate(sys.stdin, 1):
        event = json.loads(line)
        name, found = problems(event)
        for problem in found:
            failed = True
            print(f"event {number}: {problem[:400]}", file=sys.stderr)
        if not found:
            fine[f"{event['metadata']['version']} {name}"] += 1
    for name, count in fine.items():
        print(f"{name} {count}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
