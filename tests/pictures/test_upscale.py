from io import BytesIO

import pytest
from PIL import Image

from bridge.domain import Picture, PictureKind
from bridge.errors import BadRequest, Garbled
from bridge.pictures.mask import plain_mask
from bridge.pictures.sniff import sniff
from bridge.pictures.upscale import by_factor, to_size
from tests.pictures.samples import KINDS, encoded


@pytest.mark.parametrize("kind", KINDS)
async def test_a_factor_keeps_the_kind(kind: PictureKind) -> None:
    made = await by_factor(sniff(encoded(kind)), 1.5)
    assert (made.kind, made.width, made.height) == (kind, 60, 36)


@pytest.mark.parametrize(("crop", "size"), [(True, (64, 64)), (False, (107, 64))])
async def test_a_size_is_covered(crop: bool, size: tuple[int, int]) -> None:
    made = await to_size(sniff(encoded("png")), 64, 64, crop=crop)
    assert (made.width, made.height) == size


async def test_the_middle_is_kept() -> None:
    image = Image.new("RGB", (30, 10), "red")
    image.paste("blue", (10, 0, 20, 10))
    made = await to_size(png(image), 10, 10, nearest=True)
    with Image.open(BytesIO(made.raw)) as cut:
        assert cut.getcolors() == [(100, (0, 0, 255))]


async def test_a_palette_with_transparency_is_interpolated() -> None:
    image = Image.new("P", (4, 4), 1)
    image.putpalette([9, 9, 9, 1, 2, 3])
    out = BytesIO()
    image.save(out, "png", transparency=1)
    made = await by_factor(sniff(out.getvalue()), 2)
    with Image.open(BytesIO(made.raw)) as large:
        assert large.getchannel("A").getextrema() == (0, 0)


async def test_a_bomb_is_not_decoded() -> None:
    with pytest.raises(BadRequest, match="4000000x2400000"):
        await by_factor(sniff(encoded("png")), 100_000)


async def test_a_damaged_inside_is_named() -> None:
    raw = encoded("png")
    middle = raw.index(b"IDAT") + 8
    with pytest.raises(Garbled, match="damaged"):
        await by_factor(sniff(raw[:middle] + b"\0\0\0\0" + raw[middle + 4 :]), 2)


@pytest.mark.parametrize("invert", [False, True])
async def test_a_mask_is_grey_and_of_the_pictures_size(invert: bool) -> None:
    image = Image.new("RGB", (8, 4), "black")
    image.paste("white", (0, 0, 4, 4))
    assert await levels(image, invert) == ((0, 255) if invert else (255, 0))


@pytest.mark.parametrize("invert", [False, True])
async def test_alpha_is_the_mask_where_it_says_something(invert: bool) -> None:
    image = Image.new("RGBA", (8, 4), (255, 255, 255, 0))
    image.paste((0, 0, 0, 255), (0, 0, 4, 4))
    assert await levels(image, invert) == ((0, 255) if invert else (255, 0))


async def test_an_opaque_alpha_says_nothing() -> None:
    image = Image.new("RGBA", (8, 4), (0, 0, 0, 255))
    image.paste((255, 255, 255, 255), (0, 0, 4, 4))
    assert await levels(image, False) == (255, 0)


async def levels(mask: Image.Image, invert: bool) -> tuple[float, float]:
    """The mask's grey at the far left and the far right of a 40 x 24 picture."""
    raw = await plain_mask(png(mask), sniff(encoded("png")), invert=invert)
    with Image.open(BytesIO(raw)) as grey:
        assert (grey.mode, grey.size) == ("L", (40, 24))
        left, right = grey.getpixel((1, 12)), grey.getpixel((38, 12))
    assert isinstance(left, int)
    assert isinstance(right, int)
    return left, right


def png(image: Image.Image) -> Picture:
    out = BytesIO()
    image.save(out, "png")
    return sniff(out.getvalue())
