"""The emulated ComfyUI is as strict as the real one, and remembers as little."""

import asyncio
from copy import deepcopy
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from aiohttp import web

from emulator import pictures
from emulator.app import Running
from emulator.clouds.comfyui.cloud import ComfyUi
from tests.emulator.conftest import Answer, Client

KEY = "emu-comfyui-key"
GRAPH: dict[str, Any] = {
    "1": {"class_type": "UNETLoader",
          "inputs": {"unet_name": "flux1-dev.safetensors", "weight_dtype": "default"}},
    "2": {"class_type": "CLIPLoader",
          "inputs": {"clip_name": "qwen_3_4b.safetensors", "type": "lumina2"}},
    "3": {"class_type": "VAELoader", "inputs": {"vae_name": "ae.safetensors"}},
    "4": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["2", 0], "text": "a fox"}},
    "5": {"class_type": "EmptySD3LatentImage",
          "inputs": {"width": 256, "height": 192, "batch_size": 1}},
    "6": {"class_type": "KSampler",
          "inputs": {"model": ["1", 0], "positive": ["4", 0], "negative": ["4", 0],
                     "latent_image": ["5", 0], "seed": 7, "steps": 4, "cfg": 1.0,
                     "sampler_name": "euler", "scheduler": "simple", "denoise": 1.0}},
    "7": {"class_type": "VAEDecode", "inputs": {"samples": ["6", 0], "vae": ["3", 0]}},
    "8": {"class_type": "SaveImage", "inputs": {"images": ["7", 0], "filename_prefix": "x"}},
}  # fmt: skip


async def ask(client: Client, method: str, path: str, body: Any = None) -> Answer:
    """Below the server's address, with the right key."""
    return await client.ask(method, f"/comfyui/{path}", body, KEY)


async def entry_of(client: Client, job: str) -> Any:
    """The job's entry, once the history has it."""
    async with asyncio.timeout(20):
        while not (found := (await ask(client, "GET", f"history/{job}")).json):
            pass
    return found[job]


async def test_a_graph_becomes_a_picture(client: Client) -> None:
    name = str(uuid4())
    taken = await ask(client, "POST", "prompt", {"prompt": GRAPH, "prompt_id": name})
    assert taken.json == {"prompt_id": name, "number": 0, "node_errors": {}}
    entry = await entry_of(client, name)
    assert entry["status"]["status_str"] == "success"
    [image] = entry["outputs"]["10"]["images"]
    path = f"view?filename={image['filename']}&subfolder=&type={image['type']}"
    facts = pictures.read((await ask(client, "GET", path)).raw)
    assert (facts["prompt"], facts["seed"], facts["width"]) == ("a fox", 7, 256)
    assert (await ask(client, "GET", "queue")).json == {"queue_running": [], "queue_pending": []}


@pytest.mark.parametrize(
    ("node", "change", "kind", "details"),
    [
        ("6", {"steps": None}, "required_input_missing", "steps"),
        ("6", {"steps": 0}, "value_smaller_than_min", "steps"),
        ("6", {"denoise": 1.5}, "value_bigger_than_max", "denoise"),
        ("6", {"seed": "x"}, "invalid_input_type", "seed, x, "),
        ("6", {"sampler_name": "eular"}, "value_not_in_list", "sampler_name: 'eular' not in ["),
        ("1", {"unet_name": "lost"}, "value_not_in_list", "unet_name: 'lost' not in ["),
        ("6", {"model": ["2", 0]}, "return_type_mismatch",
         "model, received_type(CLIP) mismatch input_type(MODEL)"),
        ("6", {"model": ["99", 0]}, "exception_during_inner_validation", "'99'"),
        ("6", {"model": ["1"]}, "bad_linked_input", "model"),
    ],
)  # fmt: skip
async def test_a_wrong_input_is_named(
    client: Client, emu: Running, node: str, change: dict[str, Any], kind: str, details: str
) -> None:
    graph = deepcopy(GRAPH)
    graph[node]["inputs"] |= change
    graph[node]["inputs"] = {k: v for k, v in graph[node]["inputs"].items() if v is not None}
    refused = await ask(client, "POST", "prompt", {"prompt": graph})
    assert refused.status == 400
    assert refused.json["error"]["type"] == "prompt_outputs_failed_validation"
    [error] = refused.json["node_errors"][node]["errors"]
    assert error["type"] == kind
    assert error["details"].startswith(details)
    assert emu.ledger.jobs("comfyui") == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({}, "no_prompt"),
        ({"prompt": {"1": {"class_type": "Lost", "inputs": {}}}}, "missing_node_type"),
        ({"prompt": {"1": {"inputs": {}}}}, "missing_node_type"),
        ({"prompt": {"1": GRAPH["1"]}}, "prompt_no_outputs"),
        ({"prompt": GRAPH, "prompt_id": "mine"}, "invalid_prompt_id"),
    ],
)
async def test_a_wrong_request_is_refused(client: Client, body: Any, kind: str) -> None:
    refused = await ask(client, "POST", "prompt", body)
    assert (refused.status, refused.json["error"]["type"]) == (400, kind)


