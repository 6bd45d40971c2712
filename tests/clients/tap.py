"""A tap in the line between a client and the bridge: it passes bytes on and writes them down."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit


@dataclass(slots=True)
class Exchange:
    """One connection with one request, as it went over the line."""

    request: bytearray = field(default_factory=bytearray)
    response: bytearray = field(default_factory=bytearray)
    left: bool = False
    """The client closed before the bridge did."""

    @property
    def call(self) -> str:
        """`GET /sdapi/v1/options?profile=x`."""
        return self.request.split(b" HTTP/", 1)[0].decode()

    @property
    def headers(self) -> dict[str, str]:
        """The client's headers, names in lower case."""
        lines = self.request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        pairs = (line.partition(":") for line in lines)
        return {name.lower(): value.strip(" ") for name, _, value in pairs}

    @property
    def body(self) -> Any:
        """The client's JSON, None when it sent no body."""
        raw = self.request.partition(b"\r\n\r\n")[2]
        return json.loads(raw) if raw else None

    @property
    def status(self) -> int:
        """The bridge's status; 0 when it has not answered."""
        return int(self.response[9:12] or 0)

    @property
    def answer(self) -> str:
        """The bridge's headers and body, chunked as it was."""
        return self.response.decode()


class Tap(ThreadingTCPServer):
    """Listens on a free loopback port."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), Line)
        parts = urlsplit(target)
        self.target = (str(parts.hostname), int(parts.port or 80))
        self.exchanges: list[Exchange] = []

    @property
    def url(self) -> str:
        """Where clients go instead."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def calls(self) -> list[str]:
        """`GET /sdapi/v1/options` and so on, in the order in which connections came."""
        return [exchange.call for exchange in self.exchanges]

    def only(self, call: str) -> Exchange:
        """The one exchange of this call."""
        (found,) = [exchange for exchange in self.exchanges if exchange.call == call]
        return found


class Line(BaseRequestHandler):
    """One client's connection."""

    server: Tap

    def handle(self) -> None:
        """Pass bytes both ways until either side has closed."""
        exchange = Exchange()
        self.server.exchanges.append(exchange)
        with socket.create_connection(self.server.target) as bridge:
            there = Thread(target=self.pass_on_request, args=(bridge, exchange), daemon=True)
            there.start()
            for part in received(bridge):
                exchange.response += part
                with suppress(OSError):
                    self.request.sendall(part)
            cut(self.request)
            there.join()

    def pass_on_request(self, bridge: socket.socket, exchange: Exchange) -> None:
        """The client's bytes; when it leaves, the bridge sees it leave."""
        for part in received(self.request):
            exchange.request += part
            with suppress(OSError):
                bridge.sendall(part)
        exchange.left = not exchange.response
        cut(bridge)


def received(line: socket.socket) -> Iterator[bytes]:
    """What comes until the other side closes."""
    with suppress(OSError):
        while part := line.recv(65536):
            yield part


def cut(line: socket.socket) -> None:
    """Close for both directions, also if it is closed already."""
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


@contextmanager
def tapping(target: str) -> Iterator[Tap]:
    """A tap that listens."""
    with Tap(target) as tap:
        Thread(target=tap.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield tap
        finally:
            tap.shutdown()
