"""Nothing is found where nothing is hidden, and damaged carriers do no harm."""

import struct
import tracemalloc
from io import BytesIO
from zlib import compress, crc32

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from bench.carriers import duck, photo, png, tt_v1, tt_v2
from bridge.errors import Sealed
from bridge.stego import duck as ducks
from bridge.stego import tt
from bridge.stego.detect import decode, find
from bridge.stego.png import Png, Samples, opened
from bridge.stego.tt import encode

FILE = png(Image.linear_gradient("L").resize((24, 16)).convert("RGB"))
CARRIERS = (
    encode(FILE), encode(FILE, "quack"), tt_v2(FILE, FILE), duck(FILE, 2), duck(FILE, 6, "quack"),
    duck(FILE, 8),
)  # fmt: skip
KINDS = ("noise", "flat", "across", "down", "stripes", "steps", "soft", "dark", "bits", "duck")
MODEST = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def ordinary(kind: str, side: int, dice: np.random.Generator) -> Samples:
    """A square that hides nothing."""
    across, down = np.arange(side)[None, :, None], np.arange(side)[:, None, None]
    a, b, c = (int(n) for n in dice.integers(1, 64, 3))
    noise = dice.integers(0, 256, (side, side, 3), np.int16)
    values = {
        "noise": noise,
        "flat": noise[:1, :1],
        "across": across * a // b + noise[0, 0],
        "down": down * a // b + noise[0, 0],
        "stripes": (across // a % 2 + down // b % 2) * c + noise[0, 0],
        "steps": (across // a + down // b) * np.array([1, c, 0]),
        "soft": 128 + 90 * np.sin(across / a) * np.cos(down / b) + noise % 3,
        "dark": noise % 3 * (noise[:, :, :1] < 25),
        "bits": 128 + (across * a + down * b) % (c + 1) % 2,
        "duck": np.array([173, 216, 230]) + noise % 2 * (across > a),
    }[kind]
    return np.broadcast_to(values, (side, side, 3)).astype(np.uint8)


def found_in(pixels: Samples) -> object:
    """As `find`, without a file around the pixels."""
    height, width, _ = pixels.shape
    png_of = Png(width, height, "RGB", b"")
    front = pixels.reshape(-1)
    return (
        tt.find_v1(png_of, front)
        or tt.find_v2(png_of, front)
        or (ducks.fits(png_of) and ducks.find(png_of, front))
    )


@pytest.mark.parametrize("kind", KINDS)
def test_no_false_alarm_in_a_thousand_arrays_of_a_kind(kind: str) -> None:
    dice = np.random.default_rng(len(kind))
    for number in range(1000):
        side = 640 if number % 100 == 0 else 16 + 4 * (number % 20)
        assert not found_in(ordinary(kind, side, dice)), number


def test_no_false_alarm_in_two_hundred_files() -> None:
    dice = np.random.default_rng(1)
    for number in range(190):
        pixels = ordinary(KINDS[number % len(KINDS)], 96, dice)
        image = Image.fromarray(pixels).convert(("RGB", "RGBA", "L", "P")[number % 4])
        assert find(png(image)) is None, number
    for number in range(10):
        raw = png(photo(640, 640) if number == 0 else photo(200, 150 + number))
        assert find(raw) is None, number
        assert decode(raw) == ()


@MODEST
@given(st.binary(max_size=400))
def test_any_bytes_are_no_carrier(raw: bytes) -> None:
    assert find(raw) is None
    assert decode(b"\x89PNG\r\n\x1a\n" + raw) == ()


@MODEST
@given(st.sampled_from(CARRIERS), st.floats(0, 1, exclude_max=True))
def test_a_carrier_that_is_cut_off_is_none(raw: bytes, part: float) -> None:
    harmless(raw[: int(part * (len(raw) - 20))])


@MODEST
@given(st.sampled_from(CARRIERS), st.floats(0, 1, exclude_max=True), st.integers(1, 255))
def test_a_flipped_byte_does_no_harm(raw: bytes, part: float, flip: int) -> None:
    at = int(part * len(raw))
    harmless(raw[:at] + bytes([raw[at] ^ flip]) + raw[at + 1 :])


@MODEST
@given(st.binary(min_size=4, max_size=120), st.sampled_from([0.20, 0.05]))
def test_any_bits_in_a_carrier_do_no_harm(stream: bytes, part: float) -> None:
    harmless(tt_v1(stream, 64, part))


@MODEST
@given(
    st.sampled_from([0, 1, 2**16, 2**31 - 1, 2**31, 2**32 - 1]),
    st.integers(0, 2**32 - 1),
    st.sampled_from([b"", b"\0", b"\1" + bytes(48)]),
)
def test_absurd_lengths_cost_nothing(length: int, size: int, flag: bytes) -> None:
    stream = length.to_bytes(4) + flag + b"\3png" + size.to_bytes(4) + FILE
    packet = b"TTv2" + length.to_bytes(4) + b"\0\0\2\1\3png" + size.to_bytes(4) + FILE
    pixels = np.frombuffer(packet.ljust(3 * 64 * 64, b"\0"), np.uint8).reshape(64, 64, 3)
    carriers = tt_v1(stream, 64), png(Image.fromarray(pixels))
    tracemalloc.start()
    for carrier in carriers:
        harmless(carrier)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize(
    ("width", "height", "body"),
    [
        (8192, 8192, 400), (2**31, 2**31, 400), (0, 9, 400), (9, 0, 400),
        (8193, 8192, 2**20), (64, 64, 0),
    ],
)  # fmt: skip
def test_a_header_that_lies_is_not_believed(width: int, height: int, body: int) -> None:
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))]
    chunks += [(b"IDAT", compress(bytes(body)).ljust(body, b"\0"))] if body else []
    assert opened(file_of(chunks)) is None


