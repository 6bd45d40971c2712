"""Curated places for moments that name none: the list of 300, or one's own."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from bridge.errors import BadRequest

STAY: Final = "stay"
NONE: Final = "none"
"""What an LLM answers instead of a place's id."""
_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_COMPLAINT: Final = re.compile(r"(.*?)(?: - at `\$\.?(.*)`)?")
_FEWEST_WORDS: Final = 8
_MOST_WORDS: Final = 25
_LONGEST_ID: Final = 64


@dataclass(frozen=True, slots=True)
class Tags:
    """What a place is like, and what a text would say that hints at it."""

    indoor: bool
    era: Literal["timeless", "ancient", "historic", "modern", "fantasy", "future"]
    mood: str
    activity: tuple[str, ...]
    """What is done there: weak hints."""
    words: tuple[str, ...]
    """What a text would name: strong hints."""
    weather: str = ""
    """Only where the line shows it."""
    region: str = ""
    """Continent, where it is one's own."""


@dataclass(frozen=True, slots=True)
class CuratedPlace:
    """One place of the list."""

    id: str
    group: str
    """What kind of place, e.g. `forest`, `market`: a story that moves within a group stays."""
    text: str
    """One visual line: materials, light, colours, depth; nobody in it."""
    tags: Tags


class BadPlaces(BadRequest):
    """The list cannot be used; the text says file, entry, field and reason."""


@cache
def curated() -> tuple[CuratedPlace, ...]:
    """The list of `places.json`."""
    return parse(files("bridge.summarizer").joinpath("places.json").read_bytes(), "places.json")


def load(path: Path) -> tuple[CuratedPlace, ...]:
    """One's own list, of the same shape as `places.json`. Raises BadPlaces."""
    try:
        return parse(path.read_bytes(), path.name)
    except OSError as error:
        raise BadPlaces(f"{path.name}: {error.strerror}") from error


def parse(raw: bytes, name: str) -> tuple[CuratedPlace, ...]:
    """The places in a JSON array; `name` is what complaints call it. Raises BadPlaces."""
    try:
        entries = msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"), type=list[dict[str, Any]])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadPlaces(f"{name}: {error}") from None
    places = tuple(_place(entry, f"{name}: entry {at}") for at, entry in enumerate(entries, 1))
    if not places:
        raise BadPlaces(f"{name}: there is no place in it")
    for problem in _doubles(places):
        raise BadPlaces(f"{name}: {problem}")
    return places


def _place(entry: dict[str, Any], where: str) -> CuratedPlace:
    where += f" ({entry['id']})" if isinstance(entry.get("id"), str) else ""
    try:
        place = msgspec.convert(entry, CuratedPlace)
    except msgspec.ValidationError as error:
        found = _COMPLAINT.fullmatch(str(error))
        reason, field = found.groups() if found else (str(error), "")
        raise BadPlaces(f"{where}: {field + ': ' if field else ''}{reason}") from None
    for problem in _problems(place):
        raise BadPlaces(f"{where}: {problem}")
    return place


def _problems(place: CuratedPlace) -> Iterator[str]:
    if not _ID.fullmatch(place.id) or len(place.id) > _LONGEST_ID:
        yield f"id: small letters, digits and hyphens, at most {_LONGEST_ID}"
    if place.id in (STAY, NONE):
        yield f"id: {place.id!r} means something else"
    if not place.group:
        yield "group: it is empty"
    count = len(place.text.split())
    if not _FEWEST_WORDS <= count <= _MOST_WORDS or "\n" in place.text:
        yield f"text: one line of {_FEWEST_WORDS} to {_MOST_WORDS} words, not {count}"
    if not place.tags.words:
        yield "tags.words: it is empty"


def _doubles(places: Sequence[CuratedPlace]) -> Iterator[str]:
    first: dict[str, int] = {}
    for at, place in enumerate(places, 1):
        for field, value in (("id", place.id), ("text", place.text.casefold())):
            if value in first:
                yield f"entry {at} ({place.id}): {field}: the same as entry {first[value]}'s"
            first[value] = at
