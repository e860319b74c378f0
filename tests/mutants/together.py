"""Writes all of cargo-mutants' mutants into one tree, each behind a switch, so that they are built once.

What is built of it is the tree itself, but for one mutant: the one whose number the environment names, see
`SWITCH`. A mutant that cannot be switched when it runs (one in a constant, or that does not compile) is left out.
"""

import json
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import tree_sitter
import tree_sitter_rust

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_rust.language()))

# Where the switch is.
CORE = Path("shared/core/src")

SWITCH = """
/// Which mutant there is, and which ones could be noticed.
#[doc(hidden)]
pub mod switch {
    use std::{collections::BTreeSet, io::Write, sync::{LazyLock, Mutex}};

    static NUMBER: LazyLock<u32> = LazyLock::new(|| {
        std::env::var("HOTDESK_MUTANT").ok().and_then(|number| number.parse().ok()).unwrap_or(0)
    });
    static REACHED: LazyLock<Option<Mutex<(BTreeSet<u32>, std::fs::File)>>> = LazyLock::new(|| {
        let path = std::env::var_os("HOTDESK_REACHED")?;
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path).ok()?;
        Some(Mutex::new((BTreeSet::new(), file)))
    });

    /// It is this one.
    pub fn on(number: u32) -> bool {
        if let Some(reached) = &*REACHED && let Ok(mut reached) = reached.lock()
            && reached.0.insert(number)
        {
            let _ = writeln!(reached.1, "{number}");
        }
        *NUMBER == number
    }
}
"""


@dataclass(frozen=True)
class Mutation:
    """A mutant of cargo-mutants'."""

    number: int
    name: str
    file: Path
    genre: str
    replacement: str
    # From one to the other, each a line and a column in characters, from 1.
    start: tuple[int, int]
    end: tuple[int, int]


def listed(text: str) -> list[Mutation]:
    """What `cargo mutants --list --json` says."""

    def place(at: dict) -> tuple[int, int]:
        return at["line"], at["column"]

    return [
        Mutation(
            number,
            mutant["name"],
            Path(mutant["file"]),
            mutant["genre"],
            mutant["replacement"],
            place(mutant["span"]["start"]),
            place(mutant["span"]["end"]),
        )
        for number, mutant in enumerate(json.loads(text), start=1)
    ]


class Source:
    """A file, and what is to be written into it."""

    def __init__(self, text: bytes, mutations: Iterable[Mutation], switch: str):
        self.text, self.switch = text, switch
        self.lines = [0, *(found.end() for found in re.finditer(b"\n", text))]
        self.root = PARSER.parse(text).root_node
        self.at: dict[tuple[str, int], list[Mutation]] = defaultdict(list)
        for mutation in mutations:
            self.at[mutation.genre, self.offset(mutation.start)].append(mutation)

    def offset(self, place: tuple[int, int]) -> int:
        line, column = place
        begin = self.lines[line - 1]
        return begin + len(self.text[begin:].decode()[: column - 1].encode())

    def woven(self) -> bytes:
        return self.render(self.root)

    def on(self, mutation: Mutation) -> bytes:
        return f"{self.switch}::on({mutation.number})".encode()

    def marked(self, mutation: Mutation, text: bytes) -> bytes:
        """Text that is a mutant's alone, so that whose fault it is can be seen if it does not compile."""
        return b"/*<%d*/%b/*%d>*/" % (mutation.number, text, mutation.number)

    def either(self, ways: list[tuple[Mutation, bytes]], else_: bytes) -> bytes:
        words = b"".join(
            b"if %b else " % self.marked(mutation, b"%b { %b }" % (self.on(mutation), text)) for mutation, text in ways
        )
        return b"(%b{ %b })" % (words, else_)

    def between(self, node: tree_sitter.Node, left: int, right: int) -> bytes:
        """Part of a node, with all that is to be written into it."""
        done, parts = left, []
        for child in node.children:
            if left <= child.start_byte and child.end_byte <= right:
                parts += [self.text[done : child.start_byte], self.render(child)]
                done = child.end_byte
        return b"".join([*parts, self.text[done:right]])

    def render(self, node: tree_sitter.Node) -> bytes:
        start, end = node.start_byte, node.end_byte
        text = self.between(node, start, end)
        match node.type:
            case "binary_expression" | "compound_assignment_expr":
                operator = node.child_by_field_name("operator")
                if ways := self.at.get(("BinaryOperator", operator.start_byte)):
                    before = self.between(node, start, operator.start_byte)
                    after = self.between(node, operator.end_byte, end)
                    return self.either([(m, b"%b%b%b" % (before, m.replacement.encode(), after)) for m in ways], text)
            case "unary_expression":
                if ways := self.at.get(("UnaryOperator", start)):
                    return self.either([(m, self.between(node, start + 1, end)) for m in ways], text)
            case "match_pattern":
                return self.pattern(node)
            case "block":
                for mutation in (m for child in node.children for m in self.at.get(("FnValue", child.start_byte), ())):
                    wish = b"if %b { return %b; }" % (self.on(mutation), mutation.replacement.encode())
                    # After the brace.
                    text = text[:1] + self.marked(mutation, wish) + text[1:]
        return text

    def pattern(self, node: tree_sitter.Node) -> bytes:
        """The pattern of an arm, and its guard."""
        start, end = node.start_byte, node.end_byte
        guard = node.child_by_field_name("condition")
        pattern, condition = self.between(node, start, end), b""
        if guard and guard.type not in ("let_chain", "let_condition"):
            pattern = self.between(node, start, guard.start_byte).rstrip().removesuffix(b"if").rstrip()
            condition = b"(%b)" % self.render(guard)
            for mutation in self.at.get(("MatchArmGuard", guard.start_byte), ()):
                if mutation.replacement == "true":
                    condition = b"(%b || %b)" % (self.marked(mutation, self.on(mutation)), condition)
                else:
                    condition = b"(%b && %b)" % (self.marked(mutation, b"!" + self.on(mutation)), condition)
        for mutation in self.at.get(("MatchArm", node.parent.start_byte), ()):
            gone = self.marked(mutation, b"!" + self.on(mutation))
            condition = b"(%b && %b)" % (gone, condition) if condition else gone
        return b"%b if %b" % (pattern, condition) if condition else pattern


