"""What A1111 does with finished pictures: enlarge them, read what they say."""

import asyncio
from dataclasses import dataclass

import pybase64
from starlette.requests import Request
from starlette.responses import Response

from bridge.api.a1111 import infotext
from bridge.api.a1111.images import taken
from bridge.api.a1111.schema import EXTRA, Asked, read
from bridge.api.json_body import json_answer, json_object
from bridge.api.rooms import Viewer
from bridge.domain import Picture
from bridge.errors import BadRequest, Garbled
from bridge.pictures.text import read_text, with_text
from bridge.pictures.upscale import by_factor, to_size


async def single_image(request: Request) -> Response:
    """POST extra-single-image."""
    asked = read(EXTRA, await json_object(request))
    image = await _extra(asked, taken(asked["image"], "image"))
    return json_answer({"html_info": _said(asked), "image": image})


async def batch_images(request: Request) -> Response:
    """POST extra-batch-images, one after the other: they are large."""
    asked = read(EXTRA, await json_object(request))
    if not asked["imageList"]:
        raise BadRequest("body.imageList: there is no picture in it")
    images = []
    for place, row in enumerate(asked["imageList"]):
        inside = row.get("data") if isinstance(row, dict) else row
        images.append(await _extra(asked, taken(inside, f"imageList[{place}]")))
    return json_answer({"html_info": _said(asked), "images": images})


async def png_info(request: Request) -> Response:
    """POST png-info."""
    picture = taken((await json_object(request)).get("image"), "image")
    text, items = await _read(picture)
    return json_answer({"info": text, "items": items, "parameters": infotext.parsed(text)})


@dataclass(frozen=True, slots=True)
class Interrogate:
    """What is in a picture, by a vision model; A1111's `clip` and `deepdanbooru` mean that one."""

    viewer: Viewer | None

    async def ask(self, request: Request) -> Response:
        """POST interrogate. BadRequest without a vision model, and for what is no picture."""
        if self.viewer is None:
            raise BadRequest(
                "this bridge has no model that describes pictures: set BRIDGE_VISION_BASE_URL"
            )
        picture = taken((await json_object(request)).get("image"), "image")
        return json_answer({"caption": await self.viewer.describe(picture)})


async def _extra(asked: Asked, picture: Picture) -> str:
    """The picture's base64; what its file said before stands in it again."""
    text, _ = await _read(picture)
    try:
        made = await _scaled(asked, picture)
    except Garbled as error:
        raise BadRequest(error.text) from None
    told = with_text(made, text) if text else pybase64.b64encode(made.raw)
    return told.decode()


async def _scaled(asked: Asked, picture: Picture) -> Picture:
    name = _upscaler(asked)
    nearest = name == "Nearest"
    if name == "None":
        return picture
    if asked["resize_mode"] == 0:
        _positive(asked, "upscaling_resize")
        return await by_factor(picture, asked["upscaling_resize"], nearest=nearest)
    _positive(asked, "upscaling_resize_w", "upscaling_resize_h")
    width, height = asked["upscaling_resize_w"], asked["upscaling_resize_h"]
    crop = asked["upscaling_crop"]
    return await to_size(picture, width, height, crop=crop, nearest=nearest)


async def _read(picture: Picture) -> tuple[str, dict[str, str]]:
    try:
        return await asyncio.to_thread(read_text, picture)
    except Garbled as error:
        raise BadRequest(f"body.image: {error.text}") from None


def _upscaler(asked: Asked) -> str:
    """The first that is not `None`; whatever it is called, Pillow does it."""
    name = asked["upscaler_1"] if asked["upscaler_1"] != "None" else asked["upscaler_2"]
    return name if name in ("None", "Nearest") else "Lanczos"


def _said(asked: Asked) -> str:
    return f"<p>Upscaler: {_upscaler(asked)}</p>"


def _positive(asked: Asked, *names: str) -> None:
    for name in names:
        if asked[name] <= 0:
            raise BadRequest(f"body.{name}: {asked[name]:g} is not above 0")
