"""What WaveSpeed's models take, and how an input becomes a picture or a number that says why not.

Sources: the vendor's ComfyUI nodes, the models' llms.txt pages, clients in use. Inferred: prices
but those of Z-Image and klein 9b, the words beside the numbers, limits of sizes of klein, that a
field nobody knows is ignored (the ledger lists it under `facts.ignored`) while `loras` is refused.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.cloud import fields
from emulator.jobs import WorkFailed
from emulator.pictures import Recipe, sent
from emulator.reach import lost

Input = Mapping[str, Any]
ALWAYS = fields("prompt enable_sync_mode enable_base64_output")
SIZE = re.compile(r"(\d+)\*(\d+)")


@dataclass(frozen=True, slots=True)
class Schema:
    """One model; `price` in micro-dollars a picture."""

    takes: frozenset[str]
    price: int
    needs: tuple[str, ...] = ()
    sides: tuple[int, int] = (256, 1536)
    strength: float = 0.0
    """The least."""
    most_loras: int = 4
    """People found 4; documents and clients say 3."""


def schema(price: int, takes: str, needs: str = "", **more: Any) -> Schema:
    """A model that takes what all take besides."""
    return Schema(ALWAYS | fields(takes, needs), price, ("prompt", *needs.split()), **more)


FLUX = (
    "image mask_image strength loras size num_inference_steps guidance_scale num_images seed"
    " enable_safety_checker"
)
KLEIN = {
    "text-to-image": "size seed", "text-to-image-lora": "size seed loras",
    "edit": "size seed images", "edit-lora": "size seed images loras",
}  # fmt: skip
SCHEMAS: Mapping[str, Schema] = {
    "wavespeed-ai/flux-dev-lora": schema(15_000, FLUX, sides=(512, 1536)),
    "wavespeed-ai/flux-dev-lora-ultra-fast": schema(
        10_000, FLUX + " output_format", sides=(512, 1536), strength=0.01
    ),
    "wavespeed-ai/z-image/turbo": schema(5_000, "size seed output_format"),
    "wavespeed-ai/z-image/turbo-lora": schema(5_000, "size seed output_format loras"),
    "wavespeed-ai/z-image/turbo-inpaint": schema(10_000, "size", "image mask_image"),
    **{
        f"wavespeed-ai/flux-2-klein-{size}/{path}": schema(
            price, takes, "images" if "edit" in path else ""
        )
        for size, price in (("9b", 16_000), ("4b", 12_000))
        for path, takes in KLEIN.items()
    },
}


def wrong(code: int, text: str) -> WorkFailed:
    """A task's end: `code` and `error` beside the status."""
    return WorkFailed({"code": code, "error": text})


def between(low: float, high: float, *kinds: type) -> Callable[[Any], bool]:
    """A number within limits; JSON's true is no number."""

    def good(value: Any) -> bool:
        right = isinstance(value, kinds or (int, float)) and not isinstance(value, bool)
        return right and low <= value <= high

    return good


RULES: Mapping[str, Callable[[Any], bool]] = {
    "prompt": lambda value: isinstance(value, str) and bool(value.strip()),
    "seed": between(-1, 2**31 - 1, int),
    "num_inference_steps": between(1, 50, int),
    "guidance_scale": between(0, 10),
    "num_images": between(1, 4, int),
    "strength": between(0, 1),
    "enable_safety_checker": lambda value: isinstance(value, bool),
    "output_format": lambda value: value in ("jpeg", "png", "webp"),
    "images": lambda value: isinstance(value, list) and 1 <= len(value) <= 3,
}


def recipe(model: str, known: Schema, asked: Input, drawn: int) -> Recipe:
    """The picture that the input asks for; WorkFailed with 1400, 1401 or 1402 when it is wrong."""
    check(model, known, asked)
    first, mask = picture(asked, "image"), picture(asked, "mask_image")
    references = tuple(picture({"images": one}, "images") for one in asked.get("images", ()))
    width, height = size(asked.get("size") or "1024*1024", known)
    seed = asked.get("seed", -1)
    return Recipe(
        cloud="wavespeed", model=model, prompt=asked["prompt"], width=width, height=height,
        seed=drawn if seed == -1 else seed, steps=asked.get("num_inference_steps"),
        guidance=asked.get("guidance_scale"), strength=asked.get("strength"),
        init=first, mask=mask, references=references,
        loras=tuple((lora["path"], lora.get("scale", 1)) for lora in asked.get("loras", ())),
    )  # fmt: skip


def check(model: str, known: Schema, asked: Input) -> None:
    """Everything that is there has to be right; what nobody knows is left alone."""
    if missing := [name for name in known.needs if not asked.get(name)]:
        raise wrong(1400, f"Missing required parameter: {missing[0]}")
    for name, good in RULES.items():
        if name in known.takes and name in asked and not good(asked[name]):
            raise wrong(1401, f"Invalid parameter: {name}")
    if asked.get("strength", 1) < known.strength:
        raise wrong(1401, f"Invalid parameter: strength below {known.strength}")
    if "loras" in asked and "loras" not in known.takes:
        raise wrong(1401, f"Invalid parameter: loras, {model} takes none")
    check_loras(asked.get("loras", []), known.most_loras)


def check_loras(loras: Any, most: int) -> None:
    """[{path, scale 0–4}]; a path is an address or owner/name."""
    if not isinstance(loras, list) or len(loras) > most:
        raise wrong(1401, f"Invalid parameter: loras, at most {most} items")
    for lora in loras:
        if not isinstance(lora, dict) or not between(0, 4)(lora.get("scale", 1)):
            raise wrong(1401, "Invalid parameter: loras, path and a scale from 0 to 4")
        if lost(lora.get("path")):
            raise wrong(1402, f"Failed to download LoRA from {lora['path']}")


def size(text: Any, known: Schema) -> tuple[int, int]:
    """`1024*768` in pixels."""
    found = SIZE.fullmatch(str(text))
    sides = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(known.sides[0] <= side <= known.sides[1] for side in sides):
        raise wrong(1401, f"Invalid parameter: size {text}")
    return sides


def picture(asked: Input, name: str) -> bytes | None:
    """The picture in a field, if it came with the request."""
    if name not in asked:
        return None
    try:
        return sent(asked[name])
    except ValueError:
        raise wrong(1402, f"Failed to read {name}") from None
