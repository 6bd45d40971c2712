import asyncio
from io import BytesIO

import orjson
import pybase64
import pytest
from PIL import Image

from bridge.api.trace import Trace
from bridge.domain import Note
from bridge.errors import AllProvidersFailed, Limited, OverBudget, Refused, TimedOut
from bridge.pictures.sniff import sniff
from tests.api.door import Door, drawn

INFO_KEYS = {
    *("prompt", "all_prompts", "negative_prompt", "all_negative_prompts", "seed", "all_seeds"),
    *("subseed", "all_subseeds", "subseed_strength", "width", "height", "sampler_name"),
    *("cfg_scale", "steps", "batch_size", "restore_faces", "face_restoration_model"),
    *("sd_model_name", "sd_model_hash", "sd_vae_name", "sd_vae_hash", "seed_resize_from_w"),
    *("seed_resize_from_h", "denoising_strength", "extra_generation_params"),
    *("index_of_first_image", "infotexts", "styles", "job_timestamp", "clip_skip"),
    *("is_using_inpainting_conditioning", "version"),
}


async def test_the_answer_is_a1111s(door: Door) -> None:
    answer = await door.post("txt2img", {"prompt": "a fox", "seed": 7, "url": "x", "auth": "a:b"})
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert set(answer.json) == {"images", "parameters", "info"}
    assert set(answer.info) == INFO_KEYS
    parameters = answer.json["parameters"]
    assert (parameters["prompt"], parameters["steps"], parameters["eta"]) == ("a fox", 50, None)
    assert parameters.keys().isdisjoint({"url", "auth", "init_images"})
    assert (answer.info["seed"], answer.info["all_seeds"]) == (7, [7])
    assert (answer.info["width"], answer.info["height"]) == (16, 8)


async def test_the_picture_carries_its_recipe(door: Door) -> None:
    answer = await door.post(
        "txt2img", {"prompt": "a fox", "negative_prompt": "fog", "seed": 7, "cfg_scale": 3}
    )
    raw = pybase64.b64decode(answer.json["images"][0], validate=True)
    with Image.open(BytesIO(raw)) as image:
        text = image.info["parameters"].rstrip()
        assert image.getpixel((3, 3)) == (0, 128, 128, 255)
    assert text == answer.info["infotexts"][0]
    assert text == (
        "painted: a fox\nNegative prompt: fog\n"
        "Steps: 28, CFG scale: 3.0, Seed: 7, Size: 16x8, Model: runpod/z-image, "
        'Loras: "mira: 0.8", Provider: runpod, Cost: $0.0013, Version: test'
    )


async def test_the_trace_is_told_twice(door: Door) -> None:
    answer = await door.post("txt2img", {"prompt": "a fox", "model": "no such\r\nmodel"})
    told = {name: value for name, value in answer.headers.items() if name.startswith("x-bridge")}
    assert told == {
        "x-bridge-provider": "runpod",
        "x-bridge-model": "z-image",
        "x-bridge-seconds": "6.2",
        "x-bridge-cost": "0.0013",
        "x-bridge-attempts": "runware/flux1-dev Limited 0.1s; runpod/z-image ok 6.1s",
        "x-bridge-notes": "unknown-model, steps",
    }
    facts = answer.info["extra_generation_params"]
    assert facts["Attempts"] == told["x-bridge-attempts"]
    assert facts["Cost"] == "$0.0013"
    assert "the model’s own" in facts["Notes"]


def test_headers_hold_what_headers_may() -> None:
    told = Trace("fal", "flüx\r\nX: 1", "", "", "a" * 2000, (Note("a", "é"), Note("a", "b")))
    headers = told.headers()
    assert headers["X-Bridge-Model"] == "fl?x??X: 1"
    assert len(headers["X-Bridge-Attempts"]) == 1000
    assert headers["X-Bridge-Notes"] == "a"
    assert "X-Bridge-Cost" not in headers


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
async def test_other_kinds_pass_through(door: Door, kind: str) -> None:
    door.pipeline.picture = sniff(drawn(kind=kind))
    answer = await door.post("txt2img", {})
    made = sniff(pybase64.b64decode(answer.json["images"][0], validate=True))
    assert (made.kind, made.width) == (kind, 16)


