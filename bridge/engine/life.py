"""From intent to picture: what becomes of one attempt at one cloud, whoever waits for it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

from bridge.domain import Ready
from bridge.engine.adopt import Adoption
from bridge.engine.attempt import Attempt, Outcome
from bridge.engine.contract import Finished, Ticket
from bridge.engine.fetch import fetch
from bridge.engine.keep import Keeper
from bridge.engine.listen import beside, listening, peeking
from bridge.engine.talk import Talk
from bridge.engine.unwrap import unwrapped, wrapped
from bridge.engine.watch import watch
from bridge.errors import AttemptError, Busy, Interrupted, LoraUnreachable, Sealed, Uncertain, Unfit

LIFE_S = 1800.0
"""How long a submitted job is looked after before it is booked as perhaps paid."""
SYNC_S = 300.0
"""How long a submit is held open at clouds that answer it with the picture."""
FETCH_S = 60.0
LINE_S = 5.0
"""After so long a cloud that had no place for a job is asked again."""
FIND_TRIES = 5


@dataclass(slots=True)
class Life:
    """One attempt's."""

    attempt: Attempt
    talk: Talk
    keeper: Keeper
    adoption: Adoption
    cancel: Callable[[Attempt], None]
    """Stops the bill, where that can be done."""
    warm: bool = False
    """The model has just made a picture."""

    def lived(self, seconds: float, upload: float) -> Coroutine[Any, Any, Outcome]:
        """From the LoRAs to the books; patience: `seconds` for the submit, `upload` for LoRAs."""
        return self._settled(self._brought(seconds, upload))

    async def recovered(self) -> Outcome:
        """What another process began."""
        return await self._settled(self._looked_after())

    async def _settled(self, work: Awaitable[Outcome]) -> Outcome:
        """Book how the attempt ended."""
        attempt = self.attempt
        try:
            outcome = await work
        except (AttemptError, Interrupted) as error:
            if attempt.sealed:
                self.keeper.keep(attempt, attempt.sealed)
            elif attempt.booked:
                self.keeper.failed(attempt, error)
            raise
        self.keeper.keep(attempt, outcome)
        return outcome

    async def _brought(self, seconds: float, upload: float) -> Outcome:
        attempt, talk, ready = self.attempt, self.talk, self.attempt.ready
        if ready.loras and attempt.model.loras and attempt.model.loras.named == "handle":
            attempt.control.stage = f"{attempt.title} takes in a LoRA"
            ready = await self.adoption.with_handles(talk, ready, seconds=upload)
        elif ready.loras:
            ready = await self.adoption.with_addresses(ready)
        ready = await wrapped(attempt, ready)
        attempt.control.stage = f"waiting for {attempt.title}"

        if attempt.adapter.card.recovery == "none" or attempt.model.held:
            # the answer is the picture, and nothing finds it again: it is waited for to the end
            seconds = max(seconds, talk.pace.seconds(SYNC_S))
        try:
            try:
                begun = await beside(peeking(talk, attempt), self._taken(ready, seconds))
            except Uncertain as error:
                begun = await self._found(error.text)
            return await self._finished(begun)
        except (LoraUnreachable, Unfit) as error:
            raise await self.adoption.blamed(talk, ready, error) from None

    async def _taken(self, ready: Ready, seconds: float) -> Ticket | Finished:
        """What the submit comes to. A cloud that says Busy took nothing: it is asked again."""
        attempt, left, ends = self.attempt, seconds, monotonic() + seconds
        while True:
            verb = attempt.adapter.submit(ready, attempt.ref)
            try:
                begun = await self.talk.drive(
                    verb, seconds=left, before_paid=self._booked, warm=self.warm
                )
                attempt.placed = True
                return begun
            except Busy as full:
                attempt.placed, pause = False, self.talk.pace.seconds(full.retry_after or LINE_S)
                attempt.control.stage = f"stands in line at {attempt.title}"
                if monotonic() + pause >= ends:
                    raise
                await asyncio.sleep(pause)
                left = ends - monotonic()

    async def _booked(self) -> None:
        """What is done before the paid call leaves."""
        attempt = self.attempt
        attempt.check_wanted()
        if not attempt.booked:
            attempt.booked = True
            await self.keeper.intent(attempt)
            attempt.check_wanted()

    async def _looked_after(self) -> Outcome:
        return await self._finished(self.attempt.ticket or await self._found())

    async def _found(self, why: str = "") -> Ticket:
        """The job of a submit whose answer was lost; Uncertain when nobody can tell."""
        attempt = self.attempt
        why = why or f"{attempt.title}: the answer to the submit was lost"
        lost = f"{why}, perhaps paid"
        if attempt.adapter.card.recovery != "ref":
            raise Uncertain(lost)
        try:
            verb = attempt.adapter.find(attempt.ref)
            ticket = await self.talk.drive(verb, seconds=FETCH_S, tries=FIND_TRIES)
        except AttemptError as error:
            raise Uncertain(f"{lost} ({error.text})") from None
        if ticket is None:
            raise Uncertain(lost)
        return ticket

    async def _finished(self, begun: Ticket | Finished) -> Outcome:
        attempt, talk = self.attempt, self.talk
        if isinstance(begun, Ticket):
            attempt.ticket = begun
            self.keeper.ticket(attempt, begun)  # on disk while the first look is under way
            if attempt.given_up:
                self.cancel(attempt)
            seconds, on_disk = talk.pace.seconds(LIFE_S), self.keeper.caught_up
            begun = await beside(
                listening(talk, attempt, begun),
                watch(talk, begun, attempt, seconds=seconds, before_wait=on_disk),
            )
        attempt.cost, attempt.finished = begun.cost, True
        picture = await fetch(talk, begun, seconds=FETCH_S)
        outcome = Outcome(picture, attempt.ref, begun.cost, begun.seed, begun.facts)
        try:
            first, *more = await unwrapped(attempt, picture)
        except Sealed:
            attempt.sealed = outcome
            raise
        attempt.control.progress = 1.0
        if first is picture and not more:
            return outcome
        return replace(outcome, picture=first, more=tuple(more))
