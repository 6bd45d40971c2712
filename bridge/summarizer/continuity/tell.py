"""The next state of a chat: what a message does not say stays as it was."""

import re
from dataclasses import replace
from typing import Final

from bridge.scene import Place
from bridge.summarizer.continuity.clauses import clauses
from bridge.summarizer.continuity.hours import hour_of
from bridge.summarizer.continuity.moves import Mover
from bridge.summarizer.continuity.spots import first_place, heading, words
from bridge.summarizer.continuity.stage import Stage
from bridge.summarizer.continuity.state import ChatState, Message
from bridge.summarizer.continuity.wear import Dresser
from bridge.summarizer.location import place_of
from bridge.summarizer.names import names_in
from bridge.summarizer.setting import weather_of
from bridge.summarizer.tidy import tidy

_MOST_PLACES: Final = 12


def advance(before: ChatState, message: Message) -> ChatState:
    """The state after one more message; never fails."""
    story = tidy(message.text).story
    stage = Stage.open(before, message, story)
    stage.meet(names_in(stage.marked(story), len(stage.people)))
    is_start = not before.present
    writers = (message.name if message.role != "narrator" else "", message.user if is_start else "")
    stage.enter(filter(None, writers))
    dresser, mover = Dresser(stage), Mover(stage)
    together: list[str] = []
    for clause in clauses(stage, story):
        together += clause.subjects if clause.kind == "group" else ()
        mover.take(clause)
        if not mover.is_apart:
            dresser.take(clause)
    marked = stage.marked(story)
    place = mover.settle() or heading(marked, before.places) or before.place or _opening(marked)
    return ChatState(
        figures=tuple(stage.people.values()),
        place=place,
        places=_with(before.places, place),
        time=hour_of(story, before.time),
        weather=weather_of(story) or before.weather,
        told_of=tuple(dict.fromkeys(filter(None, (*writers[:1], *stage.recent, *together)))),
        change="start" if is_start else "stay" if place == before.place else "move",
    )


def placed(state: ChatState, place: Place) -> ChatState:
    """The state of a message whose picture shows `place`, where the text left that open."""
    if place.kind != "explicit" or not words(place.text) or words(place.text) & words(state.place):
        return state
    name = _bare(place)
    return replace(state, place=name, places=_with(state.places, name))


def _opening(marked: str) -> str:
    """Where a story begins: what it says outright goes before what it merely names first."""
    first, stated = first_place(marked), place_of(marked)
    if first[:1].isupper() or stated.kind != "explicit" or words(stated.text) & words(first):
        return first  # `The Anchor`, or the same in the story's fuller words
    return _bare(stated)


def _bare(place: Place) -> str:
    return re.sub(r"^(?:the|an?)\s", "", place.text.partition(",")[0])


def _with(places: tuple[str, ...], latest: str) -> tuple[str, ...]:
    others = tuple(one for one in places if one != latest)
    return (*others, latest)[-_MOST_PLACES:] if latest else places
