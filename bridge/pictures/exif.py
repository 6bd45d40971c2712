"""The smallest Exif block that carries one text, as A1111 writes it into JPEG and WEBP."""

import struct

_EXIF_IFD, _USER_COMMENT = 0x8769, 0x9286
_LONG, _UNDEFINED = 4, 7
_UNICODE = b"UNICODE\0"
_HEAD = 44
"""Bytes before the comment: TIFF header, two directories of one entry each."""


def written(text: str) -> bytes:
    """A big-endian TIFF with `text` as UserComment in UTF-16, which is what A1111 reads back.

    Layout: Exif 2.32, sections 4.6.3 and 4.6.5.
    """
    comment = _UNICODE + text.encode("utf-16-be", "replace")
    return b"".join(
        (
            b"MM\0*" + struct.pack(">I", 8),
            struct.pack(">HHHIII", 1, _EXIF_IFD, _LONG, 1, 26, 0),
            struct.pack(">HHHIII", 1, _USER_COMMENT, _UNDEFINED, len(comment), _HEAD, 0),
            comment,
        )
    )


def cut(text: str, room: int) -> str:
    """`text` shortened so that `written` takes at most `room` bytes."""
    units = (room - _HEAD - len(_UNICODE)) // 2
    return text.encode("utf-16-be", "replace")[: units * 2].decode("utf-16-be", "ignore")


def comment(value: bytes, order: str | None) -> str:
    """The text of a UserComment; `order` is the TIFF's, `<` or `>`, and not all writers keep it."""
    mark, body = value[:8], value[8:]
    if mark != _UNICODE:
        return (body if mark in (b"ASCII\0\0\0", b"\0" * 8) else value).decode("utf-8", "replace")
    little = order == "<" and body[1::2].count(0) > body[::2].count(0)
    return body.decode("utf-16-le" if little else "utf-16-be", "replace")
