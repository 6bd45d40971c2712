"""LoRAs taken in by clouds that name them by their own ids: known, under way, or to be uploaded."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from time import monotonic
from typing import Protocol
from weakref import WeakValueDictionary

from bridge.domain import LoraUse, Ready
from bridge.engine.contract import Asset, Handle, Ticket
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


class Adoption:
    """Uploads what is not known yet; one upload of a file at a time, however many ask for it."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def with_handles(self, talk: Talk, ready: Ready, *, seconds: float) -> Ready:
        """`ready` with each LoRA under the cloud's own id.

        An upload that takes longer than `seconds` goes on at the cloud; LoraUnreachable says so.
        """
        ends = monotonic() + seconds
        named = (self._named(talk, ready, use, ends) for use in ready.loras)
        return replace(ready, loras=tuple(await asyncio.gather(*named)))

    async def _named(self, talk: Talk, ready: Ready, use: LoraUse, ends: float) -> LoraUse:
        account, title = talk.adapter.account.name, talk.adapter.card.title
        lock = self._locks.setdefault((account, use.url), asyncio.Lock())
        async with lock:
            if known := self._shelf.handle(account, use.url):
                return replace(use, handle=known)
            try:
                found = await self._uploaded(talk, Asset(use.url, ready.family, use.id), ends)
            except TimedOut as error:
                raise LoraUnreachable(error.text) from None
            except AttemptError as error:
                await self._shelf.failed(account, use.url, error.text)
                raise LoraUnreachable(f"{title} could not take in {use.id}: {error.text}") from None
            await self._shelf.adopted(account, use.url, found.id)
            return replace(use, handle=found.id)

    async def _uploaded(self, talk: Talk, asset: Asset, ends: float) -> Handle:
        adapter, account = talk.adapter, talk.adapter.account.name
        ticket = Ticket(self._shelf.upload(account, asset.url))
        if not ticket.fields:
            begun = await talk.drive(adapter.adopt(asset), seconds=ends - monotonic())
            if isinstance(begun, Handle):
                return begun
            ticket = begun
            await self._shelf.uploading(account, asset.url, ticket.fields)
        for wait in talk.pace.looks():
            if monotonic() + wait >= ends:
                break
            await asyncio.sleep(wait)
            look = await talk.drive(adapter.adopted(ticket), seconds=ends - monotonic())
            if isinstance(look, Handle):
                return look
        raise TimedOut(f"{adapter.card.title} is still taking in {asset.name}")
