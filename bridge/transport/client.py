"""The one HTTP client: requests to clouds, and downloads from wherever a cloud points to."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import BinaryIO
from urllib.parse import urljoin

import aiohttp
import orjson

from bridge.errors import AttemptError, Garbled, TimedOut, Unavailable
from bridge.transport.guard import PublicResolver, check_url, origin
from bridge.transport.json_read import read_json
from bridge.transport.reply import Reply
from bridge.transport.room import LARGE, Received, Room

JSON_CAP = 96 * 1024 * 1024
"""Bytes of one reply; four 4K pictures as base64 fit."""
PICTURE_CAP = 48 * 1024 * 1024
"""Bytes of one downloaded picture."""
CONNECT_S = 5.0
REDIRECTS = 4
NO_HEADERS: Mapping[str, str] = {}
MESSAGE_CAP = 4 * 1024 * 1024
"""Bytes of one message on a websocket; previews come that way."""


FAILURES = (aiohttp.ClientError, TimeoutError, ConnectionError)

Form = Sequence[tuple[str, str | bytes, str, str]]
"""A multipart form: name, value, file name and content type (both empty for a text)."""


Headers = Callable[[str], Mapping[str, str]]
"""What is sent along to an address."""


class Cut(Unavailable):
    """The connection broke after the request had left: nobody knows whether it was accepted."""


class Slow(TimedOut):
    """No complete answer in time: nobody knows whether the request was accepted."""


class Transport:
    """Two pools: one for the clouds' own addresses, one (guarded) for strangers'."""

    def __init__(self, *, json_cap: int = JSON_CAP, picture_cap: int = PICTURE_CAP) -> None:
        self._caps = json_cap, picture_cap
        self._room = Room()
        self._clouds = self._session(aiohttp.TCPConnector(limit=0, limit_per_host=0))
        self._strangers = self._session(
            aiohttp.TCPConnector(limit=0, resolver=PublicResolver(), force_close=True)
        )

    @staticmethod
    def _session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "a1111-bridge"},
            read_bufsize=1 << 18,
        )

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | Form,
        timeout: float,
        stranger: bool = False,
    ) -> Reply:
        """One exchange with a cloud. Unavailable when it never left; Cut, Slow when it may have.

        A `stranger` is an address that the cloud named: it must be public, else Garbled.
        """
        limits = aiohttp.ClientTimeout(total=timeout, sock_connect=min(CONNECT_S, timeout))
        if stranger:
            check_url(url)
        session = self._strangers if stranger else self._clouds
        sent = (body or None) if isinstance(body, bytes) else _form(body)
        try:
            answer = await session.request(
                method, url, headers=headers, data=sent, timeout=limits, allow_redirects=False
            )
            got = await _read(answer, self._caps[0], self._room)
        except FAILURES as error:
            raise _name(error) from None
        return reply_of(answer.status, answer.headers, got.raw, got)

    async def download(
        self, url: str, *, home: str, timeout: float, headers: Mapping[str, str] = NO_HEADERS
    ) -> Received:
        """The bytes behind `url`, redirects re-checked at each step.

        `home` is the cloud's own configured address: its origin may be private (a server of one's
        own, the emulator) and alone is sent `headers`; every other origin must be public.
        Garbled, Unavailable, Slow.
        """

        def own(at: str) -> Mapping[str, str]:
            return headers if origin(at) == origin(home) else NO_HEADERS

        try:
            return await _read(
                await self._got(url, own, home=home, timeout=timeout), self._caps[1], self._room
            )
        except FAILURES as error:
            raise _name(error) from None

    async def download_to(
        self, file: BinaryIO, url: str, headers: Headers, *, cap: int, timeout: float,
        home: str = "",
    ) -> None:  # fmt: skip
        """The bytes behind `url` into `file`, at most `cap`; every address must be public.

        `headers` are asked for at each redirect. Garbled, Unavailable, Slow.
        """
        with _named_failures():
            async with await self._got(url, headers, home=home, timeout=timeout) as answer:
                size = answer.content_length or 0
                async for chunk in answer.content.iter_chunked(1 << 20):
                    size = max(size, file.tell() + len(chunk))
                    if size > cap:
                        raise Garbled(f"the file is larger than {cap >> 20} MB")
                    await asyncio.to_thread(file.write, chunk)

    async def _got(
        self, url: str, headers: Headers, *, home: str, timeout: float
    ) -> aiohttp.ClientResponse:
        """The answer at the end of all redirects; only `home` may be private. FAILURES, Garbled."""
        limits = aiohttp.ClientTimeout(total=timeout, sock_connect=min(CONNECT_S, timeout))
        for _ in range(REDIRECTS + 1):
            session = self._clouds
            if origin(url) != origin(home):
                check_url(url)
                session = self._strangers
            answer = await session.get(
                url, timeout=limits, allow_redirects=False, headers=headers(url)
            )
            if answer.status == 200:
                return answer
            answer.close()
            if answer.status not in (301, 302, 303, 307, 308):
                raise Garbled(
                    f"the picture's address answered {answer.status}", status=answer.status
                )
            url = urljoin(url, answer.headers.get("Location", ""))
        raise Garbled("the picture's address redirects in circles")

    async def messages(
        self, url: str, *, headers: Mapping[str, str], stranger: bool = False
    ) -> AsyncIterator[Mapping[str, object]]:
        """The JSON objects that a websocket sends until it closes; all else is passed over."""
        if stranger:
            check_url(url)
        session = self._strangers if stranger else self._clouds
        heard = session.ws_connect(url, headers=headers, max_msg_size=MESSAGE_CAP, heartbeat=20.0)
        with _named_failures():
            async with heard as socket:
                async for message in socket:
                    if message.type is aiohttp.WSMsgType.TEXT:
                        with suppress(ValueError):
                            found = orjson.loads(message.data)
                            if isinstance(found, dict):
                                yield found

    async def aclose(self) -> None:
        """Close both pools."""
        await self._clouds.close()
        await self._strangers.close()


def _form(fields: Form) -> aiohttp.FormData:
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value, filename, kind in fields:
        form.add_field(name, value, filename=filename or None, content_type=kind or None)
    return form


async def _read(answer: aiohttp.ClientResponse, cap: int, room: Room) -> Received:
    try:
        return await _read_whole(answer, cap, room)
    finally:
        if not answer.closed:  # not read to its end, else it has let go by itself
            answer.close()


async def _read_whole(answer: aiohttp.ClientResponse, cap: int, room: Room) -> Received:
    length = 0 if "Content-Encoding" in answer.headers else answer.content_length or 0
    if length > cap:
        raise Garbled(f"the answer is larger than {cap >> 20} MB")
    if length >= LARGE:
        body = await room.take(length)
        body.raw = await answer.content.read()  # no more can come, so nothing is held back
        return body
    chunks: list[bytes] = []
    size, body = 0, Received()
    try:
        async for chunk in answer.content.iter_any():
            size += len(chunk)
            if size > cap:
                raise Garbled(f"the answer is larger than {cap >> 20} MB")
            chunks.append(chunk)
    except aiohttp.ClientError:
        # of a stream that breaks off, the events that came whole stand
        if answer.content_type != "text/event-stream":
            raise
    body.raw = b"".join(chunks)
    return body


def reply_of(status: int, headers: Mapping[str, str], raw: bytes, held: object = None) -> Reply:
    """A whole answer; its body is read as JSON once, and its Blobs hold `held`."""
    try:
        body = read_json(raw, held)
    except ValueError:
        body = None
    text = "" if body is not None and status < 400 else raw[:2000].decode("utf-8", "replace")
    return Reply(status, headers, body, text, raw if body is None else b"")


@contextmanager
def _named_failures() -> Iterator[None]:
    try:
        yield
    except FAILURES as error:
        raise _name(error) from None


def _name(error: Exception) -> AttemptError:
    """aiohttp's words in ours: what matters is whether the request can have been accepted."""
    match error:
        case aiohttp.ClientConnectorError(__cause__=Garbled() as refusal):
            return refusal
        case aiohttp.ClientConnectorError():
            return Unavailable(f"cannot connect to {error.host}")
        case aiohttp.ConnectionTimeoutError():
            return Unavailable("cannot connect in time")
        case TimeoutError():
            return Slow("no complete answer in time")
        case aiohttp.InvalidURL():
            return Garbled("the address is no URL")
    return Cut(f"the connection broke ({type(error).__name__})")
