"""Everything that a test in the same process can do can be done over HTTP."""

import asyncio
import sys
from typing import Any

import aiohttp
import pytest

from emulator.clouds import CLOUDS
from emulator.ledger import fingerprint, shortened
from emulator.settings import Settings

Json = dict[str, Any]


async def control(client: Any, method: str, path: str, body: Any = None) -> Any:
    """A control request that succeeds."""
    reply = await client.ask(method, f"/_emulator/{path}", body)
    assert reply.status == 200
    return reply.json


async def test_ledger_and_requests(client: Any, fox: Json) -> None:
    await client.runware(fox | {"seed": 0})
    await client.runware(fox)
    await client.llm("hello")
    ledger = await control(client, "GET", "ledger")
    first = ledger["jobs"][0]
    assert (first["cloud"], first["job"], first["state"]) == ("runware", fox["taskUUID"], "done")
    assert first["key"] == fingerprint("emu-runware-key")
    assert ledger["spent"] == first["cost"] == round(1300 * 256 * 192 / 1024**2)
    calls = await control(client, "GET", "requests?cloud=runware&match=paid")
    assert [call["status"] for call in calls] == [400, 200]
    assert len(await control(client, "GET", "requests")) == 3


async def test_faults(client: Any, fox: Json) -> None:
    order = {"cloud": "runware", "kind": "status", "times": None, "args": {"status": 503}}
    made = await control(client, "POST", "faults", order)
    assert (made["match"], made["struck"]) == ("paid", 0)
    assert (await client.runware(fox)).status == 503
    [listed] = await control(client, "GET", "faults")
    assert listed == made | {"struck": 1}
    await control(client, "DELETE", "faults")
    assert (await client.runware(fox)).status == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("DELETE", "faults/99", None, 404),
        ("POST", "settings", {"colour": 1}, 400),
        ("POST", "settings", {"clouds": {"runware": {"colour": 1}}}, 400),
    ],
)
async def test_wrong_orders(client: Any, method: str, path: str, body: Any, status: int) -> None:
    reply = await client.ask(method, f"/_emulator/{path}", body)
    assert reply.status == status
    assert reply.json["error"]


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"cloud": "runwear"}, ("cloud: 'runwear' is unknown", "*, a1111,", "runware")),
        ({"cloud": None}, ("cloud: is missing", "runware")),
        ({"kind": "rain"}, ("kind: 'rain' is unknown", "accepted_then_lost", "too_many_loras")),
        ({"kind": "no_worker"}, ("kind: 'no_worker' is unknown",)),  # the AI Horde has it
        ({"match": "payed"}, ("'payed' is no stage", "file, other, paid, status, upload")),
        ({"match": "("}, ("no regular expression", "paid")),
        ({"times": 0}, ("times: 0", "null")),
        ({"times": True}, ("times: True",)),
        ({"args": [503]}, ("args",)),
        ({"args": {"times": 2}}, ("args",)),
        ({"status": 503}, ("'status' is none of cloud, kind, match, times, args",)),
    ],
)
async def test_an_unknown_fault_is_refused_with_what_is_known(
    client: Any, order: Json, words: tuple[str, ...]
) -> None:
    wanted = {"cloud": "runware", "kind": "status", **order}
    reply = await client.ask("POST", "/_emulator/faults", wanted)
    assert reply.status == 422
    assert all(word in reply.json["error"] for word in words), reply.json
    assert await control(client, "GET", "faults") == []


@pytest.mark.parametrize(
    "order",
    [
        {"cloud": "*", "kind": "no_worker"}, {"cloud": "hf_space", "match": "result"},
        {"match": "/v1$"}, {"match": ""}, {"match": None}, {"times": None}, {"args": None},
        {"cloud": "runpod", "match": "health"}, {"cloud": "runninghub", "match": "outputs"},
    ],
)  # fmt: skip
async def test_what_is_known_is_taken(client: Any, order: Json) -> None:
    await control(client, "POST", "faults", {"cloud": "runware", "kind": "cut", **order})
    assert len(await control(client, "GET", "faults")) == 1


async def test_every_cloud_says_how_it_is_addressed(client: Any) -> None:
    told = await control(client, "GET", "clouds")
    assert (await client.ask("GET", "/")).json == told
    assert told.keys() == {cloud.name for cloud in CLOUDS}
    fal = told["fal"]
    assert (fal["address"], fal["keys"][0]) == (f"{client.emu.url}/fal/queue", "emu-fal-key")
    assert told["runpod"]["options"].items() >= {("z-image", "zimage")}
    assert all(one["address"].startswith(f"{client.emu.url}/{name}") for name, one in told.items())


async def test_settings_and_reset(client: Any, fox: Json) -> None:
    changed = await control(client, "POST", "settings", {"keys": {"runware": ["k1"]}})
    assert changed["keys"]["runware"] == ["k1"]
    assert (await client.runware(fox)).status == 401
    assert (await client.runware(fox, key="k1")).status == 200
    await control(client, "POST", "reset")
    assert await control(client, "GET", "requests") == []
    assert (await control(client, "GET", "settings"))["keys"]["runware"] == ["k1"]
    assert (await client.runware(fox, key="k1")).status == 200


def test_settings_do_not_share_their_defaults() -> None:
    defaults = {"a": {"endpoints": {"z": 1}}}
    one, two = Settings(defaults), Settings(defaults)
    one.clouds["a"]["endpoints"]["y"] = 2
    assert two.clouds == defaults == {"a": {"endpoints": {"z": 1}}}


def test_long_strings_are_shortened_at_any_depth() -> None:
    short = shortened({"a": ["x" * 300, 7], "b": "y" * 200})
    assert short == {"a": ["x" * 40 + "… (300 characters)", 7], "b": "y" * 200}


@pytest.mark.slow
async def test_it_runs_as_a_program(unused_tcp_port: int) -> None:
    port = str(unused_tcp_port)
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "emulator", "--port", port, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert program.stdout is not None
        line = await asyncio.wait_for(program.stdout.readline(), 20)
        assert port.encode() in line
        url = f"http://127.0.0.1:{port}/_emulator/ledger"
        async with aiohttp.ClientSession() as session, session.get(url) as reply:
            assert await reply.json() == {"jobs": [], "spent": 0}
    finally:
        program.terminate()
        await program.communicate()
