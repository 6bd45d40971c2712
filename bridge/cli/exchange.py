"""The connection to a client: what is written in one turn of the event loop leaves in one call."""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGE = 1 << 16
"""Bytes that leave at once: asyncio's measure of what a slow reader may leave in the buffer."""


class Exchange(HttpToolsProtocol):
    """Each write to a socket wakes who reads there; head and first piece of an answer need one."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As uvicorn calls it."""
        super().connection_made(cast("asyncio.Transport", Gathering(transport)))


class Gathering:
    """A transport that writes a moment later, together.

    What is large leaves at once, so that whoever writes on waits until it was taken.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._parts: list[bytes | memoryview] = []

    def write(self, part: bytes | memoryview) -> None:
        """In this turn, with what was written before."""
        if not self._parts:
            self._loop.call_soon(self._leave)
        self._parts.append(part)
        if len(part) > LARGE:
            self._leave()

    def close(self) -> None:
        """When all is written."""
        self._leave()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _leave(self) -> None:
        if self._parts:
            parts, self._parts = self._parts, []
            self._transport.writelines(parts)
