"""Gemini's image models: a described scene in a photographer's words, everything said positively.

A paragraph does better than a list; shot, lens and light steer it
(ai.google.dev/gemini-api/docs/image-generation).
"""

from collections.abc import Mapping
from typing import Final

from bridge.scene import Scene
from bridge.summarizer.dialects.prompt import Line, Prompt, sentence
from bridge.summarizer.dialects.sentences import (
    counted,
    instead,
    lens_of,
    lettering,
    light_of,
    setting,
    shot_of,
    shown,
    subject_line,
    told,
)

LIMIT: Final = 260
"""Words."""


def render(scene: Scene, words: Mapping[str, str], story: str = "") -> Prompt:
    """A paragraph: shot and lens, people, place, things, the light and what it makes one feel."""
    kind = f"a picture in the style of {scene.style}" if scene.style else "a photograph"
    mood = scene.mood and f"which makes for a {scene.mood} atmosphere"
    lines = [
        Line(1, sentence(kind, shot_of(scene), lens_of(scene))),
        *(Line(rank, subject_line(one, words, scene)) for rank, one in enumerate(scene.subjects)),
        Line(2, counted(scene)),
        Line(2, sentence(scene.interaction)),
        Line(3, setting(scene)),
        *(Line(5 + rank, text) for rank, text in enumerate(shown(scene.props))),
        Line(2, lettering(scene)),
        Line(3, sentence(f"the scene is lit like this: {light_of(scene)}", mood)),
        Line(4, instead(scene)),
    ]
    return Prompt(told(scene, words, lines, LIMIT, story=story))
