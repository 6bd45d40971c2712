"""Puts an infotext into a picture's file without encoding the picture again, and reads it back."""

from collections.abc import Callable

import pybase64

from bridge.domain import Picture
from bridge.pictures import exif, jpeg_text, png_text, webp_text
from bridge.pictures.pillow import opened

Bytes = bytes | memoryview
Head = Callable[[str], bytes]

_EXIF_IFD, _USER_COMMENT = 0x8769, 0x9286
_EXIF = {"jpeg": jpeg_text.holds, "webp": webp_text.holds}


def text_at(raw: Bytes) -> tuple[int, Head] | None:
    """(skip, head): `head(text)` goes in after the first `skip` bytes; both are multiples of 3.

    So it can be put into the bytes or, encoded by itself, into their base64. None when the file
    must be taken apart: a WEBP, or one that holds such a text already.
    """
    view, start = memoryview(raw), bytes(raw[:3])
    if start == b"\x89PN" and not png_text.holds(view):
        return png_text.SKIP, png_text.head
    if start == b"\xff\xd8\xff" and not jpeg_text.holds(view):
        return jpeg_text.SKIP, jpeg_text.head
    return None


def base64_parts(picture: Picture, infotext: str) -> list[Bytes]:
    """The picture's base64 with `infotext` in the file, in pieces to be joined."""
    place = text_at(picture.raw)
    if place is None:
        return [pybase64.b64encode(_rebuilt(picture, infotext))]
    skip, head = place
    text = pybase64.b64encode(head(infotext))
    if picture.b64 is not None:
        view = memoryview(picture.b64)
        return [view[: skip // 3 * 4], text, view[skip // 3 * 4 :]]
    view = memoryview(picture.raw)
    return [pybase64.b64encode(view[:skip]), text, pybase64.b64encode(view[skip:])]


def base64_bare(picture: Picture) -> Bytes:
    """The picture's base64 without any text: what the cloud itself wrote into it is taken out."""
    view = memoryview(picture.raw)
    if picture.kind == "png" and png_text.talks(view):
        return pybase64.b64encode(png_text.bare(view))
    if picture.kind != "png" and _EXIF[picture.kind](view):
        return pybase64.b64encode(_rebuilt(picture, ""))
    return pybase64.b64encode(view) if picture.b64 is None else picture.b64


def with_text(picture: Picture, infotext: str) -> bytes:
    """The picture's base64 with `infotext` in the file."""
    return b"".join(base64_parts(picture, infotext))


def with_text_raw(picture: Picture, infotext: str) -> bytes:
    """The picture's file with `infotext` in it, in place of one that was there.

    A JPEG's or WEBP's whole Exif block is replaced; what does not fit into a JPEG's 64 KB is cut.
    """
    place = text_at(picture.raw)
    if place is None:
        return _rebuilt(picture, infotext)
    skip, head = place
    view = memoryview(picture.raw)
    return b"".join((view[:skip], head(infotext), view[skip:]))


def read_text(picture: Picture) -> tuple[str, dict[str, str]]:
    """The infotext (empty when there is none) and the file's other texts; blocks: use a thread.

    Spaces at the infotext's end mean nothing: they fill a chunk to its length.
    """
    with opened(picture) as image:
        texts = {str(key): text for key, text in image.info.items() if isinstance(text, str)}
        tags = image.getexif()
        said = tags.get_ifd(_EXIF_IFD).get(_USER_COMMENT)
    if isinstance(said, bytes):
        texts.setdefault("parameters", exif.comment(said, tags.endian))
    return texts.pop("parameters", "").rstrip(" "), texts


def _rebuilt(picture: Picture, infotext: str) -> bytes:
    view = memoryview(picture.raw)
    if picture.kind == "png":
        return png_text.replaced(view, infotext)
    if picture.kind == "jpeg":
        return jpeg_text.replaced(view, infotext)
    return webp_text.replaced(view, infotext, picture.width, picture.height)
