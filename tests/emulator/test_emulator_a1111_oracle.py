"""webuiapi takes the emulated A1111 for the real thing, and so do requests of its own kind."""

import asyncio
import warnings
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from emulator.app import Running
from tests.emulator.conftest import Answer, Client, until

AT = "/a1111/sdapi/v1"


@pytest.fixture
async def api(emu: Running) -> AsyncIterator[Any]:
    """The client, signed in with Basic; it asks for scripts as soon as it is made."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from webuiapi import WebUIApi

    who = {"username": "test-ana", "password": "s3cret"}
    client = await asyncio.to_thread(WebUIApi, baseurl=f"{emu.url}{AT}", **who)
    yield client
    client.session.close()


async def test_txt2img(api: Any) -> None:
    asked = {"prompt": "a fox <lora:rose:0.5><lora:lost:1>", "width": 256, "height": 192, "seed": 7}
    result = await asyncio.to_thread(api.txt2img, **asked)
    assert result.image.size == (256, 192)
    assert result.info["seed"] == 7
    assert '"loras": [["rose", 0.5]]' in result.image.info["emulator"]
    assert '"prompt": "a fox"' in result.image.info["emulator"]


async def test_img2img(api: Any) -> None:
    grey = Image.new("L", (64, 64), 90)
    asked = {"images": [grey], "prompt": "a fox", "width": 64, "height": 64, "mask_image": grey}
    result = await asyncio.to_thread(api.img2img, **asked)
    assert result.image.size == (64, 64)


async def test_lists_and_progress(api: Any) -> None:
    titles = [row["title"] for row in await asyncio.to_thread(api.get_sd_models)]
    options = await asyncio.to_thread(api.get_options)
    assert options["sd_model_checkpoint"] in titles
    loras = await asyncio.to_thread(api.get_loras)
    assert {"name", "alias", "path"} <= loras[0].keys()
    assert (await asyncio.to_thread(api.get_progress))["progress"] == 0
    assert await asyncio.to_thread(api.interrupt) == {}


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        ("", "Not authenticated"),
        ("Basic !!!", "Invalid authentication credentials"),
        ("Basic " + b64encode(b"nocolon").decode(), "Invalid authentication credentials"),
        ("Basic " + b64encode(b"ana:wrong").decode(), "Incorrect username or password"),
    ],
)
async def test_who_may_ask(client: Client, header: str, detail: str) -> None:
    answer = await client.ask("GET", f"{AT}/options", None, header)
    assert (answer.status, answer.json["detail"]) == (401, detail)


async def post(client: Client, kind: str, body: Any) -> Answer:
    return await client.ask("POST", f"{AT}/{kind}", body, "test-token")


@pytest.mark.parametrize(
    ("kind", "body", "status", "text"),
    [
        ("txt2img", {"steps": "many"}, 422, "Input should be a valid integer"),
        ("txt2img", {"steps": 20.5}, 422, "Input should be a valid integer"),
        ("txt2img", {"cfg_scale": "x"}, 422, "Input should be a valid number"),
        ("img2img", {"init_images": "x"}, 422, "Input should be a valid list"),
        ("img2img", {"prompt": "a fox"}, 404, "Init image not found"),
        ("img2img", {"init_images": ["eA=="]}, 500, "Invalid encoded image"),
        ("txt2img", {"enable_hr": True, "hr_upscaler": "X"}, 500, "could not find upscaler"),
    ],
)
async def test_what_is_wrong_is_told(
    client: Client, kind: str, body: Any, status: int, text: str
) -> None:
    answer = await post(client, kind, body)
    assert answer.status == status
    assert text in answer.raw.decode()


async def test_what_is_lax_there_is_lax_here(client: Client) -> None:
    body: dict[str, Any] = {
        "prompt": None,
        "steps": "20",
        "width": 64.0,
        "height": 60,
        "colour": "red",
    }
    body["override_settings"] = {"sd_model_checkpoint": "lost"}
    answer = await post(client, "txt2img", body)
    assert answer.status == 200
    assert '"model": "plain-xl' in record_of(answer)


def record_of(answer: Answer) -> str:
    """The record in the answer's picture."""
    raw = b64decode(answer.json["images"][0])
    with Image.open(BytesIO(raw)) as picture:
        assert picture.size == (64, 56)
        return str(picture.info["emulator"])


async def test_a_task_is_told_apart(client: Client, emu: Running) -> None:
    emu.settings.change({"clouds": {"a1111": {"run_s": 5000.0}}})
    running = asyncio.create_task(post(client, "txt2img", {"force_task_id": "one"}))
    await until(lambda: len(emu.ledger.jobs("a1111")) == 1)
    emu.settings.change({"clouds": {"a1111": {"run_s": 1000.0}}})
    waiting = asyncio.create_task(post(client, "txt2img", {"force_task_id": "two"}))
    await until(lambda: len(emu.ledger.jobs("a1111")) == 2)
    states = []
    for name in ("one", "two", "three"):
        asked = {"id_task": name}
        told = (await client.ask("POST", "/a1111/internal/progress", asked)).json
        states.append((told["active"], told["queued"], told["progress"] is not None))
    assert states == [(True, False, True), (False, True, False), (False, False, False)]
    await client.ask("POST", f"{AT}/interrupt", None, "test-token")
    answer = await running
    assert (answer.status, len(answer.json["images"])) == (200, 1)
    assert not waiting.done()
    assert (await waiting).status == 200
