"""The connection to a client: what is written in one turn of the event loop leaves in one call."""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

SENT_AT_ONCE = 8 << 20
"""Bytes that go to the socket without waiting for it: they are in memory anyhow."""


class Exchange(HttpToolsProtocol):
    """Each write to a socket wakes who reads there; head and pieces of an answer need but one."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As uvicorn calls it."""
        transport.set_write_buffer_limits(SENT_AT_ONCE)
        super().connection_made(cast("asyncio.Transport", Gathering(transport)))


class Gathering:
    """A transport that writes a moment later, together."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._parts: list[bytes | memoryview] = []
        self._size = 0

    def write(self, part: bytes | memoryview) -> None:
        """In this turn; at once when it is much."""
        if not self._parts:
            self._loop.call_soon(self._leave)
        self._parts.append(part)
        self._size += len(part)
        if self._size > SENT_AT_ONCE:
            self._leave()

    def close(self) -> None:
        """When all is written."""
        self._leave()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _leave(self) -> None:
        if self._parts:
            parts, self._parts, self._size = self._parts, [], 0
            self._transport.writelines(parts)
