"""Driving a verb: its Calls become requests, replies that are failures become errors."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar
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


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation with one account of one cloud."""

    adapter: Adapter
    transport: Transport
    pace: Pace
    warm: bool = False
    """The model has just made a picture."""

    async def drive(
        self,
        verb: Generator[Request, Reply, Result],
        *,
        seconds: float,
        tries: int = 1,
        before_paid: Callable[[], Awaitable[None]] | None = None,
    ) -> Result:
        """Run `verb` to its result within `seconds`.

        `before_paid` is awaited once, before the paid Call leaves. Free Calls are made up to
        `tries` times when a fault may pass, the paid one never again: when nobody can tell
        whether it was accepted, or what became of it, Uncertain is raised. No error repeats a
        secret of the account.
        """
        try:
            return await self._driven(verb, monotonic() + seconds, tries, before_paid)
        except AttemptError as error:
            account = self.adapter.account
            error.hide((account.key, *account.secrets))
            raise

    async def _driven(
        self,
        verb: Generator[Request, Reply, Result],
        ends: float,
        tries: int,
        before_paid: Callable[[], Awaitable[None]] | None,
    ) -> Result:
        paid = answered = False
        try:
            call = next(verb)
            while True:
                if not isinstance(call, Local) and call.paid:
                    if paid or before_paid is None:
                        raise AssertionError(f"{self.adapter.card.name}: an unexpected paid call")
                    paid = True
                    await before_paid()
                    reply = await self._pay(call, ends)
                    answered = True
                elif isinstance(call, Call) and call.hint:
                    reply = await self._hint(call, ends)
                else:
                    reply = await self._free(call, ends, tries)
                call = _told(verb, reply)
        except StopIteration as end:
            result: Result = end.value
            return result
        except AttemptError as error:
            # a free call after the paid one that failed says nothing of the job
            if (answered and not error.of_job) or (paid and isinstance(error, Garbled)):
                raise Uncertain(error.text, status=error.status) from None
            raise

    async def _pay(self, call: Call | SdkCall, ends: float) -> Reply:
        try:
            reply = await self._send(call, ends)
        except (Cut, Slow) as error:
            raise Uncertain(f"{self.adapter.card.title}: {error.text}") from None
        if reply.status in UNCLEAR:
            raise Uncertain(blame(self.adapter.card, reply).text, status=reply.status)
        return self._passed(call, reply)

    async def _hint(self, call: Call, ends: float) -> Reply:
        if call.only_cold and self.warm:
            return Reply(0, {})
        try:
            return await self._send(call, min(ends, monotonic() + call.hint))
        except AttemptError:
            return Reply(0, {})

    async def _free(self, call: Request, ends: float, tries: int) -> Reply:
        if isinstance(call, Local):
            return Reply(200, {}, raw=await asyncio.to_thread(call.draw))
        wait = self.pace.seconds(0.25)
        for tries_left in reversed(range(tries)):
            try:
                return self._passed(call, await self._send(call, ends))
            except (Unavailable, Slow, Limited, Garbled) as error:
                pause = max(wait, self.pace.seconds(error.retry_after or 0.0))
                if not tries_left or monotonic() + pause >= ends:
                    raise
                await asyncio.sleep(pause)
                wait *= 2
        raise AssertionError("the last try raises")

    async def _send(self, call: Call | SdkCall, ends: float) -> Reply:
        left = max(ends - monotonic(), 0.05)
        if isinstance(call, SdkCall):
            return await through_sdk(call.sdk, call.send, left)
        url = self.address(call.url)
        key = self.key(url)
        headers = {"Accept": "application/json", **call.headers, **key}
        stranger = not key and not self.is_home(url)
        body: bytes | Form = [
            (part.name, part.value, part.filename, _kind(part)) for part in call.form
        ] or b""
        if call.json is not None:
            headers["Content-Type"] = "application/json"
            body = orjson.dumps(
                call.json, default=_as_base64, option=orjson.OPT_PASSTHROUGH_DATACLASS
            )
        return await self.transport.request(
            call.method, url, headers=headers, body=body, timeout=left, stranger=stranger
        )

    def address(self, url: str) -> str:
        """`url` below the account's base URL, unless it is absolute."""
        if url.startswith(("http://", "https://")):
            return url
        return "/".join(filter(None, (self.adapter.account.base_url.rstrip("/"), url)))

    def is_home(self, url: str) -> bool:
        """Whether `url` lies at the origin of the account's base URL."""
        return origin(url) == origin(self.adapter.account.base_url)

    def key(self, url: str) -> dict[str, str]:
        """The header with the account's key, for those addresses that may see it."""
        card, key = self.adapter.card, self.adapter.account.key
        if not key or not card.auth or not (self.is_home(url) or self._is_further(url)):
            return {}
        return self.adapter.credentials()

    def _is_further(self, url: str) -> bool:
        parts = urlsplit(url)
        host = f".{parts.hostname or ''}"
        return parts.scheme == "https" and any(
            host.endswith(f".{known}") for known in self.adapter.card.hosts
        )

    def _passed(self, call: Call | SdkCall, reply: Reply) -> Reply:
        """The reply itself, unless it is a failure that the verb does not read."""
        if reply.status in call.reads or 200 <= reply.status < 300:
            return reply
        raise blame(self.adapter.card, reply)


def _told(verb: Generator[Request, Reply, Result], reply: Reply) -> Request:
    """The verb's next Call; what it raises on reading `reply` is said of the job."""
    try:
        return verb.send(reply)
    except AttemptError as error:
        error.of_job = not isinstance(error, Garbled)
        raise


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
