"""What a person sets by hand: it holds until the story says otherwise."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from bridge.summarizer.continuity.state import MOST_FIGURES, ChatState, Figure, Garment
from bridge.summarizer.setting import Time
from bridge.summarizer.words import one_of, read

SLOTS: Final[tuple[str, ...]] = tuple(read("garments"))
_NOUN: Final = re.compile(
    rf"(?<![\w-])(?:{one_of([one for nouns in read('garments').values() for one in nouns])})"
    r"(?![\w-])",
    re.IGNORECASE,
)

_SETTLED: Final = ("place", "time", "weather")


@dataclass(frozen=True, slots=True)
class Own:
    """None and what is not named stay as they are."""

    present: tuple[str, ...] | None = None
    outfits: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By name and slot; an empty text takes off what is there."""
    place: str | None = None
    time: Time | None = None
    weather: str | None = None


def amended(state: ChatState, own: Own) -> ChatState:
    """The state with what a person set."""
    figures = {one.name: one for one in state.figures}
    for name in (*(own.present or ()), *own.outfits):
        if name not in figures and len(figures) < MOST_FIGURES:
            figures[name] = Figure(name)
    for name, slots in own.outfits.items():
        if name in figures:
            figures[name] = _dressed(figures[name], slots)
    if own.present is not None:
        figures = {n: replace(one, present=n in own.present) for n, one in figures.items()}
    place = state.place if own.place is None else own.place
    places = tuple(one for one in state.places if one != place)
    return replace(
        state,
        figures=tuple(figures.values()),
        place=place,
        places=(*places, place) if place else places,
        time=state.time if own.time is None else own.time,
        weather=state.weather if own.weather is None else own.weather,
        own=state.own.union(name for name in _SETTLED if getattr(own, name) is not None),
    )


def _dressed(figure: Figure, slots: Mapping[str, str]) -> Figure:
    garments = [replace(one, on=False) if one.slot in slots else one for one in figure.garments]
    for slot, text in slots.items():
        if text:
            nouns = _NOUN.findall(text)
            noun = nouns[-1].casefold() if nouns else slot
            garments = [one for one in garments if one.noun != noun]
            garments.append(Garment(slot, noun, text, is_own=True))
    return replace(figure, garments=tuple(garments))
