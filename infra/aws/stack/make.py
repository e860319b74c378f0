#!/usr/bin/env python3
"""Makes the stack in a moto, and says in JSON on stdout what came of it.

Usage: make.py ENDPOINT [PARAMETER=VALUE]...

| key | is |
| --- | --- |
| `functions` | of each function, by its name in this project: `environment`, `timeout` and `role` |
| `roles` | of each role, by its logical id: its statements, each with the `Policy` that it is of |
| `resources` | of each, by its logical id: `type`, `properties`, and `id` (none if moto does not make it: `rest.py`) |
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import boto3
from flat import REGION, flat, supported
from moto.cloudformation.parsing import get_model_map
from rest import REST

ROOT = Path(__file__).resolve().parents[3]

# What has no default. Nobody looks at what is behind them.
GIVEN = {
    "BoxImage": "ami-12345678",
    "KeysSecret": f"arn:aws:secretsmanager:{REGION}:123456789012:secret:keys-a1B2c3",
    "KeysVersion": "11111111-1111-1111-1111-111111111111",
}


# What moto has only an older type for: see `as_moto_takes_it`.
OLDER = {"AWS::IAM::RolePolicy"}


def check_rest(types: set[str]) -> None:
    """The list of what is not made is neither too short nor too long."""
    known = {*get_model_map(), *OLDER}
    if missing := types - known - REST.keys():
        sys.exit(f"moto makes none of {sorted(missing)}: rest.py has to say so")
    if needless := {kind for kind in REST.keys() & known if not REST[kind].why}:
        sys.exit(f"moto makes {sorted(needless)}: take them out of rest.py")


def as_moto_takes_it(resource: dict[str, Any]) -> None:
    """Things that moto wants to be otherwise."""
    properties = resource["Properties"]
    match resource["Type"]:
        case "AWS::Lambda::Function":
            properties["Code"] = {"ZipFile": ""}
        case "AWS::IAM::Role":
            # It gives back what is no text as Python writes it.
            for policy in properties.get("Policies", []):
                policy["PolicyDocument"] = {"Fn::ToJsonString": policy["PolicyDocument"]}
        case "AWS::IAM::RolePolicy":
            # This one is for several roles.
            resource["Type"] = "AWS::IAM::Policy"
            properties["Roles"] = [properties.pop("RoleName")]


class Stack:
    """The stack in a moto; in that of this process, if there is no endpoint."""

    def __init__(self, endpoint: str | None, chosen: dict[str, str]):
        self.endpoint = endpoint
        self.whole = flat(ROOT / "template.yaml", {**GIVEN, **chosen})
        check_rest({resource["Type"] for resource in self.whole.values()})
        self.resources = supported(self.whole)
        for resource in self.resources.values():
            as_moto_takes_it(resource)
        self.ids = self._make()
        self.iam = self._client("iam")

    def _client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )

    def _make(self) -> dict[str, str]:
        """The physical ids, by the logical ones."""
        cloud = self._client("cloudformation")
        template = json.dumps({"Resources": self.resources})
        cloud.create_stack(StackName="hotdesk", TemplateBody=template)
        pages = cloud.get_paginator("list_stack_resources").paginate(StackName="hotdesk")
        made = [summary for page in pages for summary in page["StackResourceSummaries"]]
        return {one["LogicalResourceId"]: one.get("PhysicalResourceId", "") for one in made}

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of all resources of a type."""
        return {n: of["Properties"] for n, of in self.resources.items() if of["Type"] == kind}

    def statements(self, role: str) -> list[dict[str, Any]]:
        """What a role may do, of its own policies and of those that it shares."""
        there = {"RoleName": self.ids[role]}
        names = self.iam.list_role_policies(**there)["PolicyNames"]
        own = {n: self.iam.get_role_policy(**there, PolicyName=n)["PolicyDocument"] for n in names}
        # moto attaches no managed policies to roles that a stack makes.
        for shared in self.of("AWS::IAM::Role")[role].get("ManagedPolicyArns", []):
            arn = self.ids[shared["Ref"]]
            version = self.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            found = self.iam.get_policy_version(PolicyArn=arn, VersionId=version)
            own[shared["Ref"]] = found["PolicyVersion"]["Document"]
        for name, document in own.items():
            if document["Version"] != "2012-10-17":
                sys.exit(f"{role}: {name} is in another version of the language")
        return [{"Policy": n, **one} for n, document in own.items() for one in document["Statement"]]

    def roles(self) -> dict[str, list[dict[str, Any]]]:
        return {role: self.statements(role) for role in self.of("AWS::IAM::Role")}

    def functions(self) -> dict[str, dict[str, Any]]:
        there, functions = self._client("lambda"), {}
        logical = {physical: name for name, physical in self.ids.items()}
        for name in self.of("AWS::Lambda::Function"):
            function = there.get_function_configuration(FunctionName=self.ids[name])
            # IdleReaper is idle-reaper.
            functions[re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()] = {
                "environment": function["Environment"]["Variables"],
                "timeout": function["Timeout"],
                "role": logical[function["Role"].rsplit("/", 1)[-1]],
            }
        return functions


def main() -> None:
    endpoint, *chosen = sys.argv[1:]
    stack = Stack(endpoint, dict(one.split("=", 1) for one in chosen))
    resources = {
        name: {"type": of["Type"], "properties": of["Properties"], "id": stack.ids.get(name)}
        for name, of in stack.whole.items()
    }
    told = {"functions": stack.functions(), "roles": stack.roles(), "resources": resources}
    json.dump(told, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
