"""A WEBP's infotext: an Exif chunk, which needs the extended format.

Layout: developers.google.com/speed/webp/docs/riff_container.
"""

import struct
from collections.abc import Iterator

from bridge.pictures import exif

_HAS_EXIF, _HAS_ALPHA = 0x08, 0x10


def holds(raw: memoryview) -> bool:
    """Whether there is an Exif chunk already."""
    return any(bytes(raw[at : at + 4]) == b"EXIF" for at, _ in _chunks(raw))


def replaced(raw: memoryview, text: str, width: int, height: int) -> bytes:
    """The file with `text` in place of its Exif; `width` and `height` are the picture's."""
    chunks = [(bytes(raw[at : at + 4]), raw[at:end]) for at, end in _chunks(raw)]
    first, body = chunks[0]
    if first == b"VP8X":
        extended = bytearray(body)
        extended[8] |= _HAS_EXIF
        chunks = chunks[1:]
    else:
        alpha = _HAS_ALPHA if first == b"VP8L" and body[12] & 0x10 else 0
        extended = bytearray(_chunk(b"VP8X", _canvas(_HAS_EXIF | alpha, width, height)))
    kept = [body for kind, body in chunks if kind != b"EXIF"]
    content = b"".join((b"WEBP", extended, *kept, _chunk(b"EXIF", exif.written(text))))
    return b"RIFF" + struct.pack("<I", len(content)) + content


def _canvas(flags: int, width: int, height: int) -> bytes:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return struct.pack("<I", flags) + sides


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body  # both bodies here are of even length


def _chunks(raw: memoryview) -> Iterator[tuple[int, int]]:
    """(first byte, one past the last, filling included) of every chunk."""
    at = 12
    while at + 8 <= len(raw):
        (length,) = struct.unpack_from("<I", raw, at + 4)
        end = at + 8 + length + length % 2
        yield at, end
        at = end
