import asyncio
from typing import Any

import pytest

from bridge.api.door import Door as Middleware
from bridge.api.rooms import DoorSettings
from bridge.cli.serve import door_settings
from bridge.settings import Settings
from tests.api.door import Door, opened

LITE = "https://lite.koboldai.net"
PICTURE = "/sdapi/v1/txt2img"
ASKS = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", ""])
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
async def test_a_page_makes_no_pictures(door: Door, origin: str, kind: str) -> None:
    answer = await door.ask(
        "POST", PICTURE, {"prompt": "a fox"}, headers={"Origin": origin, "Content-Type": kind}
    )
    assert (answer.status, answer.json["error"]) == (403, "Foreign")
    assert "BRIDGE_CORS_ORIGINS" in answer.json["detail"]
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert not door.pipeline.jobs


async def test_a_form_of_a_page_makes_no_pictures(door: Door) -> None:
    form = {"prompt": "a fox"}
    answer = await door.ask("POST", PICTURE, data=form, headers={"Origin": "https://evil.example"})
    assert answer.status == 403
    assert not door.pipeline.jobs
    assert (await door.ask("POST", PICTURE, data=form)).status == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:7861", "localhost.evil.example", "0.0.0.0", "10.9.8.7", ""],
)
async def test_a_name_that_suddenly_means_this_machine_opens_nothing(door: Door, host: str) -> None:
    for method, path in (("POST", PICTURE), ("GET", "/sdapi/v1/options"), ("GET", "/healthz")):
        answer = await door.ask(method, path, headers={"Host": host, "Origin": f"http://{host}"})
        assert (answer.status, answer.json["error"]) == (403, "Foreign")
        assert "BRIDGE_HOSTS" in answer.json["detail"]
    assert not door.pipeline.jobs


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "localhost.", "127.0.0.1:9", "127.9.9.9", "[::1]:7861"]
)
async def test_this_machine_has_many_names(door: Door, host: str) -> None:
    assert (await door.ask("POST", PICTURE, headers={"Host": host})).status == 200


async def test_other_names_are_told(caplog: pytest.LogCaptureFixture) -> None:
    async with opened(hosts=("0.0.0.0", "Bridge.lan")) as door:
        for host, status in (("bridge.lan:7861", 200), ("0.0.0.0:1", 200), ("other.lan", 403)):
            assert (await door.ask("POST", PICTURE, headers={"Host": host})).status == status
    (told,) = caplog.messages
    assert told.startswith("POST /sdapi/v1/txt2img: 403 Foreign: this server is not called 'other")


@pytest.mark.parametrize(
    ("named", "server"),
    [("192.168.1.5:7861", "192.168.1.5"), ("[FD00::1]:7861", "fd00::1"), (None, "192.168.1.5")],
)
async def test_the_address_that_was_dialled_is_a_name(named: str | None, server: str) -> None:
    """Behind 0.0.0.0 every address of the machine is one; a health check may name nothing."""
    reached = []

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        reached.append(scope["path"])

    scope = {
        "type": "http", "method": "GET", "path": "/", "query_string": b"", "client": None,
        "server": (server, 7861), "headers": [(b"host", named.encode())] if named else [],
    }  # fmt: skip
    unused: Any = None
    await Middleware(inside, DoorSettings(hosts=("0.0.0.0",)))(scope, unused, unused)
    assert reached == ["/"]


async def test_our_own_pages_may_ask(door: Door) -> None:
    answer = await door.ask("POST", PICTURE, headers={"Origin": door.url})
    assert answer.status == 200
    assert "Access-Control-Allow-Origin" not in answer.headers
    ours = {"Host": "localhost", "Origin": "http://localhost:80"}
    assert (await door.ask("POST", PICTURE, headers=ours)).status == 200
    ours["Origin"] = "http://localhost:5001"
    assert (await door.ask("POST", PICTURE, headers=ours)).status == 403


async def test_an_allowed_page_asks_first_and_then_reads() -> None:
    async with opened(auth="ana:s3cret", cors_origins=(LITE,)) as door:
        first = await door.ask("OPTIONS", PICTURE, headers={"Origin": LITE, **ASKS})
        assert (first.status, first.raw) == (204, b"")
        assert first.headers["Access-Control-Allow-Origin"] == LITE
        assert "POST" in first.headers["Access-Control-Allow-Methods"]
        assert first.headers["Access-Control-Allow-Headers"] == "content-type"
        assert "Access-Control-Allow-Credentials" not in first.headers
        headers = {"Origin": LITE, "Authorization": "Bearer s3cret"}
        made = await door.post("txt2img", {}, headers=headers)
        assert (made.status, made.headers["Access-Control-Allow-Origin"]) == (200, LITE)
        assert made.headers["Vary"] == "Origin"
        assert "X-Bridge-Notes" in made.headers["Access-Control-Expose-Headers"]
        locked = await door.post("txt2img", {}, headers={"Origin": LITE})
        assert (locked.status, locked.headers["Access-Control-Allow-Origin"]) == (401, LITE)


async def test_a_local_file_may_be_allowed() -> None:
    async with opened(cors_origins=("null",)) as door:
        answer = await door.post("txt2img", {}, headers={"Origin": "null"})
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, "null")


async def test_a_strange_page_is_not_told_that_it_may(door: Door) -> None:
    answer = await door.ask("OPTIONS", PICTURE, headers={"Origin": LITE, **ASKS})
    assert answer.status == 403
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


async def test_programs_ask_as_before(door: Door) -> None:
    assert (await door.post("txt2img", {})).status == 200
    ping = await door.ask("OPTIONS", "/x/v1/images/generations")
    assert (ping.status, ping.raw) == (200, b"{}")


async def test_the_body_of_a_page_is_not_read(door: Door) -> None:
    host, port = door.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"POST {PICTURE} HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n"
        "Content-Length: 60000000\r\n\r\n{".encode()
    )
    async with asyncio.timeout(10):
        told = await reader.read()
    assert told.startswith(b"HTTP/1.1 403")
    assert b"connection: close" in told.lower()
    writer.close()


def test_the_settings_reach_the_door() -> None:
    told = door_settings(Settings(host="10.1.2.3", hosts=("bridge.lan",), cors_origins=(LITE,)))
    assert (told.hosts, told.cors_origins) == (("10.1.2.3", "bridge.lan"), (LITE,))
