"""RunningHub's own ways: both generations, codes under status 200, one place, carriers."""

import asyncio
from hashlib import sha256
from pathlib import Path

import pytest

from bridge.stego.detect import decode
from bridge.stego.tt import encode
from emulator import pictures
from emulator.clouds.runninghub.carrier import hidden, shown
from emulator.forms import parts
from tests.emulator.conftest import Client, Json

KEY = "emu-runninghub-key"
V1, V2 = "/runninghub/task/openapi", "/runninghub/openapi/v2"
APP, HIDING, OWN = "2021692093294452738", "1982245789865000962", "1904136902449209346"


def given(**values: str) -> list[Json]:
    """Nodes of the FLUX.1-dev graph."""
    at = {"prompt": "4.text", "width": "6.width", "height": "6.height", "seed": "70.value",
          "lora": "80.value", "weight": "81.value"}  # fmt: skip
    rows = [(*at[name].split("."), value) for name, value in values.items()]
    return [{"nodeId": n, "fieldName": f, "fieldValue": v} for n, f, v in rows]


FOX = given(prompt="a fox", width="512", height="512", seed="7")


async def run(client: Client, app: str = APP, **more: object) -> Json:
    """A v2 submit; the flat answer."""
    body = {"nodeInfoList": FOX, "instanceType": "default", **more}
    reply = await client.ask("POST", f"{V2}/run/ai-app/{app}", body, KEY)
    assert reply.status == 200
    found: Json = reply.json
    return found


async def over(client: Client, task: str) -> Json:
    """The task's end, as v2 tells it."""
    while True:
        told: Json = (await client.ask("POST", f"{V2}/query", {"taskId": task}, KEY)).json
        if told["status"] not in ("QUEUED", "RUNNING"):
            return told
        await asyncio.sleep(0.005)


async def v1(client: Client, verb: str, **body: object) -> Json:
    """A v1 call, with the key inside."""
    reply = await client.ask("POST", f"{V1}/{verb}", {"apiKey": KEY, **body})
    assert reply.status == 200
    found: Json = reply.json
    return found


async def test_a_published_graph_runs(client: Client) -> None:
    begun = await run(client)
    assert (begun["status"], begun["errorCode"], len(begun["taskId"])) == ("QUEUED", "", 19)
    told = await over(client, begun["taskId"])
    assert (told["status"], told["usage"]["consumeCoins"]) == ("SUCCESS", "4")
    shows = pictures.read((await client.ask("GET", told["results"][0]["url"])).raw)
    assert (shows["prompt"], shows["seed"], shows["width"]) == ("a fox", 7, 512)
    assert shows["loras"] == [["https://loras.example/saved-with-the-graph.safetensors", 0.9]]


async def test_a_workflow_of_ones_own_runs(client: Client) -> None:
    body = {"workflowId": OWN, "nodeInfoList": given(prompt="a fox", weight="0")}
    task = (await v1(client, "create", **body))["data"]["taskId"]
    codes = []
    while (told := await v1(client, "outputs", taskId=task))["code"] != 0:
        codes.append(told["code"])
        await asyncio.sleep(0.002)
    assert set(codes) <= {804, 813}
    assert told["data"][0]["fileType"] == "png"
    shows = pictures.read((await client.ask("GET", told["data"][0]["fileUrl"])).raw)
    assert (shows["prompt"], shows["loras"]) == ("a fox", [])


async def test_without_its_node_the_seed_is_drawn(client: Client) -> None:
    seeds = set()
    for _ in range(2):
        begun = await run(client, nodeInfoList=given(prompt="a fox"))
        told = await over(client, begun["taskId"])
        seeds.add(pictures.read((await client.ask("GET", told["results"][0]["url"])).raw)["seed"])
    assert len(seeds) == 2