async def test_what_nothing_hangs_on_is_not_looked_at(client: Client) -> None:
    loose = {"9": {"class_type": "VAELoader", "inputs": {"vae_name": "lost"}}}
    taken = await ask(client, "POST", "prompt", {"prompt": {**GRAPH, **loose}})
    assert taken.status == 200


async def test_an_interrupt_strikes_the_job_that_is_named(client: Client, emu: Running) -> None:
    emu.settings.change({"clouds": {"comfyui": {"run_s": 60_000.0}}})
    jobs = [str(uuid4()), str(uuid4())]
    for name in jobs:
        await ask(client, "POST", "prompt", {"prompt": GRAPH, "prompt_id": name})
    await asyncio.sleep(0.1)
    queue = (await ask(client, "GET", "queue")).json
    assert [item[1] for item in queue["queue_running"]] == jobs[:1]
    assert [item[1] for item in queue["queue_pending"]] == jobs[1:]
    assert (await ask(client, "POST", "interrupt", {"prompt_id": jobs[1]})).raw == b""
    assert len((await ask(client, "GET", "queue")).json["queue_running"]) == 1
    await ask(client, "POST", "queue", {"delete": jobs})
    assert (await ask(client, "GET", "queue")).json["queue_pending"] == []
    await ask(client, "POST", "interrupt", {"prompt_id": jobs[0]})
    entry = await entry_of(client, jobs[0])
    assert entry["status"]["messages"][-1][0] == "execution_interrupted"
    assert jobs[1] not in (await ask(client, "GET", "history")).json


async def test_the_websocket_tells_only_its_own_client(client: Client, emu: Running) -> None:
    url = f"{emu.url}/comfyui/ws?clientId="
    headers = {"Authorization": f"Bearer {KEY}"}
    kinds: list[str] = []
    async with (
        client.session.ws_connect(f"{url}ana", headers=headers) as mine,
        client.session.ws_connect(f"{url}ben", headers=headers) as other,
    ):
        assert (await mine.receive_json())["type"] == "status"
        assert (await other.receive_json())["type"] == "status"
        await ask(client, "POST", "prompt", {"prompt": GRAPH, "client_id": "ana"})
        while "execution_success" not in kinds:
            kinds.append((await mine.receive_json(timeout=20))["type"])
        with pytest.raises(TimeoutError):
            await other.receive_json(timeout=0.05)
    assert kinds == ["progress"] * 4 + ["execution_success"]


async def test_no_job_fails_with_its_listener(client: Client, emu: Running) -> None:
    class Broken(web.WebSocketResponse):
        """As aiohttp's is when the client was killed and the loop has not read that yet."""

        async def send_json(self, *args: Any, **options: Any) -> None:
            raise aiohttp.ClientConnectionResetError("Cannot write to closing transport")

    cloud = emu.emulator.clouds["comfyui"]
    assert isinstance(cloud, ComfyUi)
    cloud.sockets["ana"] = Broken()
    taken = await ask(client, "POST", "prompt", {"prompt": GRAPH, "client_id": "ana"})
    entry = await entry_of(client, taken.json["prompt_id"])
    assert entry["status"]["status_str"] == "success"


async def test_an_upload_of_the_same_name_is_renamed_unless_it_overwrites(
    client: Client, emu: Running
) -> None:
    names = []
    for overwrite in ("false", "false", "true"):
        form = aiohttp.FormData({"overwrite": overwrite})
        form.add_field("image", b"a\r\n--b\r\n", filename="a.png")
        url = f"{emu.url}/comfyui/upload/image"
        headers = {"Authorization": f"Bearer {KEY}"}
        async with client.session.post(url, data=form, headers=headers) as answer:
            names.append((await answer.json())["name"])
    assert names == ["a.png", "1 a.png", "a.png"]


async def test_a_key_is_wanted(client: Client) -> None:
    assert (await client.ask("GET", "/comfyui/queue", None, "wrong")).status == 401
