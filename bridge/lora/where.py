"""Finds the line of a JSON text on which a value stands, so that a complaint can name it."""

import json
import re
from collections.abc import Sequence
from typing import Final

_GAP: Final = re.compile(r"[\s:,]*")
_DECODER: Final = json.JSONDecoder(strict=False)


def line_of(source: str, path: Sequence[str | int]) -> int:
    """Line, from 1, of the value at `path` in valid JSON; of what holds it if it is missing."""
    at = _skip(source, 0)
    for step in path:
        found = _child(source, at, step)
        if found is None:
            break
        at = found
    return source.count("\n", 0, at) + 1


def _child(source: str, at: int, step: str | int) -> int | None:
    """Offset of the member `step` of the object or array at `at`; the last of its name, as JSON."""
    opening, found, count = source[at], None, 0
    if opening not in "{[":
        return None
    at = _skip(source, at + 1)
    while source[at] not in "}]":
        name: object = count
        if opening == "{":
            name, at = _DECODER.raw_decode(source, at)
            at = _skip(source, at)
        if name == step:
            found = at
        at = _skip(source, _DECODER.raw_decode(source, at)[1])
        count += 1
    return found


def _skip(source: str, at: int) -> int:
    gap = _GAP.match(source, at)
    return gap.end() if gap else at