async def test_a_batch_is_one_job_a_picture(door: Door) -> None:
    answer = await door.post("txt2img", {"seed": 2**32 - 2, "batch_size": 2, "n_iter": 2})
    seeds = [2**32 - 2, 2**32 - 1, 0, 1]
    assert [job.seed for job in door.pipeline.jobs] == seeds
    assert len({job.id for job in door.pipeline.jobs}) == 4
    assert len(answer.json["images"]) == 4
    assert answer.info["all_seeds"] == seeds
    for name in ("infotexts", "all_prompts", "all_negative_prompts", "all_subseeds"):
        assert len(answer.info[name]) == 4


async def test_pictures_of_a_batch_are_made_at_once(door: Door) -> None:
    door.pipeline.held.clear()
    asked = asyncio.create_task(door.post("txt2img", {"batch_size": 3}))
    for _ in range(3):
        await door.pipeline.begun.acquire()
    door.pipeline.held.set()
    assert (await asked).status == 200


async def test_the_good_ones_of_a_batch_come_back(door: Door) -> None:
    door.pipeline.failures = {0: Refused("not painted here")}
    answer = await door.post("txt2img", {"seed": 5, "batch_size": 2})
    assert answer.info["all_seeds"] == [6]
    assert len(answer.json["images"]) == len(answer.info["infotexts"]) == 1
    assert "Refused: not painted here" in answer.info["extra_generation_params"]["Notes"]
    assert "picture-missing" in answer.headers["X-Bridge-Notes"]


@pytest.mark.parametrize(
    ("error", "status", "wait"),
    [
        (AllProvidersFailed("all: no", TimedOut("too slow")), 504, None),
        (AllProvidersFailed("all: no", Limited("slow down", retry_after=2.1)), 503, "3"),
        (AllProvidersFailed("all: no"), 502, None),
        (OverBudget("the day's budget is used up"), 429, None),
        (Refused("not painted here"), 422, None),
    ],
)
async def test_a_failure_has_a_status_and_a_text(
    door: Door, error: AllProvidersFailed, status: int, wait: str | None
) -> None:
    door.pipeline.failures = {0: error, 1: TimedOut("second")}
    answer = await door.post("txt2img", {"batch_size": 2})
    assert (answer.status, answer.headers.get("Retry-After")) == (status, wait)
    assert answer.json == {
        "error": error.name,
        "detail": error.text,
        "message": error.text,
        "body": "",
        "errors": error.text,
    }


async def test_a_mistake_of_ours_is_told_in_the_same_shape(door: Door) -> None:
    door.pipeline.failures = {0: ZeroDivisionError("a secret")}
    answer = await door.post("txt2img", {})
    assert (answer.status, answer.json["error"]) == (500, "ZeroDivisionError")
    assert b"a secret" not in answer.raw


async def test_pictures_may_be_left_out(door: Door) -> None:
    answer = await door.post("txt2img", {"send_images": False})
    assert answer.json["images"] == []
    assert len(answer.info["infotexts"]) == 1


async def test_a_job_notes_what_the_door_dropped(door: Door) -> None:
    await door.post("txt2img", {"override_settings": {"sd_model_checkpoint": "nowhere"}})
    assert door.pipeline.jobs[0].notes == (Note("unknown-model", "no model is called 'nowhere'"),)


async def test_the_answer_is_json_whatever_the_prompt(door: Door) -> None:
    prompt = 'quote " back \\ line\nbreak 🦊 \u2028'
    answer = await door.post("txt2img", {"prompt": prompt})
    assert orjson.loads(answer.json["info"])["prompt"] == f"painted: {prompt}"
