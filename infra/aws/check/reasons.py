"""Checks that nothing is let off without a reason.

Usage: reasons.py CHECKOV_JSON FILE...

checkov: what it skipped is skipped at a resource, with a comment of three words at least, in what
`checkov -o json` wrote. cfn-lint: a resource's own list of rules to ignore has such a comment at the
end of each rule's line or above it; a list for a whole template, or for all of them, is refused.
"""

import json
import re
import sys
from pathlib import Path

import yaml


def is_reason(text):
    return len(re.findall(r"[A-Za-z]{2,}", text or "")) >= 3


def skipped(report):
    """The suppressions without a reason in a report of checkov's, and what it could not read."""
    if report["summary"]["parsing_errors"] or not report["summary"]["passed"]:
        yield "checkov could not read all templates"
    for check in report["results"]["skipped_checks"]:
        comment = check["check_result"]["suppress_comment"]
        # What checkov says where nobody said anything.
        if comment == "No comment provided" or not is_reason(comment):
            yield f"{check['file_path']}: {check['resource']}: {check['check_id']}"


def entries(node, key):
    """The values of all entries of that name, with the names that lead there."""

    def walk(node, path):
        if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                yield from walk(item, path)
        if isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                if name.value == key:
                    yield path, value
                yield from walk(value, [*path, name.value])

    yield from walk(node, [])


def comments(lines, number):
    """The comment at the end of a line, or else those right above it."""
    _, _, comment = lines[number].partition(" #")
    if comment:
        return comment
    above = []
    while number > 0 and lines[number - 1].strip().startswith("#"):
        number -= 1
        above.insert(0, lines[number].strip("# "))
    return " ".join(above)


def ignored(file):
    """The rules of cfn-lint that a file lets off without a reason, or for too much."""
    text = Path(file).read_text()
    lines, root = text.split("\n"), yaml.compose(text, yaml.SafeLoader)
    for path, value in entries(root, "ignore_checks"):
        for item in value.value:
            where = f"{file}:{item.start_mark.line + 1}: {item.value}"
            if path[:1] != ["Resources"]:
                yield f"{where} for more than a resource"
            elif not is_reason(comments(lines, item.start_mark.line)):
                yield where
    for key in ("skip-check", "soft-fail", "soft-fail-on"):
        for _, value in entries(root, key):
            yield f"{file}:{value.start_mark.line + 1}: {key}: skip at the resource"


def main(report, *files):
    bad = [*skipped(json.loads(Path(report).read_text()))]
    for file in files:
        bad += ignored(file)
    for line in bad:
        print(f"reasons: let off without a reason: {line}", file=sys.stderr)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
