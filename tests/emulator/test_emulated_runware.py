"""The emulated Runware takes what the real one takes and refuses the rest in its words."""

import base64
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from emulator import pictures

Json = dict[str, Any]


def code(reply: Any) -> str:
    """The code of the only error."""
    [wrong] = reply.json["errors"]
    found: str = wrong["code"]
    return found


def ask(kind: str, **fields: Any) -> Json:
    """Some other task."""
    return {"taskType": kind, "taskUUID": str(uuid4()), **fields}


async def test_one_item_a_picture_with_cost_and_the_seed_counting_up(
    client: Any, fox: Json
) -> None:
    reply = await client.runware(fox | {"numberResults": 2, "includeCost": True})
    assert reply.status == 200
    first, second = reply.json["data"]
    assert (first["seed"], second["seed"]) == (7, 8)
    assert first["taskUUID"] == second["taskUUID"] == fox["taskUUID"]
    assert first["cost"] == second["cost"] == round(1300 * 256 * 192 / 1024**2) / 1e6
    assert first["imageUUID"] != second["imageUUID"]


async def test_cost_is_told_only_when_asked_for(client: Any, fox: Json) -> None:
    reply = await client.runware(fox)
    assert "cost" not in reply.json["data"][0]
    assert client.emu.ledger.spent("runware") > 0


@pytest.mark.parametrize(
    ("given", "kind"), [("JPG", "JPEG"), ("PNG", "PNG"), ("WEBP", "WEBP"), (None, "JPEG")]
)
async def test_formats(client: Any, fox: Json, given: str | None, kind: str) -> None:
    how = {"outputType": "base64Data"} | ({"outputFormat": given} if given else {})
    reply = await client.runware(fox | how)
    picture = Image.open(BytesIO(base64.b64decode(reply.json["data"][0]["imageBase64Data"])))
    assert (picture.format, picture.size) == (kind, (256, 192))


async def test_url_and_data_uri_carry_the_same_picture(client: Any, fox: Json) -> None:
    by_url = await client.runware(fox)
    by_uri = await client.runware(fox | {"taskUUID": str(uuid4()), "outputType": "dataURI"})
    file = await client.ask("GET", by_url.json["data"][0]["imageURL"])
    head, text = by_uri.json["data"][0]["imageDataURI"].split(",")
    assert head == "data:image/jpeg;base64"
    assert base64.b64decode(text) == file.raw
    assert file.headers["Content-Type"] == "image/jpeg"


async def test_the_picture_records_the_request(client: Any, fox: Json) -> None:
    seed_image = pictures.draw(pictures.Recipe("t", "m", "p", 64, 64, 1), "png")
    fox |= {
        "lora": [{"model": "civitai:1@2", "weight": 0.5}],
        "seedImage": base64.b64encode(seed_image).decode(),
        "strength": 0.6,
        "negativePrompt": "blurry",
        "outputType": "base64Data",
    }
    reply = await client.runware(fox)
    record = pictures.read(base64.b64decode(reply.json["data"][0]["imageBase64Data"]))
    assert record["prompt"] == "a fox in the snow"
    assert record["loras"] == [["civitai:1@2", 0.5]]
    assert record["init"] == pictures.digest(seed_image)
    assert (record["strength"], record["negative"], record["mask"]) == (0.6, "blurry", None)


@pytest.mark.parametrize("key", ["", "wrong"])
async def test_a_wrong_key_is_401(client: Any, fox: Json, key: str) -> None:
    reply = await client.runware(fox, key=key)
    assert (reply.status, code(reply)) == (401, "invalidApiKey")
    assert client.emu.ledger.jobs() == []


async def test_the_key_may_come_as_the_first_task(client: Any, fox: Json) -> None:
    sign_in = {"taskType": "authentication", "apiKey": "test-anything"}
    assert (await client.runware(sign_in, fox, key="")).status == 200


