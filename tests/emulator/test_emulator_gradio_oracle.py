"""Gradio's own client takes the emulator for a Space; it is synchronous, so it runs in a thread."""

import asyncio
import importlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from emulator import pictures
from emulator.app import Running

ASKED = {
    "prompt": "a fox", "image_url": "", "lora_strings_json": "[]", "steps": 4,
    "randomize_seed": False, "seed": 7, "width": 256, "height": 256, "account_id": "",
    "access_key": "", "secret_key": "", "bucket": "", "api_name": "/run_lora",
}  # fmt: skip


@pytest.fixture(scope="module")
def sdk() -> Iterator[ModuleType]:
    """The client's module, whose imports may warn; it is to tell nobody that it runs."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.setenv("HF_HUB_DISABLE_TELEMETRY", "1")
        patch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
        yield importlib.import_module("gradio_client")


@pytest.fixture
async def space(sdk: ModuleType, emu: Running, tmp_path: Path) -> Any:
    """A client with the right key."""

    def made() -> Any:
        return sdk.Client(
            f"{emu.url}/hf_space/", token="emu-hf_space-key", verbose=False,
            download_files=str(tmp_path), analytics_enabled=False,
        )  # fmt: skip

    return await asyncio.to_thread(made)


async def test_a_picture(space: Any) -> None:
    path, result = await asyncio.to_thread(space.predict, **ASKED)
    shown = pictures.read(await asyncio.to_thread(Path(path).read_bytes))
    assert (shown["prompt"], shown["seed"], shown["width"]) == ("a fox", 7, 256)
    assert '"success"' in result


async def test_the_parameters_are_told(space: Any) -> None:
    told = await asyncio.to_thread(space.view_api, return_format="dict", print_info=False)
    names = {one["parameter_name"] for one in told["named_endpoints"]["/run_lora"]["parameters"]}
    assert names >= ASKED.keys() - {"api_name"}


@pytest.mark.parametrize(
    ("kind", "text"),
    [("quota", "Try again in 3:21:09"), ("moderation", "NSFW"), ("failed", "verbose error")],
)
async def test_a_failure(space: Any, emu: Running, kind: str, text: str) -> None:
    emu.faults.add("hf_space", kind)
    error = importlib.import_module("gradio_client.exceptions").AppError
    with pytest.raises(error, match=text):
        await asyncio.to_thread(space.predict, **ASKED)


async def test_a_full_queue(space: Any, emu: Running) -> None:
    emu.settings.change({"clouds": {"hf_space": {"most_waiting": 0}}})
    error = importlib.import_module("gradio_client.utils").QueueError
    with pytest.raises(error, match="full"):
        await asyncio.to_thread(space.predict, **ASKED)
