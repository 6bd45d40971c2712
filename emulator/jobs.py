"""Jobs that wait in a lane, run and end by themselves, whether or not somebody asks for them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from emulator.ledger import Entry

MOST = 1000
"""The oldest job is forgotten when there are more, so that a load test does not fill the memory."""

Sleep = Callable[[float], Awaitable[None]]
Work = Callable[[], Awaitable[Any]]


class WorkFailed(Exception):
    """A job ended without a result; `told` is what the cloud says of it, in its own shape."""

    def __init__(self, told: Any) -> None:
        super().__init__(str(told))
        self.told = told


@dataclass(eq=False, slots=True)
class Job:
    """One accepted job. Its state stands in its ledger entry."""

    entry: Entry
    result: Any = None
    told: Any = None
    """Why it failed."""
    queued_at: float = field(default_factory=time.monotonic)
    started_at: float | None = None
    ended_at: float | None = None
    expires_at: float | None = None
    """On the world's clock; set by clouds that forget results."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    @property
    def state(self) -> str:
        """queued, running, done, failed, cancelled."""
        return self.entry.state

    @property
    def waited_ms(self) -> int:
        """Milliseconds in the queue so far."""
        return round(
            1000 * ((self.started_at or self.ended_at or time.monotonic()) - self.queued_at)
        )

    @property
    def ran_ms(self) -> int:
        """Milliseconds of running so far; 0 before it began."""
        if self.started_at is None:
            return 0
        return round(1000 * ((self.ended_at or time.monotonic()) - self.started_at))


class Jobs:
    """All jobs of all clouds.

    A lane runs as many jobs at once as its first job said, first come, first served.
    """

    def __init__(self, sleep: Sleep) -> None:
        self._sleep = sleep
        self._jobs: dict[tuple[str, str], Job] = {}
        self._lanes: dict[str, asyncio.Semaphore] = {}

    def start(
        self,
        entry: Entry,
        work: Work,
        *,
        queue_s: float,
        run_s: float,
        lane: str,
        width: int,
    ) -> Job:
        """Queue a job: it waits at least `queue_s`, runs `run_s`, then `work` gives the result."""
        job = Job(entry)
        self._jobs[entry.cloud, entry.job] = job
        if len(self._jobs) > MOST:
            self._jobs.pop(next(iter(self._jobs)))
        room = self._lanes.setdefault(lane, asyncio.Semaphore(width))
        job.task = asyncio.create_task(self._live(job, work, queue_s, run_s, room))
        return job

    async def _live(
        self, job: Job, work: Work, queue_s: float, run_s: float, room: asyncio.Semaphore
    ) -> None:
        try:
            await self._sleep(queue_s)
            async with room:
                job.started_at = time.monotonic()
                job.entry.state = "running"
                await self._sleep(run_s)
                job.result = await work()
            job.entry.state = "done"
        except WorkFailed as failure:
            job.told = failure.told
            job.entry.state = "failed"
        except asyncio.CancelledError:
            job.entry.state = "cancelled"
        finally:
            job.ended_at = time.monotonic()
            job.entry.ended_at = time.time()
            job.over.set()

    def get(self, cloud: str, job_id: str) -> Job | None:
        """The job, if this cloud ever accepted one under this id."""
        return self._jobs.get((cloud, job_id))

    def of(self, cloud: str, model: str) -> list[Job]:
        """The jobs of one model or endpoint."""
        entries = self._jobs.values()
        return [job for job in entries if (job.entry.cloud, job.entry.model) == (cloud, model)]

    async def cancel(self, job: Job) -> None:
        """Stop a job that is not over yet and wait until it has stopped."""
        if job.task is not None and not job.over.is_set():
            job.task.cancel()
            await asyncio.wait([job.task])
            job.entry.state = "cancelled"
            job.over.set()

    def clear(self) -> None:
        """Stop and forget all jobs."""
        for job in self._jobs.values():
            if job.task is not None:
                job.task.cancel()
            job.over.set()
        self._jobs.clear()
        self._lanes.clear()
