"""What the Horde refuses before a worker sees it, and what a request comes to.

Source: Haidra-Org/AI-Horde. Inferred: the words of messages beside their `rc`.
"""

from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Iterator, Mapping
from typing import Any

from emulator.cloud import fields
from emulator.pictures import Recipe

FIELDS = fields(
    "prompt params models nsfw censor_nsfw replacement_filter r2 shared slow_workers",
    "trusted_workers validated_backends workers worker_blacklist source_image source_processing",
    "source_mask extra_source_images dry_run proxied_account disable_batching allow_downgrade",
    "webhook style extra_slow_workers",
)
SAMPLERS = fields(
    "k_lms k_heun k_euler k_euler_a k_dpm_2 k_dpm_2_a k_dpm_fast k_dpm_adaptive k_dpmpp_2s_a",
    "k_dpmpp_2m dpmsolver k_dpmpp_sde DDIM lcm",
)
MODELS = ("AlbedoBase XL (SDXL)", "Flux.1-Schnell fp8 (Compact)", "Z-Image-Turbo")
RANGES: Mapping[str, tuple[float, float]] = {
    "steps": (1, 500),
    "n": (1, 20),
    "cfg_scale": (0, 100),
    "denoising_strength": (0.01, 1),
    "width": (64, 3072),
    "height": (64, 3072),
}
PROCESSINGS = ("img2img", "inpainting", "outpainting", "remix")
Wrong = tuple[int, str, str]
"""Status, rc, message."""


def complaints(body: Any) -> Iterator[Wrong]:
    """What is wrong with a request."""
    if not isinstance(body, dict) or not isinstance(body.get("prompt"), str):
        yield 400, "ValidationError", "Input payload validation failed"
        return
    params = body.get("params") or {}
    yield from numbers(params)
    if not isinstance(params.get("seed", ""), str):
        yield 400, "ValidationError", "seed is not of type 'string'"
    if params.get("sampler_name", "k_euler") not in SAMPLERS:
        yield 400, "ValidationError", f"{params['sampler_name']} is not a sampler"
    if body.get("source_processing", "img2img") not in PROCESSINGS:
        yield 400, "ValidationError", "source_processing is unknown"
    if picture(body.get("source_image")) == b"":
        yield 400, "InvalidSourceImage", "The source image is no base64"


def numbers(params: Mapping[str, Any]) -> Iterator[Wrong]:
    """Numbers out of their ranges, and sides that are no multiples of 64."""
    for name, (low, high) in RANGES.items():
        value = params.get(name, low)
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield 400, "ValidationError", f"{name} is not a number"
        elif not low <= value <= high:
            yield 400, "ValidationError", f"{name} is not between {low} and {high}"
        elif name in ("width", "height") and value % 64:
            yield 400, "InvalidSize", "Width and height must be multiples of 64"


def upfront(body: Mapping[str, Any]) -> bool:
    """Whether an account needs kudos before the request is taken."""
    params = body.get("params") or {}
    width, height = sides(params)
    return width * height > 1024 * 1024 or params.get("steps", 30) > 40


def sides(params: Mapping[str, Any]) -> tuple[int, int]:
    """Width and height."""
    return params.get("width", 512), params.get("height", 512)


def picture(text: str | None) -> bytes | None:
    """The bytes of a picture that came as base64; empty when it is none."""
    if text is None:
        return None
    try:
        return b64decode(text, validate=True)
    except NoBase64:
        return b""


def recipe(body: Mapping[str, Any]) -> Recipe:
    """What the picture is to show."""
    prompt, _, negative = body["prompt"].partition("###")
    params = body.get("params") or {}
    width, height = sides(params)
    return Recipe(
        cloud="ai_horde",
        model=(body.get("models") or MODELS)[0],
        prompt=prompt.strip(),
        negative=negative.strip(),
        width=width,
        height=height,
        seed=int(params.get("seed") or 1234),
        steps=params.get("steps"),
        guidance=params.get("cfg_scale"),
        init=picture(body.get("source_image")),
        strength=params.get("denoising_strength"),
    )
