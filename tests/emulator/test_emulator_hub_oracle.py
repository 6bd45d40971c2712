"""The Hub's own client takes the emulator for the router; it is synchronous, so in a thread."""

import asyncio
import importlib
import warnings
from types import ModuleType
from typing import Any

import pytest

from emulator import pictures
from emulator.app import Running

SCHNELL = "black-forest-labs/FLUX.1-schnell"
PLACES = {"hf-inference": SCHNELL, "fal-ai": "fal-ai/flux/dev", "together": SCHNELL}


@pytest.fixture
def hub(emu: Running, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The client's module; its router is the emulator, and who serves a model is given."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = importlib.import_module("huggingface_hub")
        shared = importlib.import_module("huggingface_hub.inference._providers._common")
        own = importlib.import_module("huggingface_hub.inference._providers.hf_inference")
        mapping = importlib.import_module("huggingface_hub.hf_api").InferenceProviderMapping
    monkeypatch.setattr(own, "_check_supported_task", lambda model, task: None)
    for cloud, place in PLACES.items():
        one = mapping(provider=cloud, hf_model_id=SCHNELL, providerId=place, status="live",
                      task="text-to-image")  # fmt: skip
        monkeypatch.setitem(shared.HARDCODED_MODEL_INFERENCE_MAPPING, cloud, {SCHNELL: one})
    url = f"{emu.url}/hf_inference/{{provider}}"
    monkeypatch.setattr(module.constants, "INFERENCE_PROXY_TEMPLATE", url)
    task = importlib.import_module("huggingface_hub.inference._providers").PROVIDERS["hf-inference"]
    monkeypatch.setattr(task["text-to-image"], "base_url", url.format(provider="hf-inference"))
    return module


async def painted(hub: ModuleType, cloud: str, **more: Any) -> Any:
    """What the client makes of the answer: a Pillow image."""
    client = hub.InferenceClient(provider=cloud, api_key="hf_of-someone")
    asked = {"model": SCHNELL, "width": 256, "height": 256, "num_inference_steps": 4, "seed": 7}
    return await asyncio.to_thread(client.text_to_image, "a fox", **asked, **more)


@pytest.mark.parametrize("cloud", PLACES)
async def test_a_picture(hub: ModuleType, emu: Running, cloud: str) -> None:
    emu.settings.change({"keys": {"hf_inference": ["hf_of-someone"]}})
    image = await painted(hub, cloud)
    record = image.info[pictures.KEY]
    assert '"prompt": "a fox"' in record
    assert '"seed": 7' in record
    assert image.size == (256, 256)


@pytest.mark.parametrize("status", [401, 402, 503])
async def test_a_refusal(hub: ModuleType, emu: Running, status: int) -> None:
    emu.settings.change({"keys": {"hf_inference": ["hf_of-someone"]}})
    emu.faults.add("hf_inference", "status", status=status)
    with pytest.raises(hub.errors.HfHubHTTPError) as raised:
        await painted(hub, "together")
    assert raised.value.response.status_code == status
