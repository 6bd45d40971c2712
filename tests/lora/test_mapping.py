import asyncio
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.lora.mapping import OLD_FILE, Entry, LoraMapping
from bridge.lora.shelf import Shelf

URL = "https://x.example/fog.safetensors"


def files_in(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


async def test_what_is_remembered_is_known_also_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "lora_mapping.json"
    entry = Entry("", "pending", {"task": "1"}, sha256="ab")
    mapping = LoraMapping(path)
    assert mapping.known("runware", URL) is None
    await mapping.remember("runware", URL, entry)
    again = LoraMapping(path).known("runware", URL)
    assert again == mapping.known("runware", URL)
    assert again is not None
    assert again.updated > 0
    assert replace(again, updated=0) == entry
    assert LoraMapping(path).known("other", URL) is None


@pytest.mark.parametrize(
    "secret",
    [
        "https://x.example/fog.safetensors?token=abc",
        "https://me:pw@x.example/fog.safetensors",
        "https://x.example/fog.safetensors?X-Amz-Signature=abc&Expires=3#part",
    ],
)
async def test_secrets_of_a_url_are_no_part_of_its_key(tmp_path: Path, secret: str) -> None:
    path = tmp_path / "m.json"
    await LoraMapping(path).remember("a", secret, Entry("h"))
    known = LoraMapping(path).known("a", URL)
    assert known is not None
    assert known.handle == "h"
    assert not any(word in path.read_text() for word in ("abc", "pw", "Expires"))


async def test_what_tells_files_apart_is_part_of_the_key(tmp_path: Path) -> None:
    mapping = LoraMapping(tmp_path / "m.json")
    await mapping.remember("a", "https://x.example/get?id=1&api_key=k", Entry("one"))
    await mapping.remember("a", "urn:air:flux1:lora:x:2@3", Entry("two"))
    assert mapping.known("a", "https://x.example/get?id=2") is None
    assert mapping.known("a", "https://x.example/get?id=1") is not None
    assert mapping.known("a", "urn:air:flux1:lora:x:2@3") is not None


async def test_the_same_file_under_another_url_is_known_by_its_content(tmp_path: Path) -> None:
    mapping = LoraMapping(tmp_path / "m.json")
    await mapping.remember("a", URL, Entry("h", sha256="ab"))
    other = "https://mirror.example/f"
    assert mapping.known("a", other) is mapping.known("a", other, "cd") is None
    assert mapping.known("a", other, "ab") == mapping.known("a", URL)


async def test_what_has_expired_is_not_known(tmp_path: Path) -> None:
    mapping = LoraMapping(tmp_path / "m.json")
    await mapping.remember("a", URL, Entry("h", expires=1))
    assert mapping.known("a", URL) is None
    await mapping.remember("a", URL, Entry("h", expires=2**60))
    assert mapping.known("a", URL) is not None


async def test_remembering_at_once_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    mapping = LoraMapping(path)
    urls = [f"https://x.example/{n}" for n in range(40)]
    await asyncio.gather(*(mapping.remember("a", url, Entry(url)) for url in urls))
    again = LoraMapping(path)
    assert all((entry := again.known("a", url)) and entry.handle == url for url in urls)
    assert files_in(tmp_path) == ["m.json"]


async def test_a_write_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.json"
    mapping = LoraMapping(path)
    await mapping.remember("a", URL, Entry("h"))
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        await mapping.remember("a", "https://x.example/2", Entry("i"))
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert files_in(tmp_path) == ["m.json"]
    await mapping.remember("a", "https://x.example/3", Entry("j"))
    assert LoraMapping(path).known("a", "https://x.example/2") is not None


def test_a_broken_file_is_kept_beside_and_said(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text('{"accounts": 3}')
    mapping = LoraMapping(path)
    assert "m.json" in mapping.problem
    assert (tmp_path / "m.broken").read_text() == '{"accounts": 3}'
    assert mapping.known("a", URL) is None


async def test_the_seed_counts_until_there_is_a_live_copy(tmp_path: Path) -> None:
    seed, live = tmp_path / "seed.json", tmp_path / "live" / "m.json"
    seed.write_text(json.dumps({"accounts": {"a": {URL: {"handle": "seeded"}}}}))
    mapping = LoraMapping(live, seed)
    await mapping.remember("a", "https://x.example/2", Entry("h"))
    seed.write_text("{}")
    known = LoraMapping(live, seed).known("a", URL)
    assert known is not None
    assert known.handle == "seeded"


@pytest.mark.parametrize(
    "old",
    [
        {URL: "urn:1"},
        {URL: {"air": "urn:1"}},
        {URL + "?token=t": {"model": "urn:1", "name": "Fog"}},
        {"gen_fog": {"url": URL, "air": "urn:1"}, "bad": None, "odd": {"air": 3}},
    ],
)
def test_an_old_mapping_is_taken_over_once(tmp_path: Path, old: dict[str, object]) -> None:
    path = tmp_path / "m.json"
    (tmp_path / OLD_FILE).write_text(json.dumps(old))
    for mapping in (LoraMapping(path), LoraMapping(path)):
        known = mapping.known("runware", URL)
        assert known is not None
        assert (known.handle, known.state) == ("urn:1", "ready")
    (tmp_path / OLD_FILE).write_text(json.dumps({"https://x.example/new": "urn:2"}))
    assert LoraMapping(path).known("runware", "https://x.example/new") is None


def test_the_seed_of_the_repository_is_sound() -> None:
    mapping = LoraMapping(Path("nowhere/m.json"), Path(__file__).parents[2] / "lora_mapping.json")
    assert mapping.problem == ""


async def test_a_file_that_is_known_by_content_goes_on_where_it_stands(tmp_path: Path) -> None:
    shelf = Shelf(LoraMapping(tmp_path / "m.json"))
    mirror = "https://mirror.example/f"
    await shelf.uploading("a", URL, {"task": "1"}, "ab")
    assert shelf.upload("a", mirror, "ab") == {"task": "1"}
    assert shelf.upload("a", mirror, "cd") == {}
    await shelf.failed("a", mirror, "gone")
    await shelf.adopted("a", URL, "h", "ab")
    assert shelf.handle("a", mirror, "ab") == "h"
    assert shelf.handle("a", mirror) == ""
    assert shelf.upload("a", mirror, "ab") == {}


async def test_what_our_bucket_holds_is_known_after_a_restart(tmp_path: Path) -> None:
    mapping = LoraMapping(tmp_path / "m.json")
    await mapping.host(URL + "?token=t", "loras/x.safetensors")
    assert LoraMapping(tmp_path / "m.json").hosted(URL) == "loras/x.safetensors"
    assert mapping.hosted("https://mirror.example/f") == ""
