"""Faults as they are ordered from outside: what nobody knows is refused with what is known."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from emulator.cloud import Cloud
from emulator.weather import AFTER, BEFORE

EVERYWHERE = frozenset({*BEFORE, *AFTER})
"""Faults that strike any cloud."""
KEYS = ("cloud", "kind", "match", "times", "args")
Clouds = Mapping[str, Cloud]


def ordered(body: Mapping[str, Any], clouds: Clouds) -> dict[str, Any]:
    """What `Faults.add` takes; ValueError says what is wrong and what is known."""
    _one_of("cloud", body.get("cloud"), ["*", *clouds])
    struck = [cloud for name, cloud in clouds.items() if body["cloud"] in ("*", name)]
    _one_of("kind", body.get("kind"), EVERYWHERE.union(*(cloud.kinds for cloud in struck)))
    if unknown := sorted(body.keys() - set(KEYS)):
        raise ValueError(f"{unknown[0]!r} is none of {', '.join(KEYS)}")
    match, times, args = body.get("match"), body.get("times", 1), body.get("args") or {}
    if match is not None:
        _check_match(match, struck)
    if times is not None and (type(times) is not int or times < 1):
        raise ValueError(f"times: {times!r} is no whole number above 0, nor null for ever")
    if not isinstance(args, dict) or args.keys() & set(KEYS):
        raise ValueError("args: an object is expected, as {'status': 503}")
    return {"cloud": body["cloud"], "kind": body["kind"], "match": match, "times": times, **args}


def _one_of(key: str, value: object, known: Iterable[str]) -> None:
    known = sorted(known)
    if value not in known:
        said = f"{value!r} is unknown" if value is not None else "is missing"
        raise ValueError(f"{key}: {said}; there are {', '.join(known)}")


def _check_match(match: object, struck: Iterable[Cloud]) -> None:
    """A stage, or a regular expression; a bare word must be a stage or stand in an address."""
    stages = sorted(frozenset[str]().union(*(cloud.stages for cloud in struck)))
    there = f"there are {', '.join(stages)}; anything else is a regular expression for the path"
    try:
        re.compile(str(match))
    except re.error as wrong:
        raise ValueError(f"match: {match!r} is no regular expression ({wrong}); {there}") from None
    paths = [route.path for cloud in struck for route in cloud.routes()]
    is_word = re.fullmatch(r"\w+", str(match))
    if is_word and match not in stages and not any(str(match) in path for path in paths):
        raise ValueError(f"match: {match!r} is no stage and in no address; {there}")


def described(clouds: Clouds, origin: str) -> dict[str, Any]:
    """Every cloud's address, key, what its account needs besides, its stages and faults."""
    keys = {name: cloud.world.settings.keys[name] for name, cloud in clouds.items()}
    return {
        name: {
            "address": origin + cloud.address,
            "keys": [*keys[name], "test-…"],
            "options": dict(cloud.options),
            "stages": sorted(cloud.stages),
            "faults": sorted(EVERYWHERE | cloud.kinds),
        }
        for name, cloud in clouds.items()
    }
