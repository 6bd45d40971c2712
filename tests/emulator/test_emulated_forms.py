"""Forms are read as aiohttp writes them, whatever is in them; Gemini and Ideogram are strict."""

from typing import Any

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.app import Running
from emulator.forms import parts, pieces

FILES = st.lists(st.tuples(st.text("abc[]", min_size=1, max_size=8), st.binary(max_size=200)))


async def written(form: aiohttp.FormData) -> tuple[str, bytes]:
    """The content type and body of a form."""
    payload: Any = form()
    return payload.content_type, await payload.as_bytes()


@settings(max_examples=40, deadline=None)
@given(FILES)
async def test_a_form_comes_as_it_was_written(files: list[tuple[str, bytes]]) -> None:
    form = aiohttp.FormData(default_to_multipart=True)
    for name, raw in files:
        form.add_field(name, raw, filename="x.bin")
    form.add_field("prompt", "ein Fuchs — im Schnee")
    found = pieces(*await written(form))
    assert [(piece.name, piece.raw, piece.filename) for piece in found[:-1]] == [
        (name, raw, "x.bin") for name, raw in files
    ]
    assert (found[-1].name, found[-1].text) == ("prompt", "ein Fuchs — im Schnee")
    assert parts(*await written(form))["prompt"] == "ein Fuchs — im Schnee".encode()


def test_what_is_no_form_has_no_parts() -> None:
    assert parts("application/json", b"{}") == {}


def asked(**config: Any) -> dict[str, Any]:
    """A generateContent."""
    contents = [{"role": "user", "parts": [{"text": "a fox"}]}]
    return {"contents": contents, "generationConfig": {"imageConfig": config}}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({**asked(), "seed": 4}, "Unknown name"),
        (asked(width=512), "Unknown name"),
        (asked(aspectRatio="2x3"), "aspect_ratio"),
        (asked(imageSize="2k"), "image_size"),
        ({"contents": [{"parts": []}]}, "contents"),
        ({"contents": [{"parts": [{"text": "x"}, {"inlineData": {"data": "AAAA"}}]}]}, "image"),
        ({}, "contents"),
    ],
)
async def test_gemini_names_what_it_does_not_know(
    client: Any, emu: Running, body: dict[str, Any], words: str
) -> None:
    path = "/gemini_images/v1/models/gemini-3.1-flash-image:generateContent"
    told = await client.ask("POST", f"{path}?key=emu-gemini_images-key", body)
    assert (told.status, told.json["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert words in told.json["error"]["message"]
    assert emu.ledger.jobs("gemini_images") == []


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("v3/generate", {}),
        ("v3/generate", {"text_prompt": "a fox"}),
        ("v3/generate", {"prompt": "a fox", "resolution": "512x512"}),
        ("v3/generate", {"prompt": "a fox", "seed": "-1"}),
        ("v3/generate", {"prompt": "a fox", "image": "x"}),
        ("v3/inpaint", {"prompt": "a fox"}),
        ("v4/generate", {"prompt": "a fox"}),
        ("v4/generate", {"text_prompt": "a fox", "json_prompt": "{}"}),
        ("v4/generate", {"json_prompt": '{"high_level_description": "a fox"}'}),
        ("v4/generate", {"text_prompt": "a fox", "seed": "4"}),
        ("v4/generate", {"text_prompt": "a fox", "rendering_speed": "FLASH"}),
        ("v4/remix", {"text_prompt": "a fox"}),
        ("v4/async/generate", {"text_prompt": "a fox"}),
    ],
)
async def test_ideogram_takes_only_what_the_path_knows(
    client: Any, emu: Running, path: str, form: dict[str, str]
) -> None:
    written_form = aiohttp.FormData(default_to_multipart=True)
    for name, text in form.items():
        written_form.add_field(name, text)
    if not form:
        written_form.add_field("rendering_speed", "TURBO")
    async with client.session.post(
        f"{emu.url}/ideogram/v1/ideogram-{path}",
        data=written_form,
        headers={"Api-Key": "emu-ideogram-key"},
    ) as told:
        assert (told.status, (await told.json())["status"]) == (400, 400)
    assert emu.ledger.jobs("ideogram") == []


async def test_ideogram_reads_no_json_and_no_bearer(client: Any) -> None:
    path = "/ideogram/v1/ideogram-v4/generate"
    assert (await client.ask("POST", path, {}, "emu-ideogram-key")).status == 401
    told = await client.ask("POST", path, {"text_prompt": "a fox"})
    assert told.status == 401