@pytest.mark.parametrize(
    ("app", "nodes", "code"),
    [
        ("1", FOX, "901"), (APP, [], "1101"), (APP, ["x"], "803"),
        (APP, [{"nodeId": "5", "fieldName": "text", "fieldValue": "x"}], "803"),
        (APP, [{"nodeId": "4", "fieldName": "text"}], "803"),
        (APP, [{"nodeId": "6", "fieldName": "width", "fieldValue": 512}], "1007"),
    ],
)  # fmt: skip
async def test_v2_refuses_in_a_flat_object(
    client: Client, app: str, nodes: list[Json], code: str
) -> None:
    told = await run(client, app, nodeInfoList=nodes)
    assert (told["errorCode"], told["taskId"]) == (code, "")
    assert client.emu.ledger.jobs() == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 301), ({"workflowId": "1"}, 380), ({"workflowId": OWN, "apiKey": "wrong"}, 802),
        ({"workflowId": OWN, "nodeInfoList": [{"nodeId": "1", "fieldName": "x"}]}, 803),
    ],
)  # fmt: skip
async def test_v1_refuses_in_an_envelope(client: Client, body: Json, code: int) -> None:
    told = await v1(client, "create", **body)
    assert (told["code"], told["data"]) == (code, None)
    assert client.emu.ledger.jobs() == []


async def test_v2_takes_the_key_from_the_header_alone(client: Client) -> None:
    body = {"nodeInfoList": FOX, "apiKey": KEY}
    told = (await client.ask("POST", f"{V2}/run/ai-app/{APP}", body)).json
    assert told["errorCode"] == "1002"


async def test_a_second_task_is_turned_away(client: Client) -> None:
    client.emu.settings.change({"clouds": {"runninghub": {"run_s": 1000.0}}})
    first = await run(client)
    assert (await run(client))["errorCode"] == "421"
    assert (await v1(client, "create", workflowId=OWN))["code"] == 421
    assert (await v1(client, "cancel", taskId=first["taskId"]))["code"] == 0
    assert (await over(client, first["taskId"]))["status"] == "CANCEL"
    assert (await v1(client, "outputs", taskId=first["taskId"]))["code"] == 805
    assert (await run(client))["errorCode"] == ""
    assert (await v1(client, "outputs", taskId="1"))["code"] == 807


async def test_a_node_that_stops_is_named(client: Client) -> None:
    begun = await run(client, nodeInfoList=given(prompt="a fox", width="500"))
    told = await over(client, begun["taskId"])
    assert (told["status"], told["errorCode"]) == ("FAILED", "1000")
    assert told["failedReason"]["node_id"] == "6"
    old = await v1(client, "outputs", taskId=begun["taskId"])
    assert old["data"]["failedReason"] == told["failedReason"]


async def test_a_hiding_graph_hides_its_picture_when_told_so(client: Client) -> None:
    for carriers in (False, True):
        client.emu.settings.change({"clouds": {"runninghub": {"carriers": carriers}}})
        told = await over(client, (await run(client, HIDING))["taskId"])
        raw = (await client.ask("GET", told["results"][0]["url"])).raw
        assert (shown(raw) is not None) == carriers
        assert pictures.read(shown(raw) or raw)["prompt"] == "a fox"


def test_the_carriers_are_those_of_the_node_in_use() -> None:
    """Written by the node itself; its payload's digest is known."""
    real = (Path(__file__).parents[1] / "stego/vectors/tt-v1-webp.png").read_bytes()
    payload = shown(real)
    assert payload is not None
    known = "ab36302d3e1116727742e16a0c56b578ce0e9ca22587b61fbea87037d414ced5"
    assert sha256(payload).hexdigest() == known
    assert shown(hidden(payload, "webp")) == payload
    [found] = decode(hidden(payload, "webp"))
    assert (found.raw, shown(encode(payload))) == (payload, payload)


def test_a_plain_picture_hides_nothing() -> None:
    recipe = pictures.Recipe("runninghub", "m", "a fox", 256, 256, 1)
    assert shown(pictures.draw(recipe, "png")) is None


def test_a_form_is_read_byte_by_byte() -> None:
    value = b"\r\n--\x00\xff\r\n"
    head = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    found = parts('multipart/form-data; boundary="B"', head + value + b"\r\n--B--\r\n")
    assert found == {"file": value}
    assert parts("application/json", b"{}") == {}
