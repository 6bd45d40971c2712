"""The client and its guard, against servers on the loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from bridge.engine.contract import Account, Adapter, Call, Card, Part
from bridge.engine.pace import Pace
from bridge.engine.talk import Talk
from bridge.errors import Garbled, Unavailable
from bridge.transport.client import Cut, Slow, Transport
from bridge.transport.guard import PublicResolver
from bridge.transport.reply import Event, Reply

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[tuple[str, list[web.Request]]]:
    """A server's address, and the requests that it has had."""
    seen: list[web.Request] = []

    async def noted(request: web.Request) -> web.StreamResponse:
        seen.append(request)
        return await handler(request)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", noted)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}", seen
    finally:
        await runner.cleanup()


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    made = Transport(json_cap=100_000, picture_cap=10_000)
    yield made
    await made.aclose()


async def ok(request: web.Request) -> web.Response:
    return web.json_response({"it": "works"})


def talk(transport: Transport, base_url: str) -> Talk:
    class Some(Adapter):
        card = Card("some", "Some", "", base_url, (), hosts=("some.example",))

    return Talk(Some(Account("some", base_url, "secret")), transport, Pace(0.01))


async def test_the_key_goes_to_its_own_origin_only(transport: Transport) -> None:
    async with serving(ok) as (home, at_home), serving(ok) as (other, elsewhere):

        def verb(url: str) -> Generator[Call, Reply, None]:
            yield Call("GET", url)

        line = talk(transport, home)
        await line.drive(verb("x"), seconds=20)
        assert at_home[0].headers["Authorization"] == "Bearer secret"
        with pytest.raises(Garbled, match="private"):
            await line.drive(verb(f"{other}/x"), seconds=20)
        assert elsewhere == []


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://api.eu.some.example/x", True),
        ("https://some.example/x", True),
        ("http://some.example/x", False),
        ("https://awesome.example/x", False),
        ("https://some.example.evil.example/x", False),
        ("https://api.some.example@evil.example/x", False),
    ],
)
async def test_further_hosts_of_a_cloud_see_the_key_over_tls(
    transport: Transport, url: str, sent: bool
) -> None:
    line = talk(transport, "https://elsewhere.example/v1")
    assert bool(line.key(url)) is sent


async def test_a_form_is_sent_as_multipart(transport: Transport) -> None:
    read: dict[str, tuple[str, str, bytes]] = {}

    async def form(request: web.Request) -> web.Response:
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                read[name] = value.filename, value.content_type, value.file.read()
            else:
                read[name] = "", "", str(value).encode()
        return web.json_response({})

    def verb() -> Generator[Call, Reply, None]:
        picture = b"\x89PNG\r\n\x1a\nrest"
        yield Call("POST", "x", form=(Part("prompt", "ein Föx"), Part("image", picture, "a.png")))

    async with serving(form) as (home, _):
        await talk(transport, home).drive(verb(), seconds=20)
    assert read["prompt"] == ("", "", "ein Föx".encode())
    assert read["image"] == ("a.png", "image/png", b"\x89PNG\r\n\x1a\nrest")


async def test_a_body_that_is_no_json_is_kept_whole(transport: Transport) -> None:
    async def stream(request: web.Request) -> web.Response:
        return web.Response(text="event: a\ndata: 1\ndata: 2\n\n: ping\n\ndata: 3\n\ndata: cut")

    def verb() -> Generator[Call, Reply, Reply]:
        return (yield Call("GET", "x"))

    async with serving(stream) as (home, _):
        reply = await talk(transport, home).drive(verb(), seconds=20)
    assert reply.events() == [Event("a", "1\n2"), Event("message", "3")]


