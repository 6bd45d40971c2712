"""The emulated fal takes anything, looks at it late, and says so in fal's own shapes."""

import base64
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from emulator import pictures

Json = dict[str, Any]
SMALL = {"prompt": "a fox", "image_size": {"width": 512, "height": 512}}
FLUX = "fal-ai/flux-lora"
KLEIN = "fal-ai/flux-2/klein/9b"
Z_IMAGE = "fal-ai/z-image/turbo"
IDEOGRAM, CRYSTAL = "ideogram/v4", "clarityai/crystal-upscaler"


def data_uri(size: tuple[int, int] = (640, 512)) -> str:
    """A picture as fal takes it."""
    file = BytesIO()
    Image.new("RGB", size, "teal").save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


async def over(client: Any, path: str, asked: Json) -> tuple[Json, Any]:
    """The last status of a request, and the answer to its result call."""
    accepted = await client.fal("POST", path, asked)
    assert accepted.status == 200
    await client.emu.emulator.world.jobs.get("fal", accepted.json["request_id"]).over.wait()
    status = await client.fal("GET", accepted.json["status_url"])
    return status.json, await client.fal("GET", accepted.json["response_url"])


async def record(client: Any, path: str, asked: Json) -> Json:
    """What the first picture says of itself."""
    _, result = await over(client, path, asked)
    assert result.status == 200, result.json
    file = await client.ask("GET", result.json["images"][0]["url"])
    return pictures.read(file.raw)


async def test_statuses_and_a_result_that_is_fetched_too_early(client: Any) -> None:
    client.emu.settings.change({"clouds": {"fal": {"run_s": 1e6}}})
    accepted = await client.fal("POST", FLUX, SMALL)
    assert accepted.json["status"] == "IN_QUEUE"
    looked = await client.fal("GET", accepted.json["status_url"] + "?logs=1")
    assert (looked.status, looked.json["status"]) in {(202, "IN_QUEUE"), (202, "IN_PROGRESS")}
    early = await client.fal("GET", accepted.json["response_url"])
    assert (early.status, early.json) == (400, {"detail": "Request is still in progress"})


async def test_a_bearer_is_no_key(client: Any) -> None:
    reply = await client.ask("POST", f"/fal/queue/{FLUX}", SMALL, "emu-fal-key")
    assert reply.status == 401
    assert client.emu.ledger.jobs("fal") == []


async def test_a_request_is_its_keys_own(client: Any) -> None:
    accepted = await client.fal("POST", FLUX, SMALL)
    stranger = await client.ask("GET", accepted.json["status_url"], key="Key test-stranger")
    assert (stranger.status, stranger.json) == (404, {"detail": "Request not found"})


@pytest.mark.parametrize(
    ("path", "more", "kind", "loc"),
    [
        (FLUX, {"prompt": ""}, "string_too_short", ["prompt"]),
        (FLUX, {"num_inference_steps": 51}, "less_than_equal", ["num_inference_steps"]),
        (FLUX, {"output_format": "webp"}, "literal_error", ["output_format"]),
        (FLUX, {"seed": -1}, "less_than_equal", ["seed"]),
        (FLUX, {"loras": [{"scale": 1}]}, "missing", ["loras", 0, "path"]),
        (FLUX, {"loras": [{"path": "https://x/a", "scale": -1}]}, "less_than_equal",
         ["loras", 0, "scale"]),
        (FLUX, {"loras": [{"path": "https://unreachable.example/a"}]}, "file_download_error",
         ["loras", 0, "path"]),
        (f"{FLUX}/inpainting", {"image_url": "https://x/a.png"}, "missing", ["mask_url"]),
        (f"{FLUX}/image-to-image", {"image_url": "data:image/png;base64,AAAA"},
         "image_load_error", ["image_url"]),
        (f"{KLEIN}/lora", {"loras": [{"path": "https://x/a"}] * 4}, "too_long", ["loras"]),
        (f"{KLEIN}/edit", {"image_urls": [data_uri()] * 5}, "too_long", ["image_urls"]),
        (KLEIN, {"image_size": {"width": 256, "height": 512}}, "less_than_equal", ["image_size"]),
        (f"{Z_IMAGE}/inpaint", {"image_url": data_uri(), "mask_url": data_uri()}, "missing",
         ["mask_image_url"]),
        (IDEOGRAM, {"image_size": {"width": 1000, "height": 512}}, "less_than_equal",
         ["image_size"]),
        (IDEOGRAM, {"rendering_speed": "FAST"}, "literal_error", ["rendering_speed"]),
        (IDEOGRAM, {"expansion_model": True}, "literal_error", ["expansion_model"]),
        (CRYSTAL, {}, "missing", ["image_url"]),
        (CRYSTAL, {"image_url": data_uri(), "scale_factor": 0.5}, "less_than_equal",
         ["scale_factor"]),
        (CRYSTAL, {"image_url": data_uri(), "scale_factor": 200}, "image_too_large",
         ["image_url"]),
    ],
)  # fmt: skip
async def test_what_is_wrong_shows_with_the_result(
    client: Any, path: str, more: Json, kind: str, loc: list[object]
) -> None:
    status, result = await over(client, path, {**SMALL, **more})
    assert (status["status"], "error" in status) == ("COMPLETED", False)
    assert (result.status, result.headers["X-Fal-Retryable"]) == (422, "false")
    [item] = result.json["detail"]
    assert (item["type"], item["loc"]) == (kind, ["body", *loc])
    assert client.emu.ledger.billed("fal") == []


