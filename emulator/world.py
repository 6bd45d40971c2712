"""What all emulated clouds share: settings, clock, ledger, faults, jobs, files, drawing."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from emulator import pictures
from emulator.faults import Faults
from emulator.files import Files
from emulator.jobs import Job, Jobs
from emulator.ledger import Ledger
from emulator.settings import Settings
from emulator.webhook import PAUSES, tell


class World:
    """One running emulator, without its routes."""

    def __init__(
        self, defaults: Mapping[str, Mapping[str, Any]], fault_kinds: Iterable[str]
    ) -> None:
        self.settings = Settings(defaults)
        self.ledger = Ledger()
        self.faults = Faults(fault_kinds)
        self.files = Files()
        self.jobs = Jobs(self.sleep)
        self._telling: set[asyncio.Task[None]] = set()

    def now(self) -> float:
        """Seconds since 1970, put forward by `ahead_s`; decides what has expired."""
        return time.time() + self.settings.ahead_s

    async def sleep(self, seconds: float) -> None:
        """Let emulated `seconds` pass."""
        await asyncio.sleep(seconds * self.settings.time_scale)

    async def wait(self, seconds: float, event: asyncio.Event) -> None:
        """Let emulated `seconds` pass, or as long as `event` takes if that is less."""
        with suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), seconds * self.settings.time_scale)

    async def draw(self, recipe: pictures.Recipe, kind: str) -> bytes:
        """A picture of `recipe` as `png`, `jpeg` or `webp`, drawn beside the event loop."""
        return await asyncio.to_thread(pictures.draw, recipe, kind)

    def keep(self, cloud: str, raw: bytes, kind: str, origin: str) -> str:
        """The URL under which `raw` can be fetched until it expires."""
        path = self.files.put(cloud, raw, kind, self.now() + self.settings.file_ttl_s)
        return origin + path

    def tell(
        self, job: Job, url: object, bodies: Callable[[], Sequence[Any]],
        pauses: Sequence[float] = PAUSES,
    ) -> None:  # fmt: skip
        """Post `bodies` to `url`, if it is one, as soon as `job` is over."""
        if isinstance(url, str) and url:
            work = tell(
                job, url, bodies, hosts=self.settings.hosts, sleep=self.sleep, pauses=pauses
            )
            self._telling.add(task := asyncio.create_task(work))
            task.add_done_callback(self._telling.discard)

    def clear(self) -> None:
        """End all jobs, tell nobody of them, forget everything but the settings."""
        for task in self._telling:
            task.cancel()
        self.jobs.clear()
        self.faults.clear()
        self.ledger.clear()
        self.files.clear()
