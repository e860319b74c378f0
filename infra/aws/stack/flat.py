"""The template and its nested ones as one: what CloudFormation makes of them with these parameters.

SAM's own translator goes first, as in `sam deploy`. Then nested templates are put where they are named,
and all is worked out that is known before (`values`), so that only resources are left that are made, with
symbols for what is not known before.
"""

import logging
import os
from pathlib import Path
from typing import Any

from rest import LEFT_OUT, REST, SAID
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse
from values import Scope, Unknown, joined, text

# It tells of metrics of its own that nobody takes.
logging.getLogger("samtranslator.metrics").setLevel(logging.ERROR)

NESTED = "AWS::CloudFormation::Stack"
# As moto has them (infra/local/stack/src/moto.rs).
REGION, ACCOUNT = "us-east-1", "123456789012"


def pseudo(stack: str) -> dict[str, str]:
    return {
        "AWS::AccountId": ACCOUNT,
        "AWS::Partition": "aws",
        "AWS::Region": REGION,
        "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{stack}/0",
        "AWS::StackName": stack,
        "AWS::URLSuffix": "amazonaws.com",
    }


class ManagedPolicies:
    """Those of AWS that SAM may add by name; a template that names its roles needs none."""

    def load(self) -> dict[str, str]:
        return {}


def translated(path: Path, arguments: dict[str, str]) -> dict[str, Any]:
    """The root template as CloudFormation gets it. Code is elsewhere by then, as `sam package` puts it."""
    template = yaml_parse(path.read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://code/function.zip"
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    declared = template["Parameters"].items()
    defaults = {name: text(of["Default"]) for name, of in declared if "Default" in of}
    return transform(template, {**pseudo("hotdesk"), **defaults, **arguments}, ManagedPolicies())


class Flat(Scope):
    """A template, its resources under names of the whole."""

    def __init__(self, folder: Path, template: dict[str, Any], arguments: dict[str, Any], prefix: str = ""):
        super().__init__(template, arguments, pseudo(f"hotdesk{'-' if prefix else ''}{prefix}"))
        self.folder, self.prefix = folder, prefix
        self.nested: dict[str, Flat] = {}

    def there(self, name: str) -> bool:
        resource = self.template["Resources"].get(name)
        if resource is None:
            raise Unknown(f"{self.prefix}: no resource {name}")
        return "Condition" not in resource or self.holds(resource["Condition"])

    def resource(self, name: str) -> dict[str, Any]:
        if not self.there(name):
            raise Unknown(f"{self.prefix}{name} is named, and not made")
        return self.template["Resources"][name]

    def refer(self, name: str) -> Any:
        kind = self.resource(name)["Type"]
        return REST[kind].ref(self, name) if kind in REST else {"Ref": self.prefix + name}

    def attribute(self, name: str, attribute: str) -> Any:
        kind = self.resource(name)["Type"]
        if kind == NESTED:
            return self.stack(name).output(attribute.removeprefix("Outputs."))
        if kind in REST:
            return REST[kind].attribute(self, name, attribute)
        if (kind, attribute) in SAID:
            return self.value(self.resource(name)["Properties"][SAID[kind, attribute]])
        symbol = {"Fn::GetAtt": [self.prefix + name, attribute]}
        rest = LEFT_OUT.get((kind, attribute))
        return joined("", [symbol, rest]) if rest else symbol

    def stack(self, name: str) -> "Flat":
        """A nested one, made when it is first needed: stacks take what others give."""
        if name not in self.nested:
            properties = self.resource(name)["Properties"]
            path = self.folder / properties["TemplateURL"]
            arguments = self.value(properties.get("Parameters", {}))
            self.nested[name] = Flat(path.parent, yaml_parse(path.read_text()), arguments, name)
        return self.nested[name]

    def output(self, name: str) -> Any:
        output = self.template["Outputs"].get(name)
        if output is None or ("Condition" in output and not self.holds(output["Condition"])):
            raise Unknown(f"{self.prefix} has no output {name}")
        return self.value(output["Value"])

    def resources(self) -> dict[str, dict[str, Any]]:
        """All that is made, those of nested ones too: type and properties."""
        flat: dict[str, dict[str, Any]] = {}
        for name, resource in self.template["Resources"].items():
            if not self.there(name):
                continue
            if resource["Type"] == NESTED:
                flat |= self.stack(name).resources()
                continue
            made = {"Type": resource["Type"], "Properties": self.value(resource.get("Properties", {}))}
            after = resource.get("DependsOn", [])
            after = [after] if isinstance(after, str) else after
            # Those that are not made here, and whole stacks, are not waited for.
            after = [self.prefix + one for one in after if self.plain(one)]
            flat[self.prefix + name] = made | ({"DependsOn": after} if after else {})
        return flat

    def plain(self, name: str) -> bool:
        return self.there(name) and self.resource(name)["Type"] not in {*REST, NESTED}


def flat(path: Path, arguments: dict[str, str]) -> dict[str, dict[str, Any]]:
    """All resources of a template and its nested ones, with these parameters."""
    return Flat(path.parent, translated(path, arguments), arguments).resources()


def supported(resources: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Those that are made in moto."""
    return {name: of for name, of in resources.items() if of["Type"] not in REST}
