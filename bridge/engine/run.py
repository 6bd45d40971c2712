"""One attempt at one cloud, from intent to picture; it outlives the client that asked for it."""

import asyncio
from collections.abc import Awaitable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from bridge.engine.adopt import Adoption, Shelf
from bridge.engine.attempt import Attempt, Outcome
from bridge.engine.contract import Finished, Ticket
from bridge.engine.fetch import fetch
from bridge.engine.keep import Keeper
from bridge.engine.listen import beside, listening, peeking
from bridge.engine.pace import Pace
from bridge.engine.slots import Slots
from bridge.engine.talk import Talk
from bridge.engine.unwrap import unwrapped
from bridge.engine.watch import watch
from bridge.errors import (
    AttemptError,
    Busy,
    Interrupted,
    LoraUnreachable,
    Sealed,
    TimedOut,
    Uncertain,
)
from bridge.transport.client import Transport

Result = TypeVar("Result")
LIFE_S = 1800.0
"""How long a submitted job is looked after before it is booked as perhaps paid."""
SYNC_S = 300.0
"""How long a submit is held open at clouds that answer it with the picture."""
FETCH_S = 60.0
CANCEL_S = 10.0
FIND_TRIES = 5


class Engine:
    """Runs attempts. What it begins it brings to an end, whoever is still waiting."""

    def __init__(
        self, transport: Transport, keeper: Keeper, slots: Slots, shelf: Shelf, pace: Pace
    ) -> None:
        self.pace = pace
        self._transport = transport
        self._keeper = keeper
        self._slots = slots
        self._adoption = Adoption(shelf)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._hooks: dict[str, Attempt] = {}
        """Attempts of which their clouds may still tell, by ref."""

    def begin(self, attempt: Attempt, *, seconds: float, upload: float | None = None) -> None:
        """Start the attempt's task; patience: `seconds` for its submit, `upload` for LoRAs."""
        self._begun(attempt, self._life(attempt, seconds, upload or seconds))

    async def wait(self, attempt: Attempt, *, seconds: float, at_most: float = 0.0) -> Outcome:
        """The outcome; TimedOut or Busy after `seconds`; Interrupted when the caller stops.

        Where the ticket asks for more patience it gets it, within `at_most` seconds in all.
        What is given up is cancelled where that stops the bill; else it ends in the gallery.
        """
        assert attempt.task is not None
        stop = asyncio.ensure_future(attempt.control.stop.wait())
        try:
            await _either(attempt.task, stop, seconds)
            if attempt.ticket and not attempt.task.done():
                more = min(self.pace.seconds(attempt.ticket.patience), at_most - seconds)
                seconds += max(more, 0.0)
                await _either(attempt.task, stop, more)
        finally:
            stop.cancel()
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
        attempt.booked = True
        self._begun(attempt, self._settled(attempt, self._recovered(attempt)))

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

    async def aclose(self, seconds: float) -> None:
        """Wait for what is being kept; jobs still at their clouds are adopted at the next start."""
        await self._keeper.drain(seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begun(self, attempt: Attempt, work: Coroutine[Any, Any, Outcome]) -> None:
        self._hooks[attempt.ref] = attempt
        attempt.task = self._spawn(work)
        attempt.task.add_done_callback(lambda _: self._hooks.pop(attempt.ref, None))

    def _spawn(self, work: Coroutine[Any, Any, Result]) -> "asyncio.Task[Result]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # an attempt that nobody waits for any more is booked, so its error has been told
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task

    def _talk(self, attempt: Attempt) -> Talk:
        return Talk(attempt.adapter, self._transport, self.pace)

    async def _life(self, attempt: Attempt, seconds: float, upload: float) -> Outcome:
        account = attempt.adapter.account.name
        async with self._slots.lease(account, attempt.adapter.card.at_once):
            attempt.placed = True
            return await self._settled(attempt, self._brought(attempt, seconds, upload))

    async def _settled(self, attempt: Attempt, work: Awaitable[Outcome]) -> Outcome:
        """Book how the attempt ended."""
        try:
            outcome = await work
        except (AttemptError, Interrupted) as error:
            if attempt.sealed:
                self._keeper.keep(attempt, attempt.sealed)
            elif attempt.booked:
                self._keeper.failed(attempt, error)
            raise
        self._keeper.keep(attempt, outcome)
        return outcome

    async def _brought(self, attempt: Attempt, seconds: float, upload: float) -> Outcome:
        talk, ready = self._talk(attempt), attempt.ready
        if attempt.model.loras and attempt.model.loras.named == "handle" and ready.loras:
            attempt.control.stage = f"{attempt.title} takes in a LoRA"
            ready = await self._adoption.with_handles(talk, ready, seconds=upload)
        attempt.control.stage = f"waiting for {attempt.title}"

        async def before_paid() -> None:
            _check_wanted(attempt)
            attempt.booked = True
            await self._keeper.intent(attempt)
            _check_wanted(attempt)

        verb = attempt.adapter.submit(ready, attempt.ref)
        if attempt.adapter.card.recovery == "none" or attempt.model.held:
            # the answer is the picture, and nothing finds it again: it is waited for to the end
            seconds = max(seconds, self.pace.seconds(SYNC_S))
        try:
            async with beside(peeking(talk, attempt)):
                begun = await talk.drive(verb, seconds=seconds, before_paid=before_paid)
        except Uncertain:
            begun = await self._found(attempt, talk)
        except LoraUnreachable as error:
            await self._adoption.forget(talk, ready, error.text)
            raise
        return await self._finished(attempt, talk, begun)

    async def _recovered(self, attempt: Attempt) -> Outcome:
        talk = self._talk(attempt)
        return await self._finished(
            attempt, talk, attempt.ticket or await self._found(attempt, talk)
        )

    async def _found(self, attempt: Attempt, talk: Talk) -> Ticket:
        """The job of a submit whose answer was lost; Uncertain when nobody can tell."""
        lost = f"{attempt.title}: the answer to the submit was lost, perhaps paid"
        if attempt.adapter.card.recovery != "ref":
            raise Uncertain(lost)
        try:
            verb = attempt.adapter.find(attempt.ref)
            ticket = await talk.drive(verb, seconds=FETCH_S, tries=FIND_TRIES)
        except AttemptError as error:
            raise Uncertain(f"{lost} ({error.text})") from None
        if ticket is None:
            raise Uncertain(lost)
        return ticket

    async def _finished(self, attempt: Attempt, talk: Talk, begun: Ticket | Finished) -> Outcome:
        if isinstance(begun, Ticket):
            attempt.ticket = begun
            await self._keeper.ticket(attempt, begun)
            if attempt.given_up:
                self._cancel(attempt)
            async with beside(listening(talk, attempt, begun)):
                begun = await watch(talk, begun, attempt, seconds=self.pace.seconds(LIFE_S))
        attempt.cost, attempt.finished = begun.cost, True
        picture = await fetch(talk, begun, seconds=FETCH_S)
        outcome = Outcome(picture, attempt.ref, begun.cost, begun.seed, begun.facts)
        try:
            first, *more = await unwrapped(attempt, picture)
        except Sealed:
            attempt.sealed = outcome
            raise
        attempt.control.progress = 1.0
        return replace(outcome, picture=first, more=tuple(more))

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


async def _either(one: "asyncio.Future[Any]", other: "asyncio.Future[Any]", seconds: float) -> None:
    """Until one of them is done, or so long."""
    await asyncio.wait({one, other}, timeout=seconds, return_when="FIRST_COMPLETED")


def _check_wanted(attempt: Attempt) -> None:
    """Interrupted when nobody waits any more: then the paid call does not leave."""
    if attempt.given_up or attempt.control.left or attempt.control.stop.is_set():
        raise Interrupted(f"{attempt.title}: the client was gone before the submit left")
