"""Makes pictures larger or smaller with Pillow, in a thread, within the pixel limit."""

import asyncio
from io import BytesIO
from typing import TYPE_CHECKING

from bridge.domain import Picture
from bridge.errors import BadRequest
from bridge.pictures.pillow import opened
from bridge.pictures.sniff import MOST_PIXELS, sniff

if TYPE_CHECKING:
    from PIL.Image import Image

_NEAREST, _LANCZOS = 0, 1  # PIL.Image.Resampling, which is imported late
_PLAIN = ("L", "RGB", "RGBA")
_SAVING: dict[str, dict[str, object]] = {
    "png": {"compress_level": 1},
    "jpeg": {"quality": 95},
    "webp": {"quality": 95},
}


async def by_factor(picture: Picture, factor: float, *, nearest: bool = False) -> Picture:
    """`picture` with both sides times `factor`, in its own format; BadRequest when too large."""
    size = times(picture, factor)
    return await asyncio.to_thread(_resized, picture, size, size, nearest)


async def to_size(
    picture: Picture, width: int, height: int, *, crop: bool = True, nearest: bool = False
) -> Picture:
    """`picture` scaled until it covers `width` x `height`; with `crop`, its middle of that size.

    In its own format; BadRequest when too large.
    """
    cover = covering(picture, width, height)
    final = (width, height) if crop else cover
    return await asyncio.to_thread(_resized, picture, cover, final, nearest)


def times(picture: Picture, factor: float) -> tuple[int, int]:
    """Both sides of `picture` times `factor`; BadRequest when too large."""
    return _possible(max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))


def covering(picture: Picture, width: int, height: int) -> tuple[int, int]:
    """The size at which `picture` covers `width` x `height`; BadRequest when too large."""
    factor = max(width / picture.width, height / picture.height)
    return _possible(
        max(width, round(picture.width * factor)), max(height, round(picture.height * factor))
    )


def _possible(width: int, height: int) -> tuple[int, int]:
    if width * height > MOST_PIXELS:
        raise BadRequest(f"{width}x{height} pixels are more than can be made here")
    return width, height


def _resized(
    picture: Picture, scaled: tuple[int, int], final: tuple[int, int], nearest: bool
) -> Picture:
    with opened(picture) as image:
        plain = image if image.mode in _PLAIN else _with_channels(image)
        large = plain.resize(scaled, _NEAREST if nearest else _LANCZOS)
    left, top = (scaled[0] - final[0]) // 2, (scaled[1] - final[1]) // 2
    out = BytesIO()
    cut = large.crop((left, top, left + final[0], top + final[1]))
    cut.save(out, picture.kind, **_SAVING[picture.kind])
    return sniff(out.getvalue())


def _with_channels(image: "Image") -> "Image":
    """Palettes and the like cannot be interpolated."""
    return image.convert("RGBA" if image.has_transparency_data else "RGB")
