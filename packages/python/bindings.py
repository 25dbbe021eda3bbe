"""Writes the Python module of a WIT file: its types, its functions, and their documentation.

usage: python3 bindings.py registrar.wit > _bindings.py

It reads the part of WIT that the interface uses, laid out as `wit/registrar.wit` is: a declaration a line.
Anything else is an error.
"""

import re
import sys
import textwrap
from dataclasses import dataclass, field


@dataclass
class Item:
    """A type, a function, or a member of a type."""

    name: str
    doc: list[str]
    type: str = ""
    members: list["Item"] = field(default_factory=list)


@dataclass
class Interface:
    doc: list[str]
    enums: list[Item] = field(default_factory=list)
    records: list[Item] = field(default_factory=list)
    variants: list[Item] = field(default_factory=list)
    resources: list[Item] = field(default_factory=list)
    functions: list[Item] = field(default_factory=list)


NAME = r"%?([a-z][a-z0-9-]*)"
BLOCK = re.compile(rf"(enum|record|variant|resource|interface|world) {NAME} {{")
FUNCTION = re.compile(rf"{NAME}: ((?:static )?func\(.*\)(?: -> .*)?);")
MEMBER = re.compile(rf"{NAME}(?:: (.*)|\((.*)\))?,")


def read(text: str) -> Interface:
    interface = Interface([])
    lists = {
        "enum": interface.enums,
        "record": interface.records,
        "variant": interface.variants,
        "resource": interface.resources,
    }
    doc: list[str] = []
    inside: list[Item | None] = []
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        item = inside[-1] if inside else None
        if line.startswith("///"):
            doc.append(line[3:].removeprefix(" "))
            continue
        if block := BLOCK.fullmatch(line):
            kind, name = block.groups()
            if kind == "interface":
                interface.doc = doc
            inside.append(Item(name, doc) if kind in lists else None)
            if kind in lists:
                lists[kind].append(inside[-1])
        elif function := FUNCTION.fullmatch(line):
            members = interface.functions if item is None else item.members
            members.append(Item(function[1], doc, function[2]))
        elif item is not None and (member := MEMBER.fullmatch(line)):
            item.members.append(Item(member[1], doc, member[2] or member[3] or ""))
        elif line == "}":
            inside.pop()
        elif line and not line.startswith(("package ", "export ")):
            sys.exit(f"line {number} is not understood: {line}")
        doc = []
    return interface


def split(inner: str) -> list[str]:
    """Splits at the commas that are in no angle brackets."""
    return [part.strip() for part in re.findall(r"(?:[^,<]|<(?:[^<>]|<[^<>]*>)*>)+", inner)]


def generic(type: str) -> tuple[str, list[str]]:
    name, _, inner = type.partition("<")
    return name, split(inner.removesuffix(">"))


def snake(name: str) -> str:
    return name.replace("-", "_")


def camel(name: str) -> str:
    return name.title().replace("-", "")


PLAIN = {"string": "str", "bool": "bool", "u16": "int", "u32": "int", "u64": "int"}

HEAD = '''"""The types and functions of Gatepost's interface.

Written by bindings.py from registrar.wit: changes belong there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

from wasmtime.component import Variant

from ._errors import MisuseError, SettingsError
from ._instance import Instance, shared


def _misuse(value: Any) -> MisuseError | None:
    return MisuseError(_lift_misuse(value)) if isinstance(value, Variant) else None


def _mistakes(value: Any) -> SettingsError | None:
    return SettingsError([_lift_setting_finding(item) for item in value]) if isinstance(value, list) else None'''

# The public names of the module.
NAMES = re.compile(r"^(?:class |def |(?=\w+ = ))([A-Za-z]\w*)", re.MULTILINE)

# What a host need not say. Options are absent, and lists empty, without being here.
DEFAULTS = {
    ("context", "now"): "field(default_factory=lambda: int(time.time()))",
    ("context", "entropy"): "field(default_factory=lambda: os.urandom(32))",
    ("context", "caller"): "Caller()",
    ("context", "usage"): "Usage()",
    ("caller", "credential"): "Credential.MISSING",
}


# What a host's log should not have.
SECRET = {
    ("caller", "token"),
    ("bearer-credential", "token"),
    ("context", "entropy"),
    ("request", "authorization"),
    ("request", "parameters"),
    ("response", "body"),
    ("decision", "client-secret"),
    ("decision", "registration-access-token"),
}

# What is raised in place of an error that the interface returns, and what looks for it.
RAISED = {"misuse": ("MisuseError", "_misuse"), "list<setting-finding>": ("SettingsError", "_mistakes")}


