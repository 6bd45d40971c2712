"""Replicate's own SDK takes the emulator for the real thing."""

import importlib
import warnings
from collections.abc import AsyncIterator
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import pytest

from emulator import pictures
from emulator.app import Running
from tests.needs import needs

SCHNELL = "black-forest-labs/flux-schnell"
SMALL = {"prompt": "a fox", "seed": 7, "output_format": "png"}
SLOW = {"clouds": {"replicate": {"run_s": 1e6}}}


@pytest.fixture
def sdk() -> ModuleType:
    """The SDK's package."""
    needs("replicate", find_spec("replicate") is not None, "its SDK is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("replicate")


@pytest.fixture
async def replicate(sdk: ModuleType, emu: Running) -> AsyncIterator[Any]:
    """A client with the right token; it leaves its sockets open."""
    made = sdk.Client("emu-replicate-key", base_url=f"{emu.url}/replicate")
    made.poll_interval = 0.01
    yield made
    await made._async_client.aclose()


async def test_a_picture(replicate: Any, client: Any) -> None:
    [file] = await replicate.async_run(SCHNELL, SMALL)
    found = await client.ask("GET", str(file))
    assert pictures.read(found.raw)["prompt"] == "a fox"


async def test_a_prediction_that_is_polled_and_cancelled(replicate: Any, emu: Running) -> None:
    emu.settings.change(SLOW)
    made = await replicate.models.predictions.async_create(SCHNELL, SMALL, wait=1)
    assert made.status in ("starting", "processing")
    stopped = await replicate.predictions.async_cancel(made.id)
    assert stopped.status == "canceled"
    assert emu.ledger.billed("replicate") == []


async def test_a_failed_prediction(sdk: ModuleType, replicate: Any, emu: Running) -> None:
    emu.faults.add("replicate", "nsfw")
    with pytest.raises(sdk.exceptions.ModelError, match="NSFW"):
        await replicate.async_run(SCHNELL, SMALL)


@pytest.mark.parametrize(
    "wrong", [{"num_inference_steps": 50}, {"hat": 1}, {"aspect_ratio": "5:1"}, {"go_fast": 1}]
)
async def test_a_wrong_input(sdk: ModuleType, replicate: Any, wrong: Any) -> None:
    with pytest.raises(sdk.exceptions.ReplicateError) as raised:
        await replicate.async_run(SCHNELL, SMALL | wrong)
    assert (raised.value.status, raised.value.title) == (422, "Input validation failed")
    assert next(iter(wrong)) in raised.value.detail


async def test_the_account_and_a_wrong_token(sdk: ModuleType, replicate: Any, emu: Running) -> None:
    assert (await replicate.accounts.async_current()).username == "mira"
    stranger = sdk.Client("wrong", base_url=f"{emu.url}/replicate")
    with pytest.raises(sdk.exceptions.ReplicateError) as raised:
        await stranger.accounts.async_current()
    assert raised.value.status == 401
    await stranger._async_client.aclose()
