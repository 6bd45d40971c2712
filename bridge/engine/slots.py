"""How many pictures are under way at once per account: one line for doors and jobs."""

import asyncio


class Slots:
    """First come, first served; one line per account."""

    def __init__(self) -> None:
        self._lines: dict[str, asyncio.Semaphore] = {}
        self._busy: dict[str, int] = {}

    async def take(self, account: str, at_once: int) -> None:
        """Wait in line for one of `at_once` places."""
        line = self._lines.get(account)
        if line is None:
            line = self._lines[account] = asyncio.Semaphore(at_once)
        await line.acquire()
        self._busy[account] = self._busy.get(account, 0) + 1

    def give_back(self, account: str) -> None:
        """The place is free for the next in line."""
        self._busy[account] -= 1
        self._lines[account].release()

    def busy(self, account: str) -> int:
        """Pictures under way at this account now."""
        return self._busy.get(account, 0)
