"""Bytes out of the low bits of samples."""

import numpy as np

from bridge.stego.png import Samples


def samples(count: int, bits: int) -> int:
    """How many samples hold `count` bytes, `bits` in each."""
    return -(-count * 8 // bits)


def joined(values: Samples, bits: int) -> bytes:
    """The lowest 1, 2, 6 or 8 `bits` of each sample, one after another, as bytes.

    Most significant bit first; what does not fill a byte at the end is padded with zeros.
    """
    if bits == 8:
        return values.tobytes()
    if bits == 1:
        return np.packbits(values & 1).tobytes()
    whole = np.zeros(-(-values.size // 4) * 4, np.uint8)
    whole[: values.size] = values & (1 << bits) - 1
    a, b, c, d = whole.reshape(-1, 4).T
    if bits == 2:
        return (a << 6 | b << 4 | c << 2 | d).tobytes()
    return np.stack((a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d), axis=1).tobytes()
