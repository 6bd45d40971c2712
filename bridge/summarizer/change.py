"""What a text changes of what stood before, as a small model says; the rest is held."""

from dataclasses import dataclass, replace

import msgspec

from bridge.errors import Garbled
from bridge.question import Answer
from bridge.scene import Scene, Subject
from bridge.summarizer.scene_json import objects_in


@dataclass(frozen=True, slots=True)
class Changes:
    """True where the text changes it."""

    place: bool
    people: bool
    clothes: bool
    time: bool


def changes(answer: Answer) -> Changes:
    """Out of a model's answer; Garbled when it is none."""
    for found in objects_in(answer.text):
        try:
            return msgspec.convert(found, Changes)
        except msgspec.ValidationError:
            continue
    raise Garbled("the model does not say what changed")


def held(scene: Scene, before: Scene, told: Changes) -> Scene:
    """`scene` with what did not change as it stood before, where that was known."""
    if not told.place and before.place.text:
        scene = replace(scene, place=replace(before.place, id="", kind="explicit"))
    if not told.time and before.time:
        scene = replace(scene, time=before.time)
    if not told.clothes:
        worn = {one.name: one.outfit for one in before.subjects if one.name and one.outfit}
        scene = replace(scene, subjects=tuple(_dressed(one, worn) for one in scene.subjects))
    return scene


def _dressed(subject: Subject, worn: dict[str, str]) -> Subject:
    return replace(subject, outfit=worn.get(subject.name, subject.outfit))
