"""The carriers of "TT img": a bit a channel (v1, both ways), or whole bytes (v2)."""

import math
from collections.abc import Iterator
from io import BytesIO
from secrets import token_bytes

import numpy as np
from PIL import Image

from bridge.errors import BadRequest
from bridge.stego.bits import joined, samples
from bridge.stego.crc import crc16
from bridge.stego.payload import (
    FRONT,
    Header,
    Hidden,
    header,
    kind,
    locked,
    named,
    unlocked,
    with_key,
)
from bridge.stego.png import MOST_PIXELS, Png, Samples

_STARTS = (0.20, 0.05)
"""The free band above, as a part of the height: of today's writers, and of older ones."""
_V2_STARTS = (0.0, 0.06)
_MAGIC = b"TTv2"
_GREY = 128
_SMALLEST = 64


def front_rows(png: Png) -> int:
    """How many rows tell whether there is a TT carrier."""
    return int(_STARTS[0] * png.height) + _rows(png, samples(FRONT, 1))


def front_rows_v2(png: Png) -> int:
    """How many rows tell whether there is a TT v2 carrier."""
    return int(_V2_STARTS[-1] * png.height) + _rows(png, FRONT)


def find_v1(png: Png, front: Samples) -> tuple[int, Header] | None:
    """The first row and the header."""
    row = 3 * png.width
    for part in _STARTS:
        start = int(part * png.height)
        room = row * (png.height - 2 * start) // 8
        values = front[row * start :][: samples(FRONT, 1)]
        found = header(joined(values, 1), room=room)
        if found:
            return start, found
    return None


def read_v1(png: Png, start: int, found: Header, password: str) -> tuple[Hidden, ...]:
    """The file; nothing when its rows are damaged. Sealed when it needs another password."""
    count = samples(found.end, 1)
    values = png.upper(start + _rows(png, count))
    if values is None:
        return ()
    bits = joined(values[3 * png.width * start :][:count], 1)
    hidden = unlocked(found, bits[found.at :], password)
    return (hidden,) if hidden else ()


def find_v2(png: Png, front: Samples) -> tuple[int, Header] | None:
    """The first row and the header of the first packet."""
    row = 3 * png.width
    for part in _V2_STARTS:
        start = int(part * png.height)
        found = _packet(front[row * start :][:FRONT], row * (png.height - start))
        if found:
            return start, found
    return None


def read_v2(png: Png, start: int) -> tuple[Hidden, ...]:
    """The files of all packets up to the first that is damaged."""
    values = png.upper(png.height)
    row = 3 * png.width
    return () if values is None else tuple(_packets(values[start * row :], row))


def _packets(values: Samples, row: int) -> Iterator[Hidden]:
    while values.size:
        found = _packet(values[:FRONT], values.size)
        if not found:
            return
        if crc16(values[10 : found.end]) != int.from_bytes(values[8:10].tobytes()):
            return
        hidden = unlocked(found, values[found.at : found.end].tobytes(), "")
        if not hidden:
            return
        yield hidden
        values = values[-(-found.end // row) * row :]


def _packet(front: Samples, room: int) -> Header | None:
    stream = front.tobytes()
    if stream[:4] != _MAGIC or stream[10:11] != b"\2":
        return None
    found = named(stream, 12, room=room)
    return found if found and found.end == 10 + int.from_bytes(stream[4:8]) else None


def _rows(png: Png, count: int) -> int:
    """How many rows hold `count` samples."""
    return -(-count // (3 * png.width))


def encode(raw: bytes, password: str = "") -> bytes:
    """A grey PNG (TT v1) in which the picture or video `raw` is hidden.

    BadRequest when `raw` is neither, or too large for a carrier.
    """
    names = kind(raw[:16])
    if not names:
        raise BadRequest("only a picture or a video can be hidden")
    lock = b""
    if password:
        lock, key = locked(password, token_bytes(16))
        lock, raw = b"\1" + lock, with_key(raw, key)
    name = names[0].encode()
    inner = lock + bytes([len(name)]) + name + len(raw).to_bytes(4) + raw
    stream = len(inner).to_bytes(4) + inner
    side = _side(samples(len(stream), 1))
    values = np.full((side, side, 3), _GREY, np.uint8)
    bits = np.unpackbits(np.frombuffer(stream, np.uint8))
    start = int(_STARTS[0] * side)
    values[start:].reshape(-1)[: bits.size] |= bits
    out = BytesIO()
    Image.fromarray(values).save(out, "png")
    return out.getvalue()


def _side(count: int) -> int:
    """Of the smallest square, a multiple of four, with `count` samples between its free bands."""
    side = max(_SMALLEST, math.isqrt(count // 3) // 4 * 4)
    while 3 * side * (side - 2 * int(_STARTS[0] * side)) < count:
        side += 4
    if side * side > MOST_PIXELS:
        raise BadRequest("this file is too large to be hidden")
    return side
