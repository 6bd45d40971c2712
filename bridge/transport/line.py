"""One kept connection to a cloud; the body of a large reply is received where it stays."""

import asyncio
import zlib
from typing import cast

import httptools

from bridge.errors import Garbled
from bridge.transport.room import LARGE, Room

SCRATCH = 1 << 14
"""Bytes that are received at once until it is known how long the body is."""
Raw = bytes | bytearray
Answer = tuple[int, dict[str, str], Raw]
"""Status, headers (names in lower case), body."""


class Dropped(ConnectionError):
    """The connection ended before the answer did."""


class Line(asyncio.BufferedProtocol):
    """HTTP/1.1, one exchange at a time (RFC 9112); httptools reads all but long bodies."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._scratch = memoryview(bytearray(SCRATCH))
        self._done: asyncio.Future[Answer] | None = None
        self._taking: asyncio.Task[None] | None = None
        self.idle_since = 0.0
        self.heard = False
        """Whether any of the answer has come."""

    async def ask(self, sent: bytes, cap: int) -> Answer:
        """One exchange; Garbled for more than `cap` bytes, Dropped when the answer breaks off."""
        self._done = asyncio.get_running_loop().create_future()
        self._parser = httptools.HttpResponseParser(self)
        self._cap = cap
        self._status, self._size, self._until_end = 0, 0, False
        self._headers: dict[str, str] = {}
        self._chunks: list[bytes] = []
        self._body: bytearray | None = None
        self._at, self.heard = 0, False
        self.transport.write(sent)
        return await self._done

    def close(self) -> None:
        """At once."""
        if self._taking:
            self._taking.cancel()
        self.transport.abort()

    @property
    def is_free(self) -> bool:
        """Whether another exchange can be had on it."""
        return not self.transport.is_closing() and self._done is None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As asyncio asks for it."""
        self.transport = cast("asyncio.Transport", transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        """The rest of the body where its length is known, else the scratch buffer."""
        return self._scratch if self._body is None else memoryview(self._body)[self._at :]

    def buffer_updated(self, nbytes: int) -> None:
        """So many bytes have come."""
        self.heard = True
        if self._done is None:
            self.transport.abort()  # nothing was asked
        elif self._body is not None:
            self._at += nbytes
            if self._at == len(self._body):
                self._finish(self._body)
        else:
            self._read(self._scratch[:nbytes])

    def connection_lost(self, exc: Exception | None) -> None:
        """The end of the answer, where nothing else marks it."""
        if self._done is None:
            return
        if self._until_end and self._body is None and exc is None:
            self._finish(b"".join(self._chunks))
        else:
            self._fail(Dropped(type(exc).__name__ if exc else "it was closed"))

    def _read(self, piece: memoryview) -> None:
        try:
            self._parser.feed_data(piece)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            cause = error.__context__
            self._fail(cause if isinstance(cause, Garbled) else Dropped(type(error).__name__))

    def on_header(self, name: bytes, value: bytes) -> None:
        """As httptools asks for it, and so below."""
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """What is known of the body."""
        self._status = self._parser.get_status_code()
        if self._status < 200:
            self._headers.clear()
            return
        length = self._headers.get("content-length", "")
        chunked = "transfer-encoding" in self._headers
        self._until_end = not length and not chunked and self._status not in (204, 304)
        size = int(length) if length.isdigit() and not chunked else 0
        self._check(size)
        if size >= LARGE:
            self.transport.pause_reading()
            self._taking = asyncio.create_task(self._take(size))
        elif size > SCRATCH:
            self._body = bytearray(size)

    def on_body(self, piece: bytes) -> None:
        """Of a short body, or of the beginning of a long one."""
        if self._body is not None:
            self._put(self._body, piece)
            return
        self._size += len(piece)
        self._check(self._size)
        self._chunks.append(piece)

    def on_message_complete(self) -> None:
        """The end, unless it was only a word in between."""
        if self._status >= 200 and self._body is None:
            self._finish(b"".join(self._chunks))

    async def _take(self, size: int) -> None:
        """Go on once there is room for the body."""
        self._body = await self._room.take(size)
        for piece in self._chunks:
            self._put(self._body, piece)
        self._chunks.clear()
        self.transport.resume_reading()

    def _put(self, body: bytearray, piece: bytes) -> None:
        body[self._at : self._at + len(piece)] = piece
        self._at += len(piece)

    def _check(self, size: int) -> None:
        if size > self._cap:
            raise Garbled(f"the answer is larger than {self._cap >> 20} MB")

    def _finish(self, body: Raw) -> None:
        done, self._done = self._done, None
        keeps = not self._until_end and self._parser.should_keep_alive()
        if self._taking:
            self._taking.cancel()
        self._body, self._taking = None, None
        if not keeps:
            self.transport.abort()
        if done and not done.done():
            encoding = self._headers.get("content-encoding", "identity")
            try:
                plain = body if encoding == "identity" else _unpacked(body, self._cap)
            except (Garbled, zlib.error) as error:
                done.set_exception(error if isinstance(error, Garbled) else Dropped("zlib"))
            else:
                done.set_result((self._status, self._headers, plain))
        self._headers = {}

    def _fail(self, error: BaseException) -> None:
        done, self._done = self._done, None
        self.close()
        if done and not done.done():
            done.set_exception(error)


def _unpacked(body: Raw, cap: int) -> bytes:
    """gzip or deflate, though it was not asked for."""
    reader = zlib.decompressobj(wbits=47)
    plain = reader.decompress(body, cap + 1)
    if len(plain) > cap:
        raise Garbled(f"the answer is larger than {cap >> 20} MB")
    return plain
