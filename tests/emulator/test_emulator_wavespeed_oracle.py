"""WaveSpeed's own SDK takes the emulator for the real thing."""

import asyncio
import importlib
from importlib.util import find_spec
from typing import Any

import pytest

from emulator import pictures
from emulator.app import Running
from tests.needs import needs

SMALL = {"prompt": "a fox", "size": "256*256", "seed": 7, "output_format": "png"}
TURBO = "wavespeed-ai/z-image/turbo"


@pytest.fixture
def sdk(emu: Running) -> Any:
    """A client with the right key; it blocks, so it is asked in a thread."""
    needs("wavespeed", find_spec("wavespeed") is not None, "its SDK is not installed")
    module = importlib.import_module("wavespeed.api.client")
    return module.Client("emu-wavespeed-key", f"{emu.url}/wavespeed", max_connection_retries=0)


async def ran(sdk: Any, model: str, asked: Any, **more: Any) -> Any:
    """What `run` comes to."""
    return await asyncio.to_thread(sdk.run, model, asked, poll_interval=0.01, timeout=10, **more)


async def test_a_picture(sdk: Any, client: Any) -> None:
    [url] = (await ran(sdk, TURBO, SMALL))["outputs"]
    file = await client.ask("GET", url)
    assert pictures.read(file.raw)["prompt"] == "a fox"


async def test_sync_mode(sdk: Any, emu: Running) -> None:
    assert (await ran(sdk, TURBO, SMALL, enable_sync_mode=True))["outputs"]
    emu.settings.change({"clouds": {"wavespeed": {"run_s": 1e6, "sync_s": 1.0}}})
    with pytest.raises(Exception, match="Sync mode timed out"):
        await ran(sdk, TURBO, SMALL, enable_sync_mode=True)


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"size": "64*64"}, "size 64"), ({"prompt": ""}, "Missing required"),
     ({"loras": []}, "takes none")],
)  # fmt: skip
async def test_a_wrong_input_is_a_failed_task(sdk: Any, asked: Any, said: str) -> None:
    with pytest.raises(RuntimeError, match=f"Prediction failed.*{said}"):
        await ran(sdk, TURBO, SMALL | asked)


@pytest.mark.parametrize(("status", "said"), [(402, "Insufficient"), (429, "Too many")])
async def test_a_refused_submit(sdk: Any, emu: Running, status: int, said: str) -> None:
    emu.faults.add("wavespeed", "status", status=status)
    with pytest.raises(RuntimeError, match=f"HTTP {status}.*{said}"):
        await ran(sdk, TURBO, SMALL)


async def test_a_wrong_key_and_a_wrong_model(sdk: Any) -> None:
    with pytest.raises(RuntimeError, match="HTTP 404"):
        await ran(sdk, "wavespeed-ai/dall-e-9", SMALL)
    sdk.api_key = "wrong"
    with pytest.raises(RuntimeError, match="HTTP 401"):
        await ran(sdk, TURBO, SMALL)
