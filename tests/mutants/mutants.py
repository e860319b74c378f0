#!/usr/bin/env python3
"""Applies the mutants of this folder to a copy of the tree, one at a time, and runs tests until one fails.

`run` makes the copy and calls this; it says what is what.
"""

import re
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from noticing import first_failure

FOLDER = Path(__file__).parent

# The same for every call: cargo builds dependencies anew for another choice of packages.
CARGO = ["cargo", "test", "--locked", "-p", "hotdesk", "-p", "hotdesk-aws", "-p", "hotdesk-tests"]


@dataclass(frozen=True)
class Suite:
    """Tests that are run in one go."""

    name: str
    # What of the crates is built, and what of that is run.
    target: tuple[str, ...]
    tests: tuple[str, ...] = ()
    # It can notice changes of files only whose names begin so.
    sees: tuple[str, ...] = ("",)
    # Whoever takes longer hangs, seconds: several times what it takes on two cores.
    limit: int = 300


def skip(*names: str) -> tuple[str, ...]:
    return tuple(word for name in names for word in ("--skip", name))


SLOW = (
    "fleet::kills::",
    "fleet::homes::kills::",
    "fleet::homes::many::",
    "fleet::events::",
    "fleet::large::",
    "fleet::storm::",
)
FLEET = ("--test", "fleet")

# The cheap ones first.
SUITES = [
    Suite("units", ("--lib",)),
    Suite("protocol", ("--test", "protocol"), sees=("shared/core/src/store",)),
    Suite("rebuild", ("--test", "rebuild")),
    Suite("provision", ("--test", "provision")),
    Suite("allocation", ("--test", "allocation")),
    Suite("reaping", ("--test", "reaping")),
    Suite("template", ("--test", "template"), ("settings",), sees=("shared/core/src/store.rs",)),
    Suite("seats", ("--test", "seats"), sees=("shared/aws/",), limit=1200),
    Suite("http", ("--test", "http")),
    Suite("traces", FLEET, ("fleet::traces::", "fleet::rows::")),
    Suite("amnesia", ("--test", "amnesia"), limit=600),
    Suite("names", FLEET, ("fleet::names::",), limit=600),
    Suite("homes", FLEET, ("fleet::homes::", *skip("kills::", "many::")), limit=900),
    Suite(
        "fleet",
        FLEET,
        skip("fleet::traces::", "fleet::rows::", "fleet::names::", "fleet::homes::", *SLOW),
        limit=1200,
    ),
    Suite("slow", FLEET, SLOW, limit=3600),
]


class Broken(Exception):
    """The mutants themselves are not as they should be."""


@dataclass
class Mutant:
    """A patch."""

    name: str
    breaks: str
    # In the order in which they are asked.
    suites: list[Suite]
    patch: Path

    @classmethod
    def read(cls, patch: Path) -> "Mutant":
        """Its first line says what it breaks; a second one may name the suite that is asked first."""
        words = re.match(r"Breaks: (.+)\n(?:First: (\w+)\n)?\n--- ", patch.read_text())
        if not words or words[2] not in {None, *(suite.name for suite in SUITES)}:
            raise Broken(f"{patch.name}: it has to begin with what it breaks, and may name one suite")
        suites = sorted(SUITES, key=lambda suite: suite.name != words[2])
        return cls(patch.stem, words[1], suites, patch.resolve())

    def files(self) -> list[str]:
        return re.findall(r"^\+\+\+ (\S+)", self.patch.read_text(), re.MULTILINE)


def survivors() -> set[str]:
    """Those that survivors.md explains: each has a heading."""
    return set(re.findall(r"^## (\S+)$", (FOLDER / "survivors.md").read_text(), re.MULTILINE))


def mutants(names: list[str]) -> list[Mutant]:
    known = {patch.stem: patch for patch in sorted(FOLDER.glob("*.patch"))}
    if strangers := (set(names) | survivors()) - known.keys():
        raise Broken(f"there is no mutant {', '.join(sorted(strangers))}")
    return [Mutant.read(known[name]) for name in names or known]


