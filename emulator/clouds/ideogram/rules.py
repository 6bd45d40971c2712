"""The forms that Ideogram takes on each path, and what it finds wrong.

Sources: developer.ideogram.ai as others have written it down (fields, sizes, limits). Inferred: the
words of messages, and that a field nobody knows is refused.
"""

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from emulator.cloud import fields, parsed

V3 = fields(
    "prompt seed rendering_speed magic_prompt num_images style_type style_preset style_codes",
    "color_palette character_reference_images",
)
SIZED = V3 | fields("resolution aspect_ratio negative_prompt")
V4 = fields("text_prompt resolution rendering_speed enable_copyright_detection")
TAKES: Mapping[str, frozenset[str]] = {
    "ideogram-v3/generate": SIZED,
    "ideogram-v3/remix": SIZED | {"image", "image_weight"},
    "ideogram-v3/inpaint": V3 | {"image", "mask"},
    "ideogram-v4/generate": V4 | {"json_prompt"},
    "ideogram-v4/async/generate": V4 | {"json_prompt"},
    "ideogram-v4/remix": V4 | {"image", "image_weight"},
}
FILES = ("image", "mask", "character_reference_images")
LARGEST_FILE = 10 * 1024 * 1024
HALF_V3 = (
    "512x1536 576x1408 576x1472 576x1536 640x1344 640x1408 640x1472 640x1536 704x1152 704x1216 "
    "704x1280 704x1344 704x1408 704x1472 736x1312 768x1088 768x1216 768x1280 768x1344 800x1280 "
    "832x960 832x1024 832x1088 832x1152 832x1216 832x1248 864x1152 896x960 896x1024 896x1088 "
    "896x1120 896x1152 960x1024 960x1088 1024x1024"
)
HALF_V4 = (
    "2048x2048 1440x2880 1664x2496 1792x2240 1440x2560 1600x2560 1728x2304 1296x3168 1152x2944 "
    "1248x3328 1280x3072"
)


def both_ways(sizes: str) -> frozenset[str]:
    """The sizes, upright and lying."""
    upright = sizes.split()
    return frozenset(upright) | {"x".join(reversed(size.split("x"))) for size in upright}


SIZES = {"3": both_ways(HALF_V3), "4": both_ways(HALF_V4)}


def whole(low: int, high: int) -> Callable[[str], bool]:
    """A check for a number in a form."""
    return lambda text: text.isdecimal() and low <= int(text) <= high


def rules(path: str) -> Mapping[str, Callable[[str], bool]]:
    """What the texts of a form must look like."""
    is_v4 = path.startswith("ideogram-v4")
    speeds = {"TURBO", "DEFAULT", "QUALITY", *(["FLASH"] if not is_v4 else [])}
    styles = {"AUTO", "GENERAL", "REALISTIC", "DESIGN", "FICTION"}
    return {
        "prompt": lambda text: bool(text.strip()),
        "text_prompt": lambda text: bool(text.strip()),
        "json_prompt": good_caption,
        "resolution": lambda text: text in SIZES["4" if is_v4 else "3"],
        "rendering_speed": lambda text: text in speeds,
        "magic_prompt": lambda text: text in {"AUTO", "ON", "OFF"},
        "style_type": lambda text: text in styles,
        "seed": whole(0, 2**31 - 1),
        "num_images": whole(1, 8),
        "image_weight": whole(1, 100),
    }


def good_caption(text: str) -> bool:
    """A JSON prompt: its composition is required, and every element has a type and words."""
    caption = parsed(text.encode())
    if not isinstance(caption, dict) or caption.keys() - fields(
        "high_level_description style_description compositional_deconstruction"
    ):
        return False
    composed = caption.get("compositional_deconstruction")
    elements = composed.get("elements", []) if isinstance(composed, dict) else None
    return isinstance(elements, list) and all(
        isinstance(one, dict) and one.get("type") in ("obj", "text") and "desc" in one
        for one in elements
    )


def complaints(path: str, form: Mapping[str, bytes]) -> Iterator[str]:
    """What is wrong with a form sent to `path`."""
    for name in form.keys() - TAKES[path]:
        yield f"Additional properties are not allowed ('{name}' was unexpected)"
    is_v4 = path.startswith("ideogram-v4")
    prompts = [name for name in ("prompt", "text_prompt", "json_prompt") if name in form]
    if len(prompts) != 1:
        yield (
            "Supply exactly one of text_prompt or json_prompt"
            if is_v4
            else ("'prompt' is a required property")
        )
    for name, good in rules(path).items():
        if name in form and not good(form[name].decode("utf-8", "replace")):
            yield f"{name}: {form[name][:60].decode('utf-8', 'replace')!r} is not allowed"
    yield from file_complaints(path, form)


def file_complaints(path: str, form: Mapping[str, bytes]) -> Iterator[str]:
    """What is wrong with the pictures of a form."""
    needed = [name for name in ("image", "mask") if name in TAKES[path]]
    yield from (f"'{name}' is a required property" for name in needed if name not in form)
    shown: dict[str, Any] = {}
    for name in FILES:
        if name in form:
            shown[name] = opened(form[name])
            if shown[name] is None or len(form[name]) > LARGEST_FILE:
                yield f"{name}: not a JPEG, PNG or WebP of at most 10 MB"
    mask, image = shown.get("mask"), shown.get("image")
    if mask is not None and image is not None:
        if mask.size != image.size:
            yield "The mask must be of the same size as the image"
        if set(mask.convert("L").tobytes()) - {0, 255}:
            yield "The mask must be black and white"


def opened(raw: bytes) -> Image.Image | None:
    """The picture in `raw`, if it is one."""
    try:
        return Image.open(BytesIO(raw), formats=["PNG", "JPEG", "WEBP"])
    except UnidentifiedImageError:
        return None


def repainted(mask: bytes) -> bytes:
    """Ideogram's mask as the emulator's pictures know it: white is repainted."""
    out = BytesIO()
    ImageOps.invert(Image.open(BytesIO(mask)).convert("L")).save(out, "PNG")
    return out.getvalue()
