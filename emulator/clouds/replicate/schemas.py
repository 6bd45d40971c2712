"""What the emulated models on Replicate take.

Sources: the models' API pages as clients have copied them, cog-flux for the sizes of the ratios.
Inferred: sizes of the ratios of FLUX.2, limits of Z-Image, how many references.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.cloud import fields
from emulator.pictures import Recipe, sent

Input = Mapping[str, Any]
SIZES = {
    "1:1": (1024, 1024), "16:9": (1344, 768), "21:9": (1536, 640), "3:2": (1216, 832),
    "2:3": (832, 1216), "4:5": (896, 1088), "5:4": (1088, 896), "3:4": (896, 1152),
    "4:3": (1152, 896), "9:16": (768, 1344), "9:21": (640, 1536),
}  # fmt: skip
ALWAYS = fields("prompt seed output_format output_quality disable_safety_checker go_fast")
SAMPLED = "aspect_ratio num_outputs num_inference_steps megapixels"
STARTED = "image prompt_strength guidance"
LORAS = "lora_weights lora_scale extra_lora extra_lora_scale"


@dataclass(frozen=True, slots=True)
class Schema:
    """One model; `price` in micro-dollars a picture, `alone`: its output is no list."""

    takes: frozenset[str]
    price: int
    steps: int = 50
    alone: bool = False


SCHEMAS: Mapping[str, Schema] = {
    "black-forest-labs/flux-dev-lora": Schema(ALWAYS | fields(SAMPLED, STARTED, LORAS), 32_000),
    "black-forest-labs/flux-dev": Schema(ALWAYS | fields(SAMPLED, STARTED), 25_000),
    "black-forest-labs/flux-schnell": Schema(ALWAYS | fields(SAMPLED), 3_000, 4),
    "black-forest-labs/flux-2-klein-4b": Schema(
        ALWAYS | fields("aspect_ratio images output_megapixels"), 14_000
    ),
    "black-forest-labs/flux-2-dev": Schema(
        ALWAYS | fields("aspect_ratio input_images width height"), 14_000, alone=True
    ),
    "prunaai/z-image-turbo": Schema(
        ALWAYS | fields("width height num_inference_steps guidance_scale"), 8_000, alone=True
    ),
}
RANGES: Mapping[str, tuple[float, float]] = {
    "seed": (0, 2**32), "num_inference_steps": (1, 50), "guidance": (0, 10), "num_outputs": (1, 4),
    "prompt_strength": (0, 1), "lora_scale": (-1, 3), "extra_lora_scale": (-1, 3),
    "output_quality": (0, 100), "width": (64, 2048), "height": (64, 2048),
}  # fmt: skip
CHOICES: Mapping[str, tuple[str, ...]] = {
    "aspect_ratio": tuple(SIZES), "output_format": ("webp", "jpg", "png"),
    "megapixels": ("1", "0.25"),
}  # fmt: skip
SWITCHES = ("go_fast", "disable_safety_checker")
PICTURES = ("image", "images", "input_images")


def complaints(model: str, asked: Input) -> Iterator[tuple[str, str]]:
    """Fields that are wrong, each with why."""
    known = SCHEMAS[model]
    if not isinstance(asked.get("prompt"), str):
        yield "prompt", "prompt is required"
    for name, value in asked.items():
        low, high = RANGES.get(name, (0, 0))
        high = known.steps if name == "num_inference_steps" else high
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if name not in known.takes:
            yield name, f"Additional property {name} is not allowed"
        elif name in RANGES and not (number and low <= value <= high):
            yield name, f"Must be between {low:g} and {high:g}"
        elif name in CHOICES and value not in CHOICES[name]:
            yield name, f"{name} must be one of the following: {', '.join(CHOICES[name])}"
        elif name in SWITCHES and not isinstance(value, bool):
            yield name, "Invalid type. Expected: boolean"
        elif name in PICTURES and not all(map(good, value if name != "image" else [value])):
            yield name, "Does not match format 'uri'"


def good(picture: Any) -> bool:
    """An address or a data URI of a picture; bare base64 is no URI."""
    try:
        return str(picture).startswith(("http", "data:")) and (sent(picture) is None or True)
    except ValueError:
        return False


def recipe(model: str, asked: Input, drawn: int) -> Recipe:
    """The picture of an input that is right."""
    plain = asked.get("width", 1024), asked.get("height", 1024)
    width, height = SIZES[asked["aspect_ratio"]] if "aspect_ratio" in asked else plain
    pairs = (("lora_weights", "lora_scale"), ("extra_lora", "extra_lora_scale"))
    references = [*asked.get("images", ()), *asked.get("input_images", ())]
    return Recipe(
        cloud="replicate", model=model, prompt=asked["prompt"], width=width, height=height,
        seed=asked.get("seed", drawn), steps=asked.get("num_inference_steps"),
        guidance=asked.get("guidance"), strength=asked.get("prompt_strength"),
        loras=tuple((asked[url], asked.get(scale, 1)) for url, scale in pairs if url in asked),
        init=sent(asked["image"]) if "image" in asked else None,
        references=tuple(map(sent, references)),
    )  # fmt: skip
