"""The short way to a cloud, against a server that says exactly what a test wants."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from bridge.errors import Garbled, Unavailable
from bridge.transport.client import Cut, Slow, Transport
from bridge.transport.line import SCRATCH
from bridge.transport.reply import Reply
from bridge.transport.room import LARGE

CAP = 2_000_000


class Server:
    """Answers each request with the next of its answers, and counts connections."""

    def __init__(self, answers: Sequence[bytes]) -> None:
        self._answers = list(answers)
        self.connections = 0
        self.requests: list[bytes] = []
        self.url = ""

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Until the client goes, or an answer ends with the connection."""
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
                self.requests.append(head + await reader.readexactly(int(length or 0)))
                answer = self._answers.pop(0)
                writer.write(answer.removesuffix(b"<end>"))
                if answer.endswith(b"<end>"):
                    break
        except asyncio.IncompleteReadError:
            pass
        writer.close()


@asynccontextmanager
async def serving(*answers: bytes) -> AsyncIterator[Server]:
    made = Server(answers)
    server = await asyncio.start_server(made.meet, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    server.close()


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    made = Transport(json_cap=CAP, picture_cap=CAP)
    yield made
    await made.aclose()


async def asked(
    transport: Transport, url: str, method: str = "POST", body: bytes = b"{}", timeout: float = 5
) -> Reply:
    return await transport.request(method, url, headers={"A": "b"}, body=body, timeout=timeout)


def ok(body: bytes, *more: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *more, "", ""]
    return "\r\n".join(lines).encode() + body


async def test_a_connection_is_kept(transport: Transport) -> None:
    async with serving(ok(b"[1]"), ok(b"[2]")) as server:
        first = await asked(transport, f"{server.url}/a b?c=d e")
        second = await asked(transport, server.url, "GET", b"")
    assert (first.json, second.json, server.connections) == ([1], [2], 1)
    assert server.requests[0].startswith(b"POST /a%20b?c=d+e HTTP/1.1\r\nHost: 127.0.0.1:")
    assert server.requests[0].endswith(b"\r\n\r\n{}")


async def test_a_closing_answer_closes(transport: Transport) -> None:
    async with serving(ok(b"[1]", "Connection: close"), ok(b"[2]")) as server:
        await asked(transport, server.url)
        assert (await asked(transport, server.url)).json == [2]
    assert server.connections == 2


async def test_what_was_closed_while_idle_is_asked_again_if_that_is_free(
    transport: Transport,
) -> None:
    async with serving(ok(b"[1]") + b"<end>", ok(b"[2]")) as server:
        await asked(transport, server.url)
        assert (await asked(transport, server.url, "GET", b"")).json == [2]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_answer_that_breaks_off_is_not_asked_for_again(
    transport: Transport, method: str
) -> None:
    async with serving(ok(b"[1]"), b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[<end>") as server:
        await asked(transport, server.url)
        with pytest.raises(Cut):
            await asked(transport, server.url, method)
    assert len(server.requests) == 2


async def test_a_paid_request_on_a_dead_connection_is_never_sent_twice(
    transport: Transport,
) -> None:
    async with serving(ok(b"[1]"), b"<end>", ok(b"[3]")) as server:
        await asked(transport, server.url)
        with pytest.raises(Cut):
            await asked(transport, server.url, "POST")
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n[1,2]<end>",
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok(b"[1,2]"),
        ok(gzip.compress(b"[1,2]"), "Content-Encoding: gzip"),
    ],
    ids=["chunked", "until the end", "hints before", "packed though not asked for"],
)
async def test_whatever_shape_the_answer_has(transport: Transport, answer: bytes) -> None:
    async with serving(answer) as server:
        reply = await asked(transport, server.url)
    assert (reply.status, reply.json, "link" in reply.headers) == (200, [1, 2], False)


def large(wrap: Callable[[bytes], bytes], size: int) -> bytes:
    return wrap(b'["' + b"x" * size + b'"]')


def chunked(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


@pytest.mark.parametrize("size", [SCRATCH - 4, SCRATCH - 3, 3 * SCRATCH, LARGE])
@pytest.mark.parametrize("wrap", [ok, chunked])
async def test_a_large_answer_is_whole_and_the_next_one_its_own(
    transport: Transport, wrap: Callable[[bytes], bytes], size: int
) -> None:
    async with serving(large(wrap, size), ok(b"[2]")) as server:
        found = (await asked(transport, server.url)).json
        assert isinstance(found, list)
        assert bytes(found[0].view) == b"x" * size
        assert (await asked(transport, server.url)).json == [2]
    assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        ok(b"x" * (CAP + 1)),
        chunked(b"x" * (CAP + 1)),
        ok(gzip.compress(b"x" * (CAP + 1)), "Content-Encoding: gzip"),
    ],
    ids=["told", "not told", "packed"],
)
async def test_no_answer_is_larger_than_the_cap(transport: Transport, answer: bytes) -> None:
    async with serving(answer) as server:
        with pytest.raises(Garbled, match="larger"):
            await asked(transport, server.url)


async def test_junk_instead_of_http_is_a_broken_connection(transport: Transport) -> None:
    async with serving(b"SSH-2.0-x\r\n\r\n") as server:
        with pytest.raises(Cut):
            await asked(transport, server.url)


async def test_a_silent_server_is_slow(transport: Transport) -> None:
    async with serving(b"") as server:
        with pytest.raises(Slow):
            await asked(transport, server.url, timeout=0.05)


async def test_nobody_there_means_that_nothing_left(transport: Transport) -> None:
    async with serving() as server:
        pass
    with pytest.raises(Unavailable, match="connect") as caught:
        await asked(transport, server.url)
    assert not isinstance(caught.value, Cut)


async def test_a_header_holds_no_second_one(transport: Transport) -> None:
    async with serving(ok(b"[]")) as server:
        with pytest.raises(Garbled, match="line break"):
            await transport.request(
                "GET", server.url, headers={"A": "b\r\nC: d"}, body=b"", timeout=5
            )
    assert server.requests == []
