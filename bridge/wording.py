"""A scene in one family's words, with those of its LoRAs and of the asked-for styles in them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bridge.domain import Family, Lora, Note
from bridge.lora.weave import weave, words
from bridge.scene import Scene
from bridge.styles import styled
from bridge.summarizer.clip import CHUNK, clip_tokens
from bridge.summarizer.dialects import render


@dataclass(frozen=True, slots=True)
class Wording:
    """What a model is to read, and what was left out of it."""

    prompt: str
    negative: str
    notes: tuple[Note, ...]


def worded(
    scene: Scene, family: Family, used: Sequence[Lora], dropped: Sequence[Lora],
    negative: str = "", styles: Sequence[str] = (),
) -> Wording:  # fmt: skip
    """`scene` for `family`. What LoRAs and styles bring comes first where room is short."""
    if any(lora.category == "style" for lora in used):
        scene = replace(scene, style="")  # the LoRA's own words name it
    if family == "ideogram4":  # JSON, to which nothing can be added afterwards
        brought = finished(scene.style, used, dropped, "", styles).prompt
        scene = replace(scene, style=brought)
    named = words(scene, used, dropped)
    spare = 0
    while True:
        said = render(family, scene, named, spare=spare)
        against = ", ".join(filter(None, (negative, said.negative)))
        wording = finished(said.positive, used, dropped, against, styles)
        over = clip_tokens(wording.prompt) - CHUNK if family == "sdxl" else 0
        if over <= 0 or spare >= CHUNK:
            return wording
        spare += over


def finished(
    prompt: str, used: Sequence[Lora], dropped: Sequence[Lora], negative: str,
    styles: Sequence[str] = (),
) -> Wording:  # fmt: skip
    """A finished prompt with the words of LoRAs and styles."""
    if not prompt.lstrip().startswith("{"):
        prompt = styled(prompt, styles)
    return Wording(*weave(prompt, negative, used, dropped))
