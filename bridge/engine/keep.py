"""What is written down of an attempt: intent and ticket before going on, all else beside."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from bridge.domain import Picture
from bridge.engine.attempt import Attempt, Outcome
from bridge.engine.contract import Ticket
from bridge.errors import BridgeError, Interrupted, Refused, Uncertain, Unstored
from bridge.events import Bus, PictureKept, StoreFailed
from bridge.store.blobs import Blobs
from bridge.store.history import History, PictureRow
from bridge.store.ledger import Intent, Ledger, State, now_ms


class Keeper:
    """Books attempts in the ledger, and pictures with their recipe in the gallery."""

    def __init__(self, ledger: Ledger, history: History, blobs: Blobs, bus: Bus) -> None:
        self._ledger = ledger
        self._history = history
        self._blobs = blobs
        self._bus = bus
        self._tasks: set[asyncio.Task[Any]] = set()

    async def intent(self, attempt: Attempt) -> None:
        """On disk before the paid call leaves; Unstored when the disk fails, and nothing leaves."""
        size = attempt.ready.hires or attempt.ready
        megapixels = size.width * size.height / 1_000_000
        await self._ledger.intent(
            Intent(
                attempt.ref,
                attempt.job_id,
                attempt.adapter.card.name,
                attempt.adapter.account.name,
                attempt.model.name,
                round(attempt.model.price * megapixels),
                attempt.recipe,
            )
        )

    def ticket(self, attempt: Attempt, ticket: Ticket) -> None:
        """Write it down, if it says more than the intent does: our own ref.

        A disk that fails now must not lose a paid picture.
        """
        is_found = attempt.adapter.card.recovery == "ref"
        if not (is_found and {attempt.ref}.issuperset(ticket.fields.values())):
            self._ledger.ticket(attempt.ref, ticket.fields)

    async def caught_up(self) -> None:
        """What was written down is on disk."""
        await self._ledger.caught_up()

    def failed(self, attempt: Attempt, error: BridgeError) -> None:
        """Book an attempt that had an intent and brought no picture."""
        self._ledger.note(attempt.ref, _state(attempt, error), attempt.cost, error.text)

    def keep(self, attempt: Attempt, outcome: Outcome) -> None:
        """Put the picture into the gallery, in the background, and what else lay in its carrier."""
        for place, picture in enumerate((outcome.picture, *outcome.more)):
            ref = f"{attempt.ref}/{place + 1}" if place else attempt.ref
            self._begin(attempt, outcome, picture, ref)

    def _begin(self, attempt: Attempt, outcome: Outcome, picture: Picture, ref: str) -> None:
        row = partial(
            PictureRow,
            ref=ref,
            job_id=attempt.job_id,
            provider=attempt.adapter.account.name,
            model=attempt.model.name,
            kind=picture.kind,
            width=picture.width,
            height=picture.height,
            bytes=len(picture.raw),
            seed=outcome.seed if outcome.seed is not None else attempt.ready.seed,
            cost=outcome.cost if ref == attempt.ref else 0,
            created=now_ms(),
            recipe={**attempt.recipe, "facts": dict(outcome.facts)},
        )
        late = attempt.given_up or attempt.control.left
        # the file alone: the base64 that it came in need not wait for a slow disk
        held = None if picture.b64 else picture.held
        file = Picture(picture.raw, picture.kind, picture.width, picture.height, None, held)
        task = asyncio.create_task(self._keep(row, file, late))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, seconds: float) -> None:
        """Wait until all pictures are kept, at most `seconds`."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def _keep(self, booked: Callable[..., PictureRow], file: Picture, late: bool) -> None:
        try:
            row = booked(blake3=await self._blobs.save(file.raw, file.kind))
            await self._history.add(row)
        except Unstored as error:
            self._bus.tell(StoreFailed(error.text))
            return
        told = (row.job_id, row.ref, row.provider, row.model, row.kind)
        self._bus.tell(PictureKept(*told, row.bytes, row.cost, late))


def _state(attempt: Attempt, error: BridgeError) -> State:
    """How an attempt without a picture is booked; what cost money is never called a failure."""
    if attempt.finished and isinstance(error, Refused):
        return "paid"
    if attempt.finished or isinstance(error, Uncertain):
        return "uncertain"
    return "cancelled" if attempt.given_up or isinstance(error, Interrupted) else "failed"
