"""Extras that name a cloud's upscaler."""

import asyncio

import pybase64
import pytest

from bridge.domain import Hires, Job, Rating
from bridge.errors import AllProvidersFailed, Limited
from bridge.pictures.sniff import sniff
from bridge.pictures.text import read_text, with_text
from tests.api.door import UPSCALER, Door, base64, drawn, opened

GIVEN = drawn((20, 10))
ASKED = {"image": base64(GIVEN), "upscaler_1": UPSCALER}


def size(text: str) -> tuple[int, int]:
    picture = sniff(pybase64.b64decode(text, validate=True))
    return picture.width, picture.height


async def test_the_clouds_upscalers_stand_behind_the_built_in_ones(door: Door) -> None:
    rows = (await door.get("/sdapi/v1/upscalers")).json
    assert [row["name"] for row in rows] == ["None", "Lanczos", "Nearest", UPSCALER]
    assert {tuple(row) for row in rows} == {
        ("name", "model_name", "model_path", "model_url", "scale")
    }


@pytest.mark.parametrize("name", [UPSCALER, "fal_crystal-upscaler", "Fal/Crystal-Upscaler"])
async def test_a_cloud_that_is_named_gets_the_picture(name: str) -> None:
    async with opened(rating=Rating.SUGGESTIVE, prompt_mode="always") as door:
        door.pipeline.picture = sniff(drawn((40, 20), colour="navy"))
        asked = {**ASKED, "upscaler_1": name}
        answer = await door.post("extra-single-image?profile=ana", asked)
        (job,) = door.pipeline.jobs
    assert job == Job(
        job.id, "", job.seed, width=40, height=20, init_image=GIVEN, rating=Rating.SUGGESTIVE,
        prompt_mode="never", route=UPSCALER, caller="ana", hires=Hires(40, 20),
    )  # fmt: skip
    assert (answer.status, size(answer.json["image"])) == (200, (40, 20))
    assert answer.json["html_info"].startswith(f"<p>Upscaler: {UPSCALER}</p>")
    assert (answer.headers["X-Bridge-Cost"], answer.headers["X-Bridge-Notes"]) == (
        "0.0013", "steps",
    )  # fmt: skip


BOX = {"resize_mode": 1, "upscaling_resize_w": 30, "upscaling_resize_h": 30}


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        ({}, (40, 20)),
        ({"upscaling_resize": "1.5"}, (30, 15)),
        (BOX, (30, 30)),
        ({**BOX, "upscaling_crop": False}, (60, 30)),
    ],
)
async def test_the_target_is_what_pillow_would_make(
    door: Door, asked: dict[str, object], target: tuple[int, int]
) -> None:
    here = await door.post("extra-single-image", {**ASKED, **asked, "upscaler_1": "Lanczos"})
    assert door.pipeline.jobs == []
    await door.post("extra-single-image", {**ASKED, **asked})
    (job,) = door.pipeline.jobs
    assert (job.width, job.height) == target == size(here.json["image"])
    assert job.hires == Hires(*target)


async def test_the_recipe_of_the_picture_stays_in_it(door: Door) -> None:
    image = with_text(sniff(GIVEN), "a fox\nSteps: 4").decode()
    answer = await door.post("extra-single-image", {**ASKED, "image": image})
    found = sniff(pybase64.b64decode(answer.json["image"]))
    assert read_text(found)[0] == "a fox\nSteps: 4"


@pytest.mark.parametrize(
    ("path", "asked", "words"),
    [
        ("extra-single-image", {"upscaling_resize": 0}, "body.upscaling_resize: 0 is not above"),
        ("extra-single-image", {"upscaling_resize": 1e6}, "more than can be made"),
        ("extra-single-image", {**BOX, "upscaling_resize_w": 0}, "body.upscaling_resize_w"),
        ("extra-single-image", {**BOX, "upscaling_resize_h": 100_000}, "more than can be made"),
        ("extra-batch-images", {"imageList": [base64(GIVEN)] * 5}, "body.imageList: 5 pictures"),
    ],
)
async def test_what_cannot_be_is_refused_before_it_is_paid(
    door: Door, path: str, asked: dict[str, object], words: str
) -> None:
    answer = await door.post(path, {**ASKED, **asked})
    assert answer.status == 422
    assert words in answer.json["detail"]
    assert door.pipeline.jobs == []


async def test_a_batch_comes_back_in_its_order(door: Door) -> None:
    rows = [base64(GIVEN), {"data": base64(drawn((4, 4))), "name": "b"}]
    answer = await door.post("extra-batch-images", {"imageList": rows, "upscaler_1": UPSCALER})
    assert [(job.width, job.height) for job in door.pipeline.jobs] == [(40, 20), (8, 8)]
    assert len({job.id for job in door.pipeline.jobs}) == 2
    assert len(answer.json["images"]) == 2


@pytest.mark.parametrize("path", ["extra-single-image", "extra-batch-images"])
async def test_a_cloud_that_fails_is_an_error_and_nothing_stands_in(door: Door, path: str) -> None:
    cause = Limited("slow down", retry_after=7)
    told = AllProvidersFailed("no picture: fal/crystal-upscaler Limited: slow down", cause)
    door.pipeline.failures[0] = told
    answer = await door.post(path, {**ASKED, "imageList": [base64(GIVEN)] * 2})
    assert (answer.status, answer.headers["Retry-After"]) == (503, "7")
    assert answer.json["detail"] == told.text
    assert not {"image", "images"} & answer.json.keys()


async def test_an_upscale_shows_its_progress_and_is_interrupted(door: Door) -> None:
    door.pipeline.held.clear()
    asked = asyncio.create_task(door.post("extra-single-image", ASKED))
    await door.pipeline.begun.acquire()
    assert (await door.get("/sdapi/v1/progress")).json["state"]["job_count"] == 1
    await door.post("interrupt")
    answer = await asked
    assert (answer.status, answer.json["error"]) == (499, "Interrupted")


async def test_the_second_upscaler_is_never_a_cloud(door: Door) -> None:
    for first, made in (("None", (20, 10)), ("Lanczos", (40, 20))):
        asked = {**ASKED, "upscaler_1": first, "upscaler_2": UPSCALER}
        answer = await door.post("extra-single-image", asked)
        assert size(answer.json["image"]) == made
        assert answer.headers["X-Bridge-Notes"] == "upscaler"
        assert f"{UPSCALER} is not asked" in answer.json["html_info"]
    assert door.pipeline.jobs == []


async def test_hires_fix_may_name_an_upscaler(door: Door) -> None:
    named = {"enable_hr": True, "hr_upscaler": UPSCALER.upper()}
    for asked in (named, {**named, "hr_upscaler": "Latent"}, {**named, "enable_hr": False}):
        await door.post("txt2img", asked)
    found = [job.hires and job.hires.upscaler for job in door.pipeline.jobs]
    assert found == [UPSCALER, "", None]
