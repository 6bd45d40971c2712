"""Files that clouds cannot fetch: taken over once, checked, and handed on from a bucket."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer

from bridge.app import hosting
from bridge.errors import BadRequest, Garbled
from bridge.events import Bus, Event, LoraHosted
from bridge.lora.hosting import GOOD_FOR_S, Hosting
from bridge.lora.mapping import LoraMapping
from bridge.settings import Settings, read, secrets
from bridge.store.blobs import S3, Folder
from bridge.transport.client import Headers, Transport
from tests.store.bucket import Bucket

LORA = (2).to_bytes(8, "little") + b"{}" + b"weights" * 1000
URL = "https://loras.example/rose.safetensors?token=secret"
NAME = f"loras/{hashlib.sha256(LORA).hexdigest()}.safetensors"


class Host:
    """Somebody's file server, at which a key may be needed."""

    def __init__(self, raw: bytes = LORA) -> None:
        self.raw = raw
        self.seen: list[tuple[str, dict[str, str]]] = []

    async def __call__(
        self, file: object, url: str, headers: Headers, *, cap: int, timeout: float
    ) -> None:
        self.seen.append((url, dict(headers(url))))
        if not self.raw:
            raise Garbled("the address answered 401")
        file.write(self.raw)  # type: ignore[attr-defined]


@pytest_asyncio.fixture
async def bucket() -> AsyncIterator[Bucket]:
    made = Bucket()
    await made.server.start_server()
    yield made
    await made.server.close()


def taker(
    folder: Path, bucket: Bucket, host: Host, told: list[Event], **keys: str
) -> Hosting:  # fmt: skip
    bus = Bus()
    bus.listen(told.append)
    mapping = LoraMapping(folder / "lora_mapping.json")
    by_host = {name.replace("_", "."): key for name, key in keys.items()}
    return Hosting(mapping, bucket.store(), host, by_host, bus, folder)


async def test_a_file_is_taken_over_and_remembered(tmp_path: Path, bucket: Bucket) -> None:
    told: list[Event] = []
    hosts = taker(tmp_path, bucket, Host(), told)
    assert await hosts.address("https://loras.example/oak") == "https://loras.example/oak"
    await hosts.take(URL)
    assert bucket.objects[NAME][1] == LORA
    assert told == [LoraHosted("loras.example/rose.safetensors", len(LORA))]
    again = taker(tmp_path, bucket, Host(b""), told)
    assert again.has("https://loras.example/rose.safetensors")
    address = urlsplit(await again.address(URL))
    assert address.path.endswith(NAME)
    assert parse_qs(address.query)["X-Amz-Expires"] == [str(GOOD_FOR_S)]
    assert "secret" not in (tmp_path / "lora_mapping.json").read_text()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (URL, False), ("https://ann:pw@loras.example/rose", False),
        ("https://loras.example/rose?type=Model&api_key=x", False),
        ("https://loras.example/rose?design=1&TOKEN=x", False),
        ("https://loras.example/rose?type=Model", True),
        ("https://loras.example/rose?Key-Pair-Id=x&Signature=y", True),
        ("https://loras.example/rose?X-Amz-Security-Token=x&X-Amz-Signature=y", True),
    ],
)  # fmt: skip
async def test_a_key_in_an_address_is_shown_to_no_cloud(
    tmp_path: Path, bucket: Bucket, url: str, shown: bool
) -> None:
    assert await taker(tmp_path, bucket, Host(), []).address(url) == (url if shown else "")


async def test_one_file_at_two_addresses_goes_up_once(tmp_path: Path, bucket: Bucket) -> None:
    hosts = taker(tmp_path, bucket, Host(), [])
    await hosts.take(URL)
    await hosts.take("https://mirror.example/rose.safetensors")
    assert bucket.puts == [NAME]
    assert NAME in await hosts.address("https://mirror.example/rose.safetensors")


async def test_the_address_opens_the_file(tmp_path: Path, bucket: Bucket) -> None:
    hosts = taker(tmp_path, bucket, Host(), [])
    await hosts.take(URL)
    transport = Transport()
    got = await transport.download(await hosts.address(URL), home=bucket.url, timeout=5)
    assert got.raw == LORA
    other = (await hosts.address(URL)).replace(NAME, "loras/another")
    with pytest.raises(Garbled, match="403"):
        await transport.download(other, home=bucket.url, timeout=5)
    await transport.aclose()


