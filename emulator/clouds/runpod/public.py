"""RunPod's public endpoints: hosted models with fields of their own and a cost in the output.

Source: docs.runpod.io/public-endpoints/models. Inferred: the words for a value out of range (one
page shows "width must be divisible by 64"), and that an unknown field is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.cloud import fields
from emulator.clouds.runpod.workers import Input, Plan, PoliteError, Worker, prompt_of
from emulator.pictures import Recipe

FLUX = fields("prompt negative_prompt width height num_inference_steps guidance seed image_format")
SIZED = fields("prompt negative_prompt size seed enable_safety_checker")
TURBO = fields("prompt image size strength seed output_format enable_safety_checker")
TURBO_SIZES = (
    "512*512", "768*768", "1024*1024", "1280*1280", "1024*768", "768*1024", "1280*720", "720*1280",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hosted:
    """One model; prices in dollars, of a megapixel or of a picture."""

    fields: frozenset[str]
    per_megapixel: float = 0.0
    per_picture: float = 0.0
    steps: tuple[int, int] = (1, 50)
    sizes: tuple[str, ...] = ()
    kind: str = "png"

    def plan(self, asked: Input) -> Plan:
        """`image_url` and `cost`; what is wrong comes as `Invalid parameter: …`."""
        if unknown := sorted(asked.keys() - self.fields):
            raise PoliteError(f"Invalid parameter: {unknown[0]}")
        width, height = self.size(asked)
        steps = asked.get("num_inference_steps")
        if steps is not None and not self.steps[0] <= steps <= self.steps[1]:
            raise PoliteError(f"Invalid parameter: num_inference_steps {steps}")
        recipe = Recipe(
            cloud="runpod", model="public", prompt=prompt_of(asked), width=width, height=height,
            seed=asked.get("seed", -1), negative=asked.get("negative_prompt", ""), steps=steps,
            guidance=asked.get("guidance"),
        )  # fmt: skip
        cost = self.per_picture or round(self.per_megapixel * width * height / 1e6, 8)
        kind = str(asked.get("image_format", asked.get("output_format", self.kind)))

        def shape(places: list[str]) -> dict[str, Any]:
            return {"image_url": places[0], "cost": cost}

        return Plan((recipe,), kind, "image_url", many=False, shape=shape)

    def size(self, asked: Input) -> tuple[int, int]:
        """Width and height, asked for in the model's way."""
        if "width" in self.fields:
            found = int(asked.get("width", 1024)), int(asked.get("height", 1024))
            for name, side in zip(("width", "height"), found, strict=True):
                if side % 64 or not 256 <= side <= 1536:
                    raise PoliteError(f"Invalid parameter: {name} must be divisible by 64")
            return found
        size = asked.get("size", "1024*1024")
        sides = size.split("*") if isinstance(size, str) else []
        if len(sides) != 2 or not all(map(str.isdigit, sides)):
            raise PoliteError("Invalid parameter: size format must be width*height")
        if self.sizes and size not in self.sizes:
            raise PoliteError(f"Invalid parameter: size {size}")
        return int(sides[0]), int(sides[1])


HOSTED: Mapping[str, Hosted] = {
    "black-forest-labs-flux-1-dev": Hosted(FLUX, per_megapixel=0.02, kind="jpeg"),
    "black-forest-labs-flux-1-schnell": Hosted(
        FLUX, per_megapixel=0.0024, steps=(1, 8), kind="jpeg"
    ),
    "z-image-turbo": Hosted(TURBO, per_picture=0.005, sizes=TURBO_SIZES),
    "qwen-image-t2i": Hosted(SIZED, per_picture=0.02),
    "seedream-v4-t2i": Hosted(SIZED, per_picture=0.027),
}
WORKERS: Mapping[str, Worker] = {
    name: Worker(hosted.fields, hosted.plan) for name, hosted in HOSTED.items()
}
