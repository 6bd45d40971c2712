"""The requests under way: who asked for them, how far they are, who wants them stopped."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from starlette.types import Receive

from bridge.domain import Job, Made
from bridge.engine.control import Control
from bridge.errors import BridgeError

GRACE_S = 0.3
"""How far apart a closed socket and an interrupt may be and still mean each other."""
REMEMBERED = 16
"""Ids of finished requests, as many as A1111 keeps."""

Make = Callable[[Job, Control], Coroutine[Any, Any, Made]]


@dataclass(eq=False, slots=True)
class Run:
    """One request: a job, a control and a task for each of its pictures."""

    id: str
    caller: str
    began: float
    """On the event loop's clock, as `closed_at`."""
    controls: list[Control]
    tasks: "list[asyncio.Task[Made]]"
    over: "asyncio.Future[None]"
    """Until all are done, or the client has left."""
    finished: int = 0
    """Pictures that are made or have failed."""
    closed_at: float | None = None
    """When the client left; the tasks live on."""

    @property
    def progress(self) -> float:
        """0 … 1 over all pictures."""
        pairs = zip(self.tasks, self.controls, strict=True)
        return sum(1.0 if task.done() else at.progress for task, at in pairs) / len(self.tasks)

    @property
    def stopped(self) -> bool:
        """Whether somebody interrupted it."""
        return any(control.stop.is_set() for control in self.controls)

    def stop(self) -> None:
        """Cancel every picture that is not made yet."""
        for control in self.controls:
            control.stop.set()

    def skip(self) -> None:
        """Cancel the first picture that is not made yet."""
        for task, control in zip(self.tasks, self.controls, strict=True):
            if not task.done():
                control.stop.set()
                return

    def end(self) -> None:
        """Nobody need wait any longer."""
        if not self.over.done():
            self.over.set_result(None)

    def outcomes(self) -> list[Made | BridgeError]:
        """What became of each picture, once all are done; other errors are raised."""
        return [_outcome(task) for task in self.tasks]


@dataclass(slots=True)
class Running:
    """All runs of all callers, on one event loop."""

    grace: float = GRACE_S
    done_ids: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _runs: list[Run] = field(default_factory=list)
    _tasks: "set[asyncio.Future[Any]]" = field(default_factory=set)

    def begin(self, caller: str, make: Make, jobs: Sequence[Job], run_id: str) -> Run:
        """Start all `jobs` at once."""
        loop = asyncio.get_running_loop()
        controls = [Control() for _ in jobs]
        pairs = zip(jobs, controls, strict=True)
        tasks = [loop.create_task(make(job, control)) for job, control in pairs]
        run = Run(run_id, caller, loop.time(), controls, tasks, loop.create_future())
        self._runs.append(run)
        for task in tasks:
            task.add_done_callback(partial(self._ended, run))
        return run

    async def wait(self, run: Run, receive: Receive) -> bool:
        """True when every picture of `run` is done, False when its client has left before.

        A client that leaves ends nothing that is submitted: it ends in the gallery.
        """
        leaving = run.over.get_loop().create_task(_disconnected(receive, run))
        try:
            await run.over
        finally:
            leaving.cancel()
        if run.finished == len(run.tasks):
            return True
        run.closed_at = asyncio.get_running_loop().time()
        for control in run.controls:
            control.left = True
        return False

    def attended(self, caller: str) -> list[Run]:
        """The runs that `caller` still waits for, oldest first."""
        return [
            run
            for run in self._runs
            if run.caller == caller and run.closed_at is None and run.finished < len(run.tasks)
        ]

    def interrupt(self, caller: str) -> None:
        """Stop those of `caller`'s runs whose socket closes about now; if none does, all.

        An interrupt names no job. SillyTavern sends it and closes the socket of the one that is
        meant in the same moment, in either order.
        """
        runs = [run for run in self._runs if run.caller == caller]
        if runs:
            asked_at = asyncio.get_running_loop().time()
            self._keep(asyncio.create_task(self._interrupt(runs, asked_at)))

    def skip(self, caller: str) -> None:
        """Stop the first unfinished picture of each of `caller`'s runs."""
        for run in self.attended(caller):
            run.skip()

    async def _interrupt(self, runs: list[Run], asked_at: float) -> None:
        for run in self._closed_near(runs, asked_at):
            run.stop()
        await asyncio.sleep(self.grace)
        for run in self._closed_near(runs, asked_at) or runs:
            run.stop()

    def _closed_near(self, runs: list[Run], moment: float) -> list[Run]:
        return [
            run
            for run in runs
            if run.closed_at is not None and abs(run.closed_at - moment) <= self.grace
        ]

    def _ended(self, run: Run, task: "asyncio.Task[Made]") -> None:
        if not task.cancelled():
            task.exception()  # whose client left is told to nobody
        run.finished += 1
        if run.finished == len(run.tasks):
            self._runs.remove(run)
            self.done_ids.append(run.id)
            run.end()

    def _keep(self, work: "asyncio.Future[Any]") -> "asyncio.Future[Any]":
        """The loop itself holds tasks only weakly."""
        self._tasks.add(work)
        work.add_done_callback(self._tasks.discard)
        return work


async def _disconnected(receive: Receive, run: Run) -> None:
    try:
        while (await receive())["type"] != "http.disconnect":
            pass
    finally:
        run.end()


def _outcome(task: "asyncio.Task[Made]") -> Made | BridgeError:
    error = task.exception()
    if error is None:
        return task.result()
    if isinstance(error, BridgeError):
        return error
    raise error
