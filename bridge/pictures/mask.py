"""Brings a client's mask into one form: grey, white is repainted, as large as the picture."""

import asyncio
from io import BytesIO
from typing import TYPE_CHECKING

from bridge.domain import Picture
from bridge.errors import Garbled
from bridge.pictures.pillow import opened

if TYPE_CHECKING:
    from PIL.Image import Image


async def plain_mask(mask: Picture, like: Picture, *, invert: bool = False) -> bytes:
    """A grey PNG of `like`'s size; Garbled when `mask` is damaged.

    A mask whose alpha channel says something is that channel; `invert` swaps black and white.
    """
    return await asyncio.to_thread(_plain, mask, (like.width, like.height), invert)


async def transparent_mask(mask: Picture, like: Picture) -> bytes:
    """The same from a mask whose transparent pixels are repainted; Garbled when none is."""
    return await asyncio.to_thread(_transparent, mask, (like.width, like.height))


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
    out = BytesIO()
    shown = grey.point(lambda value: 255 - value) if invert else grey
    shown.save(out, "png", compress_level=1)
    return out.getvalue()