class Writer:
    def __init__(self, interface: Interface):
        self.interface = interface
        self.enums = {item.name for item in interface.enums}
        self.variants = {item.name for item in interface.variants}
        # In the documentation, names are those of Python.
        items = [*interface.records, *interface.resources]
        names = {member.name for item in items for member in item.members}
        names |= {function.name for function in interface.functions}
        self.renamed = {f"`{name}`": f"`{snake(name)}`" for name in names if "-" in name}

    def module(self) -> str:
        written = [HEAD]
        written += [self.enum(item) for item in self.interface.enums]
        written += [self.record(item) for item in self.ordered()]
        written += [self.variant(item) for item in self.interface.variants]
        written += [self.resource(item) for item in self.interface.resources]
        written += [self.function(item, None) for item in self.interface.functions]
        written += [self.conversions(item) for item in self.interface.records]
        written += [self.lift_variant(item) for item in self.interface.variants]
        return "\n\n\n".join(written) + f"\n\n\n__all__ = {re.findall(NAMES, chr(10).join(written))}\n"

    def ordered(self) -> list[Item]:
        """The records, those first that are another's default."""
        return sorted(self.interface.records, key=lambda record: record.name == "context")

    def enum(self, item: Item) -> str:
        members = [
            f'{snake(member.name).upper()} = "{member.name}"\n{self.doc(member.doc)}' for member in item.members
        ]
        return f"class {camel(item.name)}(StrEnum):\n" + indent(self.doc(item.doc), *members)

    def record(self, item: Item) -> str:
        # Those that must be said come first.
        fields = [self.field(item, member) for member in item.members]
        fields.sort(key=lambda text: re.match(r".* = (?!field\(repr)", text) is not None)
        return f"@dataclass(frozen=True, slots=True)\nclass {camel(item.name)}:\n" + indent(
            self.doc(item.doc), *fields
        )

    def field(self, item: Item, member: Item) -> str:
        kind, _ = generic(member.type)
        default = DEFAULTS.get((item.name, member.name))
        if default is None and kind == "option":
            default = "None"
        if default is None and self.type(member.type).startswith("Sequence"):
            default = "()"
        if (item.name, member.name) in SECRET:
            # Beside another argument of `field`, or as its only ones.
            given = f"default={default}, " if default else ""
            default = (
                default.removesuffix(")") + ", repr=False)"
                if default and default.startswith("field(")
                else f"field({given}repr=False)"
            )
        given = f" = {default}" if default else ""
        return f"{snake(member.name)}: {self.type(member.type)}{given}\n{self.doc(member.doc)}"

    def variant(self, item: Item) -> str:
        name = camel(item.name)
        cases = []
        for member in item.members:
            value = [f"value: {self.type(member.type)}"] if member.type else []
            cases.append(
                f"@dataclass(frozen=True, slots=True)\nclass {name}{camel(member.name)}:\n"
                + indent(self.doc(member.doc), *value)
            )
        union = " | ".join(name + camel(member.name) for member in item.members)
        return "\n\n\n".join([*cases, f"{name} = {union}\n{self.doc(item.doc)}"])

    def resource(self, item: Item) -> str:
        members = [self.function(member, item) for member in item.members]
        return f"class {camel(item.name)}(Instance):\n" + indent(self.doc(item.doc), *members)

    def function(self, item: Item, owner: Item | None) -> str:
        static, inner, result = re.fullmatch(r"(static )?func\((.*)\)(?: -> (.*))?", item.type).groups()
        parameters = [tuple(parameter.split(": ")) for parameter in split(inner)]
        kind, inside = generic(result or "")
        ok = inside[0] if kind == "result" else result or "_"
        error, found = RAISED[inside[1]] if kind == "result" else ("", "")
        where = "" if owner is None else f"[{'static' if static else 'method'}]{owner.name}."
        given = [f'"{where}{item.name}"', *(self.lower(type, snake(name)) for name, type in parameters)]
        call = "_call(" + ", ".join([*given, f"error={found}"] if found else given) + ")"
        doc = [*item.doc, "", f"Raises {error} with what the interface returns as an error."] if error else item.doc
        if owner is not None and ok == owner.name:
            head = f"@classmethod\ndef {snake(item.name)}(cls, {self.parameters(parameters)}) -> {camel(ok)}:\n"
            return head + indent(self.doc(doc), f"return cls(lambda instance: instance.{call})")
        method = owner is not None and not static
        call = f"self.{call}" if method else f"shared().{call}"
        returns = "None" if ok == "_" else self.type(ok)
        body = call if ok == "_" else f"value = {call}\nanswer: {returns} = {self.lift(ok, 'value')}\nreturn answer"
        signature = ", ".join(filter(None, ["self" if method else "", self.parameters(parameters)]))
        decorator = "@staticmethod\n" if static else ""
        return f"{decorator}def {snake(item.name)}({signature}) -> {returns}:\n" + indent(self.doc(doc), body)

    def parameters(self, parameters: list[tuple[str, ...]]) -> str:
        written = [f"{snake(name)}: {self.type(type)}" for name, type in parameters]
        # Options at the end can be left out.
        for at in reversed(range(len(written))):
            if not written[at].endswith("| None"):
                break
            written[at] += " = None"
        return ", ".join(written)

    def type(self, type: str) -> str:
        kind, inner = generic(type)
        match kind:
            case "option":
                return f"{self.type(inner[0])} | None"
            case "list":
                return "bytes" if inner == ["u8"] else f"Sequence[{self.type(inner[0])}]"
        return PLAIN.get(type) or camel(type)

    def lift(self, type: str, value: str) -> str:
        """Of what the runtime answers, what the module answers."""
        kind, inner = generic(type)
        match kind:
            case "option":
                lifted = self.lift(inner[0], value)
                return value if lifted == value else f"None if {value} is None else {lifted}"
            case "list":
                lifted = self.lift(inner[0], "item")
                return value if lifted == "item" else f"[{lifted} for item in {value}]"
        if type in PLAIN or type == "u8":
            return value
        return f"{camel(type)}({value})" if type in self.enums else f"_lift_{snake(type)}({value})"

    def lower(self, type: str, value: str) -> str:
        """Of what the module is given, what the runtime takes."""
        kind, inner = generic(type)
        match kind:
            case "option":
                lowered = self.lower(inner[0], value)
                return value if lowered == value else f"None if {value} is None else {lowered}"
            case "list" if inner == ["u8"]:
                return f"bytes({value})"
            case "list":
                return f"list({value})"
        return value if type in PLAIN or type in self.enums else f"_lower_{snake(type)}({value})"

    def conversions(self, item: Item) -> str:
        """Of a record, what is used of both: the rest is never called."""
        name, type = snake(item.name), camel(item.name)
        lifted = [
            f"{snake(member.name)}={self.lift(member.type, self.get(member.name))}," for member in item.members
        ]
        lowered = [
            f'"{member.name}": {self.lower(member.type, "value." + snake(member.name))},' for member in item.members
        ]
        lift = f"def _lift_{name}(value: Any) -> {type}:\n" + indent(f"return {type}(\n{indent(*lifted)})")
        lower = f"def _lower_{name}(value: {type}) -> SimpleNamespace:\n" + indent(
            f"return SimpleNamespace(**{{\n{indent(*lowered)}}})"
        )
        return lower if item.name in self.given() else lift

    def given(self) -> set[str]:
        """The records that a host gives, and those inside them."""
        resource = self.interface.resources[0]
        text = " ".join(member.type.partition(" -> ")[0] for member in resource.members)
        found: set[str] = set()
        while True:
            names = {item.name for item in self.interface.records if re.search(rf"[ <]{item.name}\b(?![-:])", text)}
            if names <= found:
                return found
            found |= names
            members = [member for item in self.interface.records if item.name in found for member in item.members]
            text = " ".join(f" {member.type}" for member in members)

    def lift_variant(self, item: Item) -> str:
        cases = []
        for member in item.members:
            value = self.lift(member.type, "value.payload") if member.type else ""
            cases.append(f'case "{member.name}":\n' + indent(f"return {camel(item.name)}{camel(member.name)}({value})"))
        return f"def _lift_{snake(item.name)}(value: Any) -> {camel(item.name)}:\n" + indent(
            "match value.tag:\n" + indent(*cases), 'raise ValueError(f"no such case: {value.tag}")'
        )

    def get(self, name: str) -> str:
        return f'getattr(value, "{name}")' if "-" in name else f"value.{name}"

    def doc(self, lines: list[str]) -> str:
        text = "\n".join(lines)
        for name, renamed in self.renamed.items():
            text = text.replace(name, renamed)
        return '"""' + text.replace("\\", "\\\\") + ('\n"""' if len(lines) > 1 else '"""')


def indent(*parts: str) -> str:
    return "".join(textwrap.indent(part, "    ") + "\n" for part in parts)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        print(Writer(read(file.read())).module(), end="")
