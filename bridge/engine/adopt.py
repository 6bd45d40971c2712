"""LoRAs taken in by clouds that name them by their own ids: known, under way, or to be uploaded."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from time import monotonic
from typing import Protocol
from weakref import WeakValueDictionary

from bridge.domain import LoraUse, Ready
from bridge.engine.contract import Asset, Handle, Ticket, Waiting
from bridge.engine.talk import Talk
from bridge.engine.watch import PASSING
from bridge.errors import (
    AttemptError,
    Gone,
    LoraPending,
    LoraUnreachable,
    Refused,
    TooManyLoras,
    Unfit,
)

A_LORA = re.compile(r"(?i)(?<![a-z])lora")
OF_FILE = (LoraUnreachable, Unfit, Refused, Gone)
"""What a cloud says to an upload that it will not have, also by its HTTP status alone."""


class Shelf(Protocol):
    """What is remembered of uploads, per account and file; the lora room keeps it."""

    def handle(self, account: str, url: str, sha256: str = "") -> str:
        """The cloud's id for the file; empty when there is none."""

    def upload(self, account: str, url: str, sha256: str = "") -> Mapping[str, str]:
        """The ticket of an upload under way; empty when there is none."""

    async def uploading(
        self, account: str, url: str, ticket: Mapping[str, str], sha256: str = ""
    ) -> None:
        """Remember an upload under way."""

    async def adopted(self, account: str, url: str, handle: str, sha256: str = "") -> None:
        """Remember a finished upload."""

    async def failed(self, account: str, url: str, reason: str) -> None:
        """Forget an upload that came to nothing."""


class Hosts(Protocol):
    """Where files lie that clouds cannot fetch; the lora room's bucket."""

    def has(self, url: str) -> bool:
        """Whether the file was taken over."""

    async def address(self, url: str) -> str:
        """Where a cloud can read the file: with us, else at `url` itself; empty: nowhere yet."""

    async def take(self, url: str) -> None:
        """Take the file over; what fails is told elsewhere."""


class Adoption:
    """Uploads what is not known yet; a file once, however many jobs ask for it."""

    def __init__(self, shelf: Shelf, hosts: Hosts | None = None) -> None:
        self._shelf = shelf
        self._hosts = hosts
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def with_handles(self, talk: Talk, ready: Ready, *, seconds: float) -> Ready:
        """`ready` with each LoRA under the cloud's own id.

        LoraUnreachable when the cloud cannot take one in; LoraPending when an upload takes longer
        than `seconds`: it goes on at the cloud. Uploads begin one after another, so that a dead
        cloud is called once, and are waited for together.
        """
        ends = monotonic() + seconds
        begun = [await self._begun(talk, ready, use, ends) for use in ready.loras]
        pairs = zip(ready.loras, begun, strict=True)
        named = await asyncio.gather(*(self._named(talk, use, at, ends) for use, at in pairs))
        return replace(ready, loras=tuple(named))

    async def with_addresses(self, ready: Ready) -> Ready:
        """`ready` with the addresses at which a cloud can read its LoRAs; LoraUnreachable."""
        loras = [replace(use, url=await self._address(use)) for use in ready.loras]
        return replace(ready, loras=tuple(loras))

    async def _address(self, use: LoraUse) -> str:
        if self._hosts is None:
            return use.url
        if address := await self._hosts.address(use.url):
            return address
        raise _unreachable(use, f"{use.id} lies behind a key that no cloud is shown")

    async def blamed(
        self, talk: Talk, ready: Ready, error: LoraUnreachable | Unfit
    ) -> LoraUnreachable | Unfit:
        """`error`, or LoraUnreachable where it is a LoRA that does not fit; with those meant.

        What the cloud was thought to call them is forgotten: a later job uploads them again.
        """
        if isinstance(error, Unfit):
            if isinstance(error, TooManyLoras) or not (ready.loras and A_LORA.search(error.text)):
                return error
            error = LoraUnreachable(error.text, status=error.status)
        meant = _meant(ready.loras, error.text)
        error.loras = tuple(use.id for use in meant)
        for use in meant:
            if use.handle:
                await self._shelf.failed(talk.adapter.account.name, use.url, error.text)
        return error

    async def _begun(self, talk: Talk, ready: Ready, use: LoraUse, ends: float) -> Handle | Ticket:
        """What is known of the file at this account; an upload is begun where nothing is."""
        account, file = talk.adapter.account.name, (use.url, use.sha256)
        async with self._locks.setdefault((account, use.sha256 or use.url), asyncio.Lock()):
            if known := self._shelf.handle(account, *file):
                return Handle(known)
            if ticket := self._shelf.upload(account, *file):
                return Ticket(ticket)
            asset = Asset(await self._address(use), ready.family, use.id)
            verb = talk.adapter.adopt(asset)
            async with self._told(talk, use):
                begun = await talk.drive(verb, seconds=ends - monotonic())
            if isinstance(begun, Ticket):
                await self._shelf.uploading(account, use.url, begun.fields, use.sha256)
            else:
                await self._shelf.adopted(account, use.url, begun.id, use.sha256)
            return begun

    async def _named(self, talk: Talk, use: LoraUse, at: Handle | Ticket, ends: float) -> LoraUse:
        if isinstance(at, Handle):
            return replace(use, handle=at.id)
        for wait in talk.pace.looks():
            if monotonic() + wait >= ends:
                break
            await asyncio.sleep(wait)
            async with self._told(talk, use):
                look = await self._look(talk, at, ends)
            if isinstance(look, Handle):
                account = talk.adapter.account.name
                await self._shelf.adopted(account, use.url, look.id, use.sha256)
                return replace(use, handle=look.id)
        pending = LoraPending(f"{talk.adapter.card.title} is still taking in {use.id}")
        pending.loras = (use.id,)
        raise pending

    async def _look(self, talk: Talk, ticket: Ticket, ends: float) -> Handle | Waiting:
        try:
            return await talk.drive(talk.adapter.adopted(ticket), seconds=ends - monotonic())
        except PASSING as error:
            if error.of_job:
                raise
            return Waiting()

    @asynccontextmanager
    async def _told(self, talk: Talk, use: LoraUse) -> AsyncIterator[None]:
        """What the cloud says of the file becomes LoraUnreachable, and the upload is forgotten."""
        try:
            yield
        except AttemptError as error:
            if not error.of_job and not isinstance(error, OF_FILE):
                raise  # it is the cloud that fails, not this file
            await self._shelf.failed(talk.adapter.account.name, use.url, error.text)
            why = f"{talk.adapter.card.title} could not take in {use.id}: {error.text}"
            raise _unreachable(use, why) from None


def _unreachable(use: LoraUse, why: str) -> LoraUnreachable:
    error = LoraUnreachable(why)
    error.loras = (use.id,)
    return error


def _meant(uses: tuple[LoraUse, ...], text: str) -> tuple[LoraUse, ...]:
    """Those that `text` names by id or address (which an error's text has without its query)."""
    named = tuple(
        use
        for use in uses
        if any(name and name in text for name in (use.handle, use.url.partition("?")[0]))
    )
    return named or uses
