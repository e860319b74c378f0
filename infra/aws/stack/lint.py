#!/usr/bin/env python3
"""Looks over the policies of all roles of the stack, as they are once it is made, with Parliament.

They are made in a moto of this process, with the defaults and with all that gives rights. A finding that is
none has its reason here; one that nothing is found for any more has to go.
"""

import json
import sys
import warnings
from fnmatch import fnmatchcase
from typing import Any

from make import Stack
from moto import mock_aws

with warnings.catch_warnings():
    # It imports what setuptools will not have for ever; the version that has it is pinned.
    warnings.simplefilter("ignore")
    import parliament

KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"

# What stacks are looked at.
CHOICES = {
    "the defaults": {},
    "all that gives rights": {
        "BoxLogs": "true",
        "BoxSessionManager": "true",
        "CertificateSecret": "arn:aws:secretsmanager:us-east-1:123456789012:secret:boxes-a1B2c3",
        "KmsKeyArn": KEY,
        "Tracing": "true",
        "WorkspaceDomain": "boxes.example.com",
        "WorkspaceZoneId": "Z0123456789ABCDEFGHIJ",
    },
}

INTERFACES = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)

# Findings that are none: policy, issue, what it names; and why.
LET_OFF: dict[tuple[str, str, str], str] = {
    ("RightsRuns", "RESOURCE_STAR", action): (
        "Lambda makes interfaces before there is anything to name, and wants it so (Lambda Developer "
        "Guide, 'Required IAM permissions'); the statement after it takes it from the code"
    )
    for action in INTERFACES
    if "Describe" not in action
} | {
    ("RightsRuns", "UNKNOWN_CONDITION_FOR_ACTION", action): (
        "lambda:SourceFunctionArn is a key of every call with a function's credentials (Lambda Developer "
        "Guide, 'Working with Lambda execution environment credentials'), and in none of its tables"
    )
    for action in INTERFACES
}


def elsewhere(mismatch: dict[str, str], statements: list[dict[str, Any]]) -> bool:
    """Whether the role names the kind of resource with that action after all.

    Parliament wants all kinds that an action is about in one statement; where each has conditions of its
    own, they are in several. It also takes no colon in an ARN's last part, which labels of streams have.
    """
    pattern = mismatch["required_format"].replace("*:*:*", "*").replace("*:*", "*")
    for statement in statements:
        actions, resources = statement["Action"], statement["Resource"]
        actions = [actions] if isinstance(actions, str) else actions
        resources = [resources] if isinstance(resources, str) else resources
        if mismatch["action"] in actions and any(fnmatchcase(one, pattern) for one in resources):
            return True
    return False


def findings(statements: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """What is wrong with the statements of a role: policy, issue, what it names."""
    found = []
    for statement in statements:
        plain = {key: value for key, value in statement.items() if key != "Policy"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [plain]})
        for finding in parliament.analyze_policy_string(document).findings:
            detail = finding.detail
            if finding.issue == "RESOURCE_MISMATCH":
                named = [one["action"] for one in detail if not elsewhere(one, statements)]
            elif finding.issue == "UNKNOWN_CONDITION_FOR_ACTION":
                named = [str(detail).rsplit(" ", 1)[-1]]
            else:
                named = detail if isinstance(detail, list) else [str(detail)]
            found += [(statement["Policy"], finding.issue, one) for one in named]
    return found


def main() -> None:
    found: set[tuple[str, str, str]] = set()
    seen = 0
    for choice, chosen in CHOICES.items():
        with mock_aws():
            for role, statements in Stack(None, chosen).roles().items():
                seen += len(statements)
                for finding in findings(statements):
                    if finding not in LET_OFF:
                        print(f"{choice}: {role}:", *finding)
                    found.add(finding)
    if needless := LET_OFF.keys() - found:
        sys.exit(f"nothing is found any more for {sorted(needless)}: take them out of lint.py")
    if found - LET_OFF.keys():
        sys.exit(1)
    print(f"policies: {seen} statements, nothing found")


if __name__ == "__main__":
    main()
