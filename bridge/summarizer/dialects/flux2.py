"""FLUX.2: subject, action, style, place, light, camera, in this order; no negatives.

The most important comes first, and light is described whatever happens. Dev and pro are told some
80 words, klein, which expands nothing by itself, some 70; more for every further subject
(github.com/black-forest-labs/skills, flux-best-practices).
"""

from collections.abc import Mapping
from functools import partial

from bridge.scene import Scene
from bridge.summarizer.dialects.prompt import Line, Prompt, sentence
from bridge.summarizer.dialects.sentences import (
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


def _render(
    first: int, more: int, scene: Scene, words: Mapping[str, str], story: str = ""
) -> Prompt:
    """At most `first` words, and `more` for every further subject."""
    style = scene.style and f"in the style of {scene.style}"
    lines = [
        *(Line(rank, subject_line(one, words, scene)) for rank, one in enumerate(scene.subjects)),
        Line(2, sentence(scene.interaction)),
        Line(2, lettering(scene)),
        Line(1, sentence(style)),
        Line(3, setting(scene)),
        *(Line(5 + rank, text) for rank, text in enumerate(shown(scene.props))),
        Line(1, sentence(light_of(scene), scene.mood and f"a {scene.mood} atmosphere")),
        Line(4, instead(scene)),
        Line(8, sentence(shot_of(scene), lens_of(scene))),
    ]
    further = max(len(scene.subjects) - 1, 0)
    return Prompt(told(scene, words, lines, min(first + more * further, 300), story=story))


render_dev = partial(_render, 90, 40)
render_klein = partial(_render, 80, 30)