class Tree:
    """The copy."""

    def __init__(self, root: Path):
        self.root = root

    def git(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["git", *words], cwd=self.root, text=True, stderr=subprocess.PIPE, check=False)

    def apply(self, mutant: Mutant) -> None:
        done = self.git("apply", "-p0", str(mutant.patch))
        if done.returncode:
            raise Broken(f"{mutant.name} does not apply any more:\n{done.stderr.rstrip()}")

    def restore(self) -> None:
        """As it was, but for the times of what was changed, by which cargo sees that it was."""
        self.git("checkout", "--quiet", "--", ".")
        self.git("clean", "--quiet", "--force", "-d")

    def build(self, suite: Suite) -> None:
        words = [*CARGO, "--quiet", "--no-run", *suite.target]
        done = subprocess.run(words, cwd=self.root, text=True, stderr=subprocess.PIPE, check=False)
        if done.returncode:
            raise Broken(f"it does not compile:\n{done.stderr}")

    def first_failure(self, suite: Suite, tests: tuple[str, ...]) -> str | None:
        words = [*CARGO, "--quiet", *suite.target, "--", "--format", "pretty", *tests]
        return first_failure(words, self.root, suite.limit)


def caught_by(tree: Tree, mutant: Mutant) -> tuple[Suite, str] | None:
    tree.apply(mutant)
    try:
        for suite in mutant.suites:
            if any(file.startswith(suite.sees) for file in mutant.files()):
                tree.build(suite)
                if test := tree.first_failure(suite, suite.tests):
                    return suite, test
        return None
    except Broken as trouble:
        raise Broken(f"{mutant.name}: {trouble}") from None
    finally:
        tree.restore()


def run(tree: Tree, names: list[str]) -> bool:
    explained, chosen = survivors(), mutants(names)
    wide = max(len(mutant.name) for mutant in chosen)
    noticed: dict[Suite, set[str]] = defaultdict(set)
    counts: dict[str, int] = defaultdict(int)
    print(f"{'mutant':{wide}}  seconds  caught by", flush=True)
    for mutant in chosen:
        began = time.monotonic()
        try:
            found = caught_by(tree, mutant)
        except Broken as trouble:
            counts["broken"] += 1
            said = str(trouble)
        else:
            if found:
                suite, test = found
                counts["caught"] += 1
                said = f"{suite.name}: {test}"
                if not test.startswith("("):
                    noticed[suite].add(test)
                if mutant.name in explained:
                    said += " (survivors.md says that none does)"
            elif mutant.name in explained:
                counts["explained"] += 1
                said = "nobody, as survivors.md explains"
            else:
                counts["survivors"] += 1
                said = f"NOBODY. It breaks: {mutant.breaks}"
        print(f"{mutant.name:{wide}}  {time.monotonic() - began:7.0f}  {said}", flush=True)
    for suite, tests in noticed.items():
        tree.build(suite)
        if test := tree.first_failure(suite, ("--exact", *sorted(tests))):
            counts["tests that fail without a mutant"] += 1
            print(f"{suite.name}: {test} FAILS WITHOUT A MUTANT", flush=True)
    print(f"{len(chosen)} mutants: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
    return not (counts["broken"] or counts["survivors"] or counts["tests that fail without a mutant"])


def check(tree: Tree) -> bool:
    chosen = mutants([])
    for mutant in chosen:
        tree.apply(mutant)
        tree.restore()
    print(f"{len(chosen)} mutants apply")
    return True


def main() -> bool:
    deed, root, *names = sys.argv[1:]
    tree = Tree(Path(root))
    match deed:
        case "generated":
            # Needs what reads Rust.
            from generated import generated

            return generated(tree.root, Path(names[0]), CARGO, SLOW, tree.restore)
        case "check":
            return check(tree)
        case "build":
            for target in dict.fromkeys(suite.target for suite in SUITES):
                tree.build(Suite("", target))
            return True
        case _:
            return run(tree, names)


if __name__ == "__main__":
    try:
        sys.exit(0 if main() else 1)
    except Broken as trouble:
        sys.exit(f"mutants: {trouble}")
