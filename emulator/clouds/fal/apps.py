"""The models behind fal's queue: which paths they have and what each takes.

Sources: the types of the JavaScript client 1.10.1, fal.ai/models (limits, prices). Inferred:
`flux-lora/inpainting` (as its siblings), the paths of klein 9b (as 4b), the highest number of steps
of Z-Image, prices but those of flux-lora, flux-2/lora, Ideogram and the crystal upscaler, the
fields of seedvr, that a field nobody knows is ignored (the ledger lists it under `facts.ignored`).
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
    steps: tuple[int | None, int]
    """The usual and the most."""
    price: int
    most_loras: int = 0
    smallest: int = 64
    largest: int = 2048
    step: int = 1
    kind: str = "jpeg"
    """The picture format when none is asked for."""
    own_size: bool = False
    """Without `image_size` the picture is as large as the input."""
    factor: str = ""
    """An upscaler's field for how much larger; nothing is drawn anew."""
    single: bool = False
    """The output has one `image` in place of `images`."""


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


def guided(needs: str = "", most_loras: int = 0, price: int = 20_000, **more: Any) -> App:
    """A path of an undistilled klein or of FLUX.2 dev."""
    takes = f"guidance_scale {more.pop('takes', 'negative_prompt')}"
    more = {"takes": takes, "most_loras": most_loras, "smallest": 512, **more}
    return app(needs, THREE, (28, 50), price, **more)


def dev(needs: str = "", most_loras: int = 0, **more: Any) -> App:
    """A path of FLUX.2 dev."""
    return guided(needs, most_loras, 21_000, takes="enable_prompt_expansion", **more)


def z_image(needs: str = "", takes: str = "", most_loras: int = 0, **more: Any) -> App:
    """A path of fal-ai/z-image/turbo."""
    takes += " enable_prompt_expansion"
    more = {"takes": takes, "kind": "png", **more}
    return app(needs, THREE, (8, 8), 8_500, most_loras=most_loras, **more)


def z_base(most_loras: int = 0) -> App:
    """A path of fal-ai/z-image/base."""
    takes = "guidance_scale negative_prompt enable_prompt_expansion"
    return app("", THREE, (28, 50), 15_000, takes=takes, most_loras=most_loras, kind="png")


def ideogram(needs: str = "", takes: str = "", most_loras: int = 0, **more: Any) -> App:
    """A path of ideogram/v4: a speed in place of steps."""
    known = ALWAYS - {"num_inference_steps"} | fields("expansion_model rendering_speed")
    known |= fields(needs, takes, "loras" if most_loras else "")
    more = {"smallest": 512, "largest": 3840, "step": 16, "most_loras": most_loras, **more}
    return App(known, ("prompt", *needs.split()), TWO, (None, 0), 60_000, **more)


def upscaler(factor: str, takes: str, price: int, **more: Any) -> App:
    """A model that makes a given picture larger."""
    known = fields("image_url output_format sync_mode", factor, takes)
    return App(known, ("image_url",), THREE, (None, 0), price, factor=factor, **more)


CONTROL = "strength control_scale control_start control_end"
APPS: Mapping[str, Mapping[str, App]] = {
    "fal-ai/flux-lora": {
        "": flux(),
        "image-to-image": flux("image_url", "strength", own_size=True),
        "inpainting": flux("image_url mask_url", "strength", own_size=True),
    },
    "fal-ai/flux-general": {
        "": flux(takes="negative_prompt"),
        "image-to-image": flux("image_url", "strength negative_prompt", own_size=True),
        "inpainting": flux("image_url mask_url", "strength negative_prompt", own_size=True),
    },
    "fal-ai/flux-2": {
        "": dev(),
        "edit": dev("image_urls", own_size=True),
        "lora": dev(most_loras=3),
        "lora/edit": dev("image_urls", 3, own_size=True),
        "klein/4b": klein(),
        "klein/4b/edit": klein("image_urls", own_size=True),
        "klein/9b/base": guided(),
        "klein/9b/base/lora": guided(most_loras=3),
        "klein/9b/base/edit": guided("image_urls", own_size=True),
        "klein/9b/base/edit/lora": guided("image_urls", 3, own_size=True),
        "klein/9b": klein(),
        "klein/9b/lora": klein(most_loras=3),
        "klein/9b/edit": klein("image_urls", own_size=True),
        "klein/9b/edit/lora": klein("image_urls", 3, own_size=True),
    },
    "fal-ai/z-image": {
        "base": z_base(),
        "base/lora": z_base(3),
        "turbo": z_image(),
        "turbo/lora": z_image(most_loras=3),
        "turbo/image-to-image": z_image("image_url", "strength", own_size=True),
        "turbo/image-to-image/lora": z_image("image_url", "strength", 3, own_size=True),
        "turbo/inpaint": z_image("image_url mask_image_url", CONTROL, own_size=True),
        "turbo/inpaint/lora": z_image("image_url mask_image_url", CONTROL, 3, own_size=True),
    },
    "ideogram/v4": {
        "": ideogram(),
        "lora": ideogram(most_loras=3),
        "image-to-image": ideogram("image_url", "strength", own_size=True),
        "image-to-image/lora": ideogram("image_url", "strength", 3, own_size=True),
        "inpaint": ideogram("image_url mask_url", "strength", own_size=True),
        "inpaint/lora": ideogram("image_url mask_url", "strength", 3, own_size=True),
    },
    "clarityai/crystal-upscaler": {"": upscaler("scale_factor", "creativity", 16_000)},
    "fal-ai/seedvr": {
        "upscale/image": upscaler("upscale_factor", "upscale_mode seed noise_scale", 1_000,
                                  single=True),
    },
}  # fmt: skip
"""By owner/alias, then by the path below, as the queue does it."""

Rule = tuple[Callable[[Any], bool], str, str]


def number(low: float, high: float, *, whole: bool = False) -> Rule:
    """A number within limits; JSON's true is no number."""

    def check(value: Any) -> bool:
        kinds = int if whole else int | float
        return isinstance(value, kinds) and not isinstance(value, bool) and low <= value <= high

    said = f"Input should be between {low:g} and {high:g}"
    return check, "less_than_equal", said


def one_of(*words: str) -> Rule:
    """One of some words."""
    return lambda value: value in words, "literal_error", f"Input should be {' or '.join(words)}"


RULES: Mapping[str, Rule] = {
    "negative_prompt": (lambda value: isinstance(value, str),
                        "string_type", "Input should be a valid string"),
    "expansion_model": one_of("None", "Medium", "Large"),
    "rendering_speed": one_of("TURBO", "BALANCED", "QUALITY"),
    "scale_factor": number(1, 200),
    "upscale_factor": number(1, 10),
    "creativity": number(0, 10),
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
