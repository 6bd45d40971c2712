"""FLUX.1: plain prose, the subject first, light always, at most some 120 words, no negatives.

T5 reads natural sentences; weights and quality tags are noise to it
(huggingface.co/black-forest-labs/FLUX.1-dev).
"""

from collections.abc import Mapping
from typing import Final

from bridge.scene import Scene
from bridge.summarizer.dialects.prompt import Line, Prompt, sentence
from bridge.summarizer.dialects.sentences import (
    instead,
    lettering,
    lit,
    setting,
    shot_of,
    shown,
    subject_line,
    told,
)

LIMIT: Final = 114
"""Words; LoRAs add some, and together they are to be no more than 120."""


def render(scene: Scene, words: Mapping[str, str], story: str = "") -> Prompt:
    """Prose of at most 114 words; what must not be seen has no place in it."""
    lines = [
        *(Line(rank, subject_line(one, words, scene)) for rank, one in enumerate(scene.subjects)),
        Line(2, sentence(scene.interaction)),
        Line(2, lettering(scene)),
        Line(3, setting(scene)),
        *(Line(5 + rank, text) for rank, text in enumerate(shown(scene.props))),
        Line(3, lit(scene)),
        Line(1, sentence(scene.style and f"in the style of {scene.style}")),
        Line(4, instead(scene)),
        Line(9, sentence(shot_of(scene), scene.mood and f"{scene.mood} mood")),
    ]
    return Prompt(told(scene, words, lines, LIMIT, story=story))
