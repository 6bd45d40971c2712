"""Everything that a test in the same process can do can be done over HTTP."""

import asyncio
import sys
from typing import Any

import aiohttp
import pytest

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
        ("POST", "faults", {"cloud": "runware", "kind": "rain"}, 400),
        ("POST", "faults", {"kind": "cut"}, 400),
        ("DELETE", "faults/99", None, 404),
        ("POST", "settings", {"colour": 1}, 400),
        ("POST", "settings", {"clouds": {"runware": {"colour": 1}}}, 400),
    ],
)
async def test_wrong_orders(client: Any, method: str, path: str, body: Any, status: int) -> None:
    reply = await client.ask(method, f"/_emulator/{path}", body)
    assert reply.status == status
    assert reply.json["error"]


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
