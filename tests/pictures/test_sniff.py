from contextlib import suppress

import pybase64
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain import PictureKind
from bridge.errors import Garbled
from bridge.pictures import sniff as module
from bridge.pictures.sniff import from_base64, sniff
from tests.pictures.samples import KINDS, encoded

SAMPLES = {
    "png": encoded("png"),
    "png-palette": encoded("png", mode="P"),
    "jpeg": encoded("jpeg"),
    "jpeg-progressive": encoded("jpeg", progressive=True),
    "webp": encoded("webp"),
    "webp-lossless": encoded("webp", lossless=True),
    "webp-extended": encoded("webp", exif=b"MM\0*\0\0\0\x08\0\0\0\0\0\0"),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_whole_picture_is_measured(name: str) -> None:
    picture = sniff(SAMPLES[name])
    assert (picture.kind, picture.width, picture.height) == (name.split("-", 1)[0], 40, 24)
    assert picture.b64 is None


@pytest.mark.parametrize("name", SAMPLES)
@given(left=st.integers(0, 10_000))
@settings(max_examples=30)
def test_a_cut_picture_is_garbled(name: str, left: int) -> None:
    raw = SAMPLES[name]
    with pytest.raises(Garbled):
        sniff(raw[: left % len(raw)])


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b"  <!DOCTYPE html><p>busy", "HTML"),
        (b'{"error": "busy"}', "JSON"),
        (b"GIF89a" + bytes(40), "not a picture"),
        (SAMPLES["png"][:-1], "cut off"),
        (SAMPLES["jpeg"][:-2], "cut off"),
        (SAMPLES["webp"][:-3], "cut off"),
        (SAMPLES["png"].replace((40).to_bytes(4), (4_000_000).to_bytes(4), 1), "4000000x24"),
        (SAMPLES["png"].replace((40).to_bytes(4), bytes(4), 1), "0x24"),
    ],
)
def test_the_reason_is_told(raw: bytes, reason: str) -> None:
    with pytest.raises(Garbled, match=reason):
        sniff(raw)


@given(st.binary(max_size=200), st.sampled_from(sorted(SAMPLES)), st.integers(0, 60))
@settings(max_examples=200)
def test_no_bytes_end_in_another_error(junk: bytes, name: str, keep: int) -> None:
    with suppress(Garbled):
        assert sniff(SAMPLES[name][:keep] + junk).kind in KINDS


def test_bytes_behind_the_end_do_no_harm() -> None:
    for kind in KINDS:
        assert sniff(encoded(kind) + b"trailer").width == 40


def test_too_many_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 10)
    with pytest.raises(Garbled, match="larger"):
        sniff(SAMPLES["png"])


@pytest.mark.parametrize("prefix", [b"", b"data:image/png;base64,", b"DATA:;base64,"])
@pytest.mark.parametrize("kind", KINDS)
def test_base64_is_decoded_once_and_kept(kind: PictureKind, prefix: bytes) -> None:
    raw = encoded(kind)
    text = pybase64.b64encode(raw)
    picture = from_base64(memoryview(prefix + text))
    assert (picture.raw, picture.kind) == (raw, kind)
    assert picture.b64 is not None
    assert bytes(picture.b64) == text


def test_wrapped_base64_is_unwrapped() -> None:
    raw = SAMPLES["png"]
    picture = from_base64(pybase64.encodebytes(raw))
    assert picture.raw == raw
    assert picture.b64 is not None
    assert bytes(picture.b64) == pybase64.b64encode(raw)


@pytest.mark.parametrize("text", [b"a", b"abc!", b"====", b"ab=cdef=", "äöü".encode()])
def test_what_is_no_base64_is_garbled(text: bytes) -> None:
    with pytest.raises(Garbled, match="base64"):
        from_base64(text)
