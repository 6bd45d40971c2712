"""What an account uploads to the emulated Runware becomes its own, step by step."""

import base64
from typing import Any
from uuid import uuid4

import pytest

from emulator import pictures

Json = dict[str, Any]


def code(reply: Any) -> str:
    """The code of the only error."""
    [wrong] = reply.json["errors"]
    found: str = wrong["code"]
    return found


def upload(**changes: Any) -> Json:
    """A valid modelUpload."""
    return {
        "taskType": "modelUpload",
        "taskUUID": str(uuid4()),
        "category": "lora",
        "architecture": "z-image-turbo",
        "format": "safetensors",
        "air": "mine:12@1",
        "uniqueIdentifier": "ab" * 32,
        "name": "Mira",
        "version": "1",
        "downloadURL": "https://files.example/mira.safetensors",
        "private": True,
        **changes,
    }


def ask(kind: str, **fields: Any) -> Json:
    """Some other task."""
    return {"taskType": kind, "taskUUID": str(uuid4()), **fields}


async def uploaded(client: Any, **changes: Any) -> None:
    """Upload and wait until it is over."""
    task = upload(**changes)
    await client.runware(task)
    await client.emu.emulator.world.jobs.get("runware", task["taskUUID"]).over.wait()


async def test_a_lora_cannot_be_used_before_it_is_ready(client: Any, fox: Json) -> None:
    client.emu.settings.change({"clouds": {"runware": {"upload_step_s": 1e6}}})
    reply = await client.runware(upload())
    assert reply.json["data"][0]["status"] == "validated"
    assert code(await client.runware(fox | {"lora": [{"model": "mine:12@1"}]})) == "modelNotReady"
    found = await client.runware(ask("modelSearch", visibility="private"))
    assert found.json["data"][0]["results"] == []


async def test_an_uploaded_lora_is_found_and_used_in_its_account(client: Any, fox: Json) -> None:
    await uploaded(client)
    found = await client.runware(ask("modelSearch", search="mira", visibility="private"))
    assert [entry["air"] for entry in found.json["data"][0]["results"]] == ["mine:12@1"]
    fox["lora"] = [{"model": "mine:12@1", "weight": 1}]
    assert (await client.runware(fox)).status == 200
    elsewhere = await client.runware(fox | {"taskUUID": str(uuid4())}, key="test-other")
    assert code(elsewhere) == "modelNotFound"


async def test_the_same_file_is_not_uploaded_twice(client: Any) -> None:
    await uploaded(client)
    again = await client.runware(upload(air="mine:99@1"))
    assert (again.json["data"][0]["air"], again.json["data"][0]["status"]) == ("mine:12@1", "ready")


async def test_a_lora_of_another_family_does_not_fit(client: Any, fox: Json) -> None:
    await uploaded(client, architecture="flux1d")
    reply = await client.runware(fox | {"lora": [{"model": "mine:12@1"}]})
    assert code(reply) == "incompatibleLoraArchitecture"


@pytest.mark.parametrize("tells", [True, False])
async def test_an_unreachable_file_fails(client: Any, tells: bool) -> None:
    client.emu.settings.change({"clouds": {"runware": {"upload_poll_tells": tells}}})
    task = upload(downloadURL="https://unreachable.example/a.safetensors")
    await client.runware(task)
    await client.emu.emulator.world.jobs.get("runware", task["taskUUID"]).over.wait()
    poll = await client.runware({"taskType": "getResponse", "taskUUID": task["taskUUID"]})
    if tells:
        assert (code(poll), poll.json["errors"][0]["status"]) == ("downloadFailed", "failed")
    else:
        assert poll.json["data"][0]["status"] == "processing"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"hat": 1}, "unsupportedParameter"),
        ({"air": "mine"}, "invalidAir"),
        ({"air": "runware:1@1"}, "modelOwnershipValidationError"),
        ({"uniqueIdentifier": "other"}, "modelAlreadyExists"),
    ],
)
async def test_wrong_uploads(client: Any, changes: Json, wrong: str) -> None:
    await uploaded(client)
    assert code(await client.runware(upload(**{"uniqueIdentifier": "x", **changes}))) == wrong


async def test_an_uploaded_image_can_be_used_by_its_uuid(client: Any, fox: Json) -> None:
    raw = pictures.draw(pictures.Recipe("t", "m", "p", 64, 64, 1), "png")
    kept = await client.runware(ask("imageUpload", image=base64.b64encode(raw).decode()))
    image = kept.json["data"][0]
    assert (await client.ask("GET", image["imageURL"])).raw == raw
    reply = await client.runware(
        fox | {"seedImage": image["imageUUID"], "outputType": "base64Data"}
    )
    record = pictures.read(base64.b64decode(reply.json["data"][0]["imageBase64Data"]))
    assert record["init"] == pictures.digest(raw)
