"""LoRAs taken in by clouds that name them by their own ids: known, under way, or to be uploaded."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from time import monotonic
from typing import Protocol

from bridge.domain import LoraUse, Ready
from bridge.engine.contract import Asset, Handle, Ticket, Waiting
from bridge.engine.talk import Talk
from bridge.errors import AttemptError, LoraUnreachable, TimedOut


class Shelf(Protocol):
    """What is remembered of uploads, per account and file; the lora room keeps it."""

    def handle(self, account: str, url: str) -> str:
        """The cloud's id for the file; empty when there is none."""

    def upload(self, account: str, url: str) -> Mapping[str, str]:
        """The ticket of an upload under way; empty when there is none."""

    async def uploading(self, account: str, url: str, ticket: Mapping[str, str]) -> None:
        """Remember an upload under way."""

    async def adopted(self, account: str, url: str, handle: str) -> None:
        """Remember a finished upload."""

    async def failed(self, account: str, url: str, reason: str) -> None:
        """Forget an upload that came to nothing."""


async def with_handles(talk: Talk, shelf: Shelf, ready: Ready, *, seconds: float) -> Ready:
    """`ready` with each LoRA under the cloud's own id, uploaded where it must be.

    An upload that takes longer than `seconds` goes on at the cloud; LoraUnreachable says so.
    """
    ends = monotonic() + seconds
    uses = await asyncio.gather(*(_adopt(talk, shelf, ready, use, ends) for use in ready.loras))
    return replace(ready, loras=tuple(uses))


async def _adopt(talk: Talk, shelf: Shelf, ready: Ready, use: LoraUse, ends: float) -> LoraUse:
    account = talk.adapter.account.name
    if known := shelf.handle(account, use.url):
        return replace(use, handle=known)
    title = talk.adapter.card.title
    try:
        found = await _uploaded(talk, shelf, Asset(use.url, ready.family, use.id), ends)
    except LoraUnreachable as error:
        await shelf.failed(account, use.url, error.text)
        raise
    except AttemptError as error:
        raise LoraUnreachable(f"{title} could not take in {use.id}: {error.text}") from None
    await shelf.adopted(account, use.url, found.id)
    return replace(use, handle=found.id)


async def _uploaded(talk: Talk, shelf: Shelf, asset: Asset, ends: float) -> Handle:
    account, adapter = talk.adapter.account.name, talk.adapter
    ticket = Ticket(shelf.upload(account, asset.url))
    if not ticket.fields:
        begun = await talk.drive(adapter.adopt(asset), seconds=ends - monotonic())
        if isinstance(begun, Handle):
            return begun
        ticket = begun
        await shelf.uploading(account, asset.url, ticket.fields)
    for wait in talk.pace.looks():
        if monotonic() + wait >= ends:
            break
        await asyncio.sleep(wait)
        look = await talk.drive(adapter.adopted(ticket), seconds=ends - monotonic())
        if isinstance(look, Handle):
            return look
        assert isinstance(look, Waiting)
    raise TimedOut(f"{adapter.card.title} is still taking in {asset.name}")
