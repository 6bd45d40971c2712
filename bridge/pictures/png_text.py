"""A PNG's `parameters`: a text chunk behind IHDR, as A1111 writes it (PNG 3rd ed., 11.3.3)."""

import struct
from collections.abc import Iterator
from zlib import crc32

SKIP = 33
"""Bytes of signature and IHDR: exactly 44 characters of base64."""

_KEY = b"parameters\0"
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")


def head(text: str) -> bytes:
    """The chunk, its length a multiple of 3: up to two spaces are put behind `text`.

    tEXt where Latin-1 can hold it, else iTXt, which is what Pillow does.
    """
    text = text.replace("\0", "")
    try:
        kind, body = b"tEXt", _KEY + text.encode("latin-1")
    except UnicodeEncodeError:
        kind, body = b"iTXt", _KEY + b"\0\0\0\0" + text.encode("utf-8", "replace")
    body += b" " * (-len(body) % 3)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc32(kind + body))


def holds(raw: memoryview) -> bool:
    """Whether there is such a chunk already."""
    return any(_is_ours(raw, at) for at, _ in _chunks(raw))


def replaced(raw: memoryview, text: str) -> bytes:
    """The file with `text` in place of what was there."""
    kept = [raw[at:end] for at, end in _chunks(raw) if not _is_ours(raw, at)]
    return b"".join((raw[:8], kept[0], head(text), *kept[1:]))


def talks(raw: memoryview) -> bool:
    """Whether there is text of any kind."""
    return any(_is_text(raw, at) for at, _ in _chunks(raw))


def bare(raw: memoryview) -> bytes:
    """The file without any text."""
    kept = (raw[at:end] for at, end in _chunks(raw) if not _is_text(raw, at))
    return b"".join((raw[:8], *kept))


def _chunks(raw: memoryview) -> Iterator[tuple[int, int]]:
    """(first byte, one past the last) of every chunk."""
    at = 8
    while at + 12 <= len(raw):
        (length,) = struct.unpack_from(">I", raw, at)
        yield at, at + 12 + length
        at += 12 + length


def _is_text(raw: memoryview, at: int) -> bool:
    return raw[at + 4 : at + 8] in (*_TEXTS, b"eXIf")


def _is_ours(raw: memoryview, at: int) -> bool:
    return raw[at + 4 : at + 8] in _TEXTS and raw[at + 8 : at + 8 + len(_KEY)] == _KEY
