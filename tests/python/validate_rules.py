"""Validates documents against a JSON Schema with the reference implementation in Python.

Reads {"schema": ..., "documents": [...]} and prints one line per document: what is wrong with it first, or an empty string.
"""

import json
import sys

from jsonschema import Draft202012Validator

given = json.load(sys.stdin)
Draft202012Validator.check_schema(given["schema"])
validator = Draft202012Validator(given["schema"])
json.dump(
    [
        "" if error is None else f"{error.json_path}: {error.message[:200]}"
        for error in (next(validator.iter_errors(document), None) for document in given["documents"])
    ],
    sys.stdout,
)
