"""Driving a verb: its Calls become requests, replies that are failures become errors."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import urlsplit

import orjson
import pybase64

from bridge.engine.blame import UNCLEAR, blame
from bridge.engine.contract import Adapter, Call, DataUri, Local, Part, Request, SdkCall
from bridge.engine.pace import Pace
from bridge.errors import AttemptError, Garbled, Limited, Unavailable, Uncertain
from bridge.pictures.sniff import data_uri, mime
from bridge.transport.client import Cut, Form, Slow, Transport
from bridge.transport.guard import origin
from bridge.transport.reply import Reply
from bridge.transport.sdk import through_sdk

Result = TypeVar("Result")
SILENCE = Reply(0, {})
"""What a verb is sent for a hint that did not come."""


class Talk:
    """A conversation with one account of one cloud."""

    def __init__(self, adapter: Adapter, transport: Transport, pace: Pace) -> None:
        account = adapter.account
        self.adapter = adapter
        self.transport = transport
        self.pace = pace
        self._home = account.base_url.rstrip("/")
        self._key: Mapping[str, str] = (
            adapter.credentials() if account.key and adapter.card.auth else {}
        )
        self._secrets = (account.key, *account.secrets)

    def drive(
        self,
        verb: Generator[Request, Reply, Result],
        *,
        seconds: float,
        tries: int = 1,
        before_paid: Callable[[], Awaitable[None]] | None = None,
        warm: bool = False,
    ) -> Coroutine[Any, Any, Result]:
        """Run `verb` to its result within `seconds`; `warm`: the model has just made a picture.

        `before_paid` is awaited once, before the paid Call leaves. Free Calls are made up to
        `tries` times when a fault may pass, the paid one never again: when nobody can tell
        whether it was accepted, or what became of it, Uncertain is raised. No error repeats a
        secret of the account.
        """
        return self._driven(verb, monotonic() + seconds, tries, before_paid, warm)

    async def _driven(
        self,
        verb: Generator[Request, Reply, Result],
        ends: float,
        tries: int,
        before_paid: Callable[[], Awaitable[None]] | None,
        warm: bool,
    ) -> Result:
        paid = answered = told = False
        try:
            call = next(verb)
            while True:
                if isinstance(call, Local) or not call.paid:
                    reply = await self._free(call, ends, tries, warm)
                elif paid or before_paid is None:
                    raise AssertionError(f"{self.adapter.card.name}: an unexpected paid call")
                else:
                    paid = True
                    await before_paid()
                    reply = await self._pay(call, ends)
                    answered = True
                told = True
                call = verb.send(reply)
                told = False
        except StopIteration as end:
            result: Result = end.value
            return result
        except AttemptError as error:
            error.hide(self._secrets)
            # what a verb raises on reading a reply is said of the job
            error.of_job = told and not isinstance(error, Garbled)
            # a free call after the paid one that failed says nothing of it
            if (answered and not error.of_job) or (paid and isinstance(error, Garbled)):
                raise Uncertain(error.text, status=error.status) from None
            raise

    async def _pay(self, call: Call | SdkCall, ends: float) -> Reply:
        try:
            reply = await self._sent(call, ends)
        except (Cut, Slow) as error:
            raise Uncertain(f"{self.adapter.card.title}: {error.text}") from None
        if reply.status in UNCLEAR:
            raise Uncertain(blame(self.adapter.card, reply).text, status=reply.status)
        return self._passed(call, reply)

    async def _free(self, call: Request, ends: float, tries: int, warm: bool) -> Reply:
        if isinstance(call, Local):
            return Reply(200, {}, raw=await asyncio.to_thread(call.draw))
        if isinstance(call, Call) and call.hint:
            return SILENCE if warm and call.only_cold else await self._hint(call, ends)
        for failed in range(1, tries + 1):
            try:
                return self._passed(call, await self._sent(call, ends))
            except (Unavailable, Slow, Limited, Garbled) as error:
                pause = self.pace.seconds(max(2.0**failed / 8, error.retry_after or 0.0))
                if failed == tries or monotonic() + pause >= ends:
                    raise
                await asyncio.sleep(pause)
        raise AssertionError("the last try raises")

    async def _hint(self, call: Call, ends: float) -> Reply:
        try:
            return await self._sent(call, min(ends, monotonic() + call.hint))
        except AttemptError:
            return SILENCE

    def _sent(self, call: Call | SdkCall, ends: float) -> Coroutine[Any, Any, Reply]:
        left = max(ends - monotonic(), 0.05)
        if isinstance(call, SdkCall):
            return through_sdk(call.sdk, call.send, left)
        url, key, stranger = self.address(call.url), self._key, False
        if url == call.url:  # an address that the cloud named, or one beside its own
            key = self.key(url)
            stranger = not key and not self.is_home(url)
        headers = {"Accept": "application/json", **call.headers, **key}
        body: bytes | Form = b""
        if call.json is not None:
            headers["Content-Type"] = "application/json"
            body = orjson.dumps(
                call.json, default=_as_base64, option=orjson.OPT_PASSTHROUGH_DATACLASS
            )
        elif call.form:
            body = [(part.name, part.value, part.filename, _kind(part)) for part in call.form]
        return self.transport.request(
            call.method, url, headers=headers, body=body, timeout=left, stranger=stranger
        )

    def address(self, url: str) -> str:
        """`url` below the account's base URL, unless it is absolute."""
        if url.startswith(("http://", "https://")):
            return url
        return f"{self._home}/{url}" if url else self._home

    def is_home(self, url: str) -> bool:
        """Whether `url` lies at the origin of the account's base URL."""
        return origin(url) == origin(self._home)

    def key(self, url: str) -> Mapping[str, str]:
        """The header with the account's key, for those addresses that may see it."""
        return self._key if self._key and (self.is_home(url) or self._is_further(url)) else {}

    def _is_further(self, url: str) -> bool:
        parts = urlsplit(url)
        host = f".{parts.hostname or ''}"
        return parts.scheme == "https" and any(
            host.endswith(f".{known}") for known in self.adapter.card.hosts
        )

    def _passed(self, call: Call | SdkCall, reply: Reply) -> Reply:
        """The reply itself, unless it is a failure that the verb does not read."""
        if 200 <= reply.status < 300 or reply.status in call.reads:
            return reply
        raise blame(self.adapter.card, reply)


def _kind(part: Part) -> str:
    """The content type of a form's field; empty for a text."""
    return "" if isinstance(part.value, str) else mime(part.value)


def _as_base64(value: object) -> str:
    """A picture inside a Call's JSON."""
    if isinstance(value, DataUri):
        return data_uri(value.raw)
    if isinstance(value, bytes | memoryview):
        return pybase64.b64encode_as_string(value)
    raise TypeError(f"{type(value).__name__} has no place in a Call")
