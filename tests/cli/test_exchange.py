"""What is written in one turn leaves in one call, and nothing is left behind."""

import asyncio
import socket
from typing import cast

import uvicorn
from starlette.types import Receive, Scope, Send

from bridge.cli.exchange import LARGE, Exchange, Gathering


class Socket:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.calls: list[object] = []

    def writelines(self, parts: list[bytes]) -> None:
        self.calls.append([bytes(part) for part in parts])

    def close(self) -> None:
        self.calls.append("close")

    def is_closing(self) -> bool:
        return "close" in self.calls


def gathering() -> tuple[Gathering, Socket]:
    heard = Socket()
    return Gathering(cast("asyncio.Transport", heard)), heard


async def test_one_turn_is_one_call() -> None:
    transport, heard = gathering()
    transport.write(b"head")
    transport.write(memoryview(b"body"))
    assert heard.calls == []
    await asyncio.sleep(0)
    transport.write(b"next")
    await asyncio.sleep(0)
    assert heard.calls == [[b"head", b"body"], [b"next"]]


async def test_what_is_written_leaves_before_the_end() -> None:
    transport, heard = gathering()
    transport.write(b"last words")
    transport.close()
    await asyncio.sleep(0)
    assert heard.calls == [[b"last words"], "close"]
    assert transport.is_closing()


async def test_what_is_large_does_not_wait() -> None:
    transport, heard = gathering()
    transport.write(b"head")
    transport.write(bytes(LARGE + 1))
    assert len(heard.calls) == 1
    transport.write(b"tail")
    await asyncio.sleep(0)
    assert heard.calls[1:] == [[b"tail"]]


async def test_an_answer_lasts_until_a_slow_client_has_taken_it() -> None:
    size, ended = 7 << 20, asyncio.Event()  # more than these sockets hold

    async def site(scope: Scope, receive: Receive, send: Send) -> None:
        length = [(b"content-length", str(size + 4).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": length})
        await send({"type": "http.response.body", "body": bytes(size), "more_body": True})
        await send({"type": "http.response.body", "body": b"tail"})
        ended.set()

    config = uvicorn.Config(site, port=0, log_config=None, lifespan="off", http=Exchange)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # it has no event
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.connect(("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=slow)
    writer.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    await asyncio.sleep(0.1)
    assert not ended.is_set()
    assert (await reader.readexactly(size + 4)).endswith(b"\0tail")
    await asyncio.wait_for(ended.wait(), 20)
    writer.close()
    server.should_exit = True
    await serving
