from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bridge.api.site import build
from bridge.app import running
from bridge.cli.serve import door_settings, rooms
from bridge.providers import adapters
from bridge.settings import read
from tests.api.door import base64, drawn

CARDS = [kind.card for kind in adapters().values()]
ASKED = {"prompt": "a red fox", "width": 64, "height": 64, "seed": 7}
OWN = {"url": "https://files.example/mira.safetensors?token=s3cret", "family": "flux1",
       "trigger_word": "m1ra fox"}  # fmt: skip


@asynccontextmanager
async def bridged(folder: Path, dictionary: str, **env: str) -> AsyncIterator[httpx.AsyncClient]:
    """The whole bridge, with this dictionary of LoRAs, spoken to without a socket."""
    (folder / "loras.json").write_text(dictionary)
    own = {"BRIDGE_DATA": str(folder / "data"), "BRIDGE_LORA_DICT": str(folder / "loras.json")}
    settings = read({**own, **env}, CARDS)
    async with running(settings) as bridge:
        site = build(rooms(bridge), door_settings(settings))
        door = httpx.ASGITransport(site)
        async with httpx.AsyncClient(transport=door, base_url="http://127.0.0.1:7861") as client:
            yield client


async def posted(client: httpx.AsyncClient, path: str = "txt2img", **more: Any) -> httpx.Response:
    return await client.post(f"/sdapi/v1/{path}", json={**ASKED, **more})


@pytest.mark.parametrize(
    ("dictionary", "words"),
    [
        ("{", "line 1"),
        ('{"loras": {\n"a": {"name": 3}}}', "line 2"),
        ("[]", "loras.json"),
        ('{"loras": [1]}', "loras.json"),
    ],
)
async def test_a_broken_dictionary_stops_no_picture(
    tmp_path: Path, dictionary: str, words: str
) -> None:
    async with bridged(tmp_path, dictionary) as client:
        answer = await posted(client, prompt="a fox <lora:mira:0.8>")
        assert answer.status_code == 200
        assert "lora-unknown" in answer.headers["X-Bridge-Notes"]
        assert words in (await client.get("/status")).json()["loras"]["problem"]
        assert (await client.get("/sdapi/v1/loras")).json() == []


async def test_a_cloud_whose_key_is_missing_is_not_there(tmp_path: Path) -> None:
    wished: dict[str, Any] = {"override_settings": {"bridge": {"provider": "runware"}}}
    async with bridged(tmp_path, "{}", BRIDGE_PROVIDERS="runware,runpod") as client:
        titles = [row["title"] for row in (await client.get("/sdapi/v1/sd-models")).json()]
        assert titles == ["auto", "sketch/card"]
        refused = await posted(client, **wished)
        assert (refused.status_code, refused.json()["error"]) == (422, "BadRequest")
        assert "there is no 'runware'" in refused.json()["detail"]
        answer = await posted(client, model="runware/flux1-dev")
        assert "unknown-model" in answer.headers["X-Bridge-Notes"]


async def test_a_brought_lora_is_told_without_its_key(tmp_path: Path) -> None:
    wished: dict[str, Any] = {
        "override_settings": {"bridge": {"provider": "sketch", "loras": [OWN]}}
    }
    async with bridged(tmp_path, "{}") as client:
        answer = await posted(client, **wished)
        told = (await client.get("/bridge/v1/pictures")).text + (await client.get("/status")).text
    assert answer.status_code == 200
    assert "asked-mira: 1" in answer.text
    assert "m1ra fox" in answer.text
    assert "s3cret" not in answer.text + str(answer.headers) + told


async def test_a_damaged_picture_is_told_before_anything_is_spent(tmp_path: Path) -> None:
    raw = bytearray(drawn())
    raw[45:60] = b"\0" * 15
    async with bridged(tmp_path, "{}") as client:
        for asked in ({"init_images": [base64(drawn())], "mask": base64(bytes(raw))},
                      {"init_images": ["x"]}):  # fmt: skip
            answer = await posted(client, "img2img", **asked)
            assert answer.status_code == 422
        assert (await client.get("/status")).json()["spent_last_day"] == 0
