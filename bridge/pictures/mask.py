"""Masks: ours are grey and white is repainted; clients and some clouds put it otherwise."""

import asyncio
from io import BytesIO
from typing import TYPE_CHECKING

from bridge.domain import Picture
from bridge.errors import Garbled
from bridge.pictures.pillow import opened
from bridge.pictures.sniff import sniff

if TYPE_CHECKING:
    from PIL.Image import Image

HALF = 128
"""From this grey on a pixel of a mask counts as white."""


async def plain_mask(mask: Picture, like: Picture, *, invert: bool = False) -> bytes:
    """A grey PNG of `like`'s size; Garbled when `mask` is damaged.

    A mask whose alpha channel says something is that channel; `invert` swaps black and white.
    """
    return await asyncio.to_thread(_plain, mask, (like.width, like.height), invert)


async def transparent_mask(mask: Picture, like: Picture) -> bytes:
    """The same from a mask whose transparent pixels are repainted; Garbled when none is."""
    return await asyncio.to_thread(_transparent, mask, (like.width, like.height))


def with_holes(mask: bytes) -> bytes:
    """One of ours as an RGBA PNG: transparent where it is repainted, for OpenAI. Blocks."""
    from PIL.Image import new as blank  # costs start-up time, is seldom needed

    keep = _two_levels(mask)
    shown = blank("RGBA", keep.size, "black")
    shown.putalpha(keep)
    return _png(shown)


def black_is_repainted(mask: bytes) -> bytes:
    """One of ours the other way round, in black and white alone, for Ideogram. Blocks."""
    return _png(_two_levels(mask))


def _two_levels(mask: bytes) -> "Image":
    """Black where our mask is rather white, and white elsewhere."""
    with opened(sniff(mask)) as image:
        return image.convert("L").point(lambda value: 0 if value >= HALF else 255)


def _plain(mask: Picture, size: tuple[int, int], invert: bool) -> bytes:
    with opened(mask) as image:
        grey = image.convert("L")
        if image.has_transparency_data:
            alpha = image.convert("RGBA").getchannel("A")
            if alpha.getextrema() != (255, 255):
                grey = alpha
    return _written(grey, size, invert)


def _transparent(mask: Picture, size: tuple[int, int]) -> bytes:
    with opened(mask) as image:
        alpha = image.convert("RGBA").getchannel("A")
    if alpha.getextrema() == (255, 255):
        raise Garbled("no pixel of the mask is transparent, so nothing would be repainted")
    return _written(alpha, size, True)


def _written(grey: "Image", size: tuple[int, int], invert: bool) -> bytes:
    if grey.size != size:
        grey = grey.resize(size)
    return _png(grey.point(lambda value: 255 - value) if invert else grey)


def _png(image: "Image") -> bytes:
    out = BytesIO()
    image.save(out, "png", compress_level=1)
    return out.getvalue()
