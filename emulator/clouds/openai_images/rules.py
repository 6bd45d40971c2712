"""What OpenAI's image models take, and what they say to everything else.

Sources: the types of the official client 3.54; the fewest pixels are third-party knowledge, and
the words of messages about fields and masks are inferred.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, UnidentifiedImageError

from emulator.cloud import fields

Wrong = tuple[str, str, str]
"""Code, parameter, words."""
SOME = frozenset({"auto", "low", "medium", "high"})
ALL = SOME | {"xhigh", "max"}
FIXED = frozenset({"1024x1024", "1024x1536", "1536x1024"})
ALWAYS = fields(
    "model prompt n size quality background output_format output_compression stream",
    "partial_images user safety_identifier",
)
TAKES = {"generations": ALWAYS | {"moderation"}, "edits": ALWAYS | {"input_fidelity"}}
LARGEST_MASK = 4 * 1024 * 1024
LARGEST_IMAGE = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kind:
    """One model. `prices` are micro-dollars a token: of text, of pictures, of what is made."""

    prices: tuple[float, float, float]
    qualities: frozenset[str] = ALL
    any_size: bool = True
    transparent: bool = True


FLARE = Kind((5, 8, 30))
MODELS: Mapping[str, Kind] = {
    "gpt-image-2.5-flare": FLARE,
    "gpt-image-2.5-sunburst": FLARE,
    "gpt-image-2": Kind((5, 8, 30), SOME, transparent=False),
    "gpt-image-1.5": Kind((5, 8, 32), SOME, any_size=False),
    "gpt-image-1-mini": Kind((2, 2.5, 8), SOME, any_size=False),
}
TOKENS = {"low": 200, "medium": 1760, "high": 7000, "xhigh": 9000, "max": 12000, "auto": 1760}
"""Of a picture of 1024x1024."""


def size_of(text: str) -> tuple[int, int]:
    """`1024x1536` in pixels; `auto` is a square."""
    if text == "auto":
        return 1024, 1024
    wide, _, high = text.partition("x")
    return int(wide), int(high)


def good_size(text: object, kind: Kind) -> bool:
    """Whether the model makes pictures of this size."""
    if text == "auto" or (isinstance(text, str) and text in FIXED):
        return True
    sides = str(text).split("x")
    if not kind.any_size or len(sides) != 2 or not all(side.isdecimal() for side in sides):
        return False
    wide, high = map(int, sides)
    return (
        wide % 16 == high % 16 == 0
        and 655_360 <= wide * high <= 3840 * 2160
        and max(wide, high) <= min(3840, 3 * min(wide, high))
    )


def one_of(*values: str) -> Callable[[Any], bool]:
    """A check for a choice."""
    return lambda value: value in values


def complaints(path: str, asked: Mapping[str, Any]) -> Iterator[Wrong]:
    """What is wrong with the fields of a request to `generations` or `edits`."""
    for name in asked.keys() - TAKES[path]:
        yield "unknown_parameter", name, f"Unknown parameter: '{name}'."
    prompt = asked.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        yield "missing_required_parameter", "prompt", "Missing required parameter: 'prompt'."
    elif len(prompt) > 32_000:
        yield "string_above_max_length", "prompt", "Invalid 'prompt': string too long."
    kind = MODELS[asked["model"]]
    rules: Mapping[str, Callable[[Any], bool]] = {
        "n": lambda n: isinstance(n, int) and 1 <= n <= 10,
        "size": lambda size: good_size(size, kind),
        "quality": lambda quality: quality in kind.qualities,
        "background": one_of("auto", "opaque", *["transparent"] * kind.transparent),
        "output_format": one_of("png", "jpeg", "webp"),
        "moderation": one_of("auto", "low"),
    }
    for name, good in rules.items():
        if name in asked and not good(asked[name]):
            yield "invalid_value", name, f"Invalid value: '{asked[name]}'."


def image_complaints(images: list[bytes], mask: bytes | None) -> Iterator[Wrong]:
    """What is wrong with the files of an edit."""
    if not images:
        yield "missing_required_parameter", "image", "Missing required parameter: 'image'."
        return
    if len(images) > 16:
        yield "invalid_value", "image", "Too many images: at most 16 are allowed."
    sizes = [opened(raw) for raw in images]
    if None in sizes or any(len(raw) > LARGEST_IMAGE for raw in images):
        yield "invalid_image_file", "image", "Invalid image file or mode."
    shown = None if mask is None else opened(mask)
    if mask is None or not sizes[0]:
        return
    if shown is None or shown.format != "PNG" or len(mask) >= LARGEST_MASK:
        yield "invalid_image_file", "mask", "Uploaded mask must be a PNG and less than 4 MB."
    elif not shown.has_transparency_data:
        yield "invalid_mask_image_format", "mask", "Invalid mask image format - mask has no alpha."
    elif shown.size != sizes[0].size:
        yield "invalid_mask_image_format", "mask", "Mask size does not match image size."


def opened(raw: bytes) -> Image.Image | None:
    """The picture in `raw`, if it is one."""
    try:
        return Image.open(BytesIO(raw), formats=["PNG", "JPEG", "WEBP"])
    except UnidentifiedImageError:
        return None


def repainted(mask: bytes) -> bytes:
    """OpenAI's mask as the emulator's pictures know it: white is repainted."""
    out = BytesIO()
    alpha = Image.open(BytesIO(mask)).convert("RGBA").getchannel("A")
    alpha.point(lambda value: 255 * (value == 0)).save(out, "PNG")
    return out.getvalue()
