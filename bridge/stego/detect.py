"""Which kind of carrier a PNG is, and the files that are hidden in it."""

from dataclasses import dataclass
from typing import Literal

from bridge.stego import duck, tt
from bridge.stego.payload import Header, Hidden
from bridge.stego.png import Png, opened


@dataclass(frozen=True, slots=True)
class Carrier:
    """A PNG with a file in it; with several (TT v2), `header` is the first one's."""

    kind: Literal["tt-v1", "tt-v2", "duck"]
    header: Header
    start: int
    """The first row that holds something."""
    bits: int
    """Of the file, a channel."""

    @property
    def locked(self) -> bool:
        """It needs a password."""
        return bool(self.header.lock)


def find(raw: bytes | memoryview) -> Carrier | None:
    """What `raw` carries, from its upper fifth; None when it is an ordinary picture or no PNG."""
    png = opened(raw)
    return _found(png) if png else None


def decode(raw: bytes | memoryview, password: str = "") -> tuple[Hidden, ...]:
    """The files hidden in `raw`; none when it is no carrier, or one that is damaged.

    Sealed when there is one behind a password, and this is not it. Blocks: use it in a thread.
    """
    png = opened(raw)
    found = _found(png) if png else None
    if not png or not found:
        return ()
    if found.kind == "tt-v1":
        return tt.read_v1(png, found.start, found.header, password)
    if found.kind == "tt-v2":
        return tt.read_v2(png, found.start)
    return duck.read(png, found.bits, found.header, password)


def _found(png: Png) -> Carrier | None:
    # a look that is in vain costs time, so the short ones are for those that are likely
    if duck.fits(png) and (found := _duck(png)):
        return found
    if png.dense and (found := _tt(png, tt.front_rows_v2(png))):
        return found
    return _tt(png, tt.front_rows(png))


def _duck(png: Png) -> Carrier | None:
    front = png.upper(1)
    hidden = None if front is None else duck.find(png, front)
    return Carrier("duck", hidden[1], 0, hidden[0]) if hidden else None


def _tt(png: Png, rows: int) -> Carrier | None:
    front = png.upper(rows)
    if front is None:
        return None
    if v2 := tt.find_v2(png, front):
        return Carrier("tt-v2", v2[1], v2[0], 8)
    if v1 := tt.find_v1(png, front):
        return Carrier("tt-v1", v1[1], v1[0], 1)
    return None
