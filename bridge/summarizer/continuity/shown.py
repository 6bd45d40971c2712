"""The state of a chat in the scene of a message: what the text leaves open is as it was."""

from dataclasses import replace
from typing import Final, Literal

from bridge.scene import ChatRef, Place, Scene, Subject
from bridge.summarizer.continuity.book import Moment
from bridge.summarizer.continuity.spots import words
from bridge.summarizer.continuity.state import ChatState
from bridge.summarizer.places_choice import Standing
from bridge.summarizer.words import read

_OUTSIDE: Final = frozenset(read("places")["outside"])


def standing_of(moment: Moment) -> Standing | None:
    """Where the chat is, for the choice of a place; None where nothing is known."""
    state, stood = moment.state, moment.stood
    if stood and state.change != "move" and (stood[0].text and not _differs(stood[0], state)):
        return Standing(*stood)
    if state.place:
        return Standing(Place("", "explicit", _said(state.place)), stood[1] if stood else "")
    return Standing(*stood) if stood else None


def with_state(scene: Scene, state: ChatState, by: Literal["llm", "rules"]) -> Scene:
    """`scene` with the outfits, the time and the weather that were told before.

    By rules, the place is the state's too, for it follows who goes where.
    """
    place = scene.place
    if by == "rules" and state.place and state.change != "start" and _differs(place, state):
        place = Place("", "explicit", _said(state.place))
    weather = state.weather if words(state.place) & _OUTSIDE else ""
    return replace(
        scene,
        subjects=tuple(_dressed(one, state) for one in scene.subjects),
        place=place,
        time=scene.time or state.time,
        weather=scene.weather or weather,
    )


def labelled(text: str, ref: ChatRef) -> str:
    """A message with its writer's name before it, as a log has it: `she` is then somebody.

    Only where speech and deeds are marked; else a label would make speech of all of it.
    """
    is_marked = any(mark in text for mark in '*"“«「')
    if ref.role == "narrator" or not ref.speaker or not is_marked:
        return text
    return text if text.startswith(f"{ref.speaker}:") else f"{ref.speaker}: {text}"


def before(state: ChatState) -> Scene | None:
    """What stood before a message, for whoever writes its scene; None when nothing did."""
    told = Scene(
        subjects=tuple(Subject(name=name, outfit=state.outfit(name)) for name in state.present),
        place=Place("", "explicit", f"the {state.place}") if state.place else Place(),
        time=state.time,
        weather=state.weather,
    )
    return told if told != Scene() else None


def _dressed(subject: Subject, state: ChatState) -> Subject:
    if subject.outfit or not subject.name:
        return subject
    name = next((one.name for one in state.figures if _is_named(subject.name, one.name)), "")
    return replace(subject, outfit=state.outfit(name)) if name else subject


def _is_named(name: str, known: str) -> bool:
    return name.casefold() == known.casefold() or name.casefold() in known.casefold().split()


def _said(place: str) -> str:
    """`the kitchen`; a name and `outside …` stand as they are."""
    return place if place.startswith("outside") or place[:1].isupper() else f"the {place}"


def _differs(place: Place, state: ChatState) -> bool:
    return bool(state.place) and not words(place.text) & words(state.place)
