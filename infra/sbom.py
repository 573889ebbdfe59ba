#!/usr/bin/env python3
"""Prints what the functions are made of, as CycloneDX 1.5, from `cargo metadata`: infra/sbom.py TARGET FUNCTION… (TARGET as rustc calls it).

Only what is linked in: no dependencies of tests or of build scripts. The same lock file prints the same bytes.
"""

import json
import re
import subprocess
import sys
import uuid


def metadata(target):
    done = subprocess.run(["cargo", "metadata", "--format-version=1", "--locked", f"--filter-platform={target}"], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def checksums(lock):
    """Name and version → SHA-256 of the crate as it was downloaded."""
    entries = re.findall(r'\[\[package\]\]\nname = "(.*?)"\nversion = "(.*?)"\n(?:source = .*\n)?(?:checksum = "(.*?)"\n)?', lock)
    return {(name, version): checksum for name, version, checksum in entries if checksum}


def linked(graph, roots):
    """The packages that end in the binaries: along normal dependencies, procedural macros and what they need left out."""
    nodes = {node["id"]: node for node in graph["resolve"]["nodes"]}
    packages = {package["id"]: package for package in graph["packages"]}
    is_macro = lambda key: any("proc-macro" in target["kind"] for target in packages[key]["targets"])
    todo, seen = list(roots), set()
    while todo:
        key = todo.pop()
        if key in seen or is_macro(key):
            continue
        seen.add(key)
        todo += [need["pkg"] for need in nodes[key]["deps"] if any(kind["kind"] is None for kind in need["dep_kinds"])]
    return packages, nodes, seen


def main():
    target, *functions = sys.argv[1:]
    graph = metadata(target)
    roots = [package["id"] for package in graph["packages"] if package["name"] in functions and package["source"] is None]
    packages, nodes, seen = linked(graph, roots)
    known = checksums(open(f"{graph['workspace_root']}/Cargo.lock").read())

    def reference(key):
        return f"pkg:cargo/{packages[key]['name']}@{packages[key]['version']}"

    def component(key):
        package = packages[key]
        own = {
            "type": "library",
            "bom-ref": reference(key),
            "name": package["name"],
            "version": package["version"],
            "purl": reference(key),
        }
        if package.get("license"):
            own["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
        checksum = known.get((package["name"], package["version"]))
        if checksum:
            own["hashes"] = [{"alg": "SHA-256", "content": checksum}]
        return own

    keys = sorted(seen, key=reference)
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "guardsift", "version": packages[roots[0]]["version"]}},
        "components": [component(key) for key in keys],
        "dependencies": [{"ref": reference(key), "dependsOn": sorted({reference(need["pkg"]) for need in nodes[key]["deps"] if need["pkg"] in seen})} for key in keys],
    }
    bom["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(bom, sort_keys=True))}"
    print(json.dumps(bom, indent=1))


if __name__ == "__main__":
    main()