@pytest.mark.parametrize(("depth", "colour", "how"), [(16, 2, 0), (8, 0, 0), (8, 3, 0), (8, 2, 1)])
def test_other_kinds_of_png_are_none(depth: int, colour: int, how: int) -> None:
    header = struct.pack(">IIBBBBB", 64, 64, depth, colour, 0, 0, how)
    assert opened(file_of([(b"IHDR", header), (b"IDAT", compress(bytes(64 * 193)))])) is None


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_the_smallest_pictures_are_none(mode: str) -> None:
    dice = np.random.default_rng(3)
    for width, height in ((1, 1), (1, 40), (40, 1), (3, 2), (7, 19)):
        noise = dice.integers(0, 256, (height, width, 3), np.uint8)
        assert decode(png(Image.fromarray(noise).convert(mode))) == ()


def test_chunks_before_and_after_the_pixels_change_nothing() -> None:
    raw = CARRIERS[0]
    text = struct.pack(">I4s", 4, b"tEXt") + b"a\0bc" + struct.pack(">I", crc32(b"tEXta\0bc"))
    many = file_of([(b"IHDR", raw[16:29]), (b"gAMA", bytes(4)), *split(raw)])
    assert decode(raw[:33] + text + raw[33:-12] + text + raw[-12:])[0].raw == FILE
    assert decode(many)[0].raw == FILE


def test_opening_the_upper_rows_gives_the_same_rows() -> None:
    raw = png(photo(96, 70))
    with Image.open(BytesIO(raw)) as image:
        whole = np.asarray(image)
    png_of = opened(raw)
    assert png_of
    for count in (1, 2, 33, 70, 900):
        upper = png_of.upper(count)
        assert upper is not None
        assert np.array_equal(upper, whole[:count].reshape(-1))


def split(raw: bytes) -> list[tuple[bytes, bytes]]:
    """The pixels of a one-IDAT file in chunks of 100 bytes."""
    (length,) = struct.unpack_from(">I", raw, 33)
    body = raw[41 : 41 + length]
    return [(b"IDAT", body[at : at + 100]) for at in range(0, length, 100)]


def file_of(chunks: list[tuple[bytes, bytes]]) -> bytes:
    parts = [b"\x89PNG\r\n\x1a\n"]
    for name, body in (*chunks, (b"IEND", b"")):
        parts += [struct.pack(">I", len(body)), name, body, struct.pack(">I", crc32(name + body))]
    return b"".join(parts)


def harmless(raw: bytes) -> None:
    """Whatever comes out of `raw`, it is the file or nothing, or it says that it is locked."""
    for password in ("", "quack"):
        try:
            files = decode(raw, password)
        except Sealed:
            continue
        assert all(file.raw for file in files)
