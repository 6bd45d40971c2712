"""What the original encoders wrote comes out as they put it in, and what we write too."""

import json
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bridge.errors import BadRequest, Sealed
from bridge.stego.detect import decode, find
from bridge.stego.tt import encode

VECTORS = Path(__file__).parent / "vectors"
CASES: list[dict[str, Any]] = json.loads((VECTORS / "manifest.json").read_text())
LOCKED = [case for case in CASES if case["password"]]


def name_of(case: dict[str, Any]) -> str:
    return str(case["file"])


def raw_of(case: dict[str, Any]) -> bytes:
    return vector(str(case["file"]))


def vector(name: str) -> bytes:
    return (VECTORS / name).read_bytes()


def payload() -> bytes:
    return decode(vector("tt-v1-jpg.png"))[0].raw


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_carrier_of_the_original_encoders_is_opened(case: dict[str, Any]) -> None:
    files = decode(raw_of(case), case["password"])
    expected = case.get("payloads") or [case]
    assert [file.extension for file in files] == [one["extension"] for one in expected]
    for file, one in zip(files, expected, strict=True):
        if "payload_sha256" in one:
            assert sha256(file.raw).hexdigest() == one["payload_sha256"]
            assert len(file.raw) == one["payload_bytes"]
        else:
            with Image.open(BytesIO(file.raw)) as image:
                assert image.size == (one["width"], one["height"])
                pixels = image.convert("RGB").tobytes()
            assert sha256(pixels).hexdigest() == one["pixels_sha256"]


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_its_kind_is_told_without_a_password(case: dict[str, Any]) -> None:
    found = find(memoryview(raw_of(case)))
    assert found
    assert case["codec"].startswith(found.kind)
    assert found.locked == bool(case["password"])
    assert found.bits == case.get("bits_per_channel", {"tt-v1": 1, "tt-v2": 8}.get(found.kind))


@pytest.mark.parametrize("case", LOCKED, ids=name_of)
@pytest.mark.parametrize(
    ("password", "words"), [("", "needs a password"), ("wrong", "does not open")]
)
def test_a_lock_says_what_is_the_matter(case: dict[str, Any], password: str, words: str) -> None:
    with pytest.raises(Sealed, match=words):
        decode(raw_of(case), password)


def test_a_password_that_is_not_needed_does_no_harm() -> None:
    assert decode(vector("tt-v1-webp.png"), "unasked") == decode(vector("tt-v1-webp.png"))


def test_we_write_what_the_original_writes() -> None:
    ours, theirs = (
        np.asarray(Image.open(BytesIO(raw))) for raw in (encode(payload()), vector("tt-v1-jpg.png"))
    )
    assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("password", ["", "quack", "schlüssel 鍵", "\udcff"])
def test_what_we_write_is_read(password: str) -> None:
    carrier = encode(payload(), password)
    found = find(carrier)
    assert found
    assert found.locked == bool(password)
    (file,) = decode(carrier, password)
    assert (file.raw, file.extension) == (payload(), "jpg")
    if password:
        with pytest.raises(Sealed):
            decode(carrier, password + " ")


def test_two_carriers_with_one_password_differ() -> None:
    assert encode(payload(), "quack") != encode(payload(), "quack")


@pytest.mark.parametrize("raw", [b"", b"just words", b"\x89PNG"])
def test_only_what_could_be_read_back_is_hidden(raw: bytes) -> None:
    with pytest.raises(BadRequest, match="picture or a video"):
        encode(raw)


def test_a_file_without_a_carrier_of_its_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.stego.tt.MOST_PIXELS", 64 * 64)
    with pytest.raises(BadRequest, match="too large"):
        encode(payload())