async def test_an_unknown_path_is_accepted_and_an_unknown_field_noted(client: Any) -> None:
    _, result = await over(client, f"{FLUX}/outpainting", SMALL)
    assert (result.status, result.json["detail"]) == (404, "Path /outpainting not found")
    await over(client, KLEIN, {**SMALL, "guidance_scale": 3, "negative_prompt": "fog"})
    assert client.emu.ledger.jobs("fal")[1].facts["ignored"] == [
        "guidance_scale", "negative_prompt",
    ]  # fmt: skip


async def test_sizes(client: Any) -> None:
    usual = await record(client, FLUX, {"prompt": "a fox"})
    half = await record(client, FLUX, {"prompt": "a fox", "image_size": {"width": 640}})
    named = await record(client, FLUX, {"prompt": "a fox", "image_size": "square"})
    own = await record(client, f"{KLEIN}/edit", {"prompt": "a fox", "image_urls": [data_uri()]})
    sizes = [(made["width"], made["height"]) for made in (usual, half, named, own)]
    assert sizes == [(1024, 768), (640, 512), (512, 512), (640, 512)]


async def test_begun_megapixels_are_billed(client: Any) -> None:
    asked = {"prompt": "a fox", "image_size": {"width": 1024, "height": 1024}, "num_images": 2}
    _, result = await over(client, FLUX, asked)
    assert len(result.json["images"]) == 2
    assert client.emu.ledger.spent("fal") == 2 * 2 * 35_000


async def test_the_checker_blacks_out_unless_it_is_off(client: Any) -> None:
    client.emu.faults.add("fal", "moderation", times=2, flag=True)
    _, held = await over(client, FLUX, SMALL)
    assert held.json["has_nsfw_concepts"] == [True]
    file = await client.ask("GET", held.json["images"][0]["url"])
    assert Image.open(BytesIO(file.raw)).convert("L").getextrema() == (0, 0)
    _, shown = await over(client, FLUX, {**SMALL, "enable_safety_checker": False})
    assert shown.json["has_nsfw_concepts"] == [False]


@pytest.mark.parametrize(
    ("kind", "status", "name"),
    [("runner", 503, "runner_disconnected"), ("timed_out", 504, "request_timeout")],
)
async def test_a_failure_of_the_platform(client: Any, kind: str, status: int, name: str) -> None:
    client.emu.faults.add("fal", kind)
    state, result = await over(client, FLUX, SMALL)
    assert (state["status"], state["error_type"]) == ("COMPLETED", name)
    assert (result.status, result.headers["X-Fal-Error-Type"]) == (status, name)
    assert client.emu.ledger.billed("fal") == []


@pytest.mark.parametrize("heeds", [True, False])
async def test_a_running_request_may_not_heed_a_cancel(client: Any, heeds: bool) -> None:
    client.emu.settings.change(
        {"time_scale": 1.0, "clouds": {"fal": {"queue_s": 0, "run_s": 0.3, "heeds_cancel": heeds}}}
    )
    accepted = await client.fal("POST", FLUX, SMALL)
    job = client.emu.emulator.world.jobs.get("fal", accepted.json["request_id"])
    while job.state == "queued":
        await client.fal("GET", accepted.json["status_url"])
    told = await client.fal("PUT", accepted.json["cancel_url"])
    assert (told.status, told.json) == (202, {"status": "CANCELLATION_REQUESTED"})
    await job.over.wait()
    assert job.state == ("cancelled" if heeds else "done")
    assert len(client.emu.ledger.billed("fal")) == (not heeds)
    late = await client.fal("PUT", accepted.json["cancel_url"])
    assert (late.status, late.json) == (400, {"status": "ALREADY_COMPLETED"})


async def test_cancel_is_a_put(client: Any) -> None:
    accepted = await client.fal("POST", FLUX, SMALL)
    wrong = await client.fal("DELETE", accepted.json["cancel_url"])
    assert wrong.status == 405
