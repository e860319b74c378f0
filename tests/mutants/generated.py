"""cargo-mutants' mutants: most are built at once, and shown to the tests that reach them; the others one by one.

What is known stays in a file of lines: name, what came of it. Who asks for it (ITERATE=1) goes on from there, and
so does it after each missing test, as of a survivor nothing is known.
"""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from noticing import FAILED, JOBS, all_tried, built, noticed_by
from together import Mutation, listed, together

FOLDER = Path(__file__).parent

# Tests that run the flows, and the adapter's.
TARGETS = ["--lib", "fleet", "reaping", "rebuild", "allocation", "provision", "http", "seats", "homes_table", "amnesia"]
CARGO_MUTANTS = ["cargo", "mutants", "--colors", "never", "--no-shuffle"]


def key(tree: Path, mutation: Mutation) -> str:
    """A mutant's name, for as long as its line is as it is."""
    lines = (tree / mutation.file).read_text().splitlines()
    what = re.sub(r"^[^:]+:\d+:\d+: ", "", mutation.name)
    return f"- `{mutation.file}: {what}`: `{lines[mutation.start[0] - 1].strip()}`"


class Known:
    """What came of whom."""

    def __init__(self, file: Path):
        self.file = file
        if not os.environ.get("ITERATE"):
            file.unlink(missing_ok=True)
        lines = file.read_text().splitlines() if file.exists() else []
        self.of = dict(line.split("\t", 1) for line in lines)

    def note(self, name: str, came: str) -> None:
        self.of[name] = came
        with self.file.open("a") as file:
            print(name, came, sep="\t", file=file)
        print(f"{name}: {came}", flush=True)


def generated(tree: Path, out: Path, cargo: list[str], slow: tuple[str, ...], restore: Callable[[], None]) -> bool:
    """Whether all are caught or explained."""
    out.mkdir(parents=True, exist_ok=True)
    words = [*CARGO_MUTANTS, "--dir", str(tree), "--list", "--json"]
    mutations = listed(subprocess.run(words, text=True, stdout=subprocess.PIPE, check=True).stdout)
    keys = {mutation.name: key(tree, mutation) for mutation in mutations}
    explained = set(re.findall(r"^- `.*`$", (FOLDER / "survivors.md").read_text(), re.MULTILINE))
    known = Known(out / "outcomes.tsv")

    print(f"building {len(mutations)} mutants at once", flush=True)
    targets = [word for target in TARGETS for word in ((target,) if target == "--lib" else ("--test", target))]
    good, others = together(tree, mutations, [*cargo[:1], "check", *cargo[2:], "--quiet", "--lib"])
    tests = all_tried(built([*cargo, "--quiet", "--no-run", *targets], tree), slow)
    failed = [test.name for test in tests if not test.passes]
    for name in failed:
        print(f"{name} FAILS WITHOUT A MUTANT", flush=True)
    print(f"{len(tests)} tests reach {len(set().union(*(test.reaches for test in tests)))} of {len(good)}", flush=True)

    def ask(mutation: Mutation) -> None:
        if by := noticed_by(mutation.number, tests):
            known.note(mutation.name, by)

    # What is explained would be shown to every test that reaches it, and be noticed by none.
    def is_open(mutation: Mutation) -> bool:
        return mutation.name not in known.of and keys[mutation.name] not in explained

    with ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(ask, filter(is_open, good)))
    restore()
    one_by_one(tree, out, list(filter(is_open, others)), known)

    came = Counter(
        of if of == "does not compile" else "caught" for mutation in mutations if (of := known.of.get(mutation.name))
    )
    for mutation in mutations:
        if mutation.name not in known.of:
            is_explained = keys[mutation.name] in explained
            came["explained" if is_explained else "survivors"] += 1
            print(f"{mutation.name}: nobody, as survivors.md explains" if is_explained else f"NOBODY: {mutation.name}")
            if not is_explained:
                print(f"  {keys[mutation.name]}")
    if strangers := explained - set(keys.values()):
        print("survivors.md explains what there is not:", *sorted(strangers), sep="\n  ")
    print(f"{len(mutations)} of cargo-mutants': " + ", ".join(f"{count} {what}" for what, count in came.items()))
    return not (failed or came["survivors"] or strangers)


def one_by_one(tree: Path, out: Path, mutations: list[Mutation], known: Known) -> None:
    """What is no matter of a switch: constants, and what does not compile."""
    if not mutations:
        return
    names = "|".join(re.escape(mutation.name) for mutation in mutations)
    words = [*CARGO_MUTANTS, "--dir", str(tree), "--in-place", "--output", str(out), "--re", f"^({names})$"]
    # 2: some are missed, 3: some hang.
    done = subprocess.run([*words, "--baseline", "skip", "--timeout", "600"], stdout=sys.stderr)
    if done.returncode not in (0, 2, 3):
        raise RuntimeError("cargo-mutants has failed")
    folder = out / "mutants.out"
    for outcome in json.loads((folder / "outcomes.json").read_text())["outcomes"]:
        name = outcome["scenario"]["Mutant"]["name"]
        match outcome["summary"]:
            case "Unviable":
                known.note(name, "does not compile")
            case "CaughtMutant":
                log = (folder / outcome["log_path"]).read_text(errors="replace")
                failed = re.search(FAILED.pattern, log, re.MULTILINE)
                known.note(name, failed[1] if failed else "(ended in the middle)")
            case "Timeout":
                known.note(name, "(none ends)")