@pytest.mark.parametrize("body", [{}, "text", ["text"], None])
async def test_the_body_has_to_be_an_array_of_objects(client: Any, body: Any) -> None:
    reply = await client.ask("POST", "/runware/v1", body, "emu-runware-key")
    assert (reply.status, code(reply)) == (400, "invalidRequest")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"hat": "red"}, "unsupportedParameter"),
        ({"width": 250}, "invalidWidth"),
        ({"height": 2064}, "invalidHeight"),
        ({"width": "256"}, "invalidWidth"),
        ({"seed": -1}, "invalidSeed"),
        ({"seed": 0}, "invalidSeed"),
        ({"steps": 0}, "invalidSteps"),
        ({"steps": True}, "invalidSteps"),
        ({"CFGScale": 51}, "invalidCFGScale"),
        ({"numberResults": 21}, "invalidNumberResults"),
        ({"outputType": "url"}, "invalidOutputType"),
        ({"outputFormat": "JPEG"}, "invalidOutputFormat"),
        ({"deliveryMethod": "later"}, "invalidDeliveryMethod"),
        ({"positivePrompt": "x" * 3001}, "invalidPositivePrompt"),
        ({"model": "runware:0@0"}, "modelNotFound"),
        ({"taskUUID": "7"}, "invalidTaskUUID"),
        ({"taskType": "dance"}, "unsupportedTaskType"),
        ({"strength": 0.5}, "missingSeedImage"),
        ({"maskImage": "aGk="}, "missingSeedImage"),
        ({"seedImage": "not base64!"}, "invalidSeedImage"),
        ({"seedImage": str(uuid4())}, "invalidSeedImage"),
        ({"referenceImages": ["aGk="]}, "unsupportedParameter"),
        ({"inputs": {"hat": 1}}, "unsupportedParameter"),
        ({"lora": [{"model": "https://files.example/a.safetensors"}]}, "invalidLora"),
        ({"lora": [{"model": "mine:1@1", "scale": 1}]}, "invalidLora"),
        ({"lora": [{"model": "civitai:1@1", "weight": 5}]}, "invalidLoraWeight"),
        ({"lora": [{"model": "civitai:1@1"}] * 13}, "maxLoraModelsExceeded"),
        ({"lora": [{"model": "mine:1@1"}]}, "modelNotFound"),
    ],
)
async def test_what_is_wrong_is_refused_and_not_billed(
    client: Any, fox: Json, changes: Json, wrong: str
) -> None:
    reply = await client.runware(fox | changes)
    assert reply.status in {400, 404}
    assert code(reply) == wrong
    assert client.emu.ledger.jobs() == []


@pytest.mark.parametrize("name", ["model", "positivePrompt", "width", "height"])
async def test_what_is_missing_is_named(client: Any, fox: Json, name: str) -> None:
    del fox[name]
    reply = await client.runware(fox)
    assert reply.json["errors"][0]["parameter"] == name
    assert code(reply).startswith("missing")


@pytest.mark.parametrize(
    ("model", "width", "status"),
    [
        ("runware:101@1", 208, 400),
        ("runware:101@1", 256, 200),
        ("runware:400@2", 208, 200),
        ("runware:z-image@turbo", 208, 200),
        ("runware:z-image@turbo", 200, 400),
    ],
)
async def test_flux1_takes_sizes_by_64_and_the_newer_by_16(
    client: Any, fox: Json, model: str, width: int, status: int
) -> None:
    assert (await client.runware(fox | {"model": model, "width": width})).status == status


async def test_klein_takes_four_references_and_no_seed_image(client: Any, fox: Json) -> None:
    fox["model"] = "runware:400@2"
    picture = "data:image/png;base64,aGk="
    seeded = await client.runware(fox | {"seedImage": picture})
    five = await client.runware(fox | {"inputs": {"referenceImages": [picture] * 5}})
    four = await client.runware(fox | {"inputs": {"referenceImages": [picture] * 4}})
    assert (code(seeded), code(five)) == ("unsupportedParameter", "invalidReferenceImages")
    assert four.status == 200


async def test_a_task_uuid_buys_one_job(client: Any, fox: Json) -> None:
    await client.runware(fox)
    again = await client.runware(fox)
    assert (again.status, code(again)) == (400, "conflictTaskUUID")
    assert len(client.emu.ledger.billed("runware")) == 1


async def test_get_response_finds_the_result_of_a_sync_task(client: Any, fox: Json) -> None:
    first = await client.runware(fox)
    later = await client.runware({"taskType": "getResponse", "taskUUID": fox["taskUUID"]})
    assert later.json["data"] == [{"status": "success", **first.json["data"][0]}]


async def test_async_is_acknowledged_and_polled_by_its_own_account(client: Any, fox: Json) -> None:
    client.emu.settings.time_scale = 1.0
    client.emu.settings.change({"clouds": {"runware": {"run_s": 30}}})
    reply = await client.runware(fox | {"deliveryMethod": "async"})
    assert reply.json["data"] == [{"taskType": "imageInference", "taskUUID": fox["taskUUID"]}]
    poll = {"taskType": "getResponse", "taskUUID": fox["taskUUID"]}
    assert (await client.runware(poll)).json["data"][0]["status"] == "processing"
    assert (await client.runware(ask("getResponse"))).json == {"data": []}
    stranger = await client.runware(poll, key="test-other")
    assert stranger.json == {"data": []}


async def test_one_wrong_task_does_not_stop_the_other(client: Any, fox: Json) -> None:
    reply = await client.runware(fox, fox | {"taskUUID": str(uuid4()), "seed": 0})
    assert reply.status == 200
    assert len(reply.json["data"]) == len(reply.json["errors"]) == 1


async def test_an_empty_account_is_402(client: Any, fox: Json) -> None:
    client.emu.settings.change({"clouds": {"runware": {"balance": 70}}})
    assert (await client.runware(fox)).status == 200
    reply = await client.runware(fox | {"taskUUID": str(uuid4())})
    assert (reply.status, code(reply)) == (402, "insufficientCredits")
    told = await client.runware(ask("accountManagement", operation="getDetails"))
    assert told.json["data"][0]["balance"] == pytest.approx((70 - 61) / 1e6)
