"""Requests to the clouds' own addresses over kept connections, by the shortest way.

What a general HTTP client does besides (cookies, redirects, compression, events, proxies) costs
more than the rest of a picture's way through the bridge, and none of it is wanted here.
"""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Mapping
from functools import cache

import aiohappyeyeballs
from yarl import URL

from bridge.errors import Garbled, Unavailable
from bridge.transport.line import Answer, Dropped, Line
from bridge.transport.room import Room

CONNECT_S = 5.0
IDLE_S = 15.0
"""Clouds close a connection that is idle for longer, maybe while the next request leaves."""
_ALWAYS = "User-Agent: a1111-bridge\r\nAccept-Encoding: identity\r\n"
_Place = tuple[str, str, int]
"""Scheme, host, port."""


class Lane:
    """All connections to clouds' own addresses; used on one event loop."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._idle: defaultdict[_Place, list[Line]] = defaultdict(list)
        self._closed = False

    async def ask(
        self, method: str, url: URL, *, headers: Mapping[str, str], body: bytes, cap: int
    ) -> Answer:
        """One exchange; no redirect is followed.

        Unavailable when it never left, Dropped when it may have, Garbled for a body over `cap`.
        """
        place = url.scheme, url.raw_host or "", url.port or 0
        sent = _head(method, url, headers, len(body)) + body
        line = self._kept(place)
        if line and method == "GET":
            try:
                return await self._exchange(place, line, sent, cap)
            except Dropped:
                if line.heard:
                    raise
            line = None  # closed while it was idle: what changes nothing may be asked again
        return await self._exchange(place, line or await self._opened(place), sent, cap)

    def close(self) -> None:
        """All idle connections now, all others at the end of their exchange."""
        self._closed = True
        for line in [line for lines in self._idle.values() for line in lines]:
            line.close()
        self._idle.clear()

    async def _exchange(self, place: _Place, line: Line, sent: bytes, cap: int) -> Answer:
        try:
            answer = await line.ask(sent, cap)
        except BaseException:
            line.close()
            raise
        if self._closed:
            line.close()
        elif line.is_free:
            line.idle_since = asyncio.get_running_loop().time()
            self._idle[place].append(line)
        return answer

    def _kept(self, place: _Place) -> Line | None:
        """The connection that was idle for the shortest time, if that was short."""
        now, lines = asyncio.get_running_loop().time(), self._idle[place]
        while lines:
            line = lines.pop()
            if line.is_free and now - line.idle_since < IDLE_S:
                return line
            line.close()
        return None

    async def _opened(self, place: _Place) -> Line:
        scheme, host, port = place
        try:
            async with asyncio.timeout(CONNECT_S):
                return await self._connected(scheme, host, port)
        except TimeoutError:
            raise Unavailable("cannot connect in time") from None
        except (OSError, UnicodeError):
            raise Unavailable(f"cannot connect to {host}") from None

    async def _connected(self, scheme: str, host: str, port: int) -> Line:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=1)
        socket = await aiohappyeyeballs.start_connection(
            found, happy_eyeballs_delay=0.25, interleave=1
        )
        secure = scheme == "https"
        try:
            _, line = await loop.create_connection(
                lambda: Line(self._room), sock=socket, ssl=_trusted() if secure else None,
                server_hostname=host if secure else None,
            )  # fmt: skip
        except BaseException:
            socket.close()
            raise
        return line


def quick(url: str) -> URL | None:
    """`url` when the lane can go there; None for one with credentials in it. Garbled for none."""
    try:
        parsed = URL(url)
    except ValueError:
        raise Garbled("the address is no URL") from None
    if parsed.scheme not in ("http", "https") or not parsed.raw_host:
        raise Garbled("the address is no URL")
    return None if parsed.raw_user or parsed.raw_password else parsed


def _head(method: str, url: URL, headers: Mapping[str, str], length: int) -> bytes:
    host = url.host_port_subcomponent or ""
    lines = [f"{method} {url.raw_path_qs} HTTP/1.1\r\nHost: {host}\r\n{_ALWAYS}"]
    for name, value in headers.items():
        if "\n" in value or "\r" in value:
            raise Garbled(f"a line break in {name}")
        lines.append(f"{name}: {value}\r\n")
    lines.append("\r\n" if method == "GET" else f"Content-Length: {length}\r\n\r\n")
    return "".join(lines).encode("latin-1", "replace")


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()
