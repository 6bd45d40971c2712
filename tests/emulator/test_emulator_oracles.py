"""The clouds' own SDKs take the emulator for the real thing, over real sockets."""

import asyncio
import importlib
import warnings
from collections.abc import AsyncIterator, Iterator
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest

from emulator import pictures
from emulator.app import Running


@pytest.fixture(scope="module")
def runpod() -> Iterator[ModuleType]:
    """The SDK, whose imports warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield importlib.import_module("runpod")


@pytest.fixture(scope="module")
def runware() -> Iterator[ModuleType]:
    """The SDK, whose imports may warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield importlib.import_module("runware")


@pytest.fixture
def endpoint(runpod: ModuleType, emu: Running, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The SDK's endpoint at the emulator; the SDK reads the variable once, at import."""
    monkeypatch.setattr(runpod, "endpoint_url_base", f"{emu.url}/runpod/v2")
    return runpod.Endpoint("zimage", api_key="emu-runpod-key")


@pytest.fixture
async def server(runware: ModuleType, emu: Running) -> AsyncIterator[Any]:
    """The SDK at the emulator's websocket; it speaks nothing else for pictures."""
    url = emu.url.replace("http", "ws") + "/runware/ws"
    sdk = runware.Runware(api_key="emu-runware-key", url=url, timeout=20_000)
    await sdk.connect()
    yield sdk
    await sdk.disconnect()


async def test_runpod_run_and_output(endpoint: Any, client: Any) -> None:
    asked = {"prompt": "a fox", "width": 256, "height": 256}
    job = await asyncio.to_thread(endpoint.run, {"input": asked})
    output = await asyncio.to_thread(job.output, 20)
    assert await asyncio.to_thread(job.status) == "COMPLETED"
    file = await client.ask("GET", output["image_url"])
    assert pictures.read(file.raw)["prompt"] == "a fox"


async def test_runpod_run_sync_health_and_purge(endpoint: Any) -> None:
    output = await asyncio.to_thread(endpoint.run_sync, {"prompt": "a fox", "width": 256}, 20)
    assert output.keys() == {"image_url"}
    health = await asyncio.to_thread(endpoint.health)
    assert health["jobs"]["completed"] == 1
    assert health["workers"].keys() == {
        "idle", "initializing", "ready", "running", "throttled", "unhealthy",
    }  # fmt: skip
    purged = await asyncio.to_thread(endpoint.purge_queue)
    assert purged == {"removed": 0, "status": "completed"}


async def test_runpod_cancel(endpoint: Any, emu: Running) -> None:
    emu.faults.add("runpod", "queue", seconds=1_000_000)
    job = await asyncio.to_thread(endpoint.run, {"prompt": "a fox"})
    assert await asyncio.to_thread(job.status) == "IN_QUEUE"
    told = await asyncio.to_thread(job.cancel)
    assert told["status"] == "CANCELLED"
    assert await asyncio.to_thread(job.status) == "CANCELLED"


async def test_runpod_refuses_a_wrong_key(runpod: ModuleType, endpoint: Any) -> None:
    stranger = runpod.Endpoint("zimage", api_key="wrong")
    with pytest.raises(RuntimeError, match="401 Unauthorized"):
        await asyncio.to_thread(stranger.run, {"prompt": "a fox"})


def fox(runware: ModuleType, **more: Any) -> Any:
    """The SDK's request for a small picture."""
    return runware.IImageInference(
        model="runware:z-image@turbo",
        positivePrompt="a fox",
        width=256,
        height=256,
        seed=7,
        includeCost=True,
        **more,
    )


async def test_runware_picture(runware: ModuleType, server: Any, client: Any) -> None:
    pictures_made = await server.imageInference(fox(runware, numberResults=2, outputFormat="PNG"))
    assert sorted(made.seed for made in pictures_made) == [7, 8]
    assert all(made.cost == pytest.approx(81 / 1e6) for made in pictures_made)
    file = await client.ask("GET", pictures_made[0].imageURL)
    assert pictures.read(file.raw)["prompt"] == "a fox"


async def test_runware_async_picture(runware: ModuleType, server: Any, emu: Running) -> None:
    """The SDK throws away every reply that says "processing" and then waits 30 s for another."""
    asked = fox(runware, deliveryMethod="async", taskUUID=str(uuid4()))
    acknowledged = await server.imageInference(asked)
    job = emu.emulator.world.jobs.get("runware", acknowledged.taskUUID)
    assert job is not None
    await job.over.wait()
    [made] = await server.getResponse(acknowledged.taskUUID)
    assert (made.status, made.seed) == ("success", 7)


async def test_runware_error(runware: ModuleType, server: Any) -> None:
    types = importlib.import_module("runware.utils")
    wrong = fox(runware)
    wrong.width = 250
    with pytest.raises(types.RunwareAPIError) as told:
        await server.imageInference(wrong)
    assert told.value.code == "invalidWidth"


def lora(runware: ModuleType, address: str) -> Any:
    """The SDK's request to upload a LoRA."""
    return runware.IUploadModelLora(
        air="mine:1@1",
        architecture="z-image-turbo",
        name="Mira",
        downloadURL=address,
        uniqueIdentifier="ab" * 32,
        version="1",
        format="safetensors",
        private=True,
    )


async def test_runware_upload_search_and_use(runware: ModuleType, server: Any) -> None:
    told = await server.modelUpload(lora(runware, "https://files.example/a.safetensors"))
    assert [step["status"] for step in told] == [
        "validated", "downloaded", "optimized", "stored", "ready",
    ]  # fmt: skip
    found = await server.modelSearch(runware.IModelSearch(search="mira"))
    assert found.totalResults == 1
    used = [runware.ILora(model="mine:1@1", weight=0.5)]
    assert await server.imageInference(fox(runware, lora=used))


async def test_runware_upload_fails(runware: ModuleType, server: Any) -> None:
    types = importlib.import_module("runware.utils")
    with pytest.raises(types.RunwareAPIError) as told:
        await server.modelUpload(lora(runware, "https://unreachable.example/a.safetensors"))
    assert told.value.code == "downloadFailed"


async def test_runware_refuses_a_wrong_key(runware: ModuleType, emu: Running) -> None:
    sdk = runware.Runware(api_key="wrong", url=emu.url.replace("http", "ws") + "/runware/ws")
    with pytest.raises(ConnectionError, match="Invalid API key"):
        await sdk.ensureConnection()
    await sdk.disconnect()