@pytest.mark.parametrize(
    "raw",
    [b"", b"<html>log in</html>", b"\xff" * 8 + b"{", LORA[:8], b"PK\x03\x04 a zip file here"],
    ids=["refused", "page", "length", "cut", "zip"],
)
async def test_what_is_no_lora_is_not_taken(tmp_path: Path, bucket: Bucket, raw: bytes) -> None:
    told: list[Event] = []
    hosts = taker(tmp_path, bucket, Host(raw), told)
    await hosts.take(URL)
    assert (bucket.objects, hosts.has(URL)) == ({}, False)
    (event,) = told
    assert isinstance(event, LoraHosted)
    assert event.problem
    assert "secret" not in str(event)


async def test_a_bucket_that_refuses_is_told(tmp_path: Path, bucket: Bucket) -> None:
    told: list[Event] = []
    bucket.status = 403
    hosts = taker(tmp_path, bucket, Host(), told)
    await hosts.take(URL)
    assert not hosts.has(URL)
    assert "AccessDenied" in str(told)


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://hub.example/a", {"Authorization": "Bearer hf_x"}), ("http://hub.example/a", {}),
        ("https://HUB.example/a", {"Authorization": "Bearer hf_x"}),
        ("https://cdn.hub.example/a", {}), ("https://hub.example.evil.example/a", {}),
    ],
)  # fmt: skip
async def test_a_key_goes_to_its_own_host_alone(
    tmp_path: Path, bucket: Bucket, url: str, sent: dict[str, str]
) -> None:
    host = Host()
    await taker(tmp_path, bucket, host, [], hub_example="hf_x").take(url)
    assert host.seen == [(url, sent)]


async def test_the_real_way_refuses_private_addresses_and_large_files(tmp_path: Path) -> None:
    async def large(request: web.Request) -> web.Response:
        return web.Response(body=LORA, headers={"X-Key": request.headers.get("K", "")})

    async def elsewhere(request: web.Request) -> web.Response:
        raise web.HTTPFound("http://169.254.169.254/latest")

    app = web.Application()
    app.router.add_get("/large", large)
    app.router.add_get("/away", elsewhere)
    server, transport = TestServer(app), Transport()
    await server.start_server()
    home = str(server.make_url("/"))
    try:
        for path, cap, allowed in (("large", 1 << 20, ""), ("large", 100, home), ("away", 9, home)):
            with (tmp_path / "f").open("wb") as file, pytest.raises(Garbled):
                await transport.download_to(
                    file, home + path, lambda _: {}, cap=cap, timeout=5, home=allowed
                )
        with (tmp_path / "f").open("wb") as file:
            await transport.download_to(
                file, home + "large", lambda _: {}, cap=1 << 20, timeout=5, home=home
            )
        assert (tmp_path / "f").read_bytes() == LORA
    finally:
        await transport.aclose()
        await server.close()


async def test_only_with_a_bucket_and_only_when_wished(tmp_path: Path, bucket: Bucket) -> None:
    mapping, transport, bus = LoraMapping(tmp_path / "m.json"), Transport(), Bus()
    store = bucket.store()
    on, off = Settings(rehost_loras="on", data=tmp_path), Settings(data=tmp_path)
    assert hosting(on, mapping, store, transport, bus)
    assert hosting(off, mapping, store, transport, bus) is None
    assert hosting(on, mapping, Folder(tmp_path), transport, bus) is None
    assert isinstance(store, S3)
    await transport.aclose()


def test_keys_of_hosts_are_read_and_hidden() -> None:
    settings = read({"BRIDGE_LORA_KEYS": "Hub.example=hf_x, civit.example=k=1"}, [])
    assert settings.keys_of_hosts == {"hub.example": "hf_x", "civit.example": "k=1"}
    assert {"hf_x", "k=1"} <= set(secrets(settings))
    with pytest.raises(BadRequest, match="BRIDGE_LORA_KEYS"):
        read({"BRIDGE_LORA_KEYS": "hf_x"}, [])
