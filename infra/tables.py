#!/usr/bin/env python3
"""Writes the tables of inputs, outputs and costs into README.md from the Terraform files; with --check it only says whether they are up to date.

The files are formatted by `terraform fmt`, which is what makes reading them by line safe.
"""

import pathlib
import re
import sys

import costs

INFRA = pathlib.Path(__file__).resolve().parent
README = INFRA / "README.md"
MODULES = {"": INFRA} | {name: INFRA / "modules" / name for name in ("guardduty", "organization", "lake", "catalog", "function")}
BLOCK = re.compile(r'^(variable|output) "([a-z_]+)" \{\n(.*?)^\}', re.M | re.S)


def one_line(text):
    return " ".join(text.split()).replace("|", "\\|")


def attribute(body, name):
    """The value of a top-level attribute as it is written, heredocs and brackets taken whole."""
    found = re.search(rf"^  {name}\s*= (.*)$", body, re.M)
    if not found:
        return None
    value = found.group(1)
    if value.startswith("<<-"):
        mark = value[3:].strip()
        return body[found.end():].split(f"\n  {mark}")[0]
    rest = body[found.end():].splitlines()[1:]
    while value.count("(") + value.count("{") + value.count("[") > value.count(")") + value.count("}") + value.count("]"):
        value += " " + rest.pop(0).strip()
    return value


def described(body):
    text = attribute(body, "description")
    assert text, f"a variable or an output without a description: {body}"
    return one_line(text.strip('"').replace('\\"', '"'))


def blocks(folder, kind):
    for file in sorted(folder.glob("*.tf")):
        for found, name, body in BLOCK.findall(file.read_text()):
            if found == kind:
                yield name, body


def tables():
    lines = []
    for module, folder in MODULES.items():
        title = f"`modules/{module}`" if module else "the root module"
        lines += [f"### Inputs of {title}", "", "| Name | What it is | Type | Default |", "|---|---|---|---|"]
        for name, body in sorted(blocks(folder, "variable")):
            default = attribute(body, "default")
            kind = re.sub(r"\(.*", "", one_line(attribute(body, "type")))
            shown = f"`{one_line(default)}`" if default is not None else "required"
            lines.append(f"| `{name}` | {described(body)} | {kind} | {shown} |")
        lines += ["", f"### Outputs of {title}", "", "| Name | What it is |", "|---|---|"]
        lines += [f"| `{name}` | {described(body)} |" for name, body in sorted(blocks(folder, "output"))]
        lines.append("")
    return "\n".join(lines)


def between(text, name, written):
    """The text with what is written between two marks replaced."""
    begin, end = f"<!-- {name}: begin (tables.py writes what follows) -->", f"<!-- {name}: end -->"
    before, rest = text.split(begin)
    return f"{before}{begin}\n\n{written}\n{end}{rest.split(end)[1]}"


def main():
    text = README.read_text()
    fresh = between(between(text, "tables", tables()), "costs", costs.table() + "\n")
    if "--check" in sys.argv[1:]:
        if fresh != text:
            sys.exit("infra/README.md: its tables are not those of the Terraform files and of costs.py. Run infra/tables.py and commit what it writes.")
        return
    README.write_text(fresh)


if __name__ == "__main__":
    main()
