"""A door on a loopback port, with a pipeline that does as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

import aiohttp
import orjson
import pybase64
import uvicorn
from PIL import Image
from uvicorn.server import ServerState

from bridge.api.rooms import ChatDesk, Desk, DoorSettings, Rooms, Viewer
from bridge.api.running import Running
from bridge.api.site import build
from bridge.domain import AttemptRecord, Job, Lora, LoraUse, Made, Note, Picture, Ready
from bridge.engine.card import Option
from bridge.engine.control import Control
from bridge.errors import Interrupted
from bridge.pictures.sniff import from_base64
from tests.ask import Answer

ROUTES = ("auto", "runware/flux1-dev", "runpod/z-image")
UPSCALER = "fal/crystal-upscaler"
OPTIONS = {
    "runpod/z-image": (
        Option("shift", "number", "of the noise schedule", 0),
        Option("upscale_model", "choice", "what enlarges", choices=("soft", "sharp")),
    )
}


def drawn(size: tuple[int, int] = (16, 8), kind: str = "png", colour: Any = "teal") -> bytes:
    """A plain picture's file."""
    out = BytesIO()
    Image.new("RGBA" if kind == "png" else "RGB", size, colour).save(out, kind)
    return out.getvalue()


def base64(raw: bytes) -> str:
    return pybase64.b64encode(raw).decode()


PICTURE = from_base64(pybase64.b64encode(drawn()))


@dataclass
class FakePipeline:
    """Makes every job at once, unless held; fails where a failure is laid down for the place."""

    jobs: list[Job] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    failures: dict[int, Exception] = field(default_factory=dict)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    made: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    picture: Picture = PICTURE
    more: tuple[Picture, ...] = ()
    instead: Made | None = None
    """What is made of every job."""

    def __post_init__(self) -> None:
        self.held.set()

    async def make(self, job: Job, control: Control) -> Made:
        place = len(self.jobs)
        self.jobs.append(job)
        self.controls.append(control)
        self.begun.release()
        await self._hold(control)
        if place in self.failures:
            raise self.failures[place]
        self.made.release()
        return self.instead or replace(made_of(job, self.picture), more=self.more)

    async def _hold(self, control: Control) -> None:
        waits: set[asyncio.Future[Any]] = {
            asyncio.ensure_future(self.held.wait()),
            control.stop.waiting(),
        }
        await asyncio.wait(waits, return_when="FIRST_COMPLETED")
        for wait in waits:
            wait.cancel()
        if control.stop.is_set():
            raise Interrupted("stopped by the client")


def made_of(job: Job, picture: Picture = PICTURE) -> Made:
    """What a cloud made of `job`."""
    ready = Ready(
        model="runware:100@1",
        family="flux1",
        prompt=f"painted: {job.text}",
        negative=job.negative,
        width=job.width,
        height=job.height,
        seed=job.seed,
        steps=job.steps or 28,
        guidance=job.guidance,
        loras=(LoraUse("mira", "https://example.org/mira.safetensors", 0.8),),
        strength=job.strength,
    )
    attempts = (
        AttemptRecord("runware", "flux1-dev", "Limited", 0.12, "slow down"),
        AttemptRecord("runpod", "z-image", "ok", 6.1, cost=1300),
    )
    return Made(
        picture=picture,
        provider="runpod",
        model="z-image",
        ready=ready,
        seed=job.seed,
        cost=1300,
        seconds=6.25,
        ref=f"ref-{job.id}",
        attempts=attempts,
        notes=(Note("steps", "steps were set to 28 – the model’s own"),),
    )


@dataclass
class FakeRoutes:
    titles: list[str] = field(default_factory=lambda: list(ROUTES))

    def names(self) -> list[str]:
        return self.titles

    def known(self, name: str) -> bool:
        return name in self.titles

    def upscalers(self) -> list[str]:
        return [UPSCALER]

    def options(self, route: str) -> list[Option]:
        wanted = [title for title in self.titles if route in (title, title.partition("/")[0])]
        return [option for title in wanted for option in OPTIONS.get(title, ())]


class FakeLoras:
    def listing(self) -> list[Lora]:
        return [Lora("mira", "Mira the fox", "character", 1, {})]


@dataclass(frozen=True)
class Door:
    """Speaks to the door over a socket."""

    url: str
    pipeline: FakePipeline
    routes: FakeRoutes
    session: aiohttp.ClientSession

    async def ask(self, method: str, path: str, json: object = None, **more: Any) -> Answer:
        if json is not None:
            more["data"] = orjson.dumps(json)
        async with self.session.request(method, self.url + path, **more) as answer:
            return Answer(answer.status, answer.headers, await answer.read())

    async def get(self, path: str, **more: Any) -> Answer:
        return await self.ask("GET", path, **more)

    async def post(self, path: str, json: object = None, **more: Any) -> Answer:
        return await self.ask("POST", "/sdapi/v1/" + path, json, **more)


@asynccontextmanager
async def opened(
    grace: float = 0.05,
    desk: Desk | None = None,
    chats: ChatDesk | None = None,
    viewer: Viewer | None = None,
    **settings: Any,
) -> AsyncIterator[Door]:
    """A door as `bridge.api.site` builds it, behind uvicorn."""
    pipeline = FakePipeline()
    routes = FakeRoutes()
    waited_for = {("fal_2", "ref-1")}

    def wake(account: str, ref: str) -> bool:
        known = (account, ref) in waited_for
        waited_for.discard((account, ref))
        return known

    rooms = Rooms(pipeline, routes, FakeLoras(), desk, viewer, chats, wake)
    site = build(rooms, DoorSettings(version="test", **settings), Running(grace))
    config = uvicorn.Config(site, log_config=None, lifespan="off", ws="none", http="httptools")
    config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: config.http_protocol_class(config, state, {}),  # type: ignore[call-arg]
        "127.0.0.1",
        0,
    )
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with aiohttp.ClientSession() as session:
        try:
            yield Door(url, pipeline, routes, session)
        finally:
            pipeline.held.set()
            server.close()
            for connection in list(state.connections):
                connection.transport.close()
            await asyncio.gather(*state.tasks)
