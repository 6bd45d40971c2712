"""Hires fix whose upscaler is a cloud's: two paid jobs, one picture."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from json import loads
from pathlib import Path
from typing import Any

import httpx
import pytest

from bridge.api.a1111.infotext import parsed
from bridge.api.site import build
from bridge.app import running as serving
from bridge.cli.serve import door_settings, rooms
from bridge.pictures.sniff import from_base64
from bridge.providers import adapters
from bridge.settings import read
from emulator import pictures
from emulator.app import Running, running
from tests.stack import clouds

NAMED = "fal/crystal-upscaler"
ASKED = {
    "prompt": "a red fox, fresh snow", "width": 512, "height": 768, "seed": 7, "enable_hr": True,
    "hr_scale": 2, "hr_upscaler": NAMED, "override_settings": {"sd_model_checkpoint": "runware"},
}  # fmt: skip


@asynccontextmanager
async def standing(folder: Path, **env: str) -> AsyncIterator[tuple[httpx.AsyncClient, Running]]:
    """A bridge with Runware to paint and fal to enlarge."""
    own = {
        "BRIDGE_DATA": str(folder / "data"), "BRIDGE_LORA_DICT": str(folder / "none.json"),
        "BRIDGE_LLM_BASE_URL": "", "BRIDGE_TIME_SCALE": "0.05",
        "BRIDGE_PROVIDERS": "runware,fal",
    }  # fmt: skip
    async with running() as emulator:
        cards = [kind.card for kind in adapters().values()]
        settings = read({**clouds(emulator.url), **own, **env}, cards)
        async with serving(settings) as bridge:
            door = httpx.ASGITransport(build(rooms(bridge), door_settings(settings)))
            base = "http://127.0.0.1:7861"
            async with httpx.AsyncClient(transport=door, base_url=base, timeout=60) as client:
                yield client, emulator


def paid(emulator: Running) -> dict[str, int]:
    return {name: len(emulator.ledger.jobs(name)) for name in ("runware", "fal")}


async def test_the_picture_goes_on_to_the_upscaler(tmp_path: Path) -> None:
    async with standing(tmp_path) as (client, emulator):
        answer = await client.post("/sdapi/v1/txt2img", json=ASKED)
        assert answer.status_code == 200, answer.text
        assert paid(emulator) == {"runware": 1, "fal": 1}
        costs = [job.cost for name in paid(emulator) for job in emulator.ledger.jobs(name)]
    body = answer.json()
    picture = from_base64(body["images"][0].encode())
    assert (picture.width, picture.height) == (1024, 1536)
    assert pictures.read(bytes(picture.raw))["cloud"] == "fal"
    told = parsed(loads(body["info"])["infotexts"][0])
    assert (told["Size-1"], told["Size-2"], told["Hires upscale"]) == ("512", "768", "2.0")
    assert told["Hires upscaler"] == NAMED
    assert told["Prompt"].startswith("a red fox")
    assert all(costs)
    assert "hires" not in answer.headers.get("X-Bridge-Notes", "")


@pytest.mark.parametrize(
    ("fault", "args"), [("status", {"status": 402}), ("failed", {}), ("status", {"status": 503})]
)
async def test_an_upscaler_that_fails_costs_no_picture(
    tmp_path: Path, fault: str, args: dict[str, Any]
) -> None:
    async with standing(tmp_path) as (client, emulator):
        emulator.faults.add("fal", fault, times=None, **args)
        answer = await client.post("/sdapi/v1/txt2img", json={**ASKED, "denoising_strength": 0.4})
        assert answer.status_code == 200, answer.text
        assert paid(emulator)["runware"] == 1
    picture = from_base64(answer.json()["images"][0].encode())
    assert (picture.width, picture.height) == (1024, 1536)
    told = loads(answer.json()["info"])
    assert parsed(told["infotexts"][0])["Hires upscaler"] == "Lanczos"
    assert f"{NAMED} did not enlarge the picture" in str(told)
    assert "without strength, steps and guidance" in str(told)


async def test_nothing_is_begun_that_cannot_end_in_time(tmp_path: Path) -> None:
    """The upscaler takes a minute, of which a third is more than there is in all."""
    async with standing(tmp_path, BRIDGE_TIME_SCALE="1", BRIDGE_DEADLINE="15") as (
        client,
        emulator,
    ):
        answer = await client.post("/sdapi/v1/txt2img", json=ASKED)
        assert answer.status_code == 200, answer.text
        assert paid(emulator) == {"runware": 1, "fal": 0}
    assert "too little time was left" in str(loads(answer.json()["info"]))
