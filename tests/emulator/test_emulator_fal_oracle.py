"""fal's own SDK takes the emulator for the real thing; it sends to wherever its module says."""

import asyncio
import importlib
import warnings
from collections.abc import AsyncIterator
from types import ModuleType
from typing import Any

import pytest

from emulator import pictures
from emulator.app import Running
from tests.emulator.listener import listener

SMALL = {
    "prompt": "a fox",
    "image_size": {"width": 256, "height": 256},
    "seed": 7,
    "output_format": "png",
}
LORA = "fal-ai/flux-lora"


@pytest.fixture
def sdk(emu: Running, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The SDK's client module, pointed at the emulator."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = importlib.import_module("fal_client.client")
    monkeypatch.setattr(module, "QUEUE_URL_FORMAT", f"{emu.url}/fal/queue/")
    monkeypatch.setattr(module, "RUN_URL_FORMAT", f"{emu.url}/fal/run/")
    return module


@pytest.fixture
async def fal(sdk: ModuleType) -> AsyncIterator[Any]:
    """A client with the right key; the SDK leaves its sockets open."""
    made = sdk.AsyncClient(key="emu-fal-key", default_timeout=20.0)
    yield made
    await (await made._client).aclose()


async def test_a_queued_picture(sdk: ModuleType, fal: Any, client: Any) -> None:
    handle = await fal.submit(LORA, SMALL)
    events = [event async for event in handle.iter_events(with_logs=True, interval=0.01)]
    assert isinstance(events[-1], sdk.Completed)
    assert (events[-1].error, events[-1].error_type) == (None, None)
    output = await handle.get(interval=0.01)
    assert (output["seed"], output["has_nsfw_concepts"]) == (7, [False])
    [image] = output["images"]
    assert (image["width"], image["height"], image["content_type"]) == (256, 256, "image/png")
    file = await client.ask("GET", image["url"])
    assert pictures.read(file.raw)["prompt"] == "a fox"


async def test_the_states_on_the_way(sdk: ModuleType, fal: Any, emu: Running) -> None:
    emu.settings.change({"clouds": {"fal": {"at_once": 1, "queue_s": 0.0, "run_s": 1e6}}})
    first, second, third = [await fal.submit(LORA, SMALL) for _ in range(3)]
    while not isinstance(await first.status(), sdk.InProgress):
        pass
    assert await second.status() == sdk.Queued(position=0)
    assert await third.status() == sdk.Queued(position=1)


async def test_a_path_below_an_app_has_the_apps_addresses(fal: Any) -> None:
    handle = await fal.submit("fal-ai/z-image/turbo/lora", SMALL)
    assert handle.status_url.endswith(f"/fal-ai/z-image/requests/{handle.request_id}/status")
    assert (await handle.get(interval=0.01))["seed"] == 7
    assert await fal.result("fal-ai/z-image/turbo/lora", handle.request_id)


async def test_subscribe_and_run(fal: Any) -> None:
    waited = await fal.subscribe(LORA, SMALL)
    held = await fal.run(LORA, {**SMALL, "sync_mode": True})
    assert waited["seed"] == held["seed"] == 7
    assert held["images"][0]["url"].startswith("data:image/png;base64,")


async def test_a_cancelled_request(sdk: ModuleType, fal: Any, emu: Running) -> None:
    emu.faults.add("fal", "queue", seconds=1_000_000)
    handle = await fal.submit(LORA, SMALL)
    assert isinstance(await handle.status(), sdk.Queued)
    await handle.cancel()
    ended = await handle.status()
    assert (type(ended), ended.error_type) == (sdk.Completed, "client_cancelled")
    assert emu.ledger.billed("fal") == []


async def failure(sdk: ModuleType, fal: Any, **more: Any) -> Any:
    """What the SDK raises of a request that was accepted."""
    handle = await fal.submit(LORA, {**SMALL, **more})
    with pytest.raises(sdk.FalClientHTTPError) as raised:
        await handle.get(interval=0.01)
    return raised.value


async def test_a_wrong_input_shows_with_the_result(sdk: ModuleType, fal: Any) -> None:
    error = await failure(sdk, fal, guidance_scale=99)
    assert (error.status_code, error.error_type) == (422, None)
    assert "between 0 and 20" in str(error)


async def test_a_refusal_is_a_list_and_has_no_error_type(
    sdk: ModuleType, fal: Any, emu: Running
) -> None:
    emu.faults.add("fal", "moderation")
    error = await failure(sdk, fal)
    assert (error.status_code, error.error_type) == (422, None)
    assert error.response.json()["detail"][0]["type"] == "content_policy_violation"


async def test_a_failure_of_the_platform_has_a_name(
    sdk: ModuleType, fal: Any, emu: Running
) -> None:
    emu.faults.add("fal", "runner")
    error = await failure(sdk, fal)
    assert (error.status_code, error.error_type) == (503, "runner_disconnected")


@pytest.mark.parametrize(("status", "text"), [(401, "Authentication"), (403, "Exhausted balance")])
async def test_an_account_that_may_not(
    sdk: ModuleType, fal: Any, emu: Running, status: int, text: str
) -> None:
    emu.faults.add("fal", "status", status=status)
    with pytest.raises(sdk.FalClientHTTPError, match=text) as raised:
        await fal.submit(LORA, SMALL)
    assert raised.value.status_code == status


async def test_a_wrong_key_and_a_wrong_app(sdk: ModuleType, fal: Any) -> None:
    stranger = sdk.AsyncClient(key="wrong")
    with pytest.raises(sdk.FalClientHTTPError, match="Authentication is required"):
        await stranger.submit(LORA, SMALL)
    await (await stranger._client).aclose()
    with pytest.raises(sdk.FalClientHTTPError, match="not found"):
        await fal.submit("fal-ai/dall-e-9", SMALL)


async def test_the_end_is_told_to_the_address_of_the_sdk(fal: Any) -> None:
    async with listener(200, 200) as (url, heard):
        handle = await fal.submit(LORA, SMALL, webhook_url=url)
        told = await asyncio.wait_for(heard.get(), 10)
        lost = {**SMALL, "loras": [{"path": "https://files.example/unreachable"}]}
        failed = await fal.submit(LORA, lost, webhook_url=url)
        sorry = await asyncio.wait_for(heard.get(), 10)
    assert (told["request_id"], told["status"]) == (handle.request_id, "OK")
    assert told["payload"] == await handle.get()
    assert (sorry["request_id"], sorry["status"]) == (failed.request_id, "ERROR")
    assert sorry["error"] == "Invalid status code: 422"
