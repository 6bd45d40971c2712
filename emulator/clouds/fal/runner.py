"""What runs behind fal's queue: it checks the input late, draws, and fails in fal's own words.

Sources: fal.ai/docs (errors), the SDKs. Inferred: the words of `msg`, the status of a downstream
error, that a validation error is not billed, the sizes behind the names but those of the squares,
that an input picture behind a URL is taken unseen.
"""

import base64
import binascii
from hashlib import sha256
from io import BytesIO
from typing import Any

from PIL import Image, UnidentifiedImageError

from emulator.clouds.fal.apps import RULES, App, number
from emulator.jobs import WorkFailed
from emulator.pictures import Recipe
from emulator.reach import lost

Input = dict[str, Any]
DOCS = "https://docs.fal.ai/errors#"
SIZES = {
    "square_hd": (1024, 1024),
    "square": (512, 512),
    "portrait_4_3": (768, 1024),
    "portrait_16_9": (576, 1024),
    "landscape_4_3": (1024, 768),
    "landscape_16_9": (1024, 576),
}
LARGEST = 10_000
"""Pixels a side that an upscaler makes."""
PICTURES = ("image_url", "mask_url", "mask_image_url")


def told(status: int, body: Any, *, retryable: bool = False, kind: str = "") -> WorkFailed:
    """A failure as the result call will tell it."""
    headers = {"X-Fal-Retryable": str(retryable).lower()}
    if kind:
        headers["X-Fal-Error-Type"] = kind
    return WorkFailed((status, body, headers))


def wrong(
    kind: str, message: str, *loc: str | int, status: int = 422, given: Any = None
) -> WorkFailed:
    """A model's error: a list with one element that echoes the input."""
    item = {"loc": ["body", *loc], "msg": message, "type": kind, "input": given}
    if kind in RUNTIME:
        item |= {"url": DOCS + kind, "ctx": {}}
    return told(status, {"detail": [item]}, retryable=status != 422)


def no_path(path: str) -> WorkFailed:
    """The app has no such path (any more); the queue does not know that."""
    body = {"detail": f"Path /{path} not found", "error_code": "path_does_not_exist"}
    return told(404, body)


RUNTIME = {
    "content_policy_violation", "file_download_error", "image_load_error", "internal_server_error",
    "downstream_service_error",
}  # fmt: skip
MISFORTUNES = {
    "failed", "moderation", "downstream", "runner", "timed_out", "too_many_loras", "retired",
}  # fmt: skip


def act_out(kind: str, asked: Input) -> None:
    """The misfortunes of a request that was accepted."""
    if kind == "failed":
        raise wrong("internal_server_error", "Internal server error", status=500, given=asked)
    if kind == "moderation":
        said = "The content could not be processed because it was flagged by a content checker."
        raise wrong("content_policy_violation", said, "prompt", given=asked)
    if kind == "downstream":
        said = "Downstream service error"
        raise wrong("downstream_service_error", said, status=400, given=asked)
    if kind == "runner":
        named = "runner_disconnected"
        body = {"detail": "Runner disconnected unexpectedly", "error_type": named}
        raise told(503, body, retryable=True, kind=named)
    if kind == "timed_out":
        body = {"detail": "Request timed out", "error_type": "request_timeout"}
        raise told(504, body, retryable=True, kind="request_timeout")


def recipes(model: str, app: App, asked: Input, request_id: str) -> list[Recipe]:
    """The pictures that the input asks for; WorkFailed when it is wrong."""
    check(app, asked)
    images = {name: picture(asked[name], name) for name in PICTURES if asked.get(name)}
    given = [picture(url, "image_urls") for url in asked.get("image_urls", ())]
    first = images.get("image_url") or next(iter(given), None)
    width, height = size_of(app, asked, first)
    drawn = int.from_bytes(sha256(request_id.encode()).digest()[:4], "big")
    seed = asked.get("seed", drawn)
    return [
        Recipe(
            cloud="fal",
            model=model,
            prompt=asked.get("prompt", ""),
            negative=asked.get("negative_prompt", ""),
            width=width,
            height=height,
            seed=seed + one,
            loras=tuple((lora["path"], lora.get("scale", 1)) for lora in asked.get("loras", ())),
            steps=asked.get("num_inference_steps", app.steps[0]),
            guidance=asked.get("guidance_scale"),
            strength=asked.get("strength"),
            init=images.get("image_url"),
            mask=images.get("mask_url") or images.get("mask_image_url"),
            references=tuple(given),
        )
        for one in range(asked.get("num_images", 1))
    ]


