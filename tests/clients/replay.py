"""Replays what a client asks, and checks what it reads of the answers.

A path is made of keys and places, joined by dots; `*` is every element, `@` the text read as JSON.
In what is sent, `$2.images.0` stands for that of the third answer, `$picture` for a small picture
in base64, `$data` for the same with its prefix; `{"$all": "$2", …}` is an answer with changes.
"""

import re
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import orjson
import pybase64
from PIL import Image

from tests.api.door import Door, base64, drawn
from tests.ask import Answer

PICTURE = base64(drawn())
_NAMED = {"$picture": PICTURE, "$data": f"data:image/png;base64,{PICTURE}"}
_OF_AN_ANSWER = re.compile(r"\$(\d+)(?:\.([\w.*@-]+))?")
_NOTHING: tuple[object, ...] = (None, "", [], {})

_WORDS: Mapping[str, Callable[[Any], bool]] = {
    "there": lambda _: True,
    "full": lambda value: value not in _NOTHING,
    "text": lambda value: isinstance(value, str),
    "int": lambda value: type(value) is int,
    "number": lambda value: type(value) in (int, float),
    "list": lambda value: isinstance(value, list),
}
_HOLDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": lambda found, value: bool(found == value),
    "among": lambda found, value: found in value,
    "count": lambda found, value: len(found) == value,
}


async def replay(door: Door, script: Mapping[str, Any]) -> None:
    """Ask everything in `script`, in order; AssertionError says which step was not as expected."""
    answers: list[Any] = []
    for place, step in enumerate(script["steps"]):
        headers = {**script.get("headers", {}), **step.get("headers", {})}
        body = orjson.dumps(filled(step["json"], answers)) if "json" in step else None
        raw = step["raw"].encode() if "raw" in step else body
        method, path = step["ask"].split(" ", 1)
        answer = await asked(door, method, script.get("prefix", "") + path, raw, headers)
        where = f"{script['client']}, step {place}: {step['ask']}"
        assert answer.status == step.get("status", 200), f"{where}: {answer.raw[:300]!r}"
        answers.append(answer.json if answer.raw else None)
        for spot, wanted in step.get("reads", {}).items():
            check(answers[-1], spot, wanted, answers, f"{where}: {spot}")


async def asked(
    door: Door, method: str, path: str, raw: bytes | None, headers: Mapping[str, str]
) -> Answer:
    """One request with these headers and no Content-Type of our own."""
    return await door.ask(
        method, path, data=raw, headers=headers, skip_auto_headers=["Content-Type"]
    )


def check(answer: Any, spot: str, wanted: Any, answers: list[Any], where: str) -> None:
    """AssertionError unless what lies at `spot` is as `wanted`."""
    found = at(answer, spot)
    if isinstance(wanted, str):
        each = found if "*" in spot.split(".") else [found]
        fits = _is_picture if wanted == "picture" else _WORDS[wanted]
        assert all(map(fits, each)), f"{where} is not {wanted}: {str(found)[:200]}"
        return
    ((word, value),) = wanted.items()
    value = filled(value, answers)
    assert _HOLDS[word](found, value), f"{where} is not {word} {value}: {str(found)[:200]}"


def at(value: Any, path: str) -> Any:
    """What lies at `path`; AssertionError when it is not there."""
    if not path:
        return value
    step, _, rest = path.partition(".")
    if step == "*":
        return [at(one, rest) for one in value]
    if step == "@":
        return at(orjson.loads(value), rest)
    key: Any = int(step) if isinstance(value, list) else step
    try:
        return at(value[key], rest)
    except (KeyError, IndexError):
        raise AssertionError(f"there is no {step!r}") from None


def filled(value: Any, answers: list[Any]) -> Any:
    """`value` with what stands for something replaced by it."""
    if isinstance(value, dict):
        whole = filled(value["$all"], answers) if "$all" in value else {}
        return {**whole, **{k: filled(v, answers) for k, v in value.items() if k != "$all"}}
    if isinstance(value, list):
        return [filled(one, answers) for one in value]
    if not isinstance(value, str) or value in _NAMED:
        return _NAMED.get(value, value) if isinstance(value, str) else value
    found = _OF_AN_ANSWER.search(value)
    if not found:
        return value
    said = at(answers[int(found[1])], found[2] or "")
    return said if found[0] == value else value.replace(found[0], said)


def _is_picture(value: Any) -> bool:
    """Bare base64 of a whole picture."""
    with Image.open(BytesIO(pybase64.b64decode(value, validate=True))) as image:
        image.load()
    return True
