"""Z-Image: long, concrete and explicit; everything said positively.

The turbo model runs without guidance and ignores negatives, so counts, lettering and what stands
in the place of the forbidden are stated (huggingface.co/Tongyi-MAI/Z-Image-Turbo). `negative` is
what the scene forbids, for the base model. Other languages are left as they stand: it was trained
on them, and their words are facts.
"""

from collections.abc import Mapping
from typing import Final

from bridge.scene import Scene
from bridge.summarizer.dialects.prompt import Line, Prompt, sentence
from bridge.summarizer.dialects.sentences import (
    counted,
    instead,
    lettering,
    lit,
    shot_of,
    shown,
    subject_line,
    told,
)

LIMIT: Final = 320
"""Words; some 512 tokens."""


def render(scene: Scene, words: Mapping[str, str], story: str = "") -> Prompt:
    """Up to 320 words: frame, count, each subject, place, things, light."""
    frame = sentence(
        scene.style and f"the whole picture is in the style of {scene.style}", shot_of(scene)
    )
    lines = [
        Line(1, frame),
        *(Line(rank, subject_line(one, words, scene)) for rank, one in enumerate(scene.subjects)),
        Line(2, counted(scene)),
        Line(2, sentence(scene.interaction)),
        Line(2, lettering(scene)),
        Line(3, sentence(scene.place.text and f"the scene takes place here: {scene.place.text}")),
        *(Line(5 + rank, text) for rank, text in enumerate(shown(scene.props))),
        Line(4, sentence(scene.time and f"time of day: {scene.time}", scene.weather)),
        Line(3, lit(scene)),
        Line(4, instead(scene)),
        Line(6, sentence(scene.mood and f"the mood is {scene.mood}")),
    ]
    return Prompt(
        told(scene, words, lines, LIMIT, foreign=False, story=story), ", ".join(scene.must_not)
    )
