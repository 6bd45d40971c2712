"""The emulated RunPod goes through the platform's states and its workers' manners."""

import base64
import json
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from emulator import pictures

Json = dict[str, Any]
SMALL = {"prompt": "a fox", "width": 256, "height": 256}


async def finished(client: Any, endpoint: str, asked: Json, **body: Any) -> Json:
    """Submit, wait until the job is over, and give its status."""
    reply = await client.runpod("POST", f"{endpoint}/run", {"input": asked, **body})
    assert reply.json["status"] == "IN_QUEUE"
    job_id = reply.json["id"]
    await client.emu.emulator.world.jobs.get("runpod", job_id).over.wait()
    told: Json = (await client.runpod("GET", f"{endpoint}/status/{job_id}")).json
    return told


async def test_the_states_of_a_job(client: Any) -> None:
    client.emu.settings.change(
        {"time_scale": 1.0, "clouds": {"runpod": {"queue_s": 0, "run_s": 60, "workers": 1}}}
    )
    first = (await client.runpod("POST", "zimage/run", {"input": SMALL})).json["id"]
    second = (await client.runpod("POST", "zimage/run", {"input": SMALL})).json["id"]
    running = (await client.runpod("GET", f"zimage/status/{first}")).json
    waiting = (await client.runpod("GET", f"zimage/status/{second}")).json
    assert running.keys() == {"id", "status", "delayTime", "workerId"}
    assert running["status"] == "IN_PROGRESS"
    assert waiting == {"id": second, "status": "IN_QUEUE"}
    health = (await client.runpod("GET", "zimage/health")).json
    assert (health["jobs"]["inProgress"], health["jobs"]["inQueue"]) == (1, 1)
    assert health["workers"]["running"] == 1
    for job_id in (second, first):
        cancelled = await client.runpod("POST", f"zimage/cancel/{job_id}")
        assert cancelled.json == {"id": job_id, "status": "CANCELLED"}
    assert [entry.billed for entry in client.emu.ledger.jobs()] == [True, False]


async def test_a_finished_job_has_times_and_a_picture(client: Any) -> None:
    told = await finished(client, "zimage", SMALL)
    assert told.keys() == {"id", "status", "delayTime", "executionTime", "workerId", "output"}
    file = await client.ask("GET", told["output"]["image_url"])
    assert Image.open(BytesIO(file.raw)).size == (320, 320)
    record = pictures.read(file.raw)
    assert (record["prompt"], record["seed"]) == ("a fox", 42)


@pytest.mark.parametrize(
    ("extra", "side"),
    [
        ({}, 320),
        ({"second_pass_upscale": 1.5}, 384),
        ({"second_pass_enabled": False}, 384),
        ({"second_pass_enabled": False, "upscale_factor": 2.0}, 512),
        ({"second_pass_enabled": False, "upscale_enabled": False}, 256),
    ],
)
async def test_the_z_image_worker_enlarges(client: Any, extra: Json, side: int) -> None:
    told = await finished(client, "zimage", {**SMALL, **extra})
    file = await client.ask("GET", told["output"]["image_url"])
    assert Image.open(BytesIO(file.raw)).size == (side, side)


async def test_unknown_fields_are_ignored_and_noted(client: Any) -> None:
    told = await finished(client, "zimage", {**SMALL, "hat": "red", "preset": "x"})
    assert told["status"] == "COMPLETED"
    assert client.emu.ledger.jobs()[0].facts["ignored"] == ["hat", "preset"]


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"width": 256}, "prompt is required"),
        ({**SMALL, "loras": [{"url": "https://unreachable.example/a"}]}, "Failed to load LoRA"),
    ],
)
async def test_a_polite_failure_is_plain_text(client: Any, asked: Json, text: str) -> None:
    told = await finished(client, "zimage", asked)
    assert told["status"] == "FAILED"
    assert text in told["error"]


@pytest.mark.parametrize(
    "asked",
    [
        {**SMALL, "width": 250}, {**SMALL, "loras": [{"scale": 1}]},
        {**SMALL, "second_pass_strength": 1.5}, {**SMALL, "second_pass_steps": 0},
    ],
)  # fmt: skip
async def test_a_crash_is_json_in_a_string(client: Any, asked: Json) -> None:
    told = await finished(client, "zimage", asked)
    assert told["status"] == "FAILED"
    assert {"error_type", "error_message", "error_traceback"} <= json.loads(told["error"]).keys()


async def test_klein_gives_urls_or_base64_with_metadata(client: Any) -> None:
    asked = {**SMALL, "num_images": 2, "seed": 5, "output_format": "png"}
    by_url = (await finished(client, "klein", asked))["output"]
    inline = (await finished(client, "klein", {**asked, "return_type": "base64"}))["output"]
    assert by_url["metadata"]["seed"] == 5
    assert len(by_url["image_urls"]) == len(inline["images"]) == 2
    file = await client.ask("GET", by_url["image_urls"][1])
    assert base64.b64decode(inline["images"][1]) == file.raw
    assert pictures.read(file.raw)["seed"] == 6


