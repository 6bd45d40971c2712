import asyncio
import json
from pathlib import Path

import pytest

from bridge.domain import LoraFile, Rating
from bridge.lora.catalog import BadCatalog, CatalogFile, load, parse

ROOT = Path(__file__).parents[2]


def test_defaults_are_filled_in_and_ranks_order() -> None:
    catalog = parse(
        """{"config": {"permanent_loras": ["b"], "caps": {"style": 1}, "default_steps": 9,
                       "default_guidance_scale": 2.5, "default_negative_prompt": "blurry"},
            "loras": {"a": {"url": "https://x.example/a", "weight": 0.5, "rank": 9,
                            "keywords": "fog, sea  mist,,fog", "negative_prompt": null},
                      "b": {"name": "Bee", "category": "style", "rank": 2, "rating": "mature",
                            "bases": {"z-image": {"url": "https://x.example/z"},
                                      "sdxl": "https://x.example/s"},
                            "url": "https://x.example/top", "weight": 0.7}}}""",
        "d.json",
    )
    assert list(catalog.loras) == ["b", "a"]
    a, b = catalog.loras["a"], catalog.loras["b"]
    assert a.files == {"flux1": LoraFile("https://x.example/a", 0.5)}
    assert (a.name, a.category, a.keywords, a.negative_prompt) == (
        "a",
        "misc",
        ("fog", "sea  mist"),
        "",
    )
    assert b.files == {
        "z-image": LoraFile("https://x.example/z", 0.7),
        "sdxl": LoraFile("https://x.example/s", 0.7),
    }
    assert (b.name, b.rating) == ("Bee", Rating.MATURE)
    assert (catalog.permanent, catalog.caps) == (("b",), {"style": 1})
    assert (catalog.default_steps, catalog.default_guidance) == (9, 2.5)
    assert catalog.default_negative == "blurry"


def test_the_family_of_a_lora_that_names_none_is_the_dictionarys() -> None:
    loras = '"loras": {"a": {"url": "https://x.example/a"}}'
    old = parse(f"{{{loras}}}", "d").loras["a"]
    new = parse(f'{{"config": {{"base": "z-image"}}, {loras}}}', "d").loras["a"]
    assert (list(old.files), list(new.files)) == (["flux1"], ["z-image"])


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ('{"loras": {\n "a": {"rank" 1}}}', "d.json, line 2, column 15: "),
        ("", "d.json, line 1, column 1: "),
        ('{"loras":\n {"a": {\n  "rank": "x"}}}', "d.json, line 3: loras.a.rank: "),
        ('{"loras": {"b": {"rank": 1},\n"a": {"rank": 1.5}}}', "d.json, line 2: loras.a.rank: "),
        ('{"loras": {"a": {\n"keywords": [\n"x",\n3]}}}', "d.json, line 4: loras.a.keywords.1: "),
        ('{"loras": {"a": {\n"category": "person"}}}', "d.json, line 2: loras.a.category: "),
        (
            '{"loras": {"a": {"bases": {\n"flux1": {\n"url": 3}}}}}',
            "d.json, line 3: loras.a.bases.flux1.url: ",
        ),
        ('{"loras": {"a": {"bases": {\n"flux1": {}}}}}', "d.json, line 2: loras.a.bases.flux1: "),
        ('{"config":\n {"caps": {"cat": 1}}}', "d.json, line 2: config.caps: "),
        ('{"loras": {"a\\"b": {\n"rank": []}}}', 'd.json, line 2: loras.a"b.rank: '),
        ("[1]", "d.json, line 1: the whole: "),
    ],
)
def test_a_complaint_names_file_line_and_place(source: str, complaint: str) -> None:
    with pytest.raises(BadCatalog) as caught:
        parse(source, "d.json")
    assert caught.value.text.startswith(complaint)
    assert len(caught.value.text) > len(complaint)


def test_what_is_read_past_is_said() -> None:
    source = {
        "config": {"permanent_loras": ["x"], "colour": 1},
        "loras": {"a": {"weigth": 1, "bases": {"fluxx": "https://x.example/a"}}, "b": {}},
    }
    catalog = parse(json.dumps(source), "d")
    said = "\n".join(catalog.warnings)
    assert len(catalog.warnings) == 5
    assert all(
        word in said for word in ("colour", "there is no x", "weigth", "fluxx", "b: has no url")
    )
    assert catalog.permanent == ()


def test_the_starter_dictionary_is_sound() -> None:
    catalog = load(ROOT / "master_lora_dict.json")
    assert catalog.loras
    assert catalog.warnings == ()


def test_a_missing_file_is_an_empty_catalogue(tmp_path: Path) -> None:
    file = CatalogFile(tmp_path / "none.json")
    assert (file.listing(), file.problem) == ((), "")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    path.write_bytes(b'{"loras": "\xff"}')
    with pytest.raises(BadCatalog, match=r"d\.json"):
        load(path)


def test_a_broken_edit_leaves_the_old_one_in_force(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    path.write_text('\ufeff{"loras": {"a": {}}}', "utf-8")
    file = CatalogFile(path)
    for broken in ('{"loras": {"a"', '{"loras": []}'):
        path.write_text(broken)
        file.reload()
        assert "line 1" in file.problem
        assert [lora.id for lora in file.listing()] == ["a"]
    path.unlink()
    file.reload()
    assert "gone" in file.problem
    assert [lora.id for lora in file.listing()] == ["a"]
    path.write_text('{"loras": {"b": {}}}')
    file.reload()
    assert ([lora.id for lora in file.listing()], file.problem) == (["b"], "")


async def test_an_edit_is_live_also_when_the_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    file = CatalogFile(path)
    watching = asyncio.create_task(file.watch())
    try:
        async with asyncio.timeout(20):
            for ident in ("a", "b", "c"):
                while ident not in file.current.loras:
                    new = tmp_path / "d.json.new"
                    new.write_text(json.dumps({"loras": {ident: {}}}))
                    new.replace(path)
                    await asyncio.sleep(0.05)
    finally:
        watching.cancel()
        await asyncio.wait([watching])
    assert watching.cancelled()


def test_a_files_content_may_be_named() -> None:
    digest = "AB" * 32
    bases = {
        "flux1": {"url": "https://x.example/f", "sha256": digest},
        "sdxl": "https://x.example/s",
    }
    catalog = parse(json.dumps({"loras": {"fog": {"bases": bases}}}), "some.json")
    files = catalog.loras["fog"].files
    assert (files["flux1"].sha256, files["sdxl"].sha256) == ("ab" * 32, "")
    assert catalog.warnings == ()
