"""Shows mutants that are built together to the tests that reach them, the quick ones first, until one fails."""

import contextlib
import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

FAILED = re.compile(r"^test (\S+)(?: - should panic)? \.\.\. FAILED$")
JOBS = os.cpu_count() or 1


def first_failure(words: list[str], cwd: Path, limit: float, **env: str) -> str | None:
    """The test that fails first; the others are not waited for. None if all pass."""
    # Random sequences are not made smaller: that they fail is enough.
    env = os.environ | {"PROPTEST_MAX_SHRINK_ITERS": "0", "RUST_BACKTRACE": "0"} | env
    process = subprocess.Popen(
        words, cwd=cwd, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )

    def end() -> None:
        # What tests have started ends with them.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    late = threading.Event()
    timer = threading.Timer(limit, lambda: (late.set(), end()))
    timer.start()
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if failed := FAILED.match(line.rstrip()):
                end()
                return failed[1]
        status = process.wait()
    finally:
        timer.cancel()
        process.wait()
    if late.is_set():
        return f"(none ends: {limit:.0f} s)"
    return "(ended in the middle)" if status else None


@dataclass(frozen=True)
class Binary:
    """Tests that are built as one."""

    name: str
    path: Path
    # Where they run.
    folder: Path

    def tests(self) -> list[str]:
        def names(*more: str) -> set[str]:
            words = [self.path, "--list", "--format", "terse", *more]
            said = subprocess.run(words, cwd=self.folder, text=True, stdout=subprocess.PIPE, check=True).stdout
            return {line.removesuffix(": test") for line in said.splitlines() if line.endswith(": test")}

        return sorted(names() - names("--ignored"))


@dataclass(frozen=True)
class Test:
    binary: Binary
    name: str
    # What it reaches, and the seconds that it takes by itself.
    reaches: frozenset[int]
    takes: float
    passes: bool


def built(build: list[str], tree: Path) -> list[Binary]:
    said = subprocess.run([*build, "--message-format", "json"], cwd=tree, text=True, stdout=subprocess.PIPE, check=True)
    parts = [json.loads(line) for line in said.stdout.splitlines()]
    return [
        Binary(part["target"]["name"], Path(part["executable"]), Path(part["manifest_path"]).parent)
        for part in parts
        if part.get("executable") and part["profile"]["test"]
    ]


def tried(binary: Binary, name: str) -> Test:
    """A test by itself, and what it reaches."""
    with tempfile.TemporaryDirectory() as folder:
        reached = Path(folder) / "reached"
        began = time.monotonic()
        failure = first_failure(
            [str(binary.path), "--exact", name], binary.folder, limit=900, HOTDESK_REACHED=str(reached)
        )
        takes = time.monotonic() - began
        numbers = reached.read_text().split() if reached.exists() else []
        return Test(binary, name, frozenset(map(int, numbers)), takes, failure is None)


def all_tried(binaries: list[Binary], skip: tuple[str, ...]) -> list[Test]:
    names = [(binary, name) for binary in binaries for name in binary.tests() if not name.startswith(skip)]
    with ThreadPoolExecutor(JOBS) as pool:
        return list(pool.map(lambda one: tried(*one), names))


def noticed_by(number: int, tests: list[Test]) -> str | None:
    """The test that fails with this mutant. They are asked in growing batches, as each costs a start."""
    ready = sorted((test for test in tests if number in test.reaches and test.passes), key=lambda test: test.takes)
    done, size = 0, 2
    while done < len(ready):
        batch = ready[done : done + size]
        done, size = done + size, size * 2
        for binary in dict.fromkeys(test.binary for test in batch):
            some = [test for test in batch if test.binary == binary]
            limit = 60 + 5 * sum(test.takes for test in some)
            words = [str(binary.path), "--format", "pretty", "--exact", *(test.name for test in some)]
            if failed := first_failure(words, binary.folder, limit, HOTDESK_MUTANT=str(number)):
                return f"{binary.name}: {failed}"
    return None
