"""Keeps the memory of large replies in the process instead of giving it back after each picture."""

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""Of glibc's malloc.h; mallopt(3)."""
KEPT = 64 << 20
"""Bytes that stay with the process at the top of the heap."""
MAPPED = 32 << 20
"""Bytes from which one block is mapped by itself: the most that glibc takes on 64 bits."""


def settle() -> None:
    """By default a block of two megabytes is mapped, filled page by page and unmapped each time.

    That costs more than everything else that happens to a picture. Elsewhere than under glibc
    nothing is changed.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:  # musl has none
        mallopt(_M_MMAP_THRESHOLD, MAPPED)
        mallopt(_M_TRIM_THRESHOLD, KEPT)
