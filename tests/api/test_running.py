import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import orjson
import pytest
from starlette.types import Message

from bridge.api.running import Running
from bridge.domain import Job, Made
from bridge.engine.control import Control
from tests.api.door import Door, made_of, opened


async def until(true: Callable[[], bool]) -> None:
    """Wait for what must come; the test's own time limit is ten seconds."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110  # what is waited for has no event
            await asyncio.sleep(0.002)


@asynccontextmanager
async def drawing(door: Door, **asked: object) -> AsyncIterator[asyncio.StreamWriter]:
    """A txt2img under way on a socket of its own."""
    body = orjson.dumps(asked)
    host, port = door.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = (
        f"POST /sdapi/v1/txt2img HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    for _ in range(int(str(asked.get("batch_size", 1)))):
        await door.pipeline.begun.acquire()
    try:
        yield writer
    finally:
        writer.close()


async def progress(door: Door, query: str = "") -> tuple[float, int, str]:
    told = (await door.get("/sdapi/v1/progress" + query)).json
    return told["progress"], told["state"]["job_count"], told["state"]["job"]


async def test_idle_reads_exactly_nothing(door: Door) -> None:
    assert (await door.get("/sdapi/v1/progress?skip_current_image=true")).json == {
        "progress": 0.0,
        "eta_relative": 0.0,
        "state": {
            "skipped": False,
            "interrupted": False,
            "stopping_generation": False,
            "job": "",
            "job_count": 0,
            "job_timestamp": "0",
            "job_no": 0,
            "sampling_step": 0,
            "sampling_steps": 0,
        },
        "current_image": None,
        "textinfo": None,
    }


async def test_progress_is_the_callers_own(door: Door) -> None:
    door.pipeline.held.clear()
    asked = asyncio.create_task(door.post("txt2img?profile=ana", {"batch_size": 2}))
    for _ in range(2):
        await door.pipeline.begun.acquire()
    assert await progress(door, "?profile=ana") == (0.01, 2, "scripts_txt2img")
    door.pipeline.controls[0].progress = 0.5
    door.pipeline.controls[0].stage = "waiting for Runware"
    told = (await door.get("/sdapi/v1/progress?profile=ana")).json
    assert (told["progress"], told["textinfo"]) == (0.25, "waiting for Runware")
    assert told["eta_relative"] > 0
    assert await progress(door, "?profile=ben") == (0.0, 0, "")
    door.pipeline.held.set()
    await asked
    assert await progress(door, "?profile=ana") == (0.0, 0, "")


async def test_a_task_is_found_by_its_own_name(door: Door) -> None:
    async def told(name: str) -> tuple[bool, bool, float | None]:
        answer = (await door.ask("POST", "/internal/progress", {"id_task": name})).json
        return answer["active"], answer["completed"], answer["progress"]

    door.pipeline.held.clear()
    asked = asyncio.create_task(door.post("txt2img", {"force_task_id": "task(abc)"}))
    await door.pipeline.begun.acquire()
    assert await told("task(abc)") == (True, False, 0.01)
    pending = (await door.get("/internal/pending-tasks")).json
    assert pending == {"size": 1, "tasks": ["task(abc)"]}
    door.pipeline.held.set()
    await asked
    assert await told("task(abc)") == (False, True, None)
    assert await told("task(xyz)") == (False, False, None)


async def test_an_interrupt_with_nothing_closed_stops_all_of_the_callers(door: Door) -> None:
    door.pipeline.held.clear()
    asked = [
        asyncio.create_task(door.post("txt2img?profile=" + name, {})) for name in ("a", "a", "b")
    ]
    for _ in asked:
        await door.pipeline.begun.acquire()
    assert (await door.post("interrupt?profile=a")).raw == b"{}"
    stopped = await asyncio.gather(*asked[:2])
    assert [(answer.status, answer.json["images"]) for answer in stopped] == [(200, [])] * 2
    door.pipeline.held.set()
    assert len((await asked[2]).json["images"]) == 1


async def test_an_interrupted_batch_answers_with_what_is_finished(door: Door) -> None:
    door.pipeline.held.clear()
    asked = asyncio.create_task(door.post("txt2img", {"batch_size": 2, "seed": 3}))
    for _ in range(2):
        await door.pipeline.begun.acquire()
    await door.post("skip")
    await until(door.pipeline.controls[0].stop.is_set)
    door.pipeline.held.set()
    answer = await asked
    assert (answer.status, answer.info["all_seeds"]) == (200, [4])


@pytest.mark.parametrize("closed_first", [True, False])
async def test_an_interrupt_means_the_one_whose_socket_closes(closed_first: bool) -> None:
    async with opened(grace=1.5) as door:
        door.pipeline.held.clear()
        async with drawing(door), drawing(door) as closing:
            kept, meant = door.pipeline.controls
            if closed_first:
                closing.close()
                await until(lambda: meant.left)
                await door.post("interrupt")
            else:
                await door.post("interrupt")
                closing.close()
            await until(meant.stop.is_set)
            await asyncio.sleep(1.6)
            assert not kept.stop.is_set()


async def test_an_old_disconnect_is_not_meant(door: Door) -> None:
    door.pipeline.held.clear()
    async with drawing(door), drawing(door) as closing:
        closing.close()
        await until(lambda: door.pipeline.controls[1].left)
        await asyncio.sleep(0.06)
        await door.post("interrupt")
        await until(door.pipeline.controls[0].stop.is_set)
        assert door.pipeline.controls[0].stop.is_set(), "the attended one is stopped too"


async def test_an_interrupt_stops_nothing_that_begins_later(door: Door) -> None:
    door.pipeline.held.clear()
    async with drawing(door):
        await door.post("interrupt")
        async with drawing(door):
            await until(door.pipeline.controls[0].stop.is_set)
            assert not door.pipeline.controls[1].stop.is_set()


async def test_a_client_that_leaves_stops_nothing_that_is_submitted(door: Door) -> None:
    door.pipeline.held.clear()
    async with drawing(door, batch_size=2) as writer:
        writer.close()
        await until(lambda: all(control.left for control in door.pipeline.controls))
    assert not any(control.stop.is_set() for control in door.pipeline.controls)
    assert await progress(door) == (0.0, 0, "")
    door.pipeline.held.set()
    for _ in range(2):
        await door.pipeline.made.acquire()


async def test_a_client_that_leaves_while_talking_is_no_error(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    host, port = door.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        b"POST /sdapi/v1/txt2img HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"
    )
    await writer.drain()
    await asyncio.sleep(0.02)
    writer.close()
    await writer.wait_closed()
    assert (await door.get("/internal/ping")).status == 200
    assert not caplog.records
    assert not door.pipeline.jobs


async def test_a_kept_connection_serves_the_next_picture(door: Door) -> None:
    for seed in range(3):
        assert (await door.post("txt2img", {"seed": seed})).info["seed"] == seed
    assert not any(control.left for control in door.pipeline.controls)


async def test_pictures_that_end_in_one_moment_end_their_run_once() -> None:
    async def make(job: Job, control: Control) -> Made:
        return made_of(job)

    async def receive() -> Message:
        await asyncio.Event().wait()
        return {}

    odd: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: odd.append(context))
    running = Running()
    run = running.begin("ana", make, [Job("a", "fox", 1), Job("b", "fox", 2)], "pair")
    assert await running.wait(run, receive)
    assert [type(outcome) for outcome in run.outcomes()] == [Made, Made]
    assert (list(running.done_ids), running.attended("ana"), odd) == (["pair"], [], [])