def weave(tree: Path, mutations: Iterable[Mutation], whole: dict[Path, bytes]) -> None:
    """Writes them into a tree, whose files are `whole` without them."""
    by_file: dict[Path, list[Mutation]] = {file: [] for file in whole}
    for mutation in mutations:
        by_file[mutation.file].append(mutation)
    for file, some in by_file.items():
        switch = "crate::switch" if file.is_relative_to(CORE) else "hotdesk::switch"
        (tree / file).write_bytes(Source(whole[file], some, switch).woven())


def guilty(tree: Path, check: list[str], known: set[int]) -> tuple[set[int], str]:
    """Those that keep the tree from being compiled, and what the compiler says."""
    done = subprocess.run(
        [*check, "--message-format", "json"], cwd=tree, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    found, said = set(), []
    for line in done.stdout.splitlines():
        message = json.loads(line).get("message")
        if not message or message["level"] != "error":
            continue
        said.append(message["rendered"])
        # Where it is, or, if that is nobody's, what it has to do with.
        for primary in True, False:
            some = [span for span in message["spans"] if span["is_primary"] == primary]
            if whose := known & set().union(*(within(tree, span) for span in some)):
                found |= whose
                break
    return found, "\n".join(said)


def within(tree: Path, span: dict) -> set[int]:
    """Whose text, the innermost, this is."""
    file, start, end = tree / span["file_name"], span["byte_start"], span["byte_end"]
    if not file.is_file():
        return set()
    text = file.read_bytes()
    begin = [(m.start(), int(m[1])) for m in re.finditer(rb"/\*<(\d+)\*/", text) if m.start() <= start]
    for at, number in reversed(begin):
        close = text.find(b"/*%d>*/" % number, at)
        if close >= end - 1:
            return {number}
    return set()


def together(tree: Path, mutations: list[Mutation], check: list[str]) -> tuple[list[Mutation], list[Mutation]]:
    """Writes into the tree all that can be switched. Returns these, and the others."""
    whole = {mutation.file: (tree / mutation.file).read_bytes() for mutation in mutations}
    with (tree / CORE / "lib.rs").open("a") as file:
        file.write(SWITCH)
    good = {mutation.number: mutation for mutation in mutations}
    while True:
        weave(tree, good.values(), whole)
        bad, said = guilty(tree, check, set(good))
        if not said:
            return list(good.values()), [m for m in mutations if m.number not in good]
        if not bad:
            raise RuntimeError(f"it does not compile with all mutants, nobody knows why:\n{said}")
        for number in bad:
            del good[number]
