"""Proves that bytes are a whole PNG, JPEG or WEBP, without decoding the picture."""

import struct
from binascii import Error as NotBase64

import pybase64

from bridge.domain import Picture, PictureKind
from bridge.errors import Garbled

LARGEST = 64 * 1024 * 1024
"""Bytes of one picture."""
MOST_PIXELS = 8192 * 8192

_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_IEND = b"\0\0\0\0IEND\xaeB`\x82"
_EOI = b"\xff\xd9"
_SOS = 0xDA
_SIZED = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's frame markers, which hold the size; C4, C8 and CC are tables and extensions."""
_BLANK = b" \t\r\n"


def from_base64(text: bytes | memoryview, held: object = None) -> Picture:
    """The picture in `text`, with or without a `data:` prefix, its base64 kept; Garbled otherwise.

    Decoding is the check of the base64. Line breaks are allowed and cost a copy.
    """
    view = _without_prefix(memoryview(text))
    try:
        raw = pybase64.b64decode(view, validate=True)
    except NotBase64:
        whole = bytes(view).translate(None, _BLANK)
        view = memoryview(whole)
        try:
            raw = pybase64.b64decode(whole, validate=True)
        except NotBase64:
            raise Garbled("this is not base64") from None
    kind, width, height = _proved(raw)
    return Picture(raw, kind, width, height, view, held)


def sniff(raw: bytes, held: object = None) -> Picture:
    """`raw` as a Picture; Garbled with the reason when it is none."""
    kind, width, height = _proved(raw)
    return Picture(raw, kind, width, height, None, held)


def data_uri(raw: bytes) -> str:
    """`data:image/png;base64,…`; Garbled when `raw` is no picture."""
    return f"data:image/{sniff(raw).kind};base64,{pybase64.b64encode_as_string(raw)}"


def mime(raw: bytes) -> str:
    """`image/png` and so on by the first bytes; `application/octet-stream` for all else."""
    if raw.startswith(_PNG[:8]):
        return "image/png"
    if raw.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/webp" if raw[:4] == b"RIFF" else "application/octet-stream"


def _without_prefix(view: memoryview) -> memoryview:
    start = bytes(view[:128])
    if start[:5].lower() != b"data:":
        return view
    return view[start.find(b",") + 1 :]


def _proved(raw: bytes) -> tuple[PictureKind, int, int]:
    if not raw:
        raise Garbled("an empty answer instead of a picture")
    if len(raw) > LARGEST:
        raise Garbled(f"the picture is larger than {LARGEST >> 20} MB")
    kind, (width, height), whole = _measured(raw)
    if not whole:
        raise Garbled("the picture is cut off")
    if not 0 < width * height <= MOST_PIXELS:
        raise Garbled(f"a picture of {width}x{height} pixels is not taken")
    return kind, width, height


def _measured(raw: bytes) -> tuple[PictureKind, tuple[int, int], bool]:
    """Kind, size, and whether its end is there; a picture too short to tell its size is cut off."""
    try:
        if raw.startswith(_PNG):
            return "png", struct.unpack_from(">II", raw, 16), raw.rfind(_IEND) > 0
        if raw.startswith(b"\xff\xd8\xff"):
            size, scan = _jpeg(raw)
            return "jpeg", size, raw.rfind(_EOI, scan) > 0
        if raw.startswith(b"RIFF") and raw[8:12] == b"WEBP":
            return "webp", _webp(raw), len(raw) >= struct.unpack_from("<I", raw, 4)[0] + 8
    except (struct.error, IndexError):
        raise Garbled("the picture is cut off") from None
    raise Garbled(_instead(raw))


def _jpeg(raw: bytes) -> tuple[tuple[int, int], int]:
    """The size, and where the first scan begins (ITU T.81, B.1.1)."""
    size, at = (0, 0), 2
    while True:
        if raw[at] != 0xFF:
            raise Garbled("the picture is damaged")
        marker = raw[at + 1]
        if marker == 0xFF:  # fill bytes may stand before a marker
            at += 1
            continue
        (length,) = struct.unpack_from(">H", raw, at + 2)
        if marker in _SIZED:
            height, width = struct.unpack_from(">HH", raw, at + 5)
            size = width, height
        if marker == _SOS:
            return size, at
        at += 2 + length


def _webp(raw: bytes) -> tuple[int, int]:
    """The size (developers.google.com/speed/webp/docs/riff_container, RFC 6386, RFC 9649)."""
    match raw[12:16]:
        case b"VP8X":
            return 1 + _int24(raw, 24), 1 + _int24(raw, 27)
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", raw, 21)
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", raw, 26)
            return width & 0x3FFF, height & 0x3FFF
    raise Garbled("the picture is damaged")


def _int24(raw: bytes, at: int) -> int:
    low, high = struct.unpack_from("<HB", raw, at)
    return int(low | high << 16)


def _instead(raw: bytes) -> str:
    start = raw[:512].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "HTML instead of a picture"
    if start.startswith((b"{", b"[")):
        return "JSON instead of a picture"
    return "not a picture (PNG, JPEG or WEBP)"
