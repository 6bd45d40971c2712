"""The further workers behind the emulated RunPod, its public endpoints and its webhook."""

import asyncio
import base64
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from emulator import pictures
from emulator.webhook import tell
from tests.emulator.listener import listener

Json = dict[str, Any]
SMALL = {"prompt": "a fox", "width": 256, "height": 256}
BUCKET = {"s3_bucket": "b", "aws_access_key_id": "i", "aws_secret_access_key": "s"}


async def finished(client: Any, endpoint: str, asked: Json) -> Json:
    """The status of a job that is over."""
    reply = await client.runpod("POST", f"{endpoint}/run", {"input": asked})
    job_id = reply.json["id"]
    await client.emu.emulator.world.jobs.get("runpod", job_id).over.wait()
    told: Json = (await client.runpod("GET", f"{endpoint}/status/{job_id}")).json
    return told


async def test_faces_come_as_data_uris(client: Any) -> None:
    asked = {**SMALL, "num_images": 2, "custom_lora_repo": "mira/face", "seed": 5, **BUCKET}
    output = (await finished(client, "faces", asked))["output"]
    assert output.keys() == {"images", "seed", "num_images", "image_url", "s3_urls"}
    assert len(output["images"]) == 2
    raw = base64.b64decode(output["image_url"].removeprefix("data:image/png;base64,"))
    record = pictures.read(raw)
    assert (record["seed"], record["loras"]) == (5, [["mira/face/lora.safetensors", 1.0]])


@pytest.mark.parametrize(
    ("route", "side", "score"), [("create", 256, 7.45), ("production", 1024, None)]
)
async def test_playground_scores_or_enlarges(
    client: Any, route: str, side: int, score: float | None
) -> None:
    output = (await finished(client, "playground", {**SMALL, "route": route}))["output"]
    assert Image.open(BytesIO(base64.b64decode(output["image"]))).size == (side, side)
    assert (output["route"], output.get("aesthetic_score")) == (route, score)
    assert output["metadata"].get("final_width", 256) == side


def graph(**changes: Any) -> Json:
    """The smallest graph that makes a picture."""
    nodes = {
        "1": {"class_type": "CLIPTextEncode", "inputs": {"text": "a fox"}},
        "2": {"class_type": "EmptySD3LatentImage", "inputs": {"width": 256, "height": 256}},
        "3": {"class_type": "KSampler", "inputs": {"seed": 1, "steps": 2, "positive": ["1", 0],
                                                   "latent_image": ["2", 0]}},
        "4": {"class_type": "SaveImage", "inputs": {"images": ["3", 0]}},
    }  # fmt: skip
    return {"workflow": {**nodes, **changes}}


async def test_a_graph_gives_named_pictures(client: Any) -> None:
    [image] = (await finished(client, "comfyui", graph()))["output"]["images"]
    assert image.keys() == {"filename", "type", "data"}
    assert pictures.read(base64.b64decode(image["data"]))["prompt"] == "a fox"
    empty = graph()
    del empty["workflow"]["4"]
    output = (await finished(client, "comfyui", empty))["output"]
    assert output == {"status": "success_no_images", "images": []}


@pytest.mark.parametrize(
    ("endpoint", "asked", "text"),
    [
        ("klein", {**SMALL, "hat": 1}, "hat is not a valid input option"),
        ("faces", {**SMALL, "hat": 1}, "hat is not a valid input option"),
        ("faces", {**SMALL, "num_inference_steps": 101}, "between 1 and 100"),
        ("faces", {**SMALL, "s3_bucket": "b"}, "aws_access_key_id"),
        ("playground", SMALL, "Invalid route: None"),
        ("playground", {**SMALL, "route": "create", "width": 250}, "divisible by 8"),
        ("comfyui", {"prompt": "a fox"}, "Missing 'workflow' parameter"),
        ("comfyui", {**graph(), "images": [{"name": "a"}]}, "'images' must be a list"),
        ("comfyui", graph(x={"class_type": "Hat"}), "invalid class_type in node x"),
        (
            "comfyui",
            graph(x={"class_type": "VAEDecode", "inputs": {"samples": ["9", 0]}}),
            "node x",
        ),
        ("z-image-turbo", {"prompt": "a fox", "size": "256*256"}, "Invalid parameter: size"),
        ("qwen-image-t2i", {"prompt": "a fox", "size": "big"}, "must be width*height"),
        ("black-forest-labs-flux-1-dev", {**SMALL, "width": 300}, "divisible by 64"),
        (
            "black-forest-labs-flux-1-schnell",
            {**SMALL, "num_inference_steps": 9},
            "inference_steps",
        ),
        ("seedream-v4-t2i", {"prompt": "a fox", "width": 512}, "Invalid parameter: width"),
    ],
)
async def test_workers_are_particular(client: Any, endpoint: str, asked: Json, text: str) -> None:
    told = await finished(client, endpoint, asked)
    assert told["status"] == "FAILED"
    assert text in told["error"]


async def test_a_public_endpoint_tells_its_cost(client: Any) -> None:
    told = await finished(client, "black-forest-labs-flux-1-dev", {**SMALL, "width": 512})
    assert told["output"].keys() == {"image_url", "cost"}
    assert told["output"]["cost"] == round(0.02 * 512 * 256 / 1e6, 8)
    refused = await client.runpod("POST", "z-image-turbo/runsync", {"input": {"size": "1*1"}})
    assert (refused.status, refused.json["status"]) == (400, "FAILED")


async def test_a_webhook_gets_the_status_and_is_tried_again(client: Any) -> None:
    async with listener(500, 200) as (url, heard):
        reply = await client.runpod("POST", "zimage/run", {"input": SMALL, "webhook": url})
        first = await asyncio.wait_for(heard.get(), 10)
        again = await asyncio.wait_for(heard.get(), 10)
    told = (await client.runpod("GET", f"zimage/status/{reply.json['id']}")).json
    assert first == again == told
    assert told["status"] == "COMPLETED"


async def test_a_webhook_beyond_this_machine_is_never_called(client: Any) -> None:
    client.emu.settings.change({"clouds": {"runpod": {"run_s": 1e6}}})
    reply = await client.runpod("POST", "zimage/run", {"input": SMALL})
    world = client.emu.emulator.world
    job = world.jobs.get("runpod", reply.json["id"])
    told = tell(job, "https://me.example/hook", list, hosts={}, sleep=world.sleep)
    await asyncio.wait_for(told, 5)
    assert not job.over.is_set()
