"""Ways of writing a carrier that the vectors do not show."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from bench.carriers import duck, png, tt_v1, tt_v2
from bridge.errors import Sealed
from bridge.stego.detect import decode, find
from bridge.stego.payload import locked, with_key

FILE = png(Image.linear_gradient("L").resize((24, 16)).convert("RGB"))
VIDEO = b"\0\0\0\x18ftypmp42" + bytes(range(1, 200)) * 30
NAMED = b"\3png" + len(FILE).to_bytes(4)


def stream(inner: bytes, length: int | None = None) -> bytes:
    return (len(inner) if length is None else length).to_bytes(4) + inner


def video_in_png(file: bytes) -> bytes:
    rows = -(-len(file) // (3 * 512))
    values = np.frombuffer(file.ljust(rows * 3 * 512, b"\0"), np.uint8)
    return png(Image.fromarray(values.reshape(rows, 512, 3)))


@pytest.mark.parametrize("part", [0.20, 0.05])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_tt_v1_from_both_first_rows(part: float, mode: str) -> None:
    carrier = tt_v1(stream(NAMED + FILE), 120, part, mode)
    found = find(carrier)
    assert found
    assert found.start == int(part * 120)
    assert [file.raw for file in decode(carrier)] == [FILE]


@pytest.mark.parametrize("length", [len(NAMED), len(NAMED) + 9, len(NAMED + FILE)])
def test_tt_v1_reads_on_past_its_length(length: int) -> None:
    assert decode(tt_v1(stream(NAMED + FILE, length), 120))[0].raw == FILE


@pytest.mark.parametrize("length", [len(NAMED) - 1, len(NAMED + FILE) + 1])
def test_tt_v1_with_a_length_that_cannot_be_is_none(length: int) -> None:
    assert find(tt_v1(stream(NAMED + FILE, length), 120)) is None


@pytest.mark.parametrize("part", [0.20, 0.05])
def test_tt_v1_of_the_password_node_from_both_first_rows(part: float) -> None:
    lock, key = locked("quack", bytes(16))
    carrier = tt_v1(stream(b"\1" + lock + NAMED + with_key(FILE, key)), 120, part)
    assert decode(carrier, "quack")[0].raw == FILE
    with pytest.raises(Sealed):
        decode(carrier)
    assert decode(tt_v1(stream(b"\0" + NAMED + FILE), 120, part))[0].raw == FILE


@pytest.mark.parametrize("part", [0.0, 0.06])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_tt_v2_with_one_and_several_files(part: float, count: int) -> None:
    files = [FILE, VIDEO, FILE + b"!", VIDEO + b"!", FILE + b"?"][:count]
    found = decode(tt_v2(*files, part=part))
    assert [file.raw for file in found] == files
    assert [file.extension for file in found] == ["png", "mp4", "png", "mp4", "png"][:count]


def test_tt_v2_stops_at_a_packet_that_is_damaged() -> None:
    carrier = tt_v2(FILE, VIDEO, FILE)
    with Image.open(BytesIO(carrier)) as image:
        pixels = np.array(image)
    assert len(decode(png(Image.fromarray(pixels)))) == 3
    values = pixels.reshape(-1)
    values[values.tobytes().index(b"ftyp") + 100] ^= 1
    assert [file.raw for file in decode(png(Image.fromarray(pixels)))] == [FILE]


@pytest.mark.parametrize("bits", [2, 6, 8])
@pytest.mark.parametrize("password", ["", "quack"])
def test_duck_with_and_without_a_password(bits: int, password: str) -> None:
    carrier = duck(FILE, bits, password)
    found = find(carrier)
    assert found
    assert (found.kind, found.bits, found.locked) == ("duck", bits, bool(password))
    assert decode(carrier, password)[0].raw == FILE
    if password:
        with pytest.raises(Sealed):
            decode(carrier, "moo")


@pytest.mark.parametrize("bits", [2, 6, 8])
def test_duck_holds_a_video_in_a_picture(bits: int) -> None:
    carrier = duck(video_in_png(VIDEO), bits, extension="mp4.binpng")
    (file,) = decode(carrier)
    assert (file.raw, file.extension) == (VIDEO, "mp4")


@pytest.mark.parametrize(
    "inside", [FILE, video_in_png(b"words" * 99), video_in_png(VIDEO)[:-40]], ids=len
)
def test_a_picture_that_holds_no_video_is_no_payload(inside: bytes) -> None:
    assert decode(duck(inside, 8, extension="mp4.binpng")) == ()


def test_a_full_duck_is_read_to_its_last_bit() -> None:
    free = 640 * 640 - int(0.08 * 640) * int(0.40 * 640)
    file = VIDEO[:12].ljust(3 * free * 6 // 8 - 13, b"\7")
    carrier = duck(file, 6, extension="mp4")
    with Image.open(BytesIO(carrier)) as image:
        assert image.size == (640, 640)
    assert decode(carrier)[0].raw == file


def test_a_wrong_extension_gives_way_to_the_file_itself() -> None:
    assert (
        decode(tt_v1(stream(b"\4.JPG" + len(FILE).to_bytes(4) + FILE), 120))[0].extension == "png"
    )


@pytest.mark.parametrize("extension", [b"../p", b"a/b", b"p\0ng", b"", b"x" * 40, "ü".encode()])
def test_an_extension_that_is_none_is_not_believed(extension: bytes) -> None:
    named = bytes([len(extension)]) + extension + len(FILE).to_bytes(4)
    assert find(tt_v1(stream(named + FILE), 120)) is None


def test_what_is_neither_picture_nor_video_is_not_believed() -> None:
    words = b"words" * 20
    assert find(tt_v1(stream(b"\3png" + len(words).to_bytes(4) + words), 120)) is None
