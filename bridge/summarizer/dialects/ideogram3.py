"""Ideogram 3: prose of at most some 150 words, lettering near the front, a negative of its own.

What stands beyond the first 150 words or so is not read; text in quotes is painted
(docs.ideogram.ai, prompting guide).
"""

from collections.abc import Mapping
from typing import Final

from bridge.scene import Scene
from bridge.summarizer.dialects.prompt import Line, Prompt, sentence
from bridge.summarizer.dialects.sentences import (
    lettering,
    lit,
    setting,
    shot_of,
    shown,
    subject_line,
    told,
)

LIMIT: Final = 150
"""Words."""


def render(scene: Scene, words: Mapping[str, str], story: str = "") -> Prompt:
    """Kind of picture, lettering, people, place, things, light."""
    kind = f"a picture in the style of {scene.style}" if scene.style else "a photo"
    lines = [
        Line(1, sentence(kind, scene.shot)),
        Line(2, lettering(scene)),
        *(Line(rank, subject_line(one, words, scene)) for rank, one in enumerate(scene.subjects)),
        Line(2, sentence(scene.interaction)),
        Line(3, setting(scene)),
        *(Line(5 + rank, text) for rank, text in enumerate(shown(scene.props))),
        Line(3, lit(scene)),
        Line(9, sentence(scene.mood and f"{scene.mood} mood")),
        Line(9, sentence(shot_of(scene).removeprefix(scene.shot))),
    ]
    return Prompt(told(scene, words, lines, LIMIT, story=story), ", ".join(scene.must_not))
