"""What the engine does beside a job: it listens, peeks, and is woken."""

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from bridge.domain import Ready
from bridge.engine.attempt import Attempt
from bridge.engine.contract import (
    Account,
    Adapter,
    Call,
    Card,
    Finished,
    Model,
    Raw,
    Request,
    Ticket,
    Waiting,
    Watch,
)
from bridge.engine.control import Control
from bridge.engine.pace import Pace
from bridge.engine.run import Engine
from bridge.engine.slots import Slots
from bridge.store import database
from bridge.transport.reply import Reply
from tests.providers.cases import png
from tests.providers.chamber import Chamber, chamber, until

pytestmark = pytest.mark.wire
MODEL = Model("m", "m", "flux1")


class Queue(Adapter):
    """A cloud with a websocket, whose job is over when somebody says so."""

    card = Card("queue", "Queue", "", "", (MODEL,), recovery="ticket")
    reads = True
    asks_for: float | None = 500.0
    """Seconds until the next look."""

    def submit(self, job: Ready, ref: str) -> Generator[Request, Reply, Ticket]:
        yield Call("POST", "submit", paid=True)
        return Ticket({"id": "1"})

    def check(self, ticket: Ticket) -> Generator[Request, Reply, Waiting | Finished]:
        reply = yield Call("GET", "check")
        return Finished((Raw(reply.raw),)) if reply.raw else Waiting(retry_after=self.asks_for)

    def watch(self, ticket: Ticket) -> Watch:
        def read(message: Mapping[str, object]) -> Waiting:
            if not self.reads:
                raise KeyError("value")
            return Waiting(float(str(message["value"])), retry_after=0 if message["end"] else None)

        return Watch("ws", read)


class Open(Adapter):
    """A cloud whose submit stays open, and that can be asked meanwhile."""

    card = Card("open", "Open", "", "", (MODEL,), peeks=True, cancel_stops_bill=True)

    def submit(self, job: Ready, ref: str) -> Generator[Request, Reply, Finished]:
        yield Call("POST", "submit", headers={"X-Open": "1"}, paid=True)
        return Finished(())

    def peek(self, ref: str) -> Generator[Request, Reply, Waiting]:
        reply = yield Call("GET", f"progress/{ref}")
        return Waiting(float(str(reply.mapping()["progress"])))

    def cancel(self, ref: str, ticket: Ticket | None) -> Generator[Request, Reply, None]:
        yield Call("POST", "interrupt")


class Server:
    """Both clouds' other side."""

    def __init__(self) -> None:
        self.over, self.interrupted = asyncio.Event(), asyncio.Event()
        self.looks = 0
        self.messages: list[dict[str, object]] = []
        self.base = ""
        self.during_look: Callable[[], object] = lambda: None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        match request.path.split("/")[1]:
            case "check":
                self.looks += 1
                over = self.over.is_set()
                self.during_look()
                return web.Response(body=png(64, 64)) if over else web.json_response(1)
            case "ws":
                return await self.speak(request)
            case "progress":
                return web.json_response({"progress": 0.4})
            case "interrupt":
                self.interrupted.set()
            case "submit" if request.headers.get("X-Open"):
                await self.over.wait()
        return web.json_response({})

    async def speak(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        while not self.messages:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        for message in self.messages:
            await socket.send_json(message)
        await self.over.wait()
        return socket


@asynccontextmanager
async def server() -> AsyncIterator[Server]:
    served = Server()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", served.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield served
    finally:
        served.over.set()
        await runner.cleanup()


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Chamber]:
    async with chamber(tmp_path) as made:
        yield made


def attempt(adapter: Adapter) -> Attempt:
    ready = Ready("m", "flux1", "a fox", 64, 64)
    return Attempt(adapter, MODEL, ready, "job", Control())


