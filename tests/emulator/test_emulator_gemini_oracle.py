"""Google's own client takes the emulator for the real thing, over real sockets."""

import warnings
from collections.abc import AsyncIterator
from importlib import import_module
from typing import Any

import pytest

from emulator import pictures
from emulator.app import Running
from tests.emulator.conftest import Client
from tests.needs import needs

pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning")
MODEL = "gemini-3.1-flash-image"


@pytest.fixture(scope="module")
def genai() -> Any:
    """The client's module, whose import may warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return import_module("google.genai")
        except ImportError:
            return needs("google-genai", False, "Google's client is the oracle")


@pytest.fixture
async def sdk(genai: Any, emu: Running) -> AsyncIterator[Any]:
    """The asynchronous client at the emulator; it retries nothing unless told."""
    options = genai.types.HttpOptions(base_url=f"{emu.url}/gemini_images")
    client = genai.Client(api_key="emu-gemini_images-key", http_options=options)
    yield client.aio
    await client.aio.aclose()
    client.close()


async def made(genai: Any, sdk: Any, *contents: Any, **shape: str) -> Any:
    """The answer to a request for a picture."""
    config = genai.types.GenerateContentConfig(
        response_modalities=["TEXT", "IMAGE"],
        image_config=genai.types.ImageConfig(**shape) if shape else None,
        safety_settings=[
            genai.types.SafetySetting(category="HARM_CATEGORY_HARASSMENT", threshold="BLOCK_NONE")
        ],
    )
    return await sdk.models.generate_content(model=MODEL, contents=list(contents), config=config)


async def test_a_picture_among_the_parts(genai: Any, sdk: Any) -> None:
    picture = genai.types.Part.from_bytes(data=b"any picture", mime_type="image/png")
    told = await made(genai, sdk, "a fox", picture, aspect_ratio="16:9", image_size="2K")
    words, image = told.parts
    assert words.text
    shown = pictures.read(image.inline_data.data)
    assert (shown["prompt"], shown["width"], shown["height"]) == ("a fox", 2752, 1536)
    assert shown["references"] == [pictures.digest(b"any picture")]
    assert told.usage_metadata.candidates_token_count == 1680
    assert told.candidates[0].finish_reason.name == "STOP"


async def test_no_picture_is_a_success_without_one(genai: Any, sdk: Any, emu: Running) -> None:
    emu.faults.add("gemini_images", "moderation")
    blocked = await made(genai, sdk, "a fox")
    assert (blocked.candidates, blocked.parts) == (None, None)
    assert blocked.prompt_feedback.block_reason.name == "PROHIBITED_CONTENT"
    emu.faults.add("gemini_images", "moderation", how="image")
    held = await made(genai, sdk, "a fox")
    assert held.candidates[0].finish_reason.name == "IMAGE_SAFETY"
    emu.faults.add("gemini_images", "no_image")
    nothing = await made(genai, sdk, "a fox")
    assert nothing.candidates[0].finish_reason.name == "NO_IMAGE"


async def test_errors_have_code_and_status(genai: Any, sdk: Any, emu: Running) -> None:
    for status, name in ((429, "RESOURCE_EXHAUSTED"), (503, "UNAVAILABLE")):
        emu.faults.add("gemini_images", "status", status=status)
        with pytest.raises(genai.errors.APIError) as told:
            await made(genai, sdk, "a fox")
        assert (told.value.code, told.value.status) == (status, name)
    with pytest.raises(genai.errors.ClientError, match="aspect_ratio"):
        await made(genai, sdk, "a fox", aspect_ratio="2x3")


async def test_a_wrong_key_is_an_invalid_argument(client: Client) -> None:
    path = "/gemini_images/v1beta/models?key=wrong"
    told = await client.ask("GET", path)
    assert (told.status, told.json["error"]["status"]) == (400, "INVALID_ARGUMENT")
