"""How many bytes of large replies are held at once: what comes beyond waits at its cloud."""

import asyncio
import threading
from collections import deque
from contextlib import suppress
from weakref import finalize

LARGE = 1 << 18
"""Bytes from which a reply asks for room."""
ROOM = 32 << 20
"""Bytes of replies. A picture in a status is there thrice for a moment: reply, file, answer."""
PATIENCE_S = 10.0
"""A reply that found no room by then is taken in all the same: it is paid, and may be slow."""


class Received:
    """A reply's bytes; they count as long as this is held, by whoever looks at them."""

    __slots__ = ("__weakref__", "raw")

    def __init__(self) -> None:
        self.raw = b""


class Room:
    """First come, first served; used on one event loop, given back from any thread."""

    def __init__(self, most: int = ROOM, patience: float = PATIENCE_S) -> None:
        self._most = most
        self._patience = patience
        self._held = 0
        self._thread = threading.get_ident()
        self._line: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def take(self, size: int) -> Received:
        """For `size` bytes, when there is room for them, or nothing else is held."""
        if self._line or not self._fits(size):
            await self._wait(size)
        else:
            self._held += size
        made = Received()
        finalize(made, self._let_go, asyncio.get_running_loop(), size).atexit = False
        return made

    async def _wait(self, size: int) -> None:
        place = size, asyncio.get_running_loop().create_future()
        self._line.append(place)
        try:
            await asyncio.wait({place[1]}, timeout=self._patience)
        except asyncio.CancelledError:
            self._leave(place)
            raise
        if not place[1].done():
            self._line.remove(place)
            self._held += size

    def _leave(self, place: tuple[int, "asyncio.Future[None]"]) -> None:
        if place[1].done():
            self._given_back(place[0])
        else:
            self._line.remove(place)
            self._call_in()

    def _fits(self, size: int) -> bool:
        return not self._held or self._held + size <= self._most

    def _let_go(self, loop: asyncio.AbstractEventLoop, size: int) -> None:
        here = threading.get_ident() == self._thread  # where the loop need not be woken
        with suppress(RuntimeError):  # a closed loop has nobody in line
            (loop.call_soon if here else loop.call_soon_threadsafe)(self._given_back, size)

    def _given_back(self, size: int) -> None:
        self._held -= size
        self._call_in()

    def _call_in(self) -> None:
        """Whoever is first in line, as long as there is room."""
        while self._line and self._fits(self._line[0][0]):
            size, first = self._line.popleft()
            self._held += size
            first.set_result(None)
