"""A JPEG's infotext: an Exif segment (APP1) behind SOI."""

import struct
from collections.abc import Iterator

from bridge.pictures import exif

SKIP = 3
"""SOI and the first byte of the next marker: exactly 4 characters of base64."""

_APP1, _SOS = 0xE1, 0xDA
_MARK = b"Exif\0\0"
_ROOM = 65535 - 2 - len(_MARK) - 2
"""Bytes for the TIFF in one segment, less the length field and the filling."""


def head(text: str) -> bytes:
    """The segment, its length a multiple of 3; what does not fit into 64 KB is cut.

    The byte before it is the FF that begins a marker, so it starts with its marker's second byte
    and ends with the FF of the marker that follows.
    """
    body = _MARK + exif.written(exif.cut(text, _ROOM))
    body += b"\0" * (-(len(body) + 4) % 3)
    return struct.pack(">BH", _APP1, len(body) + 2) + body + b"\xff"


def holds(raw: memoryview) -> bool:
    """Whether there is an Exif segment already."""
    return any(_is_exif(raw, at) for at, _ in _segments(raw))


def replaced(raw: memoryview, text: str) -> bytes:
    """The file with `text` in place of its Exif segments."""
    parts = list(_segments(raw))
    kept = [raw[at:end] for at, end in parts if not _is_exif(raw, at)]
    rest = raw[parts[-1][1] :]
    return b"".join((raw[:2], b"\xff", head(text)[:-1], *kept, rest))


def _segments(raw: memoryview) -> Iterator[tuple[int, int]]:
    """(first byte, one past the last) of every segment before the first scan."""
    at = 2
    while at + 4 <= len(raw) and raw[at + 1] != _SOS:
        length = 1 if raw[at + 1] == 0xFF else 2 + struct.unpack_from(">H", raw, at + 2)[0]
        yield at, at + length
        at += length


def _is_exif(raw: memoryview, at: int) -> bool:
    return raw[at + 1] == _APP1 and raw[at + 4 : at + 10] == _MARK
