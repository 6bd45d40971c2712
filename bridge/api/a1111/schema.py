"""Reads request bodies laxly: every field optional, null is the default, numbers in any dress.

The fields and their defaults stand in `fields.json`, by kind. Of A1111's own defaults, two are so
habitual that they say nothing: clients send `steps` 20 (or leave it at A1111's 50) and `cfg_scale`
7 whatever the model is. A distilled model is spoilt by both, so they mean "the model's own".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from math import isfinite
from typing import Any

import orjson

from bridge.errors import BadRequest

_LARGEST = 2**53 - 1
"""What every JSON reader can hold; absurd numbers are brought down to it."""
_LONGEST = 100
"""Characters of a number."""
HABITUAL_STEPS = frozenset({20, 50})
HABITUAL_GUIDANCE = 7.0

Asked = Mapping[str, Any]
"""A request with every field there, coerced to its kind or None."""


@dataclass(frozen=True, slots=True)
class Fields:
    """What is read from a body, by name."""

    kinds: dict[str, str]
    defaults: dict[str, object]


_KINDS: Mapping[str, Mapping[str, Mapping[str, object]]] = orjson.loads(
    files(__package__).joinpath("fields.json").read_bytes()
)


def _fields(*topics: str) -> Fields:
    fields = Fields({}, {})
    for topic in topics:
        for kind, defaults in _KINDS[topic].items():
            fields.kinds.update(dict.fromkeys(defaults, kind))
            fields.defaults.update(defaults)
    return fields


TXT2IMG = _fields("both", "txt2img")
IMG2IMG = _fields("both", "img2img")
EXTRA = _fields("extra")
OURS = _fields("ours")
"""What other clients say beside A1111's fields, and what only this bridge understands."""
WISHES = _fields("wishes")
WISHED_LORA = _fields("wished_lora")


def read(fields: Fields, body: Mapping[str, object], where: str = "body") -> Asked:
    """Every one of `fields` out of `body`; BadRequest says what is wrong and where."""
    asked, kinds = fields.defaults.copy(), fields.kinds
    for name, value in body.items():
        if name not in kinds or value is None or value == "":
            continue
        words, plain, coerce = _COERCE[kinds[name]]
        try:
            asked[name] = value if type(value) is plain else coerce(value)
        except (TypeError, ValueError):
            raise BadRequest(f"{where}.{name}: {str(value)[:40]!r} is not {words}") from None
    return asked


def _text(value: object) -> str:
    if isinstance(value, (list, dict)):
        raise TypeError
    return str(value)


def _number(value: object) -> float:
    if not isinstance(value, (str, int, float)):
        raise TypeError
    number = float(value)
    if not isfinite(number):
        raise ValueError
    return number


def _whole(value: object) -> int:
    if type(value) is int and -_LARGEST <= value <= _LARGEST:
        return value
    if isinstance(value, str) and value.strip().lstrip("+-").isdecimal():
        value = int(value[:_LONGEST])
    whole = value if type(value) is int else int(_number(value))
    return min(_LARGEST, max(-_LARGEST, whole))


def _seed(value: object) -> int:
    """A1111 draws a seed for any text that is no number."""
    try:
        return _whole(value)
    except ValueError:
        return -1


def _truth(value: object) -> bool:
    if isinstance(value, str):
        word = value.strip().lower()
        if word in ("true", "on", "yes", "false", "off", "no"):
            return word in ("true", "on", "yes")
    return bool(_number(value))


def _list(value: object) -> list[object]:
    if isinstance(value, dict):
        raise TypeError
    return value if isinstance(value, list) else [value]


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError
    return value


_COERCE: Mapping[str, tuple[str, type | None, Callable[[object], object]]] = {
    "text": ("a text", str, _text),
    "seed": ("a seed", None, _seed),
    "whole": ("a whole number", None, _whole),
    "number": ("a number", None, _number),
    "truth": ("true or false", bool, _truth),
    "list": ("a list", list, _list),
    "object": ("an object", dict, _object),
}
"""By kind: what complaints call it, the type that is taken as it is, and how others are read."""
