"""The carriers of "DuckHideNode": a cartoon duck with 2, 6 or 8 bits of the file a channel."""

import numpy as np

from bridge.stego.bits import joined, samples
from bridge.stego.payload import FRONT, Header, Hidden, header, unlocked
from bridge.stego.png import Png, Samples

_BITS = (2, 6, 8)
_SMALLEST, _STEP = 640, 64


def fits(png: Png) -> bool:
    """It is a square of one of the duck's sizes."""
    return png.width == png.height >= _SMALLEST and not png.width % _STEP


def find(png: Png, front: Samples) -> tuple[int, Header] | None:
    """The bits a channel and the header, from the first row of a picture that `fits`."""
    top, left = _corner(png)
    values = front[3 * left : 3 * png.width]
    for bits in _BITS:
        room = 3 * (png.width * png.height - top * left) * bits // 8
        stream = joined(values[: samples(FRONT, bits)], bits)
        found = header(stream, room=room)
        if found and stream[4] < 2 and found.end == 4 + int.from_bytes(stream[:4]):
            return bits, found
    return None


def read(png: Png, bits: int, found: Header, password: str) -> tuple[Hidden, ...]:
    """The file; nothing when its rows are damaged. Sealed when it needs another password."""
    top, left = _corner(png)
    count = samples(found.end, bits)
    below = count - 3 * top * (png.width - left)
    values = png.upper(top + max(0, -(-below // (3 * png.width))))
    if values is None:
        return ()
    edge = 3 * png.width * top
    beside = values[:edge].reshape(top, -1)[:, 3 * left :].reshape(-1)
    values = np.concatenate((beside, values[edge:]))[:count]
    hidden = unlocked(found, joined(values, bits)[found.at : found.end], password)
    return (hidden,) if hidden else ()


def _corner(png: Png) -> tuple[int, int]:
    """Rows and columns at the top left that are kept for a watermark."""
    return int(0.08 * png.height), int(0.40 * png.width)
