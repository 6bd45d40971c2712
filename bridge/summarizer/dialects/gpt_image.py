"""gpt-image: one plain paragraph, what the picture is for first, everything said positively.

The model may rewrite a prompt, so counts and lettering are stated outright
(platform.openai.com/docs/guides/image-generation).
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
    setting,
    shot_of,
    shown,
    subject_line,
    told,
)

LIMIT: Final = 260
"""Words; the model takes more, the eye of the one who reads the log does not."""


def render(scene: Scene, words: Mapping[str, str], story: str = "") -> Prompt:
    """A paragraph: kind of picture, people, what they do, place, things, light, mood."""
    kind = f"an illustration in the style of {scene.style}" if scene.style else ""
    purpose = kind or "a picture of one moment in a story, true to life"
    lines = [
        Line(0, sentence(purpose, shot_of(scene))),
        Line(2, counted(scene)),
        *(Line(rank, subject_line(one, words, scene)) for rank, one in enumerate(scene.subjects)),
        Line(2, sentence(scene.interaction)),
        Line(2, lettering(scene)),
        Line(3, setting(scene)),
        *(Line(5 + rank, text) for rank, text in enumerate(shown(scene.props))),
        Line(3, lit(scene)),
        Line(4, instead(scene)),
        Line(6, sentence(scene.mood and f"the mood is {scene.mood}")),
    ]
    return Prompt(told(scene, words, lines, LIMIT, story=story))
