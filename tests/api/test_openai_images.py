"""OpenAI's own client, at work on our second door."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO

import openai
import pybase64
import pytest
from PIL import Image

from bridge.domain import Picture, Rating
from bridge.errors import Refused
from bridge.pictures.sniff import sniff
from bridge.pictures.text import read_text
from tests.api.door import PICTURE, Door, drawn, opened

INIT = drawn((80, 72))


@pytest.fixture
async def client(door: Door) -> AsyncIterator[openai.AsyncOpenAI]:
    async with client_of(door) as client:
        yield client


def client_of(door: Door, key: str = "none") -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(api_key=key, base_url=f"{door.url}/v1", max_retries=0)


async def test_a_text_becomes_a_picture(door: Door, client: openai.AsyncOpenAI) -> None:
    answer = await client.images.with_raw_response.generate(
        model="runpod/z-image", prompt="a fox", size="640x960", n=2, user="ana", quality="auto"
    )
    first, second = door.pipeline.jobs
    assert (first.text, first.width, first.height) == ("a fox", 640, 960)
    assert (first.route, first.caller, first.notes) == ("runpod/z-image", "127.0.0.1", ())
    assert second.seed == (first.seed + 1) % 2**32
    assert answer.headers["X-Bridge-Provider"] == "runpod"
    assert answer.headers["X-Bridge-Cost"] == "0.0026"
    assert answer.headers["X-Bridge-Notes"] == "steps"
    told = answer.parse()
    assert told.created > 1_700_000_000
    assert (told.output_format, told.size, told.usage) == ("png", "16x8", None)
    assert told.data is not None
    assert [one.revised_prompt for one in told.data] == ["painted: a fox"] * 2
    for one, job in zip(told.data, door.pipeline.jobs, strict=True):
        text, _ = read_text(sniff(pybase64.b64decode(one.b64_json or "", validate=True)))
        assert text.startswith("painted: a fox\nSteps: 28, ")
        assert f"Seed: {job.seed}, Size: 16x8, Model: runpod/z-image" in text


@pytest.mark.parametrize(("infotext", "text"), [("prompt", "painted: a fox"), ("none", "")])
async def test_a_file_may_keep_its_recipe_to_itself(infotext: str, text: str) -> None:
    async with opened(infotext=infotext) as door, client_of(door) as client:
        told = await client.images.generate(prompt="a fox")
    assert told.data is not None
    assert read_text(sniff(pybase64.b64decode(told.data[0].b64_json or "")))[0] == text


async def test_the_clouds_own_base64_is_handed_on(door: Door, client: openai.AsyncOpenAI) -> None:
    """The text that was not decoded shows through: no base64 writer would end it so."""
    b64 = pybase64.b64encode(PICTURE.raw)
    mark = b64[:-8] + b"HANDEDON"
    door.pipeline.picture = Picture(PICTURE.raw, "png", 16, 8, mark)
    told = await client.images.generate(prompt="a fox")
    assert told.data is not None
    assert str(told.data[0].b64_json).endswith("HANDEDON")


async def test_what_is_left_out_has_its_usual_value(door: Door, client: openai.AsyncOpenAI) -> None:
    await client.images.generate(prompt="a fox", size="auto")
    (job,) = door.pipeline.jobs
    assert (job.route, job.width, job.height, job.notes) == ("auto", 1024, 1024, ())
    assert (job.steps, job.guidance, job.init_image, job.mask) == (None, None, None, None)


@pytest.mark.parametrize(
    ("size", "sides"),
    [("1x99999", (64, 4096)), ("512X768", (512, 768)), ("512 × 768", (512, 768))],
)
async def test_a_size_is_brought_within_reason(
    door: Door, client: openai.AsyncOpenAI, size: str, sides: tuple[int, int]
) -> None:
    answer = await client.images.with_raw_response.generate(prompt="a fox", size=size)
    (job,) = door.pipeline.jobs
    assert (job.width, job.height) == sides
    clipped = size == "1x99999"
    assert ("size" in answer.headers["X-Bridge-Notes"].split(", ")) == clipped
    facts = getattr(answer.parse(), "bridge")  # noqa: B009  # not a field of OpenAI's
    assert ("1x99999 was asked for; 64x4096 can be" in facts["Notes"]) == clipped


async def test_a_picture_too_small_to_be_edited_as_it_is_gets_a_note(
    door: Door, client: openai.AsyncOpenAI
) -> None:
    answer = await client.images.with_raw_response.edit(image=drawn((80, 16)), prompt="a fox")
    assert [note.text for note in door.pipeline.jobs[0].notes] == [
        "80x16 was asked for; 80x64 can be"
    ]
    assert "size" in answer.headers["X-Bridge-Notes"]


@pytest.mark.parametrize("name", ["dall-e-3", "gpt-image-1", "gpt-image-2", "flux-schnell"])
async def test_habitual_names_mean_auto(door: Door, client: openai.AsyncOpenAI, name: str) -> None:
    answer = await client.images.with_raw_response.generate(prompt="a fox", model=name)
    assert door.pipeline.jobs[0].route == "auto"
    assert "unknown-model" in answer.headers["X-Bridge-Notes"]


async def test_what_is_not_understood_is_told(door: Door, client: openai.AsyncOpenAI) -> None:
    answer = await client.images.with_raw_response.generate(
        prompt="a fox", quality="hd", style="vivid", background="transparent", moderation="low",
        response_format="url", output_format="jpeg", extra_body={"seed": 7},
    )  # fmt: skip
    told = {note.code: note.text for note in door.pipeline.jobs[0].notes}
    assert told["ignored"] == "not understood: background, quality, style, seed"
    codes = ["ignored", "steps", "output-format", "response-format"]
    assert answer.headers["X-Bridge-Notes"].split(", ") == codes
    facts = getattr(answer.parse(), "bridge")  # noqa: B009  # not a field of OpenAI's
    assert told["ignored"] in facts["Notes"]
    assert facts["Cost"] == "$0.0013"
    assert answer.parse().output_format == "png"


async def test_a_form_that_came_as_asked_needs_no_note(
    door: Door, client: openai.AsyncOpenAI
) -> None:
    door.pipeline.picture = sniff(drawn(kind="webp"))
    answer = await client.images.with_raw_response.generate(prompt="a fox", output_format="webp")
    assert answer.headers["X-Bridge-Notes"] == "steps"
    assert answer.parse().output_format == "webp"


async def test_a_request_may_lower_the_rating() -> None:
    async with opened(rating=Rating.MATURE) as door, client_of(door) as client:
        for wanted in ({}, {"rating": "general", "prompt_mode": "never"}):
            await client.images.generate(prompt="a fox", extra_body=wanted)
        jobs = door.pipeline.jobs
        assert [job.rating for job in jobs] == [Rating.MATURE, Rating.GENERAL]
        assert [job.prompt_mode for job in jobs] == ["auto", "never"]


async def test_a_picture_is_edited(door: Door, client: openai.AsyncOpenAI) -> None:
    await client.images.edit(image=INIT, prompt="ein Fuchs im Schnee – blau", n=1)
    (job,) = door.pipeline.jobs
    assert (job.text, job.init_image, job.mask) == ("ein Fuchs im Schnee – blau", INIT, None)
    assert (job.width, job.height, job.strength) == (80, 72, None)


async def test_more_pictures_are_references(door: Door, client: openai.AsyncOpenAI) -> None:
    others = [drawn((8, 8), kind) for kind in ("jpeg", "webp")]
    await client.images.edit(image=[INIT, *others], prompt="a fox", size="512x768", n=2)
    for job in door.pipeline.jobs:
        assert (job.init_image, job.references) == (INIT, tuple(others))
        assert (job.width, job.height) == (512, 768)


async def test_what_is_transparent_is_repainted(door: Door, client: openai.AsyncOpenAI) -> None:
    mask = Image.new("RGBA", (40, 36), (255, 255, 255, 255))
    mask.paste((255, 255, 255, 0), (0, 0, 20, 36))
    out = BytesIO()
    mask.save(out, "png")
    await client.images.edit(image=INIT, mask=out.getvalue(), prompt="a fox")
    (job,) = door.pipeline.jobs
    assert job.mask is not None
    with Image.open(BytesIO(job.mask)) as plain:
        assert (plain.mode, plain.size) == ("L", (80, 72))
        assert (plain.getpixel((2, 40)), plain.getpixel((77, 40))) == (255, 0)


async def test_the_good_ones_of_several_come_back(door: Door, client: openai.AsyncOpenAI) -> None:
    door.pipeline.failures = {0: Refused("not painted here")}
    answer = await client.images.with_raw_response.generate(prompt="a fox", n=2)
    assert len(answer.parse().data or ()) == 1
    assert "picture-missing" in answer.headers["X-Bridge-Notes"]


async def test_progress_and_interrupt_see_these_pictures(
    door: Door, client: openai.AsyncOpenAI
) -> None:
    door.pipeline.held.clear()
    asked = asyncio.create_task(client.images.generate(prompt="a fox"))
    await door.pipeline.begun.acquire()
    assert (await door.get("/sdapi/v1/progress")).json["state"]["job_count"] == 1
    await door.post("interrupt")
    with pytest.raises(openai.APIStatusError) as raised:
        await asked
    assert (raised.value.status_code, raised.value.code) == (499, "Interrupted")


async def test_our_routes_are_the_models(client: openai.AsyncOpenAI) -> None:
    names = [model.id async for model in client.models.list()]
    assert names == ["auto", "runware/flux1-dev", "runpod/z-image"]
    assert (await client.models.retrieve("runpod/z-image")).owned_by == "runpod"
    with pytest.raises(openai.NotFoundError) as raised:
        await client.models.retrieve("dall-e-3")
    assert raised.value.code == "model_not_found"


async def test_a_key_is_the_password() -> None:
    async with opened(auth="ana:s3cret") as door:
        async with client_of(door, "s3cret") as client:
            await client.images.generate(prompt="a fox")
        async with client_of(door, "wrong") as client:
            with pytest.raises(openai.AuthenticationError) as raised:
                await client.images.generate(prompt="a fox")
        assert raised.value.code == "invalid_api_key"
        assert len(door.pipeline.jobs) == 1
