"""Curated places for moments that name none: a shortlist by relevance, without repeats."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from bridge.scene import Place, Scene

_WORD: Final = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class CuratedPlace:
    """One place of the list."""

    id: str
    group: str
    """What kind of place: `nature`, `town`, `home`, `travel`, `fantasy`, `future`."""
    line: str
    """One visual line."""
    tags: tuple[str, ...]
    """Indoor or outdoor, era, moods, weather, activities."""


@dataclass(slots=True)
class Memory:
    """Which places were used, oldest first: the state of the shuffle."""

    recent: list[str] = field(default_factory=list)


@cache
def curated() -> tuple[CuratedPlace, ...]:
    """The list of `places.json`."""
    raw = files("bridge.summarizer").joinpath("places.json").read_bytes()
    return msgspec.json.decode(raw, type=tuple[CuratedPlace, ...])


def shortlist(text: str, memory: Memory, *, size: int = 8) -> list[CuratedPlace]:
    """The unused places with most words in common with the text; the same text, the same order."""
    words = {word.casefold() for word in _WORD.findall(text)}
    unused = [place for place in curated() if place.id not in memory.recent]

    def order(place: CuratedPlace) -> tuple[int, int]:
        return -_relevance(place, words), zlib.crc32(f"{place.id}\n{text}".encode())

    return sorted(unused or curated(), key=order)[:size]


def choose(scene: Scene, listed: Sequence[CuratedPlace], memory: Memory) -> Scene:
    """The scene with a place: the story's own if it has one, else one of the shortlist, noted."""
    if scene.place.kind != "unstated" or scene.place.text or not listed:
        return replace(scene, place=replace(scene.place, id=""))
    chosen = next((place for place in listed if place.id == scene.place.id), listed[0])
    if chosen.id in memory.recent:
        memory.recent.clear()
    memory.recent.append(chosen.id)
    return replace(scene, place=Place(chosen.id, "unstated", chosen.line))


def _relevance(place: CuratedPlace, words: set[str]) -> int:
    named = {word.casefold() for word in _WORD.findall(place.line)}
    return 3 * len(words & set(place.tags)) + len(words & named)
