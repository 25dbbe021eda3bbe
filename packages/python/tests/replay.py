"""Carries out step after step, so that another program can compare the answers. `tests/support/wire.rs` has the form of
the lines.

usage: python3 replay.py < steps > answers
"""

import base64
import dataclasses
import functools
import json
import re
import sys
import typing

import gatepost

# The numbers of 64 bits; all others are in the lines as they are.
LONG = {"expires_at", "window", "wider_window"}


compile = functools.lru_cache(maxsize=1)(gatepost.Registrar.compile)


def answer(step):
    name = step["operation"].replace("-", "_")
    try:
        registrar = compile(step["settings"])
        function = getattr(registrar, name, None) or getattr(gatepost, name)
        hints = typing.get_type_hints(function).values()
        answered = function(*(decode(value, hint) for value, hint in zip(step["arguments"], hints)))
    except gatepost.SettingsError as error:
        return {"error": encode(error.findings)}
    except gatepost.MisuseError as error:
        return {"error": encode(error.misuse)}
    except gatepost.PluginError as error:
        return {"failed": str(error)}
    return {"ok": encode(answered, name)}


def decode(value, hint):
    hint = next((type for type in typing.get_args(hint) if dataclasses.is_dataclass(type)), hint)
    match value:
        case {"bytes": text}:
            return base64.b64decode(text)
        case {"u64": number}:
            return int(number)
        case dict():
            hints = typing.get_type_hints(hint)
            members = {name.replace("-", "_"): member for name, member in value.items()}
            return hint(**{name: decode(member, hints[name]) for name, member in members.items()})
    return value


def encode(value, name=""):
    if isinstance(value, int) and name in LONG:
        return {"u64": str(value)}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if not dataclasses.is_dataclass(value):
        return value
    members = {field.name: encode(getattr(value, field.name), field.name) for field in dataclasses.fields(value)}
    if case := re.fullmatch("(Effect|Misuse)(.+)", type(value).__name__):
        return {kebab(case[2]): members.get("value")}
    return {name.replace("_", "-"): member for name, member in members.items()}


def kebab(name):
    return re.sub("(?<=.)([A-Z])", r"-\1", name).lower()


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
