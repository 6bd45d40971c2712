"""A fresh emulator for each test, and a raw client that neither retries nor forgives."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import uuid4

import aiohttp
import orjson
import pytest

from emulator.app import Running, running

Json = dict[str, Any]


async def until(holds: Callable[[], object]) -> None:
    """Wait for what is about to happen, however slow the machine is."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110  # it has no event
            await asyncio.sleep(0.01)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body as they came."""

    status: int
    headers: Any
    raw: bytes
    json: Any


@dataclass(frozen=True, slots=True)
class Client:
    """Speaks to an emulator with the right keys."""

    emu: Running
    session: aiohttp.ClientSession

    async def ask(
        self, method: str, path: str, body: Any = None, key: str = "", **options: Any
    ) -> Answer:
        """One request; `path` from the root, or a whole URL."""
        url = path if path.startswith("http") else self.emu.url + path
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Authorization"] = key if " " in key else f"Bearer {key}"
        sent = None if body is None else BytesIO(orjson.dumps(body))
        async with self.session.request(
            method, url, data=sent, headers=headers, allow_redirects=False, **options
        ) as reply:
            raw = await reply.read()
            is_json = reply.content_type == "application/json"
            found = await reply.json() if is_json and raw else None
            return Answer(reply.status, reply.headers, raw, found)

    async def runware(self, *tasks: Json, key: str = "emu-runware-key") -> Answer:
        """An array of tasks."""
        return await self.ask("POST", "/runware/v1", list(tasks), key)

    async def runpod(self, method: str, path: str, body: Any = None) -> Answer:
        """Below `/v2`."""
        return await self.ask(method, f"/runpod/v2/{path}", body, "emu-runpod-key")

    async def fal(self, method: str, path: str, body: Any = None) -> Answer:
        """Below the queue, or a whole URL of its answers."""
        url = path if path.startswith("http") else f"/fal/queue/{path}"
        return await self.ask(method, url, body, "Key emu-fal-key")

    async def llm(self, text: str, **more: Any) -> Answer:
        """One user message."""
        messages = [{"role": "user", "content": text}]
        body = {"model": "emulated-writer", "messages": messages, **more}
        return await self.ask("POST", "/llm/v1/chat/completions", body, "emu-llm-key")


@pytest.fixture
async def emu() -> AsyncIterator[Running]:
    """An emulator a thousand times faster than life."""
    async with running(time_scale=0.001) as emulator:
        yield emulator


@pytest.fixture
async def client(emu: Running) -> AsyncIterator[Client]:
    """A client of `emu`."""
    async with aiohttp.ClientSession() as session:
        yield Client(emu, session)


@pytest.fixture
def fox() -> Json:
    """A valid small imageInference; change a copy of it."""
    return {
        "taskType": "imageInference",
        "taskUUID": str(uuid4()),
        "model": "runware:z-image@turbo",
        "positivePrompt": "a fox in the snow",
        "width": 256,
        "height": 192,
        "seed": 7,
    }