async def test_progress_is_heard_and_an_end_wakes_the_look(room: Chamber) -> None:
    async with server() as cloud:
        tried = attempt(Queue(Account("queue", cloud.base)))
        room.engine.begin(tried, seconds=30)
        await until(lambda: cloud.looks == 1)  # the next look is 10 s away
        cloud.messages = [{"value": 0.5, "end": False}]
        await until(lambda: tried.control.progress == 0.5)
        cloud.over.set()
        assert room.engine.wake("queue", tried.ref)
        outcome = await asyncio.wait_for(room.engine.wait(tried, seconds=30), 5)
        assert (outcome.picture.width, cloud.looks) == (64, 2)


async def test_the_ticket_is_on_disk_before_the_first_wait(
    room: Chamber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LAZY_S", 30.0)  # by itself it would not get there
    async with server() as cloud:
        room.engine.begin(attempt(Queue(Account("queue", cloud.base))), seconds=30)
        await until(lambda: cloud.looks == 1)  # the next look is 10 s away
        async with asyncio.timeout(5):
            while not (await room.ledger.open())[0].ticket:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert cloud.looks == 1
        cloud.over.set()


@pytest.mark.parametrize("asks_for", [None, 500.0])
async def test_who_is_woken_during_a_look_looks_again(
    room: Chamber, asks_for: float | None
) -> None:
    engine = Engine(room.transport, room.keeper, Slots(), room.shelf, Pace(1e3))
    async with server() as cloud:
        adapter = Queue(Account("queue", cloud.base))
        adapter.asks_for = asks_for
        tried = attempt(adapter)

        def over() -> None:
            cloud.over.set()
            engine.wake("queue", tried.ref)

        cloud.during_look = over
        engine.begin(tried, seconds=30)
        outcome = await asyncio.wait_for(engine.wait(tried, seconds=30), 5)
        assert (outcome.picture.width, cloud.looks) == (64, 2)
    await engine.aclose(1.0)


async def test_a_message_alone_wakes_too(room: Chamber) -> None:
    async with server() as cloud:
        tried = attempt(Queue(Account("queue", cloud.base)))
        room.engine.begin(tried, seconds=30)
        await until(lambda: cloud.looks == 1)
        cloud.over.set()
        cloud.messages = [{"value": 1, "end": True}]
        outcome = await asyncio.wait_for(room.engine.wait(tried, seconds=30), 5)
        assert (outcome.picture.width, cloud.looks) == (64, 2)


async def test_a_strange_message_costs_nothing(room: Chamber) -> None:
    async with server() as cloud:
        adapter = Queue(Account("queue", cloud.base))
        adapter.reads = False
        tried = attempt(adapter)
        cloud.messages = [{"value": 1}]
        room.engine.begin(tried, seconds=30)
        await until(lambda: cloud.looks == 1)
        cloud.over.set()
        room.engine.wake("queue", tried.ref)
        assert (await room.engine.wait(tried, seconds=5)).picture.width == 64


async def test_who_is_unknown_or_was_told_already_wakes_nobody(room: Chamber) -> None:
    async with server() as cloud:
        tried = attempt(Queue(Account("queue", cloud.base)))
        room.engine.begin(tried, seconds=30)
        await until(lambda: cloud.looks == 1)
        assert not room.engine.wake("queue", "another")
        assert not room.engine.wake("queue_2", tried.ref)
        assert room.engine.wake("queue", tried.ref)
        assert not room.engine.wake("queue", tried.ref)
        cloud.over.set()


async def test_an_open_submit_has_progress_and_can_be_stopped(room: Chamber) -> None:
    async with server() as cloud:
        tried = attempt(Open(Account("open", cloud.base)))
        room.engine.begin(tried, seconds=30)
        await until(lambda: tried.control.progress == 0.4)
        waiting = asyncio.create_task(room.engine.wait(tried, seconds=30))
        await asyncio.sleep(0)
        tried.control.stop.set()
        await asyncio.wait_for(cloud.interrupted.wait(), 5)
        cloud.over.set()
        await asyncio.wait({waiting})
        assert waiting.exception() is not None
