#!/usr/bin/env python3
"""Makes the deployment packages out of what `cargo lambda build` left, and refuses what Lambda could not run:

    infra/pack.py FOLDER ARCH FUNCTION…

FOLDER/FUNCTION/bootstrap becomes FOLDER/FUNCTION/bootstrap.zip. The same binary makes the same bytes on every machine with the same zlib:
one entry, with a fixed time and fixed rights.
"""

import hashlib
import pathlib
import re
import sys
import zipfile

# Amazon Linux 2023, on which provided.al2023 stands, has glibc 2.34.
NEWEST_GLIBC = (2, 34)
# Far below what Lambda takes (50 MB): more than this is a dependency that nobody meant to add, and a slower start.
LARGEST = 4_000_000
# e_machine of the ELF header.
MACHINES = {"arm64": 183, "x86-64": 62}


def newest_glibc(binary):
    """The newest version of glibc that the binary asks for; its names stand as text in the table of needed versions."""
    return max((tuple(int(part) for part in found.split(b".")) for found in re.findall(rb"GLIBC_(\d+\.\d+)", binary)), default=(0, 0))


def problems(binary, architecture):
    if binary[:4] != b"\x7fELF":
        yield "it is no Linux executable"
        return
    if int.from_bytes(binary[18:20], "little") != MACHINES[architecture]:
        yield f"it is not for {architecture}"
    needed = newest_glibc(binary)
    if needed > NEWEST_GLIBC:
        yield f"it needs glibc {'.'.join(map(str, needed))}, and Lambda has {'.'.join(map(str, NEWEST_GLIBC))}: build it with cargo-lambda, which links against an older one"


def pack(folder, architecture):
    binary = (folder / "bootstrap").read_bytes()
    found = list(problems(binary, architecture))
    target = folder / "bootstrap.zip"
    entry = zipfile.ZipInfo("bootstrap", (1980, 1, 1, 0, 0, 0))
    entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o100755 << 16
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(entry, binary, compresslevel=9)
    size = target.stat().st_size
    if size > LARGEST:
        found.append(f"its package has {size / 1e6:.2f} MB, and {LARGEST / 1e6:.1f} MB is the most")
    if found:
        target.unlink()
        sys.exit("\n".join(f"{folder / 'bootstrap'}: {problem}" for problem in found))
    glibc = ".".join(map(str, newest_glibc(binary)))
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    print(f"{folder.name:16} {architecture:7} {size / 1e6:5.2f} MB of {LARGEST / 1e6:.1f}   glibc {glibc:5}  sha256 {digest}")


def main():
    folder, architecture, *functions = sys.argv[1:]
    for function in functions:
        pack(pathlib.Path(folder) / function, architecture)


if __name__ == "__main__":
    main()
