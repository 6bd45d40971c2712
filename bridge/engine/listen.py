"""Listening beside the looks: progress over a websocket, or of a submit that is still open."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from bridge.engine.attempt import Attempt
from bridge.engine.contract import Ticket, Watch
from bridge.engine.talk import Talk
from bridge.errors import AttemptError

Result = TypeVar("Result")
PEEK_S = 1.0
PEEK_CALL_S = 5.0


def beside(
    work: Coroutine[Any, Any, None] | None, first: Coroutine[Any, Any, Result]
) -> Coroutine[Any, Any, Result]:
    """What `first` comes to; until then `work` goes on, and its failures are nobody's."""
    return _beside(work, first) if work else first


async def _beside(work: Coroutine[Any, Any, None], first: Coroutine[Any, Any, Result]) -> Result:
    task = asyncio.create_task(work)
    try:
        return await first
    finally:
        task.cancel()
        # a strange message must not cost the picture
        with suppress(asyncio.CancelledError, AttemptError, LookupError, TypeError, ValueError):
            await task


def listening(talk: Talk, attempt: Attempt, ticket: Ticket) -> Coroutine[Any, Any, None] | None:
    """What listens to a submitted job, where its cloud has a place for that."""
    place = talk.adapter.watch(ticket)
    return _heard(talk, attempt, place) if place else None


async def _heard(talk: Talk, attempt: Attempt, place: Watch) -> None:
    url = talk.address(place.url)
    heard = talk.transport.messages(
        url, headers=talk.key(url), stranger=not talk.key(url) and not talk.is_home(url)
    )
    async for message in heard:
        look = place.read(message)
        if look is None:
            continue
        attempt.control.progress = max(attempt.control.progress, look.progress or 0.0)
        if look.retry_after == 0:
            attempt.woken.set()


def peeking(talk: Talk, attempt: Attempt) -> Coroutine[Any, Any, None] | None:
    """What asks for the progress of an open submit, where the cloud can tell."""
    return _peeked(talk, attempt) if talk.adapter.card.peeks else None


async def _peeked(talk: Talk, attempt: Attempt) -> None:
    while True:
        await asyncio.sleep(talk.pace.seconds(PEEK_S))
        with suppress(AttemptError):
            look = await talk.drive(talk.adapter.peek(attempt.ref), seconds=PEEK_CALL_S)
            attempt.control.progress = max(attempt.control.progress, look.progress or 0.0)
