"""The next state of a chat: what a message does not say stays as it was."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from bridge.presence import SIGHT, is_told_of
from bridge.scene import Place
from bridge.spoken import is_called
from bridge.summarizer.continuity.clauses import clauses
from bridge.summarizer.continuity.hours import hour_of
from bridge.summarizer.continuity.moves import Mover
from bridge.summarizer.continuity.spots import first_place, heading, words
from bridge.summarizer.continuity.stage import Stage
from bridge.summarizer.continuity.state import ChatState, Message
from bridge.summarizer.continuity.wear import Dresser
from bridge.summarizer.names import names_in
from bridge.summarizer.people import SIGN
from bridge.summarizer.setting import weather_of
from bridge.summarizer.tidy import tidy

_MOST_PLACES: Final = 12
_BARE_CALL: Final = 3
"""Characters; `Rook!` alone may be shouted through the house."""
_FAREWELL: Final = re.compile(
    r"\b(?:(?:good)?bye|farewell|so long|see you|good ?night|i(?:['’]m| am) (?:off|leaving"
    r"|going home)"
    r"|i (?:must|have to|should|['’]?ll) (?:go|be going))\b", re.IGNORECASE,
)  # fmt: skip
_HEARD_GOING: Final = re.compile(
    r"\b(?:door|gate|stairs?|steps|footsteps|boots|heels|hoofbeats|engine|car|bell)\b[^.;]*\b(?:creaks?|clos|shut|slam"
    r"|bang|fad|clatter|recede|jingl|swing|click|start|die)\w*", re.IGNORECASE,
)  # fmt: skip
_QUOTED_DEED: Final = re.compile(r"\*[^*\"“”]*\"[^*]*\"[^*]*\*|\*[^*\"“”]*“[^*]*\*")
_OOC: Final = re.compile(r"[(\[]+\s*OOC\s*:?\s*([^()\[\]]{1,200})[)\]]", re.IGNORECASE)
_HAS_ON: Final = re.compile(r"\bI(?:['’]m| am) (?:\w+ ){0,2}(?:in|wearing)\b", re.IGNORECASE)
_WISHED: Final = re.compile(
    r"\b(?:should|could|would|can|will|later|next|if|pls|please|not)\b|n['’]t\b|\?", re.IGNORECASE
)
_I_AM_AT: Final = re.compile(
    r"\b[Ii](?:['’]?m| am)(?: here)? (?P<at>(?:outside|inside|at|in|by) (?:the )?"
    r"(?P<name>[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*))"
)
_NOT_YET: Final = re.compile(r"(?:before|as if|as though|unless|lest)\s", re.IGNORECASE)
"""What such a clause tells has not happened."""


def _called(stage: Stage, speech: Iterable[str]) -> list[str]:
    """Who is spoken to where a chat begins: they are there."""
    return [
        stage.of(found[0])
        for line in map(stage.marked, speech)
        for found in re.finditer(SIGN, line)
        if len(line) > _BARE_CALL
        and is_called(line[: found.start()].lower(), line[found.end() :].lower())
    ]


def _is_only_shown(stage: Stage) -> bool:
    """Whether the writer, who was not there, is told of as a picture or a voice and no more."""
    name, marked = stage.message.name, stage.marked(stage.message.text).lower()
    if name in stage.before.present:
        return False
    at = [one.start() for one in re.finditer(SIGN, marked) if stage.of(one[0]) == name]
    return bool(at) and all(
        is_told_of(marked[max(0, one - SIGHT) : one], marked[one + 1 : one + 1 + SIGHT])
        for one in at
    )


def _read(message: Message) -> str:
    """The text without asterisks where they frame no deeds: a narrator's, or round quotes."""
    is_told = message.role == "narrator" or _QUOTED_DEED.search(message.text)
    return message.text.replace("*", "") if is_told else message.text


def _note(stage: Stage, dresser: Dresser, message: Message) -> None:
    """What a player says beside the story of what they have on: `(OOC: I'm in my coat)`."""
    notes = _OOC.findall(message.text) if message.role == "user" else []
    for note in notes:
        if _HAS_ON.search(note) and not _WISHED.search(note):
            for clause in clauses(stage, note):
                dresser.take(clause)
    dresser.deed = "none"


def _opening(marked: str, speech: Iterable[str]) -> str:
    """Where a chat begins; with what the one who writes says of it: `I'm outside the Vesper`."""
    place = first_place(marked)
    said = next(filter(None, map(_I_AM_AT.search, speech)), None)
    if not said or words(said["name"]) & words(place) or place != place.lower():
        return place
    return f"{place} {said['at']}" if place else said["name"]


def advance(before: ChatState, message: Message) -> ChatState:
    """The state after one more message; never fails."""
    tidied = tidy(_read(message))
    story = tidied.story
    stage = Stage.open(before, message, story)
    stage.meet(names_in(stage.marked(story), len(stage.people)))
    is_start = not before.present
    writers = (message.name if message.role != "narrator" else "", message.user if is_start else "")
    is_far = not is_start and _is_only_shown(stage)
    stage.enter(filter(None, () if is_far else writers))
    if is_start:
        stage.enter(_called(stage, tidied.speech))
    dresser, mover = Dresser(stage), Mover(stage)
    together: list[str] = []
    _note(stage, dresser, message)
    for clause in clauses(stage, story):
        if _NOT_YET.match(clause.text):
            continue
        together += clause.subjects if clause.kind == "group" else ()
        mover.take(clause)
        if not mover.is_apart:
            dresser.take(clause)
    marked = stage.marked(story)
    if _FAREWELL.search(" ".join(tidied.speech)) and _HEARD_GOING.search(story):
        mover.leavers += writers[:1]
    place = _gone_to(mover, heading(marked, before.places))
    place = place or before.place or _opening(marked, tidied.speech)
    return ChatState(
        figures=tuple(stage.people.values()),
        place=place,
        places=_with(before.places, place),
        time=hour_of(story, before.time, tidied.speech),
        weather=weather_of(story) or before.weather,
        told_of=tuple(dict.fromkeys(filter(None, (*writers[:1], *stage.recent, *together)))),
        change="start" if is_start else "stay" if place == before.place else "move",
    )


def _gone_to(mover: Mover, headed: str) -> str:
    """Where people have gone, else where the message is `headed`; empty where it says neither."""
    if headed and mover.goal == headed:
        mover.goers.clear()  # the story is there, and so are all
    went = mover.settle()
    return headed if not went or (headed and went.startswith("outside ")) else went


def placed(state: ChatState, place: Place) -> ChatState:
    """The state of a message whose picture shows `place`, where the text left that open."""
    if place.kind != "explicit" or not words(place.text) or words(place.text) & words(state.place):
        return state
    name = _bare(place)
    return replace(state, place=name, places=_with(state.places, name))


def _bare(place: Place) -> str:
    return re.sub(r"^(?:the|an?)\s", "", place.text.partition(",")[0])


def _with(places: tuple[str, ...], latest: str) -> tuple[str, ...]:
    others = tuple(one for one in places if one != latest)
    return (*others, latest)[-_MOST_PLACES:] if latest else places
