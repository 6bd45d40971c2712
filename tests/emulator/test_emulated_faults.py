"""Each fault does what it says, as a raw client sees it, and the books say whether it cost."""

import asyncio
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from emulator.app import Running

Json = dict[str, Any]
STEP = 0.01


async def picture_url(client: Any, fox: Json) -> str:
    """The address of a fresh file."""
    reply = await client.runware(fox)
    found: str = reply.json["data"][0]["imageURL"]
    return found


async def until(true: Any) -> None:
    """Wait for something that is about to happen."""
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(STEP)
    raise TimeoutError


async def test_an_unknown_kind_is_refused(emu: Running) -> None:
    with pytest.raises(ValueError, match="no such fault: rain"):
        emu.faults.add("runware", "rain")


async def test_a_fault_strikes_as_often_as_ordered_and_only_its_cloud(
    client: Any, fox: Json
) -> None:
    client.emu.faults.add("runware", "status", times=2, status=503)
    assert (await client.llm("hello")).status == 200
    statuses = [(await client.runware(fox)).status for _ in range(3)]
    assert statuses == [503, 503, 200]
    assert [call.fault for call in client.emu.ledger.requests("runware")] == [
        "status",
        "status",
        "",
    ]


async def test_stages_and_paths_select_requests(client: Any, fox: Json) -> None:
    client.emu.faults.add("runware", "status", match="status", times=None)
    client.emu.faults.add("*", "status", match="/klein/", status=502)
    assert (await client.runware(fox)).status == 200
    poll = {"taskType": "getResponse", "taskUUID": fox["taskUUID"]}
    assert (await client.runware(poll)).status == 500
    assert (await client.runpod("GET", "zimage/health")).status == 200
    assert (await client.runpod("GET", "klein/health")).status == 502


@pytest.mark.parametrize("status", [401, 402, 403, 404, 422, 429, 500, 502, 503])
async def test_every_status_speaks_the_clouds_language(client: Any, fox: Json, status: int) -> None:
    client.emu.faults.add("*", "status", times=None, status=status, retry_after=7)
    runware = await client.runware(fox)
    runpod = await client.runpod("POST", "zimage/run", {"input": {"prompt": "x"}})
    llm = await client.llm("hello")
    assert runware.status == runpod.status == llm.status == status
    assert runware.json["errors"][0].keys() == {"code", "message"}
    assert isinstance(runpod.json["error"], str)
    assert llm.json["error"].keys() == {"message", "type", "param", "code"}
    assert {reply.headers["Retry-After"] for reply in (runware, runpod, llm)} == {"7"}
    assert client.emu.ledger.jobs() == []


async def test_latency_passes_and_the_request_goes_on(client: Any, fox: Json) -> None:
    client.emu.settings.change({"time_scale": 1.0})
    fault = client.emu.faults.add("runware", "latency", seconds=3600)
    waiting = asyncio.create_task(client.runware(fox))
    await until(lambda: fault.struck)
    await asyncio.sleep(STEP)
    assert not waiting.done()
    waiting.cancel()
    client.emu.settings.change({"time_scale": 0.00001})
    client.emu.faults.add("runware", "latency", seconds=3600)
    assert (await client.runware(fox)).status == 200


async def test_hang_accepts_nothing_and_never_answers(client: Any, fox: Json) -> None:
    fault = client.emu.faults.add("runware", "hang")
    waiting = asyncio.create_task(client.runware(fox))
    await until(lambda: fault.struck)
    await asyncio.sleep(STEP)
    assert not waiting.done()
    waiting.cancel()
    assert client.emu.ledger.jobs() == []
    [call] = client.emu.ledger.requests("runware", "paid")
    assert call.status is None


async def test_cut_closes_before_anything_is_accepted(client: Any, fox: Json) -> None:
    client.emu.faults.add("runware", "cut")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.runware(fox)
    assert client.emu.ledger.jobs() == []
    [call] = client.emu.ledger.requests("runware")
    assert call.status == 0


async def test_accepted_then_lost_is_billed(client: Any, fox: Json) -> None:
    client.emu.faults.add("runware", "accepted_then_lost")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.runware(fox)
    [entry] = client.emu.ledger.billed("runware")
    assert (entry.job, entry.state) == (fox["taskUUID"], "done")


async def test_truncated_promises_the_whole(client: Any, fox: Json) -> None:
    client.emu.faults.add("runware", "truncated")
    with pytest.raises(aiohttp.ClientPayloadError):
        await client.runware(fox)
    assert len(client.emu.ledger.billed("runware")) == 1
    url = await picture_url(client, fox | {"taskUUID": str(uuid4())})
    client.emu.faults.add("runware", "truncated", match="file")
    async with client.session.get(url) as reply:
        with pytest.raises(aiohttp.ClientPayloadError):
            await reply.read()
    whole = await client.ask("GET", url)
    assert int(reply.headers["Content-Length"]) == len(whole.raw)


