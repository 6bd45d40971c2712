"""The next state of a chat: what a message does not say stays as it was."""

import re
from typing import Final

from bridge.summarizer.continuity.clauses import clauses
from bridge.summarizer.continuity.hours import hour_of
from bridge.summarizer.continuity.moves import Mover
from bridge.summarizer.continuity.spots import first_place, heading
from bridge.summarizer.continuity.stage import Stage
from bridge.summarizer.continuity.state import ChatState, Message
from bridge.summarizer.continuity.wear import Dresser
from bridge.summarizer.setting import weather_of
from bridge.summarizer.tidy import tidy

_MOST_PLACES: Final = 12
_NOT_YET: Final = re.compile(r"(?:before|as if|as though|unless|lest)\s", re.IGNORECASE)
"""What such a clause tells has not happened."""


def advance(before: ChatState, message: Message) -> ChatState:
    """The state after one more message; never fails."""
    story = tidy(message.text).story
    stage = Stage.open(before, message, story)
    is_start = not before.present
    writers = (message.name if message.role != "narrator" else "", message.user if is_start else "")
    stage.enter(filter(None, writers))
    dresser, mover = Dresser(stage), Mover(stage)
    for clause in clauses(stage, story):
        if _NOT_YET.match(clause.text):
            continue
        mover.take(clause)
        if not mover.is_apart:
            dresser.take(clause)
    marked = stage.marked(story)
    place = mover.settle() or heading(marked, before.places) or before.place or first_place(marked)
    places = tuple(one for one in before.places if one != place)
    return ChatState(
        figures=tuple(stage.people.values()),
        place=place,
        places=(*places, place)[-_MOST_PLACES:] if place else before.places,
        time=hour_of(story, before.time),
        weather=weather_of(story) or before.weather,
        told_of=tuple(dict.fromkeys(one for one in (*writers[:1], *stage.recent) if one)),
        change="start" if is_start else "stay" if place == before.place else "move",
    )
