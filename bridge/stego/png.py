"""The first rows of a PNG as numbers, without decoding what stands below them."""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Samples = NDArray[np.uint8]

MOST_PIXELS = 8192 * 8192
_SIGN = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">4sIIBBBBB")
_CHUNK = struct.Struct(">I4s")
_SAMPLES = {2: "RGB", 6: "RGBX"}
"""The colour types that carriers are written in, as Pillow calls them; X is left out."""
_DENSEST = 1032
"""Bytes that deflate can make of one byte (zlib.net/zlib_tech.html)."""


@dataclass(frozen=True, slots=True)
class Png:
    """An 8-bit RGB or RGBA PNG that is not interlaced."""

    width: int
    height: int
    samples: str
    """What a pixel of the file is made of, as Pillow's decoder calls it."""
    deflated: bytes | memoryview

    @property
    def dense(self) -> bool:
        """Hardly smaller than its samples, as noise is and other files are."""
        return 10 * len(self.deflated) > 9 * 3 * self.width * self.height

    def upper(self, count: int) -> Samples | None:
        """The samples of the first `count` rows or all, in RGB; None when they are damaged.

        One after another. Pillow's decoder is told of no more rows, and stops inflating there.
        """
        size = self.width, min(count, self.height)
        try:
            image = Image.frombytes("RGB", size, self.deflated, "zip", self.samples, 0)
        except (OSError, ValueError):
            return None
        return np.frombuffer(image.tobytes(), np.uint8)


def opened(raw: bytes | memoryview) -> Png | None:
    """`raw` unless it is of another kind, beyond the pixel limit or too short for its size."""
    view = memoryview(raw)
    if len(view) < 33 or view[:8] != _SIGN:
        return None
    name, width, height, depth, colour, *how = _HEADER.unpack_from(view, 12)
    if (name, depth, how) != (b"IHDR", 8, [0, 0, 0]) or colour not in _SAMPLES:
        return None
    deflated = _deflated(view)
    inflated = height * (1 + width * len(_SAMPLES[colour]))
    if not 0 < width * height <= MOST_PIXELS or inflated > len(deflated) * _DENSEST:
        return None
    return Png(width, height, _SAMPLES[colour], deflated)


def _deflated(view: memoryview) -> bytes | memoryview:
    """What the IDAT chunks hold; empty when there is none."""
    parts, at = [], 33
    while at + 8 <= len(view):
        length, name = _CHUNK.unpack_from(view, at)
        if name == b"IDAT":
            parts.append(view[at + 8 : at + 8 + length])
        elif parts:
            break
        at += 12 + length
    return parts[0] if len(parts) == 1 else b"".join(parts)
