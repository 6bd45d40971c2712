"""The line between the one who asked and the job that runs: progress up, stop and left down."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import Any


class Signal:
    """An event that is waited for without a task."""

    def __init__(self) -> None:
        self._is_set = False
        self._waiting: set[asyncio.Future[None]] = set()

    def is_set(self) -> bool:
        """Whether it has been set."""
        return self._is_set

    def set(self) -> None:
        """Wake everybody who waits; it stays set."""
        self._is_set = True
        for future in self._waiting:
            _wake(future)

    def waiting(self) -> "asyncio.Future[None]":
        """A future that is done when it is set; whoever gives up waiting cancels it."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._is_set:
            future.set_result(None)
        else:
            self._waiting.add(future)
            future.add_done_callback(self._waiting.discard)
        return future

    async def or_done(self, task: "asyncio.Future[Any]", seconds: float) -> None:
        """Wait until it is set, or `task` is done, or `seconds` have passed."""
        if self._is_set or task.done():
            return
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()
        wake = partial(_wake, woken)
        timer = loop.call_later(seconds, wake)
        task.add_done_callback(wake)
        self._waiting.add(woken)
        try:
            await woken
        finally:
            self._waiting.discard(woken)
            task.remove_done_callback(wake)
            timer.cancel()


def _wake(future: "asyncio.Future[None]", *_: object) -> None:
    if not future.done():
        future.set_result(None)


@dataclass(slots=True)
class Control:
    """Shared by a door and the engine; all on one event loop."""

    stop: Signal = field(default_factory=Signal)
    """Set by interrupt: cancel where that stops the bill."""
    left: bool = False
    """The client is gone: begin nothing new, let what is submitted end in the gallery."""
    progress: float = 0.0
    """0 … 1."""
    stage: str = ""
    """For people: `waiting for Runware`."""
