"""Writes the carriers that the bridge only reads, and pictures that carry nothing."""

from binascii import crc_hqx
from io import BytesIO

import numpy as np
from PIL import Image, ImageFilter

from bridge.stego.payload import locked, with_key
from bridge.stego.png import Samples

_NOISE = np.random.default_rng(7)


def duck(
    file: bytes, bits: int, password: str = "", extension: str = "png", side: int = 640
) -> bytes:
    """A light blue square, as large as `file` needs; DuckHideNode writes its salt the same way."""
    lock = b"\0"
    if password:
        salted, key = locked(password, bytes(range(16)))
        lock, file = b"\1" + salted, with_key(file, key)
    named = bytes([len(extension)]) + extension.encode()
    inner = lock + named + len(file).to_bytes(4) + file
    values = _in_bits(len(inner).to_bytes(4) + inner, bits)
    top, left = int(0.08 * side), int(0.40 * side)
    while 3 * (side * side - top * left) < values.size:
        side += 64
        top, left = int(0.08 * side), int(0.40 * side)
    pixels = np.full((side, side, 3), (173, 216, 230), np.uint8)
    free = np.ones((side, side, 3), bool)
    free[:top, :left] = False
    flat = pixels[free]
    flat[: values.size] = flat[: values.size] >> bits << bits if bits < 8 else 0
    flat[: values.size] |= values
    pixels[free] = flat
    return png(Image.fromarray(pixels))


def tt_v1(stream: bytes, side: int, part: float = 0.20, mode: str = "RGB") -> bytes:
    """Any bytes behind their own length field, from the row at `part` of the height."""
    pixels = np.full((side, side, 3), 128, np.uint8)
    bits = np.unpackbits(np.frombuffer(stream, np.uint8))
    pixels[int(part * side) :].reshape(-1)[: bits.size] |= bits
    return png(Image.fromarray(pixels).convert(mode))


def tt_v2(*files: bytes, extension: str = "png", part: float = 0.06) -> bytes:
    """Packets from the row at `part` of the height, grey below; noise in the band above."""
    packets = [_packet(file, extension, flags=int(part > 0)) for file in files]
    side = 64
    while sum(-(-len(one) // (3 * side)) for one in packets) > side - int(part * side):
        side += 4
    rows = np.full((side, 3 * side), 128, np.uint8)
    at = int(part * side)
    rows[:at] = _NOISE.integers(0, 256, (at, 3 * side), np.uint8)
    for packet in packets:
        count = -(-len(packet) // (3 * side))
        padded = packet.ljust(count * 3 * side, b"\0")
        rows[at : at + count] = np.frombuffer(padded, np.uint8).reshape(count, -1)
        at += count
    return png(Image.fromarray(rows.reshape(side, side, 3)))


def photo(width: int, height: int) -> Image.Image:
    """Soft colours with grain: as hard to deflate as what an image model makes."""
    coarse = _NOISE.integers(0, 256, (height // 32 + 1, width // 32 + 1, 3), np.uint8)
    smooth = np.asarray(Image.fromarray(coarse).resize((width, height)), np.int16)
    grain = _NOISE.normal(0, 3, smooth.shape)
    image = Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8))
    return image.filter(ImageFilter.SMOOTH)


def png(image: Image.Image) -> bytes:
    """As Pillow writes it."""
    out = BytesIO()
    image.save(out, "png")
    return out.getvalue()


def _packet(file: bytes, extension: str, flags: int) -> bytes:
    named = bytes([2, flags, len(extension)]) + extension.encode()
    inner = named + len(file).to_bytes(4) + file
    return b"TTv2" + len(inner).to_bytes(4) + crc_hqx(inner, 0xFFFF).to_bytes(2) + inner


def _in_bits(stream: bytes, bits: int) -> Samples:
    """The stream cut into values of `bits` bits."""
    ones = np.unpackbits(np.frombuffer(stream, np.uint8))
    values = np.append(ones, np.zeros(-ones.size % bits, np.uint8)).reshape(-1, bits)
    return np.packbits(values, axis=1).reshape(-1) >> np.uint8(8 - bits)
