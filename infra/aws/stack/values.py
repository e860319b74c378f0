"""What intrinsic functions come to, as far as it is known before a stack is made.

What only the stack itself will know (the name of a table) stays as it is, to be asked of CloudFormation:
a symbol, which is a dict with one function in it.
"""

import base64
import ipaddress
import re
from itertools import islice
from typing import Any

# What AWS::NoValue is: the property that has it is not there.
NOTHING = object()

VARIABLE = re.compile(r"\$\{([^}]*)\}")


class Unknown(Exception):
    """Something that is not known here: it is to be learned, not guessed."""


def is_symbol(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in (
        "Ref", "Fn::GetAtt", "Fn::Join", "Fn::Split", "Fn::Select", "Fn::Base64", "Fn::Cidr")  # fmt: skip


def text(value: Any) -> str:
    """As CloudFormation writes a value into a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def joined(delimiter: str, parts: list[Any]) -> Any:
    """A text, if all of its parts are known."""
    if any(is_symbol(part) for part in parts):
        return {"Fn::Join": [delimiter, [part if is_symbol(part) else text(part) for part in parts]]}
    return delimiter.join(text(part) for part in parts)


class Scope:
    """What the names in one template mean.

    `refer(name)` and `attribute(name, attribute)` say what a resource of it is.
    """

    def __init__(self, template: dict[str, Any], arguments: dict[str, Any], pseudo: dict[str, str]):
        self.template = template
        self.names: dict[str, Any] = {**pseudo, "AWS::NoValue": NOTHING, **self._parameters(arguments)}

    def refer(self, name: str) -> Any:
        raise NotImplementedError

    def attribute(self, name: str, attribute: str) -> Any:
        raise NotImplementedError

    def _parameters(self, arguments: dict[str, Any]) -> dict[str, Any]:
        declared = self.template.get("Parameters", {})
        if unknown := arguments.keys() - declared.keys():
            raise Unknown(f"no such parameters: {sorted(unknown)}")
        return {name: self._parameter(name, of, arguments) for name, of in declared.items()}

    def _parameter(self, name: str, of: dict[str, Any], arguments: dict[str, Any]) -> Any:
        if name not in arguments and "Default" not in of:
            raise Unknown(f"the parameter {name} has no value")
        value = arguments.get(name, of.get("Default"))
        known = not is_symbol(value) and not isinstance(value, list)
        if known:
            self._check(name, of, text(value))
        if of["Type"] == "CommaDelimitedList" and not isinstance(value, list):
            return text(value).split(",") if known else {"Fn::Split": [",", value]}
        return text(value) if known else value

    def _check(self, name: str, of: dict[str, Any], value: str) -> None:
        """As CloudFormation checks a value before anything is made."""
        if "AllowedValues" in of and value not in map(text, of["AllowedValues"]):
            raise Unknown(f"the parameter {name} may not be {value!r}")
        if "AllowedPattern" in of and not re.fullmatch(of["AllowedPattern"], value):
            raise Unknown(f"the parameter {name} may not be {value!r}")
        if of["Type"] == "Number" and not of.get("MinValue", -1e9) <= float(value) <= of.get("MaxValue", 1e9):
            raise Unknown(f"the parameter {name} may not be {value!r}")

    def holds(self, condition: Any) -> bool:
        """Whether a condition holds, or the one of that name."""
        if isinstance(condition, str):
            return self.holds(self.template["Conditions"][condition])
        ((function, argument),) = condition.items()
        match function:
            case "Condition":
                return self.holds(argument)
            case "Fn::Not":
                return not self.holds(argument[0])
            case "Fn::And":
                return all(self.holds(one) for one in argument)
            case "Fn::Or":
                return any(self.holds(one) for one in argument)
            case "Fn::Equals":
                one, other = map(self.value, argument)
                if "" in (one, other) and (is_symbol(one) or is_symbol(other)):
                    return False  # what a resource is called is never empty
                if is_symbol(one) or is_symbol(other):
                    raise Unknown(f"whether {one} is {other}")
                return text(one) == text(other)
        raise Unknown(function)

    def value(self, of: Any) -> Any:
        """What something in the template comes to."""
        if isinstance(of, list):
            values = [self.value(one) for one in of]
            return [value for value in values if value is not NOTHING]
        if not isinstance(of, dict):
            return of
        if len(of) == 1:
            ((function, argument),) = of.items()
            if function in ("Ref", "Condition") or function.startswith("Fn::"):
                return self._call(function, argument)
        values = {key: self.value(value) for key, value in of.items()}
        return {key: value for key, value in values.items() if value is not NOTHING}

    def _call(self, function: str, argument: Any) -> Any:
        match function:
            case "Ref":
                return self.names[argument] if argument in self.names else self.refer(argument)
            case "Fn::GetAtt":
                name, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
                return self.attribute(name, attribute)
            case "Fn::If":
                condition, yes, no = argument
                return self.value(yes if self.holds(condition) else no)
            case "Fn::Sub":
                return self._sub(argument)
            case "Fn::Join":
                parts = self.value(argument[1])
                if is_symbol(parts):
                    return {"Fn::Join": [argument[0], parts]}
                return joined(argument[0], parts)
            case "Fn::Split":
                whole = self.value(argument[1])
                return {"Fn::Split": [argument[0], whole]} if is_symbol(whole) else whole.split(argument[0])
            case "Fn::Select":
                at, of = int(self.value(argument[0])), self.value(argument[1])
                return {"Fn::Select": [at, of]} if is_symbol(of) else of[at]
            case "Fn::GetAZs":
                return [self.names["AWS::Region"] + zone for zone in "abc"]
            case "Fn::Cidr":
                return self._cidr(*map(self.value, argument))
            case "Fn::Base64":
                plain = self.value(argument)
                if is_symbol(plain):
                    return {"Fn::Base64": plain}
                return base64.b64encode(plain.encode()).decode()
        # A key of that name that is none of CloudFormation's, as in a policy.
        if function == "Condition":
            return {function: self.value(argument)}
        raise Unknown(function)

    def _sub(self, argument: Any) -> Any:
        pattern, own = argument if isinstance(argument, list) else (argument, {})
        parts, end = [], 0
        for variable in VARIABLE.finditer(pattern):
            name = variable[1]
            if name.startswith("!"):
                value = "${" + name[1:] + "}"
            elif name in own:
                value = self.value(own[name])
            elif "." in name:
                value = self._call("Fn::GetAtt", name)
            else:
                value = self._call("Ref", name)
            parts += [pattern[end : variable.start()], value]
            end = variable.end()
        return joined("", [part for part in [*parts, pattern[end:]] if part != ""])

    @staticmethod
    def _cidr(block: Any, count: Any, bits: Any) -> Any:
        if is_symbol(block):
            return {"Fn::Cidr": [block, count, bits]}
        network = ipaddress.ip_network(block)
        subnets = network.subnets(new_prefix=network.max_prefixlen - int(bits))
        return [str(subnet) for subnet in islice(subnets, int(count))]
