"""How many pictures are under way at once per account: a lease, shared by doors and jobs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Slots:
    """First come, first served; one line per account."""

    def __init__(self) -> None:
        self._lines: dict[str, asyncio.Semaphore] = {}
        self._busy: dict[str, int] = {}

    @asynccontextmanager
    async def lease(self, account: str, at_once: int) -> AsyncIterator[None]:
        """Wait in line for one of `at_once` places; leaving the block gives it back."""
        line = self._lines.setdefault(account, asyncio.Semaphore(at_once))
        async with line:
            self._busy[account] = self.busy(account) + 1
            try:
                yield
            finally:
                self._busy[account] -= 1

    def busy(self, account: str) -> int:
        """Pictures under way at this account now."""
        return self._busy.get(account, 0)
