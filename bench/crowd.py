"""Clients that cost little: raw sockets that ask for pictures and count the bytes that come."""

import asyncio
import json
import re
from collections.abc import Sequence
from random import randrange
from time import perf_counter
from typing import cast

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
PROMPT = (
    "a lighthouse keeper in a yellow oilskin coat stands on a wet stone pier at dusk, warm lantern "
    "light on her face, fishing boats behind her, 35mm photograph, shallow depth of field"
)


class Client(asyncio.Protocol):
    """One kept-alive connection; one request at a time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where requests go."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Count down to the answer's end."""
        if self._left is None:
            self._head += data
            head, end, rest = self._head.partition(b"\r\n\r\n")
            length = _LENGTH.search(head)
            if not end or not length:
                return
            self._left, data = int(length[1]), rest
        self._left -= len(data)
        if not self._left:
            self._done.set_result(self._head.startswith(b"HTTP/1.1 200"))

    async def ask(self, request: bytes) -> float:
        """Seconds until the whole answer was here; AssertionError when it is no 200."""
        self._head, self._left = b"", None
        self._done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        begun = perf_counter()
        self._transport.write(request)
        assert await self._done, self._head[:500]
        return perf_counter() - begun

    _head: bytes
    _left: int | None

    def close(self) -> None:
        """Hang up."""
        self._transport.close()


def request(route: str, number: int) -> bytes:
    """A finished prompt, asked for from `route`; no two are alike, for nobody asks twice."""
    fields = {
        "prompt": f"{PROMPT}, picture {number}",
        "width": 1024, "height": 1024, "seed": 7, "steps": 8,
        "override_settings": {"sd_model_checkpoint": route},
    }  # fmt: skip
    body = json.dumps(fields).encode()
    head = f"POST /sdapi/v1/txt2img HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Content-Type: application/json\r\n\r\n" + body


async def asked(port: int, route: str, pictures: int, at_once: int) -> Sequence[float]:
    """Seconds of each of `pictures` requests, `at_once` of them at any moment."""
    loop = asyncio.get_running_loop()
    left, seconds = iter(range(pictures)), list[float]()

    async def one() -> None:
        _, client = await loop.create_connection(Client, "127.0.0.1", port)
        for _ in left:
            seconds.append(await client.ask(request(route, randrange(1 << 32))))
        client.close()

    await asyncio.gather(*(one() for _ in range(at_once)))
    return seconds
