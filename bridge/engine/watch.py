"""Looking after a submitted job until it ends; a passing fault of the cloud is waited out."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic

from bridge.engine.attempt import Attempt
from bridge.engine.contract import Finished, Ticket
from bridge.engine.talk import Talk
from bridge.errors import AttemptError, Garbled, Gone, Limited, Unavailable, Uncertain
from bridge.transport.client import Slow

UNKNOWN_LOOKS = 6
"""A job may be unknown to a cloud for a moment after its submit; after so many looks it is lost."""
PASSING = (Unavailable, Slow, Limited, Garbled)
LONGEST_WAIT_S = 10.0


async def watch(
    talk: Talk, ticket: Ticket, attempt: Attempt, *,
    seconds: float, before_wait: Callable[[], Awaitable[None]],
) -> Finished:  # fmt: skip
    """Check `ticket` until it is finished; the first wait begins after `before_wait`.

    Raises what the job failed with; Uncertain after `seconds`, or when the cloud lost the job.
    """
    ends = monotonic() + seconds
    unknown, asked = 0, 0.0
    for number, wait in enumerate(talk.pace.looks()):
        if number == 1:
            await before_wait()
        if wait + asked > 0:
            await _pause(attempt, wait + asked)
        attempt.woken.clear()
        asked = 0.0
        if monotonic() >= ends:
            break
        try:
            look = await talk.drive(talk.adapter.check(ticket), seconds=ends - monotonic())
        except AttemptError as error:
            unknown += isinstance(error, Gone)
            if final := _final(error, unknown):
                raise final from None
            continue
        if isinstance(look, Finished):
            return look
        attempt.control.progress = max(attempt.control.progress, look.progress or 0.0)
        asked = min(talk.pace.seconds(look.retry_after or 0.0), LONGEST_WAIT_S)
    raise Uncertain(f"{talk.adapter.card.title}: no end after {seconds:.0f} s, perhaps paid")


async def _pause(attempt: Attempt, seconds: float) -> None:
    """So long, or until somebody says that a look is worth it."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await attempt.woken.wait()


def _final(error: AttemptError, unknown: int) -> AttemptError | None:
    """What a failed look means for the job; None: look again.

    Gone is said of the job's model where the verb has read the status itself; else it is the job
    that is unknown.
    """
    if isinstance(error, Gone) and not (error.of_job and error.status):
        if unknown < UNKNOWN_LOOKS:
            return None
        return Uncertain(f"{error.text}: the job is lost, perhaps paid")
    if error.of_job:
        return error
    if isinstance(error, PASSING):
        return None
    # the cloud would not let us look, which says nothing of how the job ended
    return Uncertain(f"{error.text}, perhaps paid")
