"""CRC-16/CCITT-FALSE of large files, by folding them: byte by byte it takes half of opening one."""

from binascii import crc_hqx
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bridge.stego.png import Samples

_Words = NDArray[np.uint16]
_ENOUGH = 2048
"""Words below which folding gains nothing."""


def crc16(raw: Samples) -> int:
    """Polynomial 0x1021, begun with 0xFFFF, not reflected.

    What stands 2^n words ahead counts as itself times x^(16·2^n), so it is put onto those words.
    """
    if raw.size < 2 * _ENOUGH:
        return crc_hqx(raw.data, 0xFFFF)
    odd = raw.size % 2
    begun = np.concatenate((np.zeros(odd, np.uint8), raw))
    begun[odd : odd + 2] ^= 0xFF
    words: _Words = begun.view(">u2").astype(np.uint16)
    while words.size > _ENOUGH:
        level = (words.size - 1).bit_length() - 1
        ahead, words = words[: -(1 << level)], words[-(1 << level) :]
        words[-ahead.size :] ^= _moved(level)[ahead]
    return crc_hqx(words.astype(">u2").tobytes(), 0)


@cache
def _moved(level: int) -> _Words:
    """Every word times x^(16·2^level); 128 KB each, and as many as a file's size has bits."""
    if level:
        half = _moved(level - 1)
        return half[half]
    table = np.zeros(1, np.uint16)
    for bit in range(16):
        table = np.concatenate((table, table ^ np.uint16(crc_hqx((1 << bit).to_bytes(2), 0))))
    return table
