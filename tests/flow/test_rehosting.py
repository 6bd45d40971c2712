"""A LoRA behind a login, from the door to the cloud: fetched by us, handed on from our bucket."""

import asyncio
import hashlib
import logging
from base64 import b64decode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from json import dumps, loads
from pathlib import Path
from typing import BinaryIO

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bridge.api.site import build
from bridge.app import running as serving
from bridge.cli.serve import door_settings, rooms
from bridge.providers import adapters
from bridge.settings import read
from bridge.transport.client import Headers, Transport
from emulator.app import Running, running
from tests.stack import clouds
from tests.store.bucket import SECRET, Bucket

HUB, KEY = "https://hub.example", "k3y-of-the-hub"
LORA = (2).to_bytes(8, "little") + b"{}" + b"weights" * 1000
NAME = f"loras/{hashlib.sha256(LORA).hexdigest()}.safetensors"
FILES = {"flux1": f"{HUB}/rose.safetensors", "z-image": f"{HUB}/rose.safetensors"}
LOOK = "a woman in a red coat"
ROUTES = ("fal/flux1-dev", "runware/flux1-dev", "runpod/z-image", "wavespeed/z-image-turbo")


@dataclass
class Hub:
    """A file server with a login: `Authorization`, or `?token=` in the address."""

    opens: bool = True
    asked: list[str] = field(default_factory=list)
    """The key of every request; empty for none."""

    async def get(self, request: web.Request) -> web.Response:
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.asked.append(key or request.query.get("token", ""))
        if not self.opens or self.asked[-1] != KEY:
            return web.Response(status=401, text="log in first")
        return web.Response(body=LORA)


@dataclass
class Scenery:
    """The bridge's door, and all that stands around it."""

    client: httpx.AsyncClient
    emulator: Running
    bucket: Bucket
    hub: Hub
    folder: Path

    async def picture(self, route: str, seed: int = 7) -> httpx.Response:
        cloud = {"sd_model_checkpoint": route}
        body = {"prompt": "Rose at a harbour", "width": 512, "height": 512, "seed": seed,
                "override_settings": cloud}  # fmt: skip
        return await self.client.post("/sdapi/v1/txt2img", json=body, timeout=60)

    def uploads(self) -> list[str]:
        """LoRA files that came into the bucket; pictures do too."""
        return [name for name in self.bucket.puts if name.startswith("loras/")]

    def told(self, answers: Sequence[httpx.Response], log: str) -> str:
        """Everything that is shown, sent or written down anywhere, but the dictionary."""
        data = [path for path in (self.folder / "data").rglob("*") if path.is_file()]
        stored = [raw for _, raw in self.bucket.objects.values()]
        shown = [b64decode(image) for answer in answers for image in answer.json()["images"]]
        raws = [*stored, *shown, *(path.read_bytes() for path in data)]
        ledger = self.emulator.ledger
        return "\n".join(
            [log, dumps(ledger.as_json()), *(call.path for call in ledger.calls)]
            + [f"{answer.headers} {answer.text}" for answer in answers]
            + [raw.decode("latin-1") for raw in raws]
        )


@asynccontextmanager
async def standing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], **env: str
) -> AsyncIterator[Scenery]:
    """A bridge, the clouds, a bucket and the hub, each behind a socket of its own."""
    bucket, hub, app = Bucket(), Hub(), web.Application()
    app.router.add_get("/{name}", hub.get)
    dictionary = folder / "loras.json"
    dictionary.write_text(dumps({"loras": {"rose": rose(files)}}))
    async with bucket.server, TestServer(app) as server, running() as emulator:
        own = {
            "BRIDGE_DATA": str(folder / "data"), "BRIDGE_LORA_DICT": str(dictionary),
            "BRIDGE_LLM_BASE_URL": "", "BRIDGE_TIME_SCALE": "0.05", "BRIDGE_REHOST_LORAS": "on",
            "S3_ENDPOINT": bucket.url, "S3_BUCKET": "pictures", "S3_ACCESS_KEY_ID": "tester",
            "S3_SECRET_ACCESS_KEY": SECRET,
            "BRIDGE_PROVIDERS": ",".join(route.partition("/")[0] for route in ROUTES),
        }  # fmt: skip
        there, origin = str(server.make_url("")).rstrip("/"), bucket.url.rstrip("/")
        known_at(monkeypatch, there)
        emulator.settings.change({"hosts": {HUB: there, origin: origin}})
        cards = [kind.card for kind in adapters().values()]
        settings = read({**clouds(emulator.url), **own, **env}, cards)
        async with serving(settings) as bridge:
            door = httpx.ASGITransport(build(rooms(bridge), door_settings(settings)))
            base = "http://127.0.0.1:7861"
            async with httpx.AsyncClient(transport=door, base_url=base) as client:
                yield Scenery(client, emulator, bucket, hub, folder)


