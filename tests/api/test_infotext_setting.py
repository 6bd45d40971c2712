from io import BytesIO
from typing import Any

import pybase64
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bridge.api.a1111.infotext import parsed
from bridge.pictures.sniff import from_base64, sniff
from tests.api.door import drawn, opened
from tests.ask import Answer


def said(answer: Answer) -> dict[str, Any]:
    """All texts of the first picture's file."""
    with Image.open(BytesIO(pybase64.b64decode(answer.json["images"][0]))) as image:
        image.load()
        exif = image.getexif().get_ifd(0x8769)
        texts = {str(key): text for key, text in image.info.items() if isinstance(text, str)}
        return {**texts, **{str(tag): value for tag, value in exif.items()}}


async def made(infotext: str, raw: bytes, **asked: object) -> Answer:
    async with opened(infotext=infotext) as door:
        door.pipeline.picture = sniff(raw)
        return await door.post("txt2img", {"prompt": "a fox", "negative_prompt": "fog", **asked})


def talking(kind: str) -> bytes:
    """A picture that a cloud has written into already."""
    out = BytesIO()
    image = Image.new("RGB", (16, 8), "teal")
    if kind == "png":
        texts = PngInfo()
        texts.add_text("parameters", "of the cloud")
        texts.add_text("workflow", "of the cloud")
        image.save(out, "png", pnginfo=texts)
    else:
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0of the cloud"
        image.save(out, kind, exif=exif)
    return out.getvalue()


async def test_full_is_the_recipe() -> None:
    answer = await made("full", drawn())
    assert parsed(said(answer)["parameters"])["Negative prompt"] == "fog"


@pytest.mark.parametrize("raw", [drawn(), talking("png")])
async def test_prompt_is_the_prompt_alone(raw: bytes) -> None:
    answer = await made("prompt", raw)
    assert said(answer)["parameters"].rstrip() == "painted: a fox"
    assert answer.info["infotexts"] == ["painted: a fox"]


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
async def test_none_leaves_no_text(kind: str) -> None:
    for raw in (drawn(kind=kind), talking(kind)):
        answer = await made("none", raw)
        told = said(answer)
        assert b"of the cloud" not in pybase64.b64decode(answer.json["images"][0])
        assert "painted" not in str(told)
        assert answer.info["infotexts"] == ["painted: a fox"]
        assert answer.info["negative_prompt"] == "fog"


async def test_none_hands_the_clouds_own_base64_on() -> None:
    async with opened(infotext="none") as door:
        own = pybase64.b64encode(drawn())
        door.pipeline.picture = from_base64(own)
        answer = await door.post("txt2img", {})
    assert answer.json["images"] == [own.decode()]
