"""Pictures by address: OpenAI's own client asks, anybody may fetch, for an hour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import openai
import pytest

from bridge.api import signed
from bridge.errors import NotFound
from tests.api.door import PICTURE, Door, opened

KEY = "s3cret"


@dataclass
class Gallery:
    """A desk that has every picture but those of `lost` attempts."""

    lost: bool = False
    asked: list[str] = field(default_factory=list)

    def metrics(self) -> bytes:
        return b""

    async def status(self) -> Mapping[str, object]:
        return {}

    async def pictures(self, before: int | None, limit: int) -> Sequence[Mapping[str, object]]:
        return []

    async def picture(self, number: int) -> tuple[bytes, str]:
        raise NotFound(f"there is no picture {number}")

    async def kept(self, ref: str) -> bool:
        return not self.lost

    async def shown(self, ref: str) -> tuple[bytes, str]:
        self.asked.append(ref)
        return bytes(PICTURE.raw), "png"


async def urls_of(door: Door, n: int = 1) -> list[str]:
    client = openai.AsyncOpenAI(api_key=KEY, base_url=f"{door.url}/v1", max_retries=0)
    async with client:
        told = await client.images.generate(prompt="a fox", n=n, response_format="url")
    assert told.data is not None
    assert all(one.b64_json is None for one in told.data)
    return [str(one.url) for one in told.data]


async def test_an_address_opens_without_a_key() -> None:
    gallery = Gallery()
    async with opened(desk=gallery, auth=f"me:{KEY}") as door:
        urls = await urls_of(door, n=2)
        refs = [f"ref-{job.id}" for job in door.pipeline.jobs]
        for url in urls:
            assert url.startswith(f"{door.url}/bridge/v1/shown/ref-")
            answer = await door.get(url.removeprefix(door.url))
            assert (answer.status, answer.raw) == (200, bytes(PICTURE.raw))
            assert answer.headers["Content-Type"] == "image/png"
        assert gallery.asked == refs
        assert (await door.get("/bridge/v1/pictures")).status == 401


async def test_an_address_is_the_hosts_that_the_client_calls() -> None:
    async with opened(desk=Gallery(), hosts=("pictures.example",)) as door:
        headers = {"Host": "pictures.example:8080"}
        asked = {"prompt": "a fox", "response_format": "url"}
        answer = await door.ask("POST", "/v1/images/generations", asked, headers=headers)
        assert answer.json["data"][0]["url"].startswith("http://pictures.example:8080/bridge/v1/")


async def test_a_changed_address_is_refused() -> None:
    async with opened(desk=Gallery()) as door:
        parts = urlsplit((await urls_of(door))[0])
        until, signature = parts.query.split("&")
        for path, query in (
            (parts.path + "x", parts.query),
            (parts.path, ""),
            (parts.path, until),
            (parts.path, f"{until}0&{signature}"),
            (parts.path, f"{until}&{signature[:-1]}"),
            (parts.path, f"until=%ff&{signature}"),
        ):
            answer = await door.get(f"{path}?{query}")
            assert (answer.status, answer.json["error"]) == (403, "Unsigned")


async def test_an_address_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signed, "LIFE_S", -1)
    async with opened(desk=Gallery()) as door:
        (url,) = await urls_of(door)
        answer = await door.get(url.removeprefix(door.url))
    assert (answer.status, answer.json["error"]) == (410, "Expired")


@pytest.mark.parametrize("desk", [None, Gallery(lost=True)])
async def test_a_picture_that_is_not_kept_comes_in_base64(desk: Gallery | None) -> None:
    async with opened(desk=desk) as door:
        asked = {"prompt": "a fox", "response_format": "url"}
        answer = await door.ask("POST", "/v1/images/generations", asked)
    (one,) = answer.json["data"]
    assert one.keys() == {"b64_json", "revised_prompt"}
    assert "b64_json, no URL" in answer.json["bridge"]["Notes"]
    assert "response-format" in answer.headers["X-Bridge-Notes"]


async def test_every_picture_of_a_carrier_has_an_address() -> None:
    gallery = Gallery()
    async with opened(desk=gallery) as door:
        door.pipeline.more = (PICTURE,)
        first, second = await urls_of(door)
        for url in (first, second):
            assert (await door.get(url.removeprefix(door.url))).status == 200
    ref = f"ref-{door.pipeline.jobs[0].id}"
    assert gallery.asked == [ref, f"{ref}/2"]
