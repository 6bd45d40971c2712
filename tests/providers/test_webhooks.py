"""Clouds that are given an address tell of the end there: a look is worth it, nothing more."""

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from fastapi import FastAPI

from bridge.api import hooks
from bridge.engine.attempt import Attempt
from bridge.engine.pace import Pace
from bridge.engine.run import Engine
from bridge.engine.slots import Slots
from bridge.errors import AttemptError
from bridge.providers import adapters
from emulator import pictures
from tests.providers.cases import CASES
from tests.providers.chamber import SCALE, Chamber
from tests.stack import eventually

HOME = "https://my.example"
"""A name that the emulated clouds find on this machine."""
SEEN: dict[str, Callable[[Any], tuple[str, str]]] = {
    "ai_horde": lambda body: (body["request"], body["img"]),
    "fal": lambda body: (body["request_id"], body["payload"]["images"][0]["url"]),
    "ideogram": lambda body: (body["generation_id"], body["data"][0]["url"]),
    "pixeldojo": lambda body: (body["jobId"], body["output"]["images"][0]),
    "replicate": lambda body: (body["id"], body["output"][0]),
    "runninghub": lambda body: (
        body["taskId"], json.loads(body["eventData"])["results"][0]["url"]
    ),
    "runpod": lambda body: (body["id"], str(body["output"])),
    "runware": lambda body: (body["taskUUID"], body["imageURL"]),
    "wavespeed": lambda body: (body["id"], body["outputs"][0]),
}  # fmt: skip
"""The job and its picture in each cloud's own words."""
by_hooked = pytest.mark.parametrize("cloud", SEEN)


@dataclass
class Hall:
    """The door for clouds, behind a socket, and what came through it."""

    room: Chamber
    engine: Engine
    heard: list[tuple[Any, int]] = field(default_factory=list)
    """Bodies, and what was answered."""
    come: asyncio.Event = field(default_factory=asyncio.Event)

    def begun(self, cloud: str) -> Attempt:
        """An attempt that takes so long that it is not over at the first look."""
        self.room.emulator.settings.change({"clouds": {cloud: {"run_s": 80.0}}})
        adapter = CASES[cloud].adapter(self.room.emulator.url)
        adapter.account = replace(adapter.account, hooks=HOME)
        attempt = self.room.attempt(adapter, adapter.models()[0])
        self.engine.begin(attempt, seconds=30.0)
        return attempt

    async def told(self, account: str, ref: str, body: object) -> int:
        """As somebody would who knows the address."""
        async with self.door() as client:
            answer = await client.post(f"/bridge/v1/hooks/{account}/{ref}", json=body)
        return answer.status_code

    def door(self) -> httpx.AsyncClient:
        app = FastAPI()
        app.include_router(hooks.router(self.engine.wake))
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOME)

    async def hear(self, request: web.Request) -> web.Response:
        async with self.door() as client:
            answer = await client.post(request.path, content=await request.read())
        self.heard.append((await request.json(), answer.status_code))
        self.come.set()
        return web.Response(status=answer.status_code)


@pytest.fixture
async def hall(room: Chamber, request: pytest.FixtureRequest) -> AsyncIterator[Hall]:
    made = Hall(room, engine(room, getattr(request, "param", SCALE)))
    app = web.Application()
    app.router.add_post("/bridge/v1/hooks/{account}/{ref}", made.hear)
    async with TestServer(app) as server:
        room.emulator.settings.change({"hosts": {HOME: str(server.make_url("")).rstrip("/")}})
        yield made
        await made.engine.aclose(1.0)


def engine(room: Chamber, scale: float) -> Engine:
    return Engine(room.transport, room.keeper, Slots(), room.shelf, Pace(scale))


def test_every_adapter_that_gives_an_address_is_looked_at() -> None:
    source = {name: inspect.getsource(kind) for name, kind in adapters().items()}
    assert {name for name, text in source.items() if "self.hook(" in text} == set(SEEN)


@by_hooked
@pytest.mark.parametrize("hall", [1e4], indirect=True)
async def test_the_end_is_told_and_wakes_a_look(hall: Hall, cloud: str) -> None:
    """With hours between two looks, it is the webhook that brings the picture."""
    attempt = hall.begun(cloud)
    outcome = await hall.engine.wait(attempt, seconds=30.0)
    assert pictures.read(bytes(outcome.picture.raw))["prompt"] == "a red fox in fresh snow"
    ((body, status),) = hall.heard
    assert status == 200
    (entry,) = hall.room.emulator.ledger.jobs(cloud)
    job, picture = SEEN[cloud](body)
    assert job == entry.job
    assert picture
    again = await hall.told(cloud, attempt.ref, body)
    assert again == 404


@by_hooked
async def test_a_lie_is_a_look_and_nothing_more(hall: Hall, cloud: str) -> None:
    attempt = hall.begun(cloud)
    ledger = hall.room.emulator.ledger
    await asyncio.to_thread(eventually, lambda: ledger.jobs(cloud), "the job is under way")
    lie = {"status": "FAILED", "error": "no", "output": ["https://evil.example/x.png"]}
    strangers = [(f"{cloud}_2", attempt.ref), (cloud, "another"), (cloud, attempt.ref[:-1])]
    assert [await hall.told(*whose, lie) for whose in strangers] == [404] * 3
    assert [await hall.told(cloud, attempt.ref, lie) for _ in range(2)] == [200, 404]
    outcome = await hall.engine.wait(attempt, seconds=30.0)
    assert pictures.read(bytes(outcome.picture.raw))["cloud"] == cloud
    await asyncio.wait_for(hall.come.wait(), 10)
    assert hall.heard[0][1] == 404, "the cloud's own call comes too late, and does no harm"
    assert hall.room.paid(cloud) == 1
    assert await hall.room.states() == ["kept"]


@pytest.mark.parametrize("cloud", SEEN.keys() - {"ai_horde"})
@pytest.mark.parametrize("hall", [1e4], indirect=True)
async def test_a_failure_is_told_too(hall: Hall, cloud: str) -> None:
    """By all but the Horde, which tells of pictures alone."""
    hall.room.emulator.faults.add(cloud, "failed")
    attempt = hall.begun(cloud)
    with pytest.raises(AttemptError):
        await hall.engine.wait(attempt, seconds=30.0)
    assert [status for _, status in hall.heard] == [200]