TWINS = [{"url": "https://files.example/a", "adapter_name": "a"}] * 2


@pytest.mark.parametrize(
    ("extra", "text"),
    [
        ({"loras": TWINS}, "adapter_name must be unique"),
        ({"output_format": "webp"}, "Unknown output_format: webp"),
        ({"preset": "sepia"}, "Unknown preset: sepia"),
    ],
)
async def test_klein_is_particular(client: Any, extra: Json, text: str) -> None:
    told = await finished(client, "klein", {**SMALL, **extra})
    assert (told["status"], told["error"]) == ("FAILED", text)


async def test_an_empty_input_is_accepted_and_fails_late(client: Any) -> None:
    told = await finished(client, "zimage", {})
    assert (told["status"], told["retries"]) == ("FAILED", 1)
    assert told["error"] == "job timed out after 1 retries"
    assert client.emu.ledger.billed() == []


@pytest.mark.parametrize(
    ("kind", "state", "part"),
    [
        ("failed", "FAILED", "error"),
        ("moderation", "FAILED", "error"),
        ("timed_out", "TIMED_OUT", "error"),
        ("error_in_output", "COMPLETED", "output"),
    ],
)
async def test_ordered_endings(client: Any, kind: str, state: str, part: str) -> None:
    client.emu.faults.add("runpod", kind)
    told = await finished(client, "zimage", SMALL)
    assert told["status"] == state
    assert told[part]
    assert (await finished(client, "zimage", SMALL))["status"] == "COMPLETED"


async def test_completed_without_output(client: Any) -> None:
    client.emu.faults.add("runpod", "empty")
    told = await finished(client, "zimage", SMALL)
    assert told["status"] == "COMPLETED"
    assert "output" not in told


async def test_runsync_holds_until_the_job_is_over(client: Any) -> None:
    client.emu.settings.change(
        {"time_scale": 1.0, "clouds": {"runpod": {"queue_s": 0, "run_s": 0}}}
    )
    done = await client.runpod("POST", "zimage/runsync", {"input": SMALL})
    assert done.json["status"] == "COMPLETED"
    assert done.json["id"].startswith("sync-")


async def test_runsync_lets_go_after_the_wait(client: Any) -> None:
    client.emu.faults.add("runpod", "queue", seconds=1e6)
    later = await client.runpod("POST", "zimage/runsync?wait=1000", {"input": SMALL})
    assert later.json.keys() == {"id", "status"}
    assert later.json["status"] == "IN_QUEUE"


@pytest.mark.parametrize(("ahead", "status"), [(1700, 200), (1900, 404)])
async def test_results_are_forgotten(client: Any, ahead: float, status: int) -> None:
    told = await finished(client, "zimage", SMALL)
    client.emu.settings.change({"ahead_s": ahead})
    again = await client.runpod("GET", f"zimage/status/{told['id']}")
    assert again.status == status


async def test_ttl_of_the_policy_counts_from_the_submit(client: Any) -> None:
    told = await finished(client, "zimage", SMALL, policy={"ttl": 60_000})
    client.emu.settings.change({"ahead_s": 90})
    assert (await client.runpod("GET", f"zimage/status/{told['id']}")).status == 404


async def test_the_first_job_of_a_cold_endpoint_waits(client: Any) -> None:
    client.emu.settings.change(
        {"clouds": {"runpod": {"endpoints": {"z": {"worker": "zimage", "cold_start_s": 1e6}}}}}
    )
    cold = (await client.runpod("POST", "z/run", {"input": SMALL})).json["id"]
    assert (await finished(client, "z", SMALL))["status"] == "COMPLETED"
    assert (await client.runpod("GET", f"z/status/{cold}")).json["status"] == "IN_QUEUE"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("nowhere/run", {"input": SMALL}, 404),
        ("zimage/run", {"prompt": "a fox"}, 400),
        ("zimage/run", ["a fox"], 400),
        ("zimage/cancel/none-u1", None, 404),
        ("zimage/run", {"input": {"prompt": "x" * 11_000_000}}, 400),
    ],
)
async def test_wrong_requests(client: Any, path: str, body: Any, status: int) -> None:
    reply = await client.runpod("POST", path, body)
    assert reply.status == status
    assert reply.json["error"]
    assert client.emu.ledger.jobs() == []


async def test_keys(client: Any) -> None:
    assert (await client.ask("GET", "/runpod/v2/zimage/health", key="wrong")).status == 401
    assert (await client.ask("GET", "/runpod/v2/zimage/health", key="test-1")).status == 200
    bare = await client.ask("GET", "/runpod/v2/zimage/health")
    assert bare.status == 401
