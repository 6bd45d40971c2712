"""Bits and sums, beside plain ways of counting them."""

from binascii import crc_hqx

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.stego.bits import joined, samples
from bridge.stego.crc import crc16

MODEST = settings(max_examples=60, deadline=None)


@MODEST
@given(st.binary(max_size=40), st.sampled_from([1, 2, 6, 8]))
def test_low_bits_are_joined_most_significant_first(raw: bytes, bits: int) -> None:
    digits = "".join(f"{value:08b}"[-bits:] for value in raw)
    whole = len(digits) // 8
    expected = bytes(int(digits[8 * n : 8 * n + 8], 2) for n in range(whole))
    assert joined(np.frombuffer(raw, np.uint8), bits)[:whole] == expected


@pytest.mark.parametrize("bits", [1, 2, 6, 8])
def test_as_many_samples_as_a_file_needs(bits: int) -> None:
    for count in (0, 1, 5, 96):
        values = np.zeros(samples(count, bits), np.uint8)
        assert len(joined(values, bits)) >= count


@MODEST
@given(st.integers(0, 70_000), st.integers(0, 2**32 - 1))
def test_a_folded_sum_is_the_plain_one(size: int, seed: int) -> None:
    raw = np.random.default_rng(seed).integers(0, 256, size, np.uint8)
    before = raw.tobytes()
    assert crc16(raw) == crc_hqx(before, 0xFFFF)
    assert raw.tobytes() == before


def test_the_sum_is_the_catalogued_one() -> None:
    assert crc16(np.frombuffer(b"123456789", np.uint8)) == 0x29B1
