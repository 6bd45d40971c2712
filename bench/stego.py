"""What looking for a hidden picture and taking it out cost, beside opening the PNG with Pillow.

    python -m bench.stego [ROUNDS]

In turns, in one process; the ratio is the median of the rounds' ratios. A password is a SHA-256 for
every 32 bytes of the file: its line is what `hashlib` takes for them alone.
"""

import statistics
import sys
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from io import BytesIO
from time import perf_counter

import numpy as np
from PIL import Image

from bench.carriers import duck, photo, png, tt_v2
from bridge.stego.detect import decode, find
from bridge.stego.png import Samples
from bridge.stego.tt import encode

SIZES = ((256, 256), (640, 640), (832, 1216), (1024, 1024), (2048, 2048))


def main(rounds: int) -> None:
    """A line for each picture: milliseconds of both, and their ratio."""
    print(f"{'':40}{'Pillow':>10}{'ours':>10}{'ratio':>8}")
    for width, height in SIZES:
        for name, picture in ordinary(width, height).items():
            assert find(picture) is None
            line(f"find: {name}, {width}x{height}", rounds, picture, find)
    file = png(photo(768, 768))
    for name, password, carrier in (
        ("TT v1", "", encode(file)),
        ("TT v1, password", "quack", encode(file, "quack")),
        ("TT v2", "", tt_v2(file)),
        ("duck, 2 bits", "", duck(file, 2)),
        ("duck, 6 bits", "", duck(file, 6)),
        ("duck, 8 bits, password", "quack", duck(file, 8, "quack")),
    ):
        assert decode(carrier, password)[0].raw == file
        line(f"find: {name}", rounds, carrier, find)
        line(f"decode: {name}", rounds, carrier, partial(decode, password=password))
        if password:
            line(f"hashlib alone: {name}", rounds, carrier, partial(hashed, -(-len(file) // 32)))


def line(name: str, rounds: int, raw: bytes, ours: Callable[[bytes], object]) -> None:
    """Both in turns."""
    pairs = [(timed(opened, raw), timed(ours, raw)) for _ in range(rounds)]
    theirs, mine = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(m / t for t, m in pairs)
    print(f"{name:40}{theirs:>7.2f} ms{mine:>7.2f} ms{ratio:>8.2f}")


def timed(call: Callable[[bytes], object], raw: bytes) -> float:
    """Milliseconds."""
    begun = perf_counter()
    call(raw)
    return (perf_counter() - begun) * 1000


def opened(raw: bytes) -> Samples:
    """What is compared with."""
    with Image.open(BytesIO(raw)) as image:
        return np.asarray(image)


def hashed(blocks: int, _: bytes) -> None:
    """The least that Python can do for a key stream: no counters, and nothing is kept."""
    start = sha256(b"quack")
    for _number in range(blocks):
        start.copy().digest()


def ordinary(width: int, height: int) -> dict[str, bytes]:
    """A picture with grain, an even one, and one with an alpha channel."""
    grainy = photo(width, height)
    even = Image.new("RGB", (width, height), (200, 220, 240))
    return {"photo": png(grainy), "flat": png(even), "alpha": png(grainy.convert("RGBA"))}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
