"""The models behind fal's queue: which paths they have and what each takes.

Sources: the types of the JavaScript client 1.10.1, fal.ai/models (limits, prices). Inferred:
`flux-lora/inpainting` (as its siblings), the paths of klein 9b (as 4b), the highest number of steps
of klein and Z-Image, prices but that of flux-lora, that a field nobody knows is ignored (the
ledger lists it under `facts.ignored`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.cloud import fields

FormatSet = frozenset[str]
TWO: FormatSet = frozenset({"jpeg", "png"})
THREE: FormatSet = frozenset({"jpeg", "png", "webp"})
ALWAYS = fields(
    "prompt image_size num_inference_steps seed num_images enable_safety_checker output_format",
    "sync_mode acceleration",
)


@dataclass(frozen=True, slots=True)
class App:
    """One path of one model. `price` is micro-dollars a megapixel, begun ones counted whole."""

    takes: frozenset[str]
    needs: tuple[str, ...]
    formats: FormatSet
    steps: tuple[int, int]
    """The usual and the most."""
    price: int
    most_loras: int = 0
    smallest: int = 64
    kind: str = "jpeg"
    """The picture format when none is asked for."""
    own_size: bool = False
    """Without `image_size` the picture is as large as the input."""


def app(needs: str, formats: FormatSet, steps: tuple[int, int], price: int, **more: Any) -> App:
    """An app that takes what all take, what it needs, and the `takes` in `more`."""
    takes = ALWAYS | fields(needs, more.pop("takes", ""))
    if more.get("most_loras"):
        takes |= {"loras"}
    return App(takes, ("prompt", *needs.split()), formats, steps, price, **more)


def flux(needs: str = "", takes: str = "", **more: Any) -> App:
    """A path of fal-ai/flux-lora; any number of LoRAs."""
    takes += " guidance_scale"
    return app(needs, TWO, (28, 50), 35_000, takes=takes, most_loras=100, **more)


def klein(needs: str = "", most_loras: int = 0, **more: Any) -> App:
    """A path of a distilled klein."""
    return app(needs, THREE, (4, 8), 16_000, most_loras=most_loras, smallest=512, **more)


def z_image(needs: str = "", takes: str = "", most_loras: int = 0, **more: Any) -> App:
    """A path of fal-ai/z-image/turbo."""
    takes += " enable_prompt_expansion"
    more = {"takes": takes, "kind": "png", **more}
    return app(needs, THREE, (8, 8), 8_500, most_loras=most_loras, **more)


CONTROL = "strength control_scale control_start control_end"
APPS: Mapping[str, Mapping[str, App]] = {
    "fal-ai/flux-lora": {
        "": flux(),
        "image-to-image": flux("image_url", "strength", own_size=True),
        "inpainting": flux("image_url mask_url", "strength", own_size=True),
    },
    "fal-ai/flux-2": {
        "klein/9b": klein(),
        "klein/9b/lora": klein(most_loras=3),
        "klein/9b/edit": klein("image_urls", own_size=True),
        "klein/9b/edit/lora": klein("image_urls", 3, own_size=True),
    },
    "fal-ai/z-image": {
        "turbo": z_image(),
        "turbo/lora": z_image(most_loras=3),
        "turbo/image-to-image": z_image("image_url", "strength", own_size=True),
        "turbo/image-to-image/lora": z_image("image_url", "strength", 3, own_size=True),
        "turbo/inpaint": z_image("image_url mask_image_url", CONTROL, own_size=True),
        "turbo/inpaint/lora": z_image("image_url mask_image_url", CONTROL, 3, own_size=True),
    },
}
"""By owner/alias, then by the path below, as the queue does it."""

Rule = tuple[Callable[[Any], bool], str, str]


def number(low: float, high: float, *, whole: bool = False) -> Rule:
    """A number within limits; JSON's true is no number."""

    def check(value: Any) -> bool:
        kinds = int if whole else int | float
        return isinstance(value, kinds) and not isinstance(value, bool) and low <= value <= high

    said = f"Input should be between {low:g} and {high:g}"
    return check, "less_than_equal", said


RULES: Mapping[str, Rule] = {
    "prompt": (lambda value: isinstance(value, str) and bool(value.strip()),
               "string_too_short", "String should have at least 1 character"),
    "guidance_scale": number(0, 20),
    "strength": number(0, 1),
    "num_images": number(1, 4, whole=True),
    "seed": number(0, 2**63, whole=True),
    "enable_safety_checker": (lambda value: isinstance(value, bool),
                              "bool_type", "Input should be a valid boolean"),
    "sync_mode": (lambda value: isinstance(value, bool),
                  "bool_type", "Input should be a valid boolean"),
    "enable_prompt_expansion": (lambda value: isinstance(value, bool),
                                "bool_type", "Input should be a valid boolean"),
    "acceleration": (lambda value: value in ("none", "regular", "high"),
                     "literal_error", "Input should be 'none', 'regular' or 'high'"),
}  # fmt: skip
