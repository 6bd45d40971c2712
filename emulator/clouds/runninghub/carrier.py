"""A picture hidden in a grey PNG, as the graphs' last node "TT img enc" does it (version 1).

One bit a channel, in the rows between the upper and the lower fifth: a 32-bit length, then
`ext_len (1) · ext · data_len (4) · data`, big-endian.
"""

from io import BytesIO
from math import floor

from PIL import Image

GREY = 128
SPREAD = [bytes(GREY | (byte >> bit & 1) for bit in range(7, -1, -1)) for byte in range(256)]
"""A byte as eight grey channels whose lowest bits are its bits."""


def hidden(raw: bytes, extension: str) -> bytes:
    """The carrier of `raw`."""
    name = extension.encode()
    told = bytes([len(name)]) + name + len(raw).to_bytes(4, "big") + raw
    bits = b"".join(map(SPREAD.__getitem__, len(told).to_bytes(4, "big") + told))
    side = 64
    while room(side) < len(bits):
        side += 4
    above = 3 * side * floor(0.2 * side)
    pixels = bytearray([GREY]) * (3 * side * side)
    pixels[above : above + len(bits)] = bits
    file = BytesIO()
    Image.frombytes("RGB", (side, side), bytes(pixels)).save(file, "PNG", compress_level=1)
    return file.getvalue()


def shown(carrier: bytes) -> bytes | None:
    """What is hidden in `carrier`; None when there is nothing."""
    picture = Image.open(BytesIO(carrier)).convert("RGB")
    start = 3 * picture.width * floor(0.2 * picture.height)
    bits = picture.tobytes()[start:]

    def read(at: int, count: int) -> bytes:
        low = "".join(str(channel & 1) for channel in bits[8 * at : 8 * (at + count)])
        return int(low or "0", 2).to_bytes(count, "big")

    length, name = int.from_bytes(read(0, 4), "big"), read(4, 1)[0]
    size = int.from_bytes(read(5 + name, 4), "big") if 0 < name < 8 else 0
    whole = 0 < size <= len(bits) // 8 and size + name + 5 == length
    return read(9 + name, size) if whole else None


def room(side: int) -> int:
    """Bits that a square carrier holds."""
    return 3 * side * (side - 2 * floor(0.2 * side))
