"""The one way in which Pillow opens a picture here: late, and with its failures named."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

from bridge.domain import Picture
from bridge.errors import Garbled

if TYPE_CHECKING:
    from PIL.Image import Image


@contextmanager
def opened(picture: Picture) -> "Iterator[Image]":
    """The decoded picture, upright; Garbled when its inside is damaged.

    `Picture` has been measured by `sniff`, so nothing beyond its pixel limit is decoded. Blocks:
    use it in a thread.
    """
    from PIL import Image, ImageOps  # costs start-up time, is seldom needed

    try:
        with Image.open(BytesIO(picture.raw), formats=[picture.kind]) as image:
            image.load()  # a PNG's texts may stand after its pixels
            ImageOps.exif_transpose(image, in_place=True)
    except (OSError, SyntaxError, ValueError) as error:
        raise Garbled(f"the picture is damaged ({error})") from None
    yield image
