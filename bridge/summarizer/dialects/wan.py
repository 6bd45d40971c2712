"""Wan: film. Subject, place, motion and camera in 80 to 120 words, with a negative of its own.

(github.com/Wan-Video/Wan2.2: the makers' prompts name subject, scene, motion, light and camera.)
"""

from collections.abc import Mapping
from typing import Final

from bridge.scene import Scene
from bridge.summarizer.dialects.prompt import Line, Prompt, sentence
from bridge.summarizer.dialects.sentences import (
    lettering,
    light_of,
    setting,
    shot_of,
    shown,
    subject_line,
    told,
)

LIMIT: Final = 120
"""Words."""


def render(scene: Scene, words: Mapping[str, str], story: str = "") -> Prompt:
    """Subjects and what they do, place, light, and a camera that stands still."""
    style = scene.style and f"in the style of {scene.style}"
    lines = [
        Line(1, sentence(style)),
        *(Line(rank, subject_line(one, words, scene)) for rank, one in enumerate(scene.subjects)),
        Line(2, sentence(scene.interaction)),
        Line(2, lettering(scene)),
        Line(3, setting(scene)),
        *(Line(5 + rank, text) for rank, text in enumerate(shown(scene.props))),
        Line(3, sentence(light_of(scene), scene.mood and f"{scene.mood} mood")),
        Line(4, sentence(shot_of(scene), "the camera stands still")),
    ]
    return Prompt(told(scene, words, lines, LIMIT, story=story), ", ".join(scene.must_not))
