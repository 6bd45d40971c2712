"""The questions that language models are asked about a text; the words stand in instructions/."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from bridge.domain import Rating
from bridge.question import Answer, LlmWish, Question
from bridge.scene import Scene
from bridge.summarizer.instructions import filled, read
from bridge.summarizer.people import Known
from bridge.summarizer.places import CuratedPlace
from bridge.summarizer.scene_json import schema
from bridge.visible import visible

_LONGEST: Final = 8_000
"""Characters of story that are sent: the end of it."""
_BEGIN: Final = "<<<STORY"
_END: Final = "STORY>>>"
_CHANGES: Final = ("place", "people", "clothes", "time")


def scene_question(
    text: str,
    people: Sequence[Known],
    places: Sequence[CuratedPlace],
    ceiling: Rating,
    before: Scene | None,
    *,
    wish: LlmWish,
    seconds: float,
) -> Question:
    """What does the last moment of `text` show?"""
    looks = "\n".join(f"- {one.name}: {one.look_text}" for one in people if one.look_text)
    orders = filled(
        "scene",
        ceiling=ceiling.label,
        people=looks or "none",
        places="\n".join(f"- {one.id}: {one.text}" for one in places) or "none",
    )
    framed = _framed(orders, text, before)
    return Question(framed, schema(), seconds, spelled(schema()), wish=wish)


def repair_question(question: Question, answer: Answer, reason: str, seconds: float) -> Question:
    """The same once more, of the same model, with what was wrong with its answer."""
    again = [
        *question.messages,
        {"role": "assistant", "content": answer.text[:_LONGEST]},
        {"role": "user", "content": filled("repair", reason=reason)},
    ]
    wish = LlmWish(answer.endpoint, answer.model)
    return replace(question, messages=again, seconds=seconds, wish=wish)


def check_question(text: str, before: Scene, seconds: float) -> Question:
    """Does `text` change what stood before it? Four truths, by `_CHANGES`."""
    wanted = record({name: {"type": "boolean"} for name in _CHANGES})
    framed = _framed(read("check"), text, before)
    return Question(framed, wanted, seconds, spelled(wanted), "check")


def record(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The strict schema of an object with exactly these fields."""
    return {
        "type": "object",
        "properties": dict(fields),
        "required": list(fields),
        "additionalProperties": False,
    }


def spelled(wanted: Mapping[str, Any]) -> str:
    """A schema for models that are only told of it."""
    return filled("schema", schema=json.dumps(wanted, separators=(",", ":")))


def _framed(orders: str, text: str, before: Scene | None) -> list[Mapping[str, Any]]:
    """Orders and story apart; neither the story nor what it told before can close its frame."""
    shown = visible(text)[-_LONGEST:]
    story = f"{_told(before)}\n\n{shown}" if before else shown
    story = story.replace(_BEGIN, "").replace(_END, "")
    return [
        {"role": "system", "content": orders},
        {"role": "user", "content": f"{_BEGIN}\n{story}\n{_END}"},
    ]


def _told(before: Scene) -> str:
    """What stood before, in one line."""
    worn = [(one.name, one.outfit) for one in before.subjects if one.name]
    facts = (("place", before.place.text), ("time", before.time), ("weather", before.weather))
    known = [f"{name} wears {outfit}" if outfit else f"{name} is there" for name, outfit in worn]
    known += [f"{name}: {text}" for name, text in facts if text]
    return f"[before: {'; '.join(known) or 'nothing is known'}]"
