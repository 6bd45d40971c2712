"""A PNG's `parameters`: a text chunk behind IHDR, as A1111 writes it (PNG 3rd ed., 11.3.3)."""

import struct
from collections.abc import Iterator
from zlib import crc32

SKIP = 33
"""Bytes of signature and IHDR: exactly 44 characters of base64."""

_KEY = b"parameters\0"
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_TALK = (*_TEXTS, b"eXIf")
_CHUNK = struct.Struct(">I4s")


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
    return any(kind in _TEXTS and _is_ours(raw, at) for kind, at, _ in _chunks(raw))


def replaced(raw: memoryview, text: str) -> bytes:
    """The file with `text` in place of what was there."""
    kept = [raw[at:end] for _, at, end in _chunks(raw) if not _is_ours(raw, at)]
    return b"".join((raw[:8], kept[0], head(text), *kept[1:]))


def talks(raw: memoryview) -> bool:
    """Whether there is text of any kind."""
    return any(kind in _TALK for kind, _, _ in _chunks(raw))


def bare(raw: memoryview) -> bytes:
    """The file without any text."""
    kept = (raw[at:end] for kind, at, end in _chunks(raw) if kind not in _TALK)
    return b"".join((raw[:8], *kept))


def _chunks(raw: memoryview) -> Iterator[tuple[bytes, int, int]]:
    """(type, first byte, one past the last) of every chunk."""
    at, last = 8, len(raw) - 12
    while at <= last:
        length, kind = _CHUNK.unpack_from(raw, at)
        yield kind, at, at + 12 + length
        at += 12 + length


def _is_ours(raw: memoryview, at: int) -> bool:
    return raw[at + 4 : at + 8] in _TEXTS and raw[at + 8 : at + 8 + len(_KEY)] == _KEY
