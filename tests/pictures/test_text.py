from io import BytesIO

import pybase64
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bridge.domain import PictureKind
from bridge.pictures.sniff import from_base64, sniff
from bridge.pictures.text import read_text, text_at, with_text, with_text_raw
from tests.pictures.samples import KINDS, encoded

TEXT = "a fox, „quoted“\nNegative prompt: fog\nSteps: 4, Sampler: Euler, Seed: 7"
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)


def pixels(raw: bytes) -> bytes:
    with Image.open(BytesIO(raw)) as image:
        return image.tobytes()


@pytest.mark.parametrize("kind", KINDS)
@given(text=ANY_TEXT)
@settings(max_examples=60)
def test_any_text_comes_back_and_no_pixel_changes(kind: PictureKind, text: str) -> None:
    raw = encoded(kind)
    told = with_text_raw(sniff(raw), text)
    assert read_text(sniff(told))[0] == text.rstrip(" ")
    assert pixels(told) == pixels(raw)


@pytest.mark.parametrize("kind", KINDS)
@given(text=ANY_TEXT)
@settings(max_examples=30)
def test_base64_is_spliced_as_bytes_are(kind: PictureKind, text: str) -> None:
    raw = encoded(kind)
    plain, spliced = sniff(raw), from_base64(pybase64.b64encode(raw))
    told = with_text_raw(plain, text)
    assert pybase64.b64decode(with_text(plain, text), validate=True) == told
    assert with_text(spliced, text) == with_text(plain, text)


@pytest.mark.parametrize(("kind", "skip"), [("png", 33), ("jpeg", 3)])
def test_the_place_is_a_boundary_of_base64(kind: PictureKind, skip: int) -> None:
    place = text_at(encoded(kind))
    assert place is not None
    assert place[0] == skip
    assert {len(place[1]("x" * length)) % 3 for length in range(9)} == {0}


def test_pillow_reads_a_png_as_a1111_does() -> None:
    for text in ("plain Latin-1: é", TEXT):
        with Image.open(BytesIO(with_text_raw(sniff(encoded("png")), text))) as image:
            assert image.info["parameters"].rstrip(" ") == text


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
def test_pillow_reads_exif_as_a1111_does(kind: PictureKind) -> None:
    with Image.open(BytesIO(with_text_raw(sniff(encoded(kind)), TEXT))) as image:
        comment = image.getexif().get_ifd(0x8769)[0x9286]
    assert comment[:8] == b"UNICODE\0"
    assert comment[8:].decode("utf-16-be") == TEXT


@pytest.mark.parametrize("kind", KINDS)
def test_an_old_text_is_replaced(kind: PictureKind) -> None:
    once = with_text_raw(sniff(encoded(kind)), "old")
    assert text_at(once) is None
    twice = with_text_raw(sniff(once), "new")
    assert read_text(sniff(twice)) == ("new", {})
    assert twice.count(b"parameters") + twice.count(b"UNICODE") == 1
    assert pixels(twice) == pixels(once)


def test_a_text_behind_the_pixels_is_found() -> None:
    plain = encoded("png")
    chunk = with_text_raw(sniff(plain), "late")[33 : -len(plain) + 33]
    late = plain[:-12] + chunk + plain[-12:]
    assert read_text(sniff(late))[0] == "late"
    assert read_text(sniff(with_text_raw(sniff(late), "new")))[0] == "new"


def test_other_texts_of_a_png_stay() -> None:
    info = PngInfo()
    info.add_text("Software", "sketch")
    told = with_text_raw(sniff(encoded("png", pnginfo=info)), TEXT)
    assert read_text(sniff(told)) == (TEXT, {"Software": "sketch"})


def test_transparency_survives_in_a_webp() -> None:
    out = BytesIO()
    Image.new("RGBA", (9, 5), (10, 20, 30, 40)).save(out, "webp", lossless=True)
    told = with_text_raw(sniff(out.getvalue()), TEXT)
    assert (sniff(told).width, sniff(told).height) == (9, 5)
    assert told[20] == 0x18  # VP8X: alpha and Exif
    assert pixels(told) == pixels(out.getvalue())


def test_a_jpegs_other_segments_stay_and_long_text_is_cut() -> None:
    raw = encoded("jpeg", comment=b"hello", icc_profile=b"colour" * 20)
    old = with_text_raw(sniff(raw), "old")
    for source in (raw, old):
        told = with_text_raw(sniff(source), "é" * 70_000)
        with Image.open(BytesIO(told)) as image:
            assert (image.info["comment"], image.info["icc_profile"]) == (b"hello", b"colour" * 20)
        assert read_text(sniff(told))[0] == "é" * 32_736


def test_a_little_endian_exif_is_read_in_either_order() -> None:
    for order in ("utf-16-le", "utf-16-be"):
        exif = Image.Exif()
        exif.endian = "<"
        exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + TEXT.encode(order)
        assert read_text(sniff(encoded("jpeg", exif=exif)))[0] == TEXT


def test_no_text_is_an_empty_text() -> None:
    assert read_text(sniff(encoded("png"))) == ("", {})