def known_at(monkeypatch: pytest.MonkeyPatch, there: str) -> None:
    """The hub's name leads to `there`, as a public one would; nothing else is changed."""
    really = Transport.download_to

    async def download_to(
        self: Transport, file: BinaryIO, url: str, headers: Headers, *, cap: int, timeout: float
    ) -> None:
        assert url.startswith(HUB)
        at = there + url.removeprefix(HUB)
        await really(self, file, at, lambda _: headers(url), cap=cap, timeout=timeout, home=there)

    monkeypatch.setattr(Transport, "download_to", download_to)


def rose(files: dict[str, str]) -> dict[str, object]:
    bases = {family: {"url": url, "weight": 0.8} for family, url in files.items()}
    return {"name": "Rose", "category": "character", "rank": 1, "keywords": ["Rose"],
            "trigger_words": ["r0se"], "look_text": LOOK, "bases": bases}  # fmt: skip


def lines(caplog: pytest.LogCaptureFixture) -> str:
    """What the bridge has logged, with all facts, before secrets are taken out."""
    ours = (record for record in caplog.records if record.name.startswith("bridge"))
    return "\n".join(str(vars(record)) for record in ours)


def notes(answer: httpx.Response) -> str:
    return str(answer.headers.get("X-Bridge-Notes", ""))


@pytest.mark.parametrize("route", ROUTES)
async def test_a_file_that_wants_a_login_is_handed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, route: str
) -> None:
    caplog.set_level(logging.DEBUG, "bridge")
    keys = f"hub.example={KEY}"
    async with standing(tmp_path, monkeypatch, FILES, BRIDGE_LORA_KEYS=keys) as here:
        first = await here.picture(route)
        assert first.status_code == 200, first.text
        assert "lora-" not in notes(first)
        assert here.hub.asked == ["", KEY], "the cloud in vain, then we"
        assert here.uploads() == [NAME]
        assert here.bucket.read_by_address == [NAME], "by the cloud"
        second = await here.picture(route, seed=8)
        assert (second.status_code, here.hub.asked, here.uploads()) == (200, ["", KEY], [NAME])
        told = here.told([first, second], lines(caplog))
    assert "r0se" in loads(first.json()["info"])["infotexts"][0]
    assert KEY not in told
    assert SECRET not in told
    assert "LoraUnreachable" in first.text
    assert "X-Amz-Signature" not in first.text + lines(caplog)


@pytest.mark.parametrize("route", ROUTES)
async def test_a_key_in_the_address_is_seen_by_its_host_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, route: str
) -> None:
    caplog.set_level(logging.DEBUG, "bridge")
    files = {family: f"{url}?type=Model&token={KEY}" for family, url in FILES.items()}
    async with standing(tmp_path, monkeypatch, files) as here:
        answers = await asyncio.gather(here.picture(route), here.picture(route, seed=8))
        assert [answer.status_code for answer in answers] == [200, 200]
        assert not any("lora-" in notes(answer) for answer in answers)
        assert here.hub.asked == [KEY], "by us, once"
        assert here.uploads() == [NAME]
        assert set(here.bucket.read_by_address) == {NAME}
        told = here.told(answers, lines(caplog))
    assert KEY not in told
    assert SECRET not in told


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("broken", ["bucket", "hub"])
async def test_what_cannot_be_handed_on_is_dropped_visibly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, route: str,
    broken: str,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG, "bridge")
    files = {family: f"{url}?token={KEY}" for family, url in FILES.items()}
    async with standing(tmp_path, monkeypatch, files) as here:
        here.bucket.status = 403 if broken == "bucket" else 200
        here.hub.opens = broken != "hub"
        answer = await here.picture(route)
        assert answer.status_code == 200, answer.text
        (sent,) = here.emulator.ledger.jobs(route.partition("/")[0])
        told = here.told([answer], lines(caplog))
    assert "lora-unreachable" in notes(answer)
    assert LOOK in str(sent.request)
    assert "r0se" not in str(sent.request)
    assert ("AccessDenied" if broken == "bucket" else "answered 401") in lines(caplog)
    assert "hub.example/rose.safetensors" in lines(caplog)
    assert KEY not in told
    assert SECRET not in told
