"""The state of a chat in the scene of a message: what the text leaves open is as it was."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, Literal

from bridge.scene import ChatRef, Place, Scene, Subject
from bridge.summarizer.continuity.book import Moment
from bridge.summarizer.continuity.spots import words
from bridge.summarizer.continuity.state import ChatState, Figure
from bridge.summarizer.names import look_of
from bridge.summarizer.people import Known, forms_of, name_pattern
from bridge.summarizer.places_choice import Standing
from bridge.summarizer.words import read

_BARE: Final = {"a person": 0, "a woman": 1, "a man": -1, "": 0}
"""Looks that tell nobody from another, and the pronoun that goes with them; see `leaning`."""
_TOGETHER: Final = re.compile(r"\b(?:they|we|both|together|everyone|everybody)\b", re.IGNORECASE)
_MOST_SUBJECTS: Final = 6
_OUTSIDE: Final = frozenset(read("places")["outside"])


def standing_of(moment: Moment) -> Standing | None:
    """Where the chat is, for the choice of a place; None where nothing is known."""
    state, stood = moment.state, moment.stood
    is_settled = state.change == "move" or "place" in state.own
    if stood and not is_settled and stood[0].text and not _differs(stood[0], state):
        return Standing(*stood)
    if state.place:
        return Standing(Place("", "explicit", _said(state.place)), stood[1] if stood else "")
    return Standing(*stood) if stood else None


def unlisted(state: ChatState, listed: Iterable[str], text: str, user: str = "") -> list[Known]:
    """Those of whom a message tells and whom no dictionary lists, save the person who plays."""
    others = set(state.told_of) & set(state.present) - {*listed, user}
    return [Known(one.name, _look(one, text)) for one in state.figures if one.name in others]


def with_state(
    scene: Scene, state: ChatState, by: Literal["llm", "rules"], text: str = "", user: str = ""
) -> Scene:
    """`scene` with the outfits, the time and the weather that were told before.

    By rules, the place is the state's too, for it follows who goes where. What a person has set
    since the message stands, whoever wrote the scene. `text` is the message, `user` who plays.
    """
    weather = state.weather if words(state.place) & _OUTSIDE else ""
    subjects = tuple(_recognised(scene, state, user))
    if by == "rules" and _TOGETHER.search(text):
        subjects = (*subjects, *_joining(subjects, state, text, user))[:_MOST_SUBJECTS]
    return replace(
        scene,
        subjects=tuple(_dressed(one, state, by) for one in subjects),
        place=_place(scene.place, state, by),
        time=state.time if "time" in state.own else scene.time or state.time,
        weather=state.weather if "weather" in state.own else scene.weather or weather,
    )


def _place(place: Place, state: ChatState, by: Literal["llm", "rules"]) -> Place:
    is_held = by == "rules" and not (state.change == "start" and place.kind == "explicit")
    if state.place and ("place" in state.own or (is_held and _differs(place, state))):
        return Place("", "explicit", _said(state.place))
    return place


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


def _look(figure: Figure, text: str) -> str:
    if figure.leaning:
        return "a woman" if figure.leaning > 0 else "a man"
    return look_of(figure.name, text)


def _missing(subjects: Sequence[Subject], state: ChatState, user: str) -> list[Figure]:
    """Those of whom the message tells, by whatever word, and who are not in its scene."""
    names = [one.name for one in subjects if one.name]
    return [
        one for one in state.figures
        if one.present and one.name in state.told_of and one.name != user
        and not any(_is_named(name, one.name) for name in names)
    ]  # fmt: skip


def _recognised(scene: Scene, state: ChatState, user: str) -> Iterator[Subject]:
    """`a man` of a scene is the man whom the message told of."""
    missing = _missing(scene.subjects, state, user)
    for subject in scene.subjects:
        gender = _BARE.get(subject.look) if subject.kind == "person" else None
        fits = [one for one in missing if gender is not None and one.leaning * gender >= 0]
        if fits and not subject.name:
            missing.remove(fits[0])
            yield replace(subject, name=fits[0].name)
        else:
            yield subject


def _joining(
    subjects: Sequence[Subject], state: ChatState, text: str, user: str
) -> Iterator[Subject]:
    """Who is meant by `they`: not by name, which the writer of the scene has judged."""
    for one in _missing(subjects, state, user):
        if not name_pattern(forms_of(Known(one.name)), any_case=False).search(text):
            yield Subject(one.name, look=_look(one, text))


def _dressed(subject: Subject, state: ChatState, by: Literal["llm", "rules"]) -> Subject:
    """In what the state has and the scene does not speak of; a model's word holds, but by hand."""
    figure = next((one for one in state.figures if _is_named(subject.name, one.name)), None)
    if not subject.name or figure is None:
        return subject
    said = words(f"{subject.outfit} {subject.pose} {subject.action}")
    holds = by == "llm" and bool(subject.outfit)
    garments = [one for one in figure.garments if one.on and (one.is_own or not holds)]
    lacking = [one for one in garments if not words(one.text) <= said]
    gone = {one.noun for one in lacking}
    rest = [one for one in subject.outfit.split(", ") if one and not words(one) & gone]
    return replace(subject, outfit=", ".join([*(one.phrase for one in lacking), *rest]))


def _is_named(name: str, known: str) -> bool:
    return name.casefold() == known.casefold() or name.casefold() in known.casefold().split()


def _said(place: str) -> str:
    """`the kitchen`; a name and `outside …` stand as they are."""
    return place if place.startswith("outside") or place[:1].isupper() else f"the {place}"


def _differs(place: Place, state: ChatState) -> bool:
    return bool(state.place) and not words(place.text) & words(state.place)
