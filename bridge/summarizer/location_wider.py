"""The wider or nearer setting of a stated place: the bridge's river, the harbour all round."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bridge.summarizer import location_signs as signs
from bridge.summarizer.people import SIGN
from bridge.summarizer.words import one_of


@dataclass(frozen=True, slots=True)
class Found:
    """A place in a text: where its phrase begins and ends, and how sure it is."""

    noun: str
    start: int
    end: int
    weight: int


@dataclass(frozen=True, slots=True)
class Setting:
    """Two places of one moment: the nearer, how it lies to the wider, the wider."""

    nearer: Found
    lies: str
    wider: Found


_LIES: Final[dict[str, str]] = signs.WORDS["lies"]
"""By the word that a sentence about the surroundings begins with."""
_AROUND: Final = re.compile(
    rf"(?:^|[.!?;]\s+)(?:all |far |high |deep )?(?P<where>{one_of(tuple(_LIES))})"
    rf"(?: (?:{SIGN}|him|her|them|me|us|you|it))?,?\s$",
    re.IGNORECASE,
)
"""`All round them the harbour`, `Far above, the monastery`."""
_OVER: Final = re.compile(
    r"\b(?:had|once|would|will|remember\w*|used to|tomorrow|yesterday|dream\w*)\b", re.IGNORECASE
)
"""Of another time."""
_DEFINITE: Final = re.compile(r"(?:the|his|her|their|our|my|your)\b", re.IGNORECASE)
_COMES_OUT: Final = re.compile(
    r"\b(?:com|stepp?|climb|runn?|burst|stumbl|walk)(?:e?s?|ing|ed) (?:straight )?out of $", re.I
)
_GOES_OVER: Final = re.compile(rf"\s(?:{one_of(signs.WORDS['goes_over'])})\s", re.IGNORECASE)
_ABOARD: Final = re.compile(
    rf"\b(?:the|his|her|their|my|your|an?|its)\s(?:[\w-]+\s)?(?:{one_of(signs.WORDS['of_boats'])})\b",
    re.IGNORECASE,
)
_PAIRS: Final = tuple(
    (frozenset(one["nearer"]), one["lies"], frozenset(one["wider"]))
    for one in signs.WORDS["settings"]
)


def setting_of(text: str, best: Found, found: Sequence[Found]) -> Setting | None:
    """The best place with the one other place of the same moment that says most about it."""
    others = [
        one
        for one in found
        if not (one.start < best.end and best.start < one.end)
        and one.noun != best.noun
        and not signs.NEXT.match(text, one.start)
        and not _OVER.search(_sentence(text, one))
    ]
    for tell in (_ridden, _paired, _around, _left):
        for other in others:
            if setting := tell(text, best, other):
                return setting
    return None


def _sentence(text: str, one: Found) -> str:
    return signs.SENTENCE.split(text[max(0, one.start - signs.BACK) : one.start])[-1]


def _ridden(text: str, best: Found, other: Found) -> Setting | None:
    """`The cable car crosses the crater`; `the boat` on a lake, in which somebody holds an oar."""
    if best.noun in signs.BOATS and other.noun in signs.WATERS and other.weight >= signs.SURE:
        return Setting(best, "by" if other.noun in signs.PARTS else "on", other)
    if other.noun not in signs.VEHICLES or not _DEFINITE.match(text, other.start):
        return None
    if _GOES_OVER.fullmatch(text[other.end : best.start]):
        return Setting(other, "above", best)
    is_afloat = other.noun in signs.BOATS and best.noun in signs.WATERS
    lies = "by" if best.noun in signs.PARTS else "on"
    return Setting(other, lies, best) if is_afloat and _ABOARD.search(text) else None


def _paired(text: str, best: Found, other: Found) -> Setting | None:
    """A platform and the station of the same moment."""
    if not _DEFINITE.match(text, other.start):
        return None
    for nearer, lies, wider in _PAIRS:
        if best.noun in nearer and other.noun in wider:
            return Setting(best, lies, other)
        if best.noun in wider and other.noun in nearer and other.weight >= signs.SURE:
            return Setting(other, lies, best)
    return None


def _around(text: str, best: Found, other: Found) -> Setting | None:
    """What a sentence says lies round or behind those who are there."""
    if other.noun in signs.VEHICLES | signs.PARTS or not _DEFINITE.match(text, other.start):
        return None
    led = _AROUND.search(text[max(0, other.start - signs.BACK) : other.start])
    return Setting(best, _LIES[led["where"].casefold()], other) if led else None


def _left(text: str, best: Found, other: Found) -> Setting | None:
    """Who comes out of the tent into the lane is still near it."""
    is_door = best.noun in signs.OPEN and other.noun not in signs.OPEN | signs.VEHICLES
    if is_door and _COMES_OUT.search(_sentence(text, other)):
        return Setting(best, "by", other)
    return None
