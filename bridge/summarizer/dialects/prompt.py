"""What all dialects share: the prompt record, who is who, sentences, and a limit in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bridge.scene import Scene, Subject

_GENERIC: Final = {
    "person": "a person", "animal": "an animal", "creature": "a creature", "machine": "a machine",
}  # fmt: skip
_LONG: Final = 4
"""Words from which on a prop is a sentence of its own."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What an image model is sent."""

    positive: str
    negative: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of a prompt; the greatest `rank` goes first when there is too much."""

    rank: int
    text: str


def who(subject: Subject, words: Mapping[str, str]) -> str:
    """What the model reads for somebody: trigger words, else the look, else a noun."""
    return words.get(subject.name) or subject.look or _GENERIC[subject.kind]


def sentence(*parts: str, exact: str = "") -> str:
    """Parts joined by commas, with a capital and a full stop; empty when all parts are.

    What begins with `exact` keeps its letters: a trigger word is read as it was trained.
    """
    text = ", ".join(part.strip(" ,.;") for part in parts if part.strip(" ,.;"))
    if not text:
        return ""
    if exact and text.startswith(exact):
        return f"{text}."
    return f"{text[0].upper()}{text[1:]}" + ("" if text.endswith(("!", "?")) else ".")


def wearing(outfit: str) -> str:
    """An outfit as part of a sentence."""
    starts = ("in ", "wearing", "dressed", "his ", "her ", "their ", "its ", "with ", "without ")
    is_bare = (
        outfit.isascii()
        and len(outfit.split()) <= 6
        and not re.search(r"\b(?:on|at|by|are|is)\b", outfit)
    )
    return f"wearing {outfit}" if outfit and is_bare and not outfit.startswith(starts) else outfit


def shown(props: Sequence[str]) -> list[str]:
    """Long props as sentences, short ones together in one."""
    short = [prop for prop in props if len(prop.split()) < _LONG and prop.isascii()]
    long = [sentence(prop) for prop in props if prop not in short]
    return [*long, *([sentence(", ".join(short))] if short else [])]


def shot_of(scene: Scene) -> str:
    """Shot and camera: in `first` and `second` the viewer is the camera."""
    eyes = "seen through the viewer's eyes" if scene.pov != "third" else ""
    return ", ".join(filter(None, (scene.shot, eyes)))


def within(lines: Sequence[Line], limit: int) -> str:
    """The lines in their order, the least important left out beyond `limit` words."""
    kept = [line for line in lines if line.text]
    while len(kept) > 1 and _words(kept) > limit:
        worst = max(range(len(kept)), key=lambda index: (kept[index].rank, index))
        del kept[worst]
    return " ".join(line.text for line in kept)


def _words(lines: Sequence[Line]) -> int:
    return sum(max(len(line.text.split()), len(line.text.encode()) // 9) for line in lines)