async def test_a_websocket_gives_its_objects_and_nothing_else(transport: Transport) -> None:
    async def speak(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str('{"value": 1}')
        await socket.send_str("[1]")
        await socket.send_str("no json")
        await socket.send_bytes(b"preview")
        await socket.send_str('{"value": 2}')
        await socket.close()
        return socket

    async with serving(speak) as (home, _):
        heard = [m async for m in transport.messages(f"{home}/ws", headers={})]
    assert heard == [{"value": 1}, {"value": 2}]


async def test_a_websocket_of_a_stranger_in_a_private_network_is_not_opened(
    transport: Transport,
) -> None:
    with pytest.raises(Garbled, match="private"):
        async for _ in transport.messages("http://127.0.0.1:9/ws", headers={}, stranger=True):
            pass


async def test_a_download_carries_no_key(transport: Transport) -> None:
    async def picture(request: web.Request) -> web.Response:
        return web.Response(body=b"bytes")

    async with serving(picture) as (home, seen):
        got = await transport.download(f"{home}/p.png", home=f"{home}/v1", timeout=20)
        assert got.raw == b"bytes"
        assert "Authorization" not in seen[0].headers
        assert "Cookie" not in seen[0].headers


async def test_a_private_address_of_somebody_else_is_not_asked(transport: Transport) -> None:
    async with serving(ok) as (other, seen):
        with pytest.raises(Garbled, match="private"):
            await transport.download(f"{other}/x", home="https://cloud.example/v1", timeout=20)
        assert seen == []


async def test_redirects_are_checked_again(transport: Transport) -> None:
    async with serving(ok) as (other, seen):

        async def away(request: web.Request) -> web.Response:
            raise web.HTTPFound(f"{other}/x")

        async with serving(away) as (home, _):
            with pytest.raises(Garbled, match="private"):
                await transport.download(f"{home}/p", home=home, timeout=20)
        assert seen == []


async def test_redirects_in_circles_end(transport: Transport) -> None:
    async def around(request: web.Request) -> web.Response:
        raise web.HTTPFound("/again")

    async with serving(around) as (home, seen):
        with pytest.raises(Garbled, match="circles"):
            await transport.download(f"{home}/p", home=home, timeout=20)
        assert len(seen) < 10


async def test_a_redirect_of_an_api_call_is_not_followed(transport: Transport) -> None:
    async def away(request: web.Request) -> web.Response:
        raise web.HTTPFound("/else")

    async with serving(away) as (home, seen):
        reply = await transport.request("POST", home, headers={}, body=b"{}", timeout=20)
        assert (reply.status, len(seen)) == (302, 1)


@pytest.mark.parametrize("declared", [True, False])
async def test_sizes_are_capped(transport: Transport, declared: bool) -> None:
    async def large(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if declared:
            response.content_length = 1_000_000
        await response.prepare(request)
        for _ in range(100):
            await response.write(bytes(10_000))
        return response

    async with serving(large) as (home, _):
        with pytest.raises(Garbled, match="larger"):
            await transport.download(f"{home}/p", home=home, timeout=5)
        with pytest.raises(Garbled, match="larger"):
            await transport.request("GET", home, headers={}, body=b"", timeout=5)


async def test_a_connection_is_kept_when_the_answer_was_read(transport: Transport) -> None:
    peers = list[object]()

    async def noted(request: web.Request) -> web.Response:
        assert request.transport
        peers.append(request.transport.get_extra_info("peername"))
        return web.Response(body=bytes(200_000 if request.path == "/large" else 20))

    async with serving(noted) as (home, _):
        for path in ("small", "small", "large", "small"):
            try:
                url = f"{home}/{path}"
                reply = await transport.request("POST", url, headers={}, body=b"{}", timeout=20)
                assert reply.headers.get("content-length") == "20"
            except Garbled:
                assert path == "large"
    assert peers[0] == peers[1] == peers[2] != peers[3], "what was not read to its end is closed"


async def test_nobody_there_means_that_nothing_was_sent(transport: Transport) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(Unavailable) as raised:
        await transport.request("POST", url, headers={}, body=b"{}", timeout=20)
    assert not isinstance(raised.value, Cut)


async def test_a_broken_or_late_answer_may_have_been_accepted(transport: Transport) -> None:
    async def broken(request: web.Request) -> web.Response:
        assert request.transport
        request.transport.close()
        return web.Response()

    async def late(request: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    async with serving(broken) as (home, _):
        with pytest.raises(Cut):
            await transport.request("POST", home, headers={}, body=b"{}", timeout=20)
    async with serving(late) as (home, _):
        with pytest.raises(Slow):
            await transport.request("POST", home, headers={}, body=b"{}", timeout=0.5)


class Names(AbstractResolver):
    """A name server that a stranger holds."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=a, port=port, family=family, proto=0, flags=0)
            for a in self.addresses
        ]

    async def close(self) -> None:
        pass


async def test_a_name_that_points_inside_is_refused() -> None:
    with pytest.raises(Garbled, match="private"):
        await PublicResolver(Names("127.0.0.1", "10.0.0.1")).resolve("rebind.example", 80)
    found = await PublicResolver(Names("10.0.0.1", "93.184.216.34")).resolve("x.example", 80)
    assert [answer["host"] for answer in found] == ["93.184.216.34"]


async def test_a_stream_that_breaks_off_keeps_its_whole_events(transport: Transport) -> None:
    kinds = iter(("text/event-stream", "text/plain"))

    async def broken(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"Content-Type": next(kinds)})
        stream.enable_chunked_encoding()
        await stream.prepare(request)
        await stream.write(b'data: {"n": 1}\n\ndata: [2]\n\ndata: {"n"')
        assert request.transport
        request.transport.close()
        return stream

    async with serving(broken) as (home, _):
        reply = await transport.request("GET", home, headers={}, body=b"", timeout=20)
        assert list(reply.messages()) == [{"n": 1}]
        with pytest.raises(Cut):
            await transport.request("GET", home, headers={}, body=b"", timeout=20)
