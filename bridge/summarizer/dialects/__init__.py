"""One Scene, many prompts: each family of models is spoken to in its own dialect."""

from collections.abc import Callable, Mapping
from typing import Final

from bridge.domain import Family
from bridge.scene import Scene
from bridge.summarizer.dialects import (
    flux1,
    flux2,
    gemini,
    gpt_image,
    ideogram3,
    ideogram4,
    sdxl,
    wan,
    z_image,
)
from bridge.summarizer.dialects.prompt import Prompt

Render = Callable[[Scene, Mapping[str, str], str], Prompt]

DIALECTS: Final[Mapping[Family, Render]] = {
    "flux1": flux1.render,
    "flux2-dev": flux2.render_dev,
    "flux2-klein": flux2.render_klein,
    "z-image": z_image.render,
    "sdxl": sdxl.render,
    "gpt-image": gpt_image.render,
    "gemini": gemini.render,
    "ideogram3": ideogram3.render,
    "ideogram4": ideogram4.render,
    "wan": wan.render,
    "any": flux1.render,
}
"""The prompt card shows what FLUX.1 would read."""


def render(
    family: Family, scene: Scene, words: Mapping[str, str], *, story: str = "", spare: int = 0
) -> Prompt:
    """The prompt for a family; `words` maps subjects' names to what the model reads for them.

    A name without words is replaced by the subject's look, else by a plain noun: names themselves
    never appear. No eight words in a row are those of `story`, of which the scene was made; where
    it is not known, none are the scene's own. `spare`: of SDXL's tokens so many are kept free for
    what is added afterwards.
    """
    if family == "sdxl":
        return sdxl.render(scene, words, spare=spare)
    return DIALECTS[family](scene, words, story)
