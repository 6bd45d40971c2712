"""Attempts: begun, waited for, given up, woken; each outlives the client that asked for it."""

import asyncio
from collections.abc import Coroutine
from time import monotonic
from typing import Any, TypeVar

from bridge.engine.adopt import Adoption, Hosts, Shelf
from bridge.engine.attempt import Attempt, Outcome
from bridge.engine.contract import Adapter
from bridge.engine.keep import Keeper
from bridge.engine.life import FIND_TRIES, Life
from bridge.engine.pace import Pace
from bridge.engine.slots import Slots
from bridge.engine.talk import Talk
from bridge.errors import Busy, Interrupted, TimedOut
from bridge.transport.client import Transport

Result = TypeVar("Result")
CANCEL_S = 10.0
WARM_S = 5.0
"""After a picture its model needs no look whether it is up: RunPod's default idle timeout."""


class Engine:
    """Runs attempts. What it begins it brings to an end, whoever is still waiting."""

    def __init__(
        self, transport: Transport, keeper: Keeper, slots: Slots, shelf: Shelf, pace: Pace,
        hosts: Hosts | None = None,
    ) -> None:  # fmt: skip
        self.pace = pace
        self._transport = transport
        self._keeper = keeper
        self._slots = slots
        self._adoption = Adoption(shelf, hosts)
        self._hosts, self._taking = hosts, dict[str, asyncio.Task[None]]()
        self._tasks: dict[asyncio.Task[Any], str] = {}
        """All that goes on, with the ref of what is an attempt."""
        self._talks: dict[Adapter, Talk] = {}
        self._worked: dict[tuple[str, str], float] = {}
        """When each model of each account last made a picture."""
        self._hooks: dict[str, Attempt] = {}
        """Attempts of which their clouds may still tell, by ref."""

    def begin(self, attempt: Attempt, *, seconds: float, upload: float | None = None) -> None:
        """Start the attempt's task; patience: `seconds` for its submit, `upload` for LoRAs."""
        self._begun(attempt, self._lived(attempt, seconds, upload or seconds))

    async def wait(self, attempt: Attempt, *, seconds: float, at_most: float = 0.0) -> Outcome:
        """The outcome; TimedOut or Busy after `seconds`; Interrupted when the caller stops.

        Where the ticket asks for more patience it gets it, within `at_most` seconds in all.
        What is given up is cancelled where that stops the bill; else it ends in the gallery.
        """
        assert attempt.task is not None
        await attempt.control.stop.or_done(attempt.task, seconds)
        if attempt.ticket and attempt.ticket.patience and not attempt.task.done():
            more = min(self.pace.seconds(attempt.ticket.patience), at_most - seconds)
            seconds += max(more, 0.0)
            await attempt.control.stop.or_done(attempt.task, more)
        if attempt.task.done():
            return attempt.task.result()
        self._give_up(attempt)
        if attempt.control.stop.is_set():
            raise Interrupted("stopped by the client")
        if not attempt.placed:
            raise Busy(f"{attempt.title}: no place became free within {seconds:.0f} s")
        raise TimedOut(f"{attempt.title}: no picture within {seconds:.0f} s")

    def adopt(self, attempt: Attempt) -> None:
        """Bring what another process left behind to its end, in the background."""
        attempt.booked = attempt.control.left = True
        self._begun(attempt, self._life_of(attempt).recovered())

    def wake(self, account: str, ref: str) -> bool:
        """Somebody says that this attempt is over: it is looked after now, and nothing believed.

        False when there is no such attempt, or when it was said before.
        """
        attempt = self._hooks.get(ref)
        if attempt is None or attempt.adapter.account.name != account:
            return False
        del self._hooks[ref]
        attempt.woken.set()
        return True

    def host(self, url: str) -> bool:
        """Begin to take over a file that a cloud could not fetch; False where that is no help."""
        if self._hosts is None or self._hosts.has(url) or not url.startswith("http"):
            return False
        if url not in self._taking or self._taking[url].done():
            self._taking[url] = self._spawn(self._hosts.take(url))
        return True

    async def hosted(self, url: str, *, seconds: float) -> bool:
        """Whether the file was taken over, at the latest after `seconds`; it goes on after that."""
        if task := self._taking.get(url):
            await asyncio.wait({task}, timeout=seconds)
        return self._hosts is not None and self._hosts.has(url)

    async def aclose(self, seconds: float) -> None:
        """Wait for what is being kept; jobs still at their clouds are adopted at the next start."""
        await self._keeper.drain(seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begun(self, attempt: Attempt, work: Coroutine[Any, Any, Outcome]) -> None:
        self._hooks[attempt.ref] = attempt
        attempt.task = self._spawn(work, attempt.ref)

    def _spawn(self, work: Coroutine[Any, Any, Result], ref: str = "") -> "asyncio.Task[Result]":
        task = asyncio.create_task(work)
        self._tasks[task] = ref
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._hooks.pop(self._tasks.pop(task), None)
        if not task.cancelled():
            # an attempt that nobody waits for any more is booked, so its error has been told
            task.exception()

    def _talk(self, attempt: Attempt) -> Talk:
        talk = self._talks.get(attempt.adapter)
        if talk is None:
            talk = self._talks[attempt.adapter] = Talk(attempt.adapter, self._transport, self.pace)
        return talk

    def _life_of(self, attempt: Attempt, *, warm: bool = False) -> Life:
        talk = self._talk(attempt)
        return Life(attempt, talk, self._keeper, self._adoption, self._cancel, warm)

    async def _lived(self, attempt: Attempt, seconds: float, upload: float) -> Outcome:
        account = attempt.adapter.account.name
        worked = account, attempt.model.id
        await self._slots.take(account, attempt.adapter.card.at_once)
        try:
            attempt.placed = True
            warm = monotonic() < self._worked.get(worked, -WARM_S) + WARM_S
            outcome = await self._life_of(attempt, warm=warm).lived(seconds, upload)
            self._worked[worked] = monotonic()
            return outcome
        finally:
            self._slots.give_back(account)

    def _give_up(self, attempt: Attempt) -> None:
        attempt.given_up, card = True, attempt.adapter.card
        if not attempt.booked and attempt.task:
            attempt.task.cancel()
        elif attempt.ticket or card.recovery == "ref" or card.peeks:
            self._cancel(attempt)

    def _cancel(self, attempt: Attempt) -> None:
        """Stop the bill where that can be done; the watch goes on and sees how the job ended."""
        if attempt.adapter.card.cancel_stops_bill:
            verb = attempt.adapter.cancel(attempt.ref, attempt.ticket)
            self._spawn(self._talk(attempt).drive(verb, seconds=CANCEL_S, tries=FIND_TRIES))
