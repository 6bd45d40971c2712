"""Looking after a submitted job until it ends; a passing fault of the cloud is waited out."""

import asyncio
from time import monotonic

from bridge.engine.contract import Finished, Ticket
from bridge.engine.control import Control
from bridge.engine.talk import Talk, is_passing
from bridge.errors import AttemptError, Gone, Uncertain

UNKNOWN_LOOKS = 6
"""A job may be unknown to a cloud for a moment after its submit; after so many looks it is lost."""


async def watch(talk: Talk, ticket: Ticket, control: Control, *, seconds: float) -> Finished:
    """Check `ticket` until it is finished.

    Raises what the job failed with; Uncertain after `seconds`, or when the cloud lost the job.
    """
    ends = monotonic() + seconds
    unknown = 0
    title = talk.adapter.card.title
    for wait in talk.pace.looks():
        await asyncio.sleep(wait)
        if monotonic() >= ends:
            break
        try:
            look = await talk.drive(talk.adapter.check(ticket), seconds=ends - monotonic())
        except AttemptError as error:
            unknown += isinstance(error, Gone)
            if unknown >= UNKNOWN_LOOKS:
                raise Uncertain(f"{title} no longer knows the job, perhaps paid") from None
            if is_passing(error) or isinstance(error, Gone):
                continue
            if error.status is not None:
                # the cloud would not let us look, which says nothing of how the job ended
                raise Uncertain(f"{error.text}, perhaps paid") from None
            raise
        if isinstance(look, Finished):
            return look
        if look.progress is not None:
            control.progress = look.progress
        if look.retry_after:
            await asyncio.sleep(min(talk.pace.seconds(look.retry_after), 10.0))
    raise Uncertain(f"{title}: no end after {seconds:.0f} s, perhaps paid")