async def test_html_for_json(client: Any, fox: Json) -> None:
    client.emu.faults.add("runware", "html")
    reply = await client.runware(fox)
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert reply.raw.startswith(b"<!doctype html>")


async def test_the_right_body_under_a_wrong_name(client: Any, fox: Json) -> None:
    client.emu.faults.add("runware", "content_type")
    reply = await client.runware(fox)
    assert reply.headers["Content-Type"].startswith("text/plain")
    assert fox["taskUUID"].encode() in reply.raw


async def test_empty_is_a_success_with_nothing_in_it(client: Any, fox: Json) -> None:
    client.emu.faults.add("runware", "empty")
    reply = await client.runware(fox)
    assert (reply.status, reply.json) == (200, {"data": []})
    assert len(client.emu.ledger.billed("runware")) == 1


async def test_moderation_refuses_or_flags(client: Any, fox: Json) -> None:
    client.emu.faults.add("runware", "moderation")
    refused = await client.runware(fox)
    assert refused.json["errors"][0]["code"] == "contentPolicyViolation"
    assert client.emu.ledger.jobs() == []
    client.emu.faults.add("runware", "moderation", flag=True)
    flagged = await client.runware(fox)
    assert flagged.json["data"][0]["NSFWContent"] is True


async def test_a_failed_job_is_not_billed(client: Any, fox: Json) -> None:
    client.emu.faults.add("runware", "failed")
    reply = await client.runware(fox)
    assert (reply.status, reply.json["errors"][0]["code"]) == (500, "inferenceError")
    assert [entry.state for entry in client.emu.ledger.jobs()] == ["failed"]
    assert client.emu.ledger.billed() == []


async def test_queue_keeps_the_job_waiting(client: Any, fox: Json) -> None:
    client.emu.faults.add("runware", "queue", seconds=1_000_000)
    await client.runware(fox | {"deliveryMethod": "async"})
    poll = await client.runware({"taskType": "getResponse", "taskUUID": fox["taskUUID"]})
    assert (poll.json["data"][0]["status"], poll.json["data"][0]["progress"]) == ("processing", 0)


async def test_hold_answers_when_it_is_lifted(client: Any, fox: Json) -> None:
    fault = client.emu.faults.add("runware", "hold")
    waiting = asyncio.create_task(client.runware(fox))
    await until(lambda: [job.state for job in client.emu.ledger.billed()] == ["done"])
    await asyncio.sleep(STEP)
    assert not waiting.done()
    lifted = await client.ask("DELETE", f"/_emulator/faults/{fault.id}")
    assert lifted.status == 200
    assert (await waiting).status == 200


async def test_a_held_job_outlives_its_client(client: Any, fox: Json) -> None:
    client.emu.faults.add("runware", "hold")
    waiting = asyncio.create_task(client.runware(fox))
    await until(client.emu.ledger.billed)
    waiting.cancel()
    await until(lambda: client.emu.ledger.billed()[0].state == "done")
    later = await client.runware({"taskType": "getResponse", "taskUUID": fox["taskUUID"]})
    assert later.json["data"][0]["status"] == "success"


async def test_files_that_are_no_pictures(client: Any, fox: Json) -> None:
    url = await picture_url(client, fox)
    client.emu.faults.add("runware", "not_a_picture")
    client.emu.faults.add("runware", "expired", status=404)
    client.emu.faults.add("runware", "redirect", to="http://192.0.2.1/secret")
    text, gone, moved, file = [await client.ask("GET", url) for _ in range(4)]
    assert (text.status, text.headers["Content-Type"]) == (200, "image/png")
    assert text.raw.startswith(b"this is not a picture")
    assert (gone.status, b"NoSuchKey" in gone.raw) == (404, True)
    assert (moved.status, moved.headers["Location"]) == (302, "http://192.0.2.1/secret")
    assert file.raw.startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize("declared", [True, False])
async def test_huge_goes_on_and_on(client: Any, fox: Json, declared: bool) -> None:
    url = await picture_url(client, fox)
    client.emu.faults.add("runware", "huge", mb=1.5, declared=declared)
    reply = await client.ask("GET", url)
    assert len(reply.raw) == 1.5 * 1024 * 1024
    assert ("Content-Length" in reply.headers) is declared
    client.emu.faults.add("runware", "huge", mb=10_000)
    async with client.session.get(url) as endless:
        assert len(await endless.content.readexactly(3_000_000)) == 3_000_000
        endless.close()


async def test_a_file_expires_by_the_clock(client: Any, fox: Json) -> None:
    url = await picture_url(client, fox)
    client.emu.settings.change({"ahead_s": 3601})
    reply = await client.ask("GET", url)
    assert (reply.status, b"AccessDenied" in reply.raw) == (403, True)
