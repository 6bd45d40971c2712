"""OpenAI's own client takes the emulator for the real thing, over real sockets."""

from base64 import b64decode
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import openai
import pytest
from PIL import Image

from emulator import pictures
from emulator.app import Running

MODEL = "gpt-image-2.5-flare"


@pytest.fixture
async def sdk(emu: Running) -> AsyncIterator[openai.AsyncOpenAI]:
    """The client at the emulator, without its retries."""
    async with openai.AsyncOpenAI(
        api_key="emu-openai_images-key", base_url=f"{emu.url}/openai_images/v1", max_retries=0
    ) as client:
        yield client


def picture(mode: str = "RGB", size: tuple[int, int] = (64, 96), alpha: int = 0) -> Any:
    """A file for the client; a mask has `alpha` everywhere."""
    file = BytesIO()
    Image.new(mode, size, (0, 0, 0, alpha) if mode == "RGBA" else 0).save(file, "PNG")
    return ("picture.png", file.getvalue(), "image/png")


async def test_a_picture_and_its_usage(sdk: openai.AsyncOpenAI, emu: Running) -> None:
    made = await sdk.images.generate(
        model=MODEL, prompt="a fox", size="1024x1536", quality="low", output_format="webp", n=2
    )
    assert made.data
    assert len(made.data) == 2
    shown = pictures.read(b64decode(made.data[0].b64_json or ""))
    assert (shown["prompt"], shown["width"], shown["height"]) == ("a fox", 1024, 1536)
    assert made.usage
    assert made.usage.output_tokens == 600
    assert emu.ledger.spent("openai_images") == 600 * 30 + 2 * 5


async def test_an_edit_with_pictures_and_a_mask(sdk: openai.AsyncOpenAI) -> None:
    made = await sdk.images.edit(
        model=MODEL, prompt="a hat", image=[picture(), picture(size=(8, 8))], mask=picture("RGBA")
    )
    assert made.data
    shown = pictures.read(b64decode(made.data[0].b64_json or ""))
    assert shown["init"] == pictures.digest(picture()[1])
    assert (len(shown["references"]), shown["mask"] is None) == (1, False)
    one = await sdk.images.edit(model=MODEL, prompt="a hat", image=picture())
    assert one.data


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"seed": 4}, "seed"),
        ({"response_format": "b64_json"}, "response_format"),
        ({"size": "1000x1000"}, "size"),
        ({"size": "256x256"}, "size"),
        ({"size": "3840x1024"}, "size"),
        ({"size": "3840x3840"}, "size"),
        ({"quality": "hd"}, "quality"),
        ({"output_format": "gif"}, "output_format"),
        ({"n": 11}, "n"),
        ({"prompt": " "}, "prompt"),
        ({"prompt": "a" * 32_001}, "prompt"),
        ({"model": "gpt-image-1.5", "size": "1536x864"}, "size"),
        ({"model": "gpt-image-2", "quality": "max"}, "quality"),
    ],
)
async def test_what_the_models_do_not_take_is_refused(
    sdk: openai.AsyncOpenAI, emu: Running, asked: dict[str, Any], param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as told:
        await sdk.post(
            "/images/generations", body={"model": MODEL, "prompt": "a fox", **asked}, cast_to=object
        )
    assert told.value.param == param
    assert emu.ledger.jobs("openai_images") == []


@pytest.mark.parametrize(
    ("files", "param"),
    [
        ({"image": picture(), "mask": picture("RGB")}, "mask"),
        ({"image": picture(), "mask": picture("RGBA", (64, 64))}, "mask"),
        ({"image": ("x.png", b"no picture", "image/png")}, "image"),
        ({"image": [picture()] * 17}, "image"),
        ({"image": picture(), "moderation": "low"}, "moderation"),
    ],
)
async def test_files_that_do_not_fit_are_refused(
    sdk: openai.AsyncOpenAI, files: dict[str, Any], param: str
) -> None:
    extra = {"moderation": files.pop("moderation")} if "moderation" in files else None
    with pytest.raises(openai.BadRequestError) as told:
        await sdk.images.edit(model=MODEL, prompt="a hat", extra_body=extra, **files)
    assert told.value.param == param


async def test_errors_have_the_clients_classes(sdk: openai.AsyncOpenAI, emu: Running) -> None:
    emu.faults.add("openai_images", "moderation")
    with pytest.raises(openai.BadRequestError) as told:
        await sdk.images.generate(model=MODEL, prompt="a fox")
    assert told.value.code == "moderation_blocked"
    emu.faults.add("openai_images", "unverified")
    with pytest.raises(openai.PermissionDeniedError, match="must be verified"):
        await sdk.images.generate(model=MODEL, prompt="a fox")
    with pytest.raises(openai.NotFoundError):
        await sdk.images.generate(model="dall-e-3", prompt="a fox")
    with pytest.raises(openai.AuthenticationError):
        await sdk.with_options(api_key="wrong").images.generate(model=MODEL, prompt="a fox")
    assert MODEL in [model.id async for model in sdk.models.list()]
