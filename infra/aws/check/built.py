"""Checks the bootstraps that are deployed and released, and prints how large they are.

Usage: built.py SAM_BUILD RELEASE arm64|x86_64

SAM_BUILD is the folder that `sam build` wrote, RELEASE what `release/pack` did. Each function of the
project is in both, the same bytes; for that processor; with no newer C library than Lambda has; and
not larger than it may be.
"""

import re
import sys
import tarfile
import zipfile
from pathlib import Path

FUNCTIONS = Path(__file__).parents[3] / "functions"
# `e_machine` (System V ABI, "ELF header").
MACHINES = {"arm64": 183, "x86_64": 62}
# The C libraries of Amazon Linux 2023 and of Debian 12.
LAMBDA, BOX = (2, 34), (2, 36)
# Most bytes of a zip: how long a cold start takes to fetch it. A third of ping's is TLS.
PING, OTHERS = 2_600_000, 7_000_000


def named(function):
    """The logical id of a function: IdleReaper for idle-reaper."""
    return "".join(part.capitalize() for part in function.split("-"))


def wrong(name, binary, architecture, newest):
    """What is wrong with a program."""
    if binary[:4] != b"\x7fELF":
        yield f"{name} is no program"
    elif int.from_bytes(binary[18:20], "little") != MACHINES[architecture]:
        yield f"{name} is not for {architecture}"
    wants = {(int(a), int(b)) for a, b in re.findall(rb"\0GLIBC_(\d+)\.(\d+)(?=[.\0])", binary)}
    if not wants or max(wants) > newest:
        yield f"{name} wants another C library: {sorted(wants)[-1:]}, not {newest} or older"


def row(name, packed, binary):
    print(f"{name:14} {packed / 1e6:8.2f} MB zipped {binary / 1e6:8.2f} MB")


def check(function, build, release, architecture):
    """What is wrong with a function."""
    packed, deployed = release / f"{function}.zip", build / named(function) / "bootstrap"
    if not deployed.is_file():
        yield f"{function}: sam build made no {named(function)}/bootstrap"
        return
    with zipfile.ZipFile(packed) as archive:
        binary = archive.read("bootstrap")
    row(function, packed.stat().st_size, len(binary))
    if binary != deployed.read_bytes():
        yield f"{function}: what is released is not what sam build made"
    yield from wrong(function, binary, architecture, LAMBDA)
    most = PING if function == "ping" else OTHERS
    if packed.stat().st_size > most:
        yield f"{function}: its zip is larger than {most / 1e6} MB"


def main(build, release, architecture):
    build, release = Path(build), Path(release)
    functions = sorted(file.parent.name for file in FUNCTIONS.glob("*/Cargo.toml"))
    bad = []
    for function in functions:
        bad += check(function, build, release, architecture)
    packed = release / "hotdesk-box.tar.gz"
    with tarfile.open(packed) as archive:
        agent = archive.extractfile("hotdesk-box/hotdesk-agent").read()
        if not archive.getmember("hotdesk-box/workspace/provision").mode & 0o111:
            bad.append("hotdesk-box: provision cannot be run")
    row("hotdesk-agent", packed.stat().st_size, len(agent))
    bad += wrong("hotdesk-agent", agent, architecture, BOX)
    for line in bad:
        print(f"built: {line}", file=sys.stderr)
    return bool(bad) or not functions


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