def check(app: App, asked: Input) -> None:
    """Everything that is there has to be right; what nobody knows is left alone."""
    for name in app.needs:
        if name not in asked:
            raise wrong("missing", "Field required", name, given=asked)
    steps = number(1, app.steps[1], whole=True)
    for name, (good, kind, said) in {**RULES, "num_inference_steps": steps}.items():
        if name in app.takes and name in asked and not good(asked[name]):
            raise wrong(kind, said, name, given=asked[name])
    if asked.get("output_format", app.kind) not in app.formats:
        said = f"Input should be {' or '.join(sorted(app.formats))}"
        raise wrong("literal_error", said, "output_format", given=asked["output_format"])
    urls = asked.get("image_urls", [""]) if "image_urls" in app.takes else [""]
    if not isinstance(urls, list) or not 1 <= len(urls) <= 4:
        raise wrong("too_long", "List should have at most 4 items", "image_urls", given=urls)
    if "loras" in app.takes:
        check_loras(asked.get("loras", []), app.most_loras)


def check_loras(loras: Any, most: int) -> None:
    """[{path, scale 0–4}]; a path is an address or owner/repo."""
    if not isinstance(loras, list) or len(loras) > most:
        said = f"List should have at most {most} items after validation"
        raise wrong("too_long", said, "loras", given=loras)
    good, kind, said = number(0, 4)
    for place, lora in enumerate(loras):
        if not isinstance(lora, dict) or not isinstance(lora.get("path"), str):
            raise wrong("missing", "Field required", "loras", place, "path", given=lora)
        if not good(lora.get("scale", 1)):
            raise wrong(kind, said, "loras", place, "scale", given=lora)
        if lost(lora["path"]):
            said = f"Failed to download the file at {lora['path']}"
            raise wrong("file_download_error", said, "loras", place, "path", given=lora)


def size_of(app: App, asked: Input, first: bytes | None) -> tuple[int, int]:
    """Pixels; without `image_size` those of the input, else landscape_4_3."""
    if app.factor:
        return larger(asked.get("image_url"), asked.get(app.factor, 2), first)
    wanted = asked.get("image_size", "auto" if app.own_size else "landscape_4_3")
    if wanted == "auto" and app.own_size:
        return Image.open(BytesIO(first)).size if first else SIZES["square_hd"]
    if isinstance(wanted, str) and wanted in SIZES:
        return SIZES[wanted]
    sides = wanted if isinstance(wanted, dict) else {}
    size = sides.get("width", 512), sides.get("height", 512)
    good, kind, said = number(app.smallest, app.largest, whole=True)
    if not isinstance(wanted, dict) or not all(good(n) and n % app.step == 0 for n in size):
        raise wrong(kind, said, "image_size", given=wanted)
    return size


def larger(url: Any, factor: float, given: bytes | None) -> tuple[int, int]:
    """What an upscaler makes of a picture; one behind a URL counts as square_hd."""
    sides = Image.open(BytesIO(given)).size if given else SIZES["square_hd"]
    if any(side * factor > LARGEST for side in sides):
        raise wrong("image_too_large", "The upscaled image is too large.", "image_url", given=url)
    return round(sides[0] * factor), round(sides[1] * factor)


def picture(url: Any, name: str) -> bytes | None:
    """The picture of a data URI; None for an http(s) URL."""
    text = str(url)
    if text.startswith(("http://", "https://")):
        return None
    head, comma, body = text.partition(",")
    try:
        if not (head.startswith("data:image/") and head.endswith(";base64") and comma):
            raise ValueError
        raw = base64.b64decode(body, validate=True)
        Image.open(BytesIO(raw)).verify()
    except (ValueError, binascii.Error, UnidentifiedImageError):
        raise wrong("image_load_error", "Failed to load the image.", name, given=url) from None
    return raw


def black(recipe: Recipe, kind: str) -> bytes:
    """What is sent in place of a picture that the checker holds back."""
    file = BytesIO()
    Image.new("RGB", (recipe.width, recipe.height)).save(file, kind.upper())
    return file.getvalue()
