"""The Scene as JSON: its schema for the LLM, a tolerant reader, a plain writer."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import msgspec

from bridge.errors import Garbled
from bridge.scene import Scene

_THINKING: Final = re.compile(
    r"<(think\w*|reason\w*)>.*?</\1>|\A.*?</(?:think\w*|reason\w*)>", re.DOTALL | re.I
)
_LONGEST: Final = 40_000
_MOST_TRIES: Final = 12
_NEEDED: Final = ("subjects", "place", "props")
_ENUMS: Final = ("rating", "pov", "time", "kind")


@cache
def schema() -> dict[str, Any]:
    """Strict JSON schema: an object at the root, every property required, nothing else allowed.

    That is what OpenAI's `json_schema` with `strict` takes
    (platform.openai.com/docs/guides/structured-outputs).
    """
    whole = msgspec.json.schema(Scene)
    parts = {name: _strict(part) for name, part in whole["$defs"].items()}
    return {**parts.pop("Scene"), "$defs": parts}


def _strict(part: dict[str, Any]) -> dict[str, Any]:
    fields = {name: _bare(value) for name, value in part["properties"].items()}
    if "version" in fields:
        fields["version"] = {"type": "integer", "enum": [Scene().version]}
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def _bare(value: dict[str, Any]) -> dict[str, Any]:
    """Without defaults (strict mode takes none), and enums with their type."""
    kept = {key: part for key, part in value.items() if key != "default"}
    return {"type": "string", **kept} if "enum" in kept else kept


def parse(text: str) -> Scene:
    """The Scene in an LLM's answer, out of fences, thinking and prose; Garbled says why not.

    Of several, the last: what stands before it was a draft.
    """
    reason = "there is no JSON object in it"
    for found in reversed(objects_in(text)):
        if not any(key in found for key in _NEEDED):
            reason = f"none of {', '.join(_NEEDED)} is in the JSON object"
            continue
        try:
            return msgspec.convert(_normal(found), Scene)
        except msgspec.ValidationError as error:
            reason = str(error)
    raise Garbled(f"the scene cannot be read: {reason}")


def objects_in(text: str) -> list[dict[str, Any]]:
    """The JSON objects in a model's answer, its thinking left out."""
    return list(_objects(_THINKING.sub("", text[:_LONGEST])))


def dump(scene: Scene) -> dict[str, Any]:
    """As JSON-ready builtins, all fields present."""
    built: dict[str, Any] = msgspec.to_builtins(scene)
    return built


def _objects(text: str) -> Iterator[dict[str, Any]]:
    decoder = json.JSONDecoder()
    start = text.find("{")
    for _ in range(_MOST_TRIES):
        if start < 0:
            return
        try:
            found, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = start + 1
        else:
            yield found
        start = text.find("{", end)


def _normal(value: Any, name: str = "") -> Any:
    """Nulls left out and enums in lower case, as sloppy models write them."""
    if isinstance(value, dict):
        return {key: _normal(part, key) for key, part in value.items() if part is not None}
    if isinstance(value, list):
        return [_normal(part) for part in value if part is not None]
    if isinstance(value, str) and name in _ENUMS:
        return value.strip().lower()
    return value
