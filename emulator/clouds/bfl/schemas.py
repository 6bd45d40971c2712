"""What Black Forest Labs' models take.

Sources: the vendor's skills repository, docs.bfl.ai. Inferred: sizes behind the ratios, fields of
FLUX.1 beyond those in the documents, that an unknown field is refused.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image

from emulator.cloud import fields
from emulator.pictures import Recipe, sent

Input = Mapping[str, Any]
Sides = Mapping[str, tuple[int, int]]
ALWAYS = fields("prompt seed safety_tolerance output_format webhook_url webhook_secret")
SIZED = "width height"
SAMPLED = "steps guidance"
KONTEXT: Sides = {
    "1:1": (1024, 1024), "16:9": (1392, 752), "9:16": (752, 1392), "4:3": (1184, 880),
    "3:4": (880, 1184), "3:2": (1248, 832), "2:3": (832, 1248), "21:9": (1568, 672),
    "9:21": (672, 1568),
}  # fmt: skip
ULTRA: Sides = {
    "1:1": (2048, 2048), "16:9": (2752, 1536), "9:16": (1536, 2752), "4:3": (2368, 1792),
    "3:4": (1792, 2368), "3:2": (2496, 1664), "2:3": (1664, 2496), "21:9": (3136, 1344),
    "9:21": (1344, 3136),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Schema:
    """One model; `cents` for the first megapixel (here of every one)."""

    takes: frozenset[str]
    cents: float
    tolerance: int = 6
    step: int = 32
    sides: tuple[int, int] = (256, 1440)
    ratios: Sides | None = None
    guidance: tuple[float, float] = (1.5, 5)
    steps: tuple[int, int] = (1, 50)
    needs: tuple[str, ...] = ("prompt",)


def pictures(most: int) -> str:
    """`input_image`, `input_image_2` … as many as `most`."""
    return " ".join(f"input_image_{number}" if number > 1 else "input_image"
                    for number in range(1, most + 1))  # fmt: skip


def flux2(cents: float, most: int, more: str = "", **rest: Any) -> Schema:
    """A FLUX.2 model with up to `most` pictures."""
    takes = ALWAYS | fields(SIZED, pictures(most), more)
    return Schema(takes, cents, 5, 16, (64, 2048), **rest)


SCHEMAS: Mapping[str, Schema] = {
    "flux-2-klein-4b": flux2(1.4, 4),
    "flux-2-klein-9b": flux2(1.5, 4),
    "flux-2-pro": flux2(3, 8, "prompt_upsampling"),
    "flux-2-max": flux2(7, 8, "prompt_upsampling"),
    "flux-2-flex": flux2(5, 8, f"prompt_upsampling {SAMPLED}", guidance=(1.5, 10)),
    "flux-pro-1.1": Schema(ALWAYS | fields(SIZED, "prompt_upsampling image_prompt"), 4),
    "flux-dev": Schema(ALWAYS | fields(SIZED, SAMPLED, "prompt_upsampling image_prompt"), 2.5),
    "flux-pro-1.1-ultra": Schema(
        ALWAYS | fields("aspect_ratio raw image_prompt image_prompt_strength"), 6, ratios=ULTRA
    ),
    "flux-pro-1.0-fill": Schema(
        ALWAYS | fields("image mask prompt_upsampling", SAMPLED),
        5,
        guidance=(1.5, 100),
        steps=(15, 50),
        needs=("prompt", "image"),
    ),
    "flux-kontext-pro": Schema(
        ALWAYS | fields("aspect_ratio prompt_upsampling", pictures(4)), 4, ratios=KONTEXT
    ),
    "flux-kontext-max": Schema(
        ALWAYS | fields("aspect_ratio prompt_upsampling", pictures(4)), 8, ratios=KONTEXT
    ),
}


def complaints(known: Schema, asked: Input) -> Iterator[tuple[str, str]]:
    """Fields that are wrong, each with pydantic's words."""
    for name in known.needs:
        if not isinstance(asked.get(name), str):
            yield name, "Field required"
    strict = known.ratios is KONTEXT and "input_image" in asked
    ranges: Mapping[str, tuple[float, float]] = {
        "seed": (0, 2**32 - 1), "safety_tolerance": (0, 2 if strict else known.tolerance),
        "width": known.sides, "height": known.sides, "steps": known.steps,
        "guidance": known.guidance,
    }  # fmt: skip
    for name, value in asked.items():
        if name not in known.takes:
            yield name, "Extra inputs are not permitted"
        elif name in ranges and not within(value, *ranges[name]):
            low, high = ranges[name]
            yield name, f"Input should be between {low:g} and {high:g}"
        elif name in ("width", "height") and value % known.step:
            yield name, f"Input should be a multiple of {known.step}"
        elif not chosen(known, name, value):
            yield name, f"Input should be a valid {name}"


def chosen(known: Schema, name: str, value: Any) -> bool:
    """Whether a field that is no number has one of its values."""
    if name == "output_format":
        return value in ("jpeg", "png", "webp")
    if name == "aspect_ratio":
        return value in (known.ratios or {})
    if name in ("raw", "prompt_upsampling"):
        return isinstance(value, bool)
    picture = name in ("image", "mask") or name.startswith("input_image")
    return not picture or good(value)


def within(value: Any, low: float, high: float) -> bool:
    """A number within limits; JSON's true is no number."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and low <= value <= high


def good(picture: Any) -> bool:
    """A URL, or base64 of a picture."""
    try:
        return sent(picture) is None or True
    except ValueError:
        return False


def recipe(model: str, asked: Input, drawn: int) -> Recipe:
    """The picture of an input that is right."""
    ratios = SCHEMAS[model].ratios
    size = asked.get("width", 1024), asked.get("height", 768)
    width, height = ratios[asked.get("aspect_ratio", "16:9")] if ratios else size
    first = sent(asked["image"]) if "image" in asked else None
    if first is not None:
        width, height = Image.open(BytesIO(first)).size
    given = sorted(name for name in asked if name.startswith("input_image"))
    return Recipe(
        cloud="bfl", model=model, prompt=asked["prompt"], width=width, height=height,
        seed=asked.get("seed", drawn), steps=asked.get("steps"), guidance=asked.get("guidance"),
        init=first, mask=sent(asked["mask"]) if "mask" in asked else None,
        references=tuple(sent(asked[name]) for name in given),
    )  # fmt: skip
