"""One Scene, many prompts: each family of models is spoken to in its own dialect."""

from collections.abc import Callable, Mapping
from typing import Final

from bridge.domain import Family
from bridge.scene import Scene
from bridge.summarizer.dialects import flux1, z_image
from bridge.summarizer.dialects.prompt import Prompt

Render = Callable[[Scene, Mapping[str, str]], Prompt]

DIALECTS: Final[Mapping[Family, Render]] = {
    "flux1": flux1.render,
    "flux2-dev": flux1.render,
    "flux2-klein": flux1.render,
    "z-image": z_image.render,
    "sdxl": flux1.render,
    "gpt-image": z_image.render,
    "gemini": z_image.render,
    "ideogram3": flux1.render,
    "ideogram4": z_image.render,
    "any": flux1.render,
}
"""Families without a file of their own speak the nearest one."""


def render(family: Family, scene: Scene, words: Mapping[str, str]) -> Prompt:
    """The prompt for a family; `words` maps subjects' names to what the model reads for them.

    A name without words is replaced by the subject's look, else by a plain noun: names themselves
    never appear.
    """
    return DIALECTS[family](scene, words)
