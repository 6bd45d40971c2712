"""The adapter against a real Gradio server: what a dropped stream costs, and what does not.

Gradio wants an older Pillow than we do, so it is no dependency of ours: it runs where it is
installed beside us nevertheless, or by the Python that GRADIO_PYTHON names. 6.31 and 5.49 pass;
6.0 answers nothing, instead of 404, after a drop.
"""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from pathlib import Path

import aiohttp
import pytest

from bridge.engine.contract import Account, Adapter, Finished, Ticket, Waiting
from bridge.engine.talk import Talk
from bridge.errors import Gone, Limited, LoraUnreachable, Unavailable, Uncertain, Unfit
from bridge.providers import adapters
from tests.needs import needs
from tests.providers.cases import CASES, png
from tests.providers.chamber import Chamber, lora

pytestmark = [pytest.mark.slow, pytest.mark.wire]
[MODEL] = CASES["hf_space"].models()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the server, in its own process."""
    python = os.environ.get("GRADIO_PYTHON", "")
    needs("gradio", bool(python or find_spec("gradio")), "the Space is a real Gradio server")
    folder, port = tmp_path_factory.mktemp("space"), free_port()
    offline = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1"}
    command = [
        python or sys.executable,
        str(Path(__file__).with_name("gradio_space.py")),
        str(port),
    ]
    environment = {**os.environ, **offline, "GRADIO_TEMP_DIR": str(folder)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture
async def space(server: str) -> AsyncIterator[Adapter]:
    """The adapter, once the server listens: importing gradio takes seconds."""
    async with aiohttp.ClientSession() as session:
        for _ in range(600):
            try:
                await (await session.get(f"{server}/config")).read()
                break
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
    yield adapters()["hf_space"](Account("hf_space", server))


def line(room: Chamber, space: Adapter) -> Talk:
    return Talk(space, room.transport, room.engine.pace)


async def submitted(room: Chamber, space: Adapter, ref: str, steps: int, **more: object) -> Ticket:
    """The ticket of a job that takes so many tenths of a second."""

    async def nothing() -> None:
        return

    ready = room.attempt(space, MODEL, steps=steps, **more).ready
    verb = space.submit(ready, ref)
    ticket = await line(room, space).drive(verb, seconds=20, before_paid=nothing)
    assert isinstance(ticket, Ticket)
    return ticket


async def listened(space: Adapter, ref: str, *, seconds: float) -> None:
    """Open the session's stream as any client would, and drop it."""
    url = f"{space.account.base_url}/gradio_api/queue/data?session_hash={ref}"
    async with aiohttp.ClientSession() as session, session.get(url) as stream:
        try:
            async with asyncio.timeout(seconds):
                await stream.read()
        except TimeoutError:
            return


async def ended(room: Chamber, space: Adapter, ticket: Ticket) -> Finished:
    while True:
        look = await line(room, space).drive(space.check(ticket), seconds=20)
        if isinstance(look, Finished):
            return look
        assert look == Waiting()
        await asyncio.sleep(0.05)


async def test_a_picture(room: Chamber, space: Adapter) -> None:
    picture, uses = png(64, 64), (lora("rose", MODEL), lora("rain", MODEL, 0.4))
    attempt = room.attempt(
        space, MODEL, steps=2, seed=77, loras=uses, init_image=picture, strength=0.5
    )
    outcome = await room.run(attempt, seconds=20)
    assert (outcome.picture.width, outcome.picture.height) == (512, 768)
    assert outcome.picture.kind == "png"
    assert await room.states() == ["kept"]


async def test_an_end_that_nobody_listened_for_is_kept(room: Chamber, space: Adapter) -> None:
    ticket = await submitted(room, space, "late", 2)
    await asyncio.sleep(1.5)
    assert len((await ended(room, space, ticket)).pictures) == 1


async def test_looking_changes_nothing(room: Chamber, space: Adapter) -> None:
    running = await submitted(room, space, "running", 8)
    waiting = await submitted(room, space, "waiting", 1)
    if not running.fields["event"]:
        pytest.skip("this Gradio does not say when an event is over: it is listened to at once")
    for _ in range(5):
        for ticket in (running, waiting):
            look = await line(room, space).drive(space.check(ticket), seconds=20)
            assert look == Waiting()
    assert len((await ended(room, space, waiting)).pictures) == 1
    assert len((await ended(room, space, running)).pictures) == 1


async def test_a_dropped_stream_loses_the_result(room: Chamber, space: Adapter) -> None:
    ticket = await submitted(room, space, "dropped", 10)
    await listened(space, "dropped", seconds=0.3)
    with pytest.raises(Uncertain, match="lost"):
        await ended(room, space, ticket)


async def test_a_dropped_stream_takes_a_waiting_event_out(room: Chamber, space: Adapter) -> None:
    first = await submitted(room, space, "first", 10)
    second = await submitted(room, space, "second", 1)
    await listened(space, "second", seconds=0.3)
    with pytest.raises(Uncertain, match="lost"):
        await ended(room, space, second)
    assert len((await ended(room, space, first)).pictures) == 1


async def test_a_lost_answer_is_heard_by_our_ref(room: Chamber, space: Adapter) -> None:
    await submitted(room, space, "ours", 3)
    found = await line(room, space).drive(space.find("ours"), seconds=20)
    assert found == Ticket({"session": "ours", "event": ""})
    assert len((await ended(room, space, found)).pictures) == 1


async def test_a_session_that_never_was_is_lost(room: Chamber, space: Adapter) -> None:
    with pytest.raises(Uncertain, match="lost"):
        await ended(room, space, Ticket({"session": "never", "event": ""}))


@pytest.mark.parametrize(
    ("prompt", "error", "text", "rest"),
    [
        ("quota", Limited, "GPU quota", 3 * 3600 + 21 * 60 + 9),
        ("crash", Unavailable, "does not say why", None),
        ("unsaid", LoraUnreachable, "could not be loaded", None),
    ],
)
async def test_how_a_space_fails(
    room: Chamber, space: Adapter, prompt: str, error: type[Limited], text: str, rest: float | None
) -> None:
    with pytest.raises(error, match=text) as raised:
        await room.run(room.attempt(space, MODEL, steps=1, prompt=prompt), seconds=20)
    assert raised.value.retry_after == rest
    assert await room.states() == ["failed"]


async def test_what_a_slider_does_not_have_is_unfit(room: Chamber, space: Adapter) -> None:
    with pytest.raises(Unfit, match="maximum value 1536"):
        await room.run(room.attempt(space, MODEL, steps=1, width=4000), seconds=20)


async def test_a_function_that_is_not_there_is_gone(room: Chamber, space: Adapter) -> None:
    other = adapters()["hf_space"](
        Account("hf_space", space.account.base_url, options={"api": "/other"})
    )
    with pytest.raises(Gone, match="/other"):
        await room.run(room.attempt(other, MODEL), seconds=20)
    assert await room.states() == []


async def test_a_full_queue_rests_briefly(room: Chamber, space: Adapter) -> None:
    tickets = [await submitted(room, space, "full-0", 8)]
    await asyncio.sleep(0.3)
    tickets += [await submitted(room, space, f"full-{n}", 1) for n in range(1, 4)]
    with pytest.raises(Unavailable, match="Queue is full"):
        await submitted(room, space, "full-4", 1)
    for ticket in tickets:
        assert len((await ended(room, space, ticket)).pictures) == 1
