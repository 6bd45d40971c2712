"""What A1111 does with finished pictures: enlarge them, read what they say."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

import pybase64
from starlette.requests import Request
from starlette.responses import Response

from bridge.api.a1111 import enlarge, infotext
from bridge.api.a1111.images import taken
from bridge.api.a1111.schema import EXTRA, Asked, read
from bridge.api.door import caller_of
from bridge.api.json_body import json_answer, json_object
from bridge.api.refusals import GONE
from bridge.api.rooms import DoorSettings, Routes
from bridge.api.studio import Studio
from bridge.api.terms import new_id, seed_from, upscaler_named
from bridge.api.trace import Trace, traced
from bridge.domain import Job, Made, Note, Picture
from bridge.errors import BadRequest, BridgeError, Garbled
from bridge.pictures.text import read_text, with_text

_UNASKED = traced((), ())


@dataclass(frozen=True, slots=True)
class Extras:
    """Enlarges at the cloud whose upscaler is named first, else with Pillow."""

    studio: Studio
    routes: Routes
    settings: DoorSettings

    async def listing(self, request: Request) -> Response:
        """GET upscalers: Pillow's, then the clouds' by their routes."""
        empty = {"model_name": None, "model_path": None, "model_url": None, "scale": 4.0}
        names = (*enlarge.BUILT_IN, *self.routes.upscalers())
        return json_answer([{"name": name, **empty} for name in names])

    async def single_image(self, request: Request) -> Response:
        """POST extra-single-image."""
        asked = read(EXTRA, await json_object(request))
        done = await self._enlarged(request, asked, [taken(asked["image"], "image")])
        return done.answer({"image": done.images[0]}) if done else Response(status_code=GONE)

    async def batch_images(self, request: Request) -> Response:
        """POST extra-batch-images."""
        asked = read(EXTRA, await json_object(request))
        if not asked["imageList"]:
            raise BadRequest("body.imageList: there is no picture in it")
        pictures = [
            taken(row.get("data") if isinstance(row, dict) else row, f"imageList[{place}]")
            for place, row in enumerate(asked["imageList"])
        ]
        done = await self._enlarged(request, asked, pictures)
        return done.answer({"images": done.images}) if done else Response(status_code=GONE)

    async def _enlarged(
        self, request: Request, asked: Asked, pictures: Sequence[Picture]
    ) -> "_Done | None":
        """None when the client has left; what the files said before stands in them again."""
        texts = [(await _read(picture))[0] for picture in pictures]
        notes: tuple[Note, ...] = ()
        if second := upscaler_named(self.routes, asked["upscaler_2"]):
            notes = (Note("upscaler", f"{second} is not asked: only upscaler_1 can name a cloud"),)
            asked = {**asked, "upscaler_2": "None"}
        route = upscaler_named(self.routes, asked["upscaler_1"])
        if route is None:  # one after the other: they are large
            notes += enlarge.stand_in(asked)
            images = [
                _told(await enlarge.with_pillow(asked, picture), text)
                for picture, text in zip(pictures, texts, strict=True)
            ]
            return _Done(images, enlarge.built_in(asked), replace(_UNASKED, notes=notes))
        first = Job(
            id=new_id(), text="", seed=seed_from(-1), rating=self.settings.rating,
            prompt_mode="never", route=route, caller=caller_of(request), notes=notes,
        )  # fmt: skip
        jobs = enlarge.at_cloud(asked, pictures, first, self.settings.max_pictures)
        outcomes = await self.studio.outcomes(request, jobs, jobs[0].id)
        if outcomes is None:
            return None
        images = [_told(one.picture, text) for one, text in zip(_all(outcomes), texts, strict=True)]
        return _Done(images, route, traced(jobs, outcomes))


@dataclass(frozen=True, slots=True)
class _Done:
    """The pictures in base64, and who enlarged them."""

    images: list[str]
    upscaler: str
    trace: Trace

    def answer(self, images: Mapping[str, object]) -> Response:
        """As A1111 answers; its clients show `html_info` to people."""
        lines = (f"Upscaler: {self.upscaler}", *(note.text for note in self.trace.notes))
        said = "".join(f"<p>{escape(line)}</p>" for line in lines)
        return json_answer({"html_info": said, **images}, headers=self.trace.headers())


async def png_info(request: Request) -> Response:
    """POST png-info."""
    picture = taken((await json_object(request)).get("image"), "image")
    text, items = await _read(picture)
    return json_answer({"info": text, "items": items, "parameters": infotext.parsed(text)})


def _all(outcomes: Sequence[Made | BridgeError]) -> list[Made]:
    """Every picture or none: clients know which is which by its place alone."""
    made = []
    for outcome in outcomes:
        if isinstance(outcome, BridgeError):
            raise outcome
        made.append(outcome)
    return made


def _told(picture: Picture, text: str) -> str:
    """The picture's base64, with what was in the file that it was made from."""
    return (with_text(picture, text) if text else pybase64.b64encode(picture.raw)).decode()


async def _read(picture: Picture) -> tuple[str, dict[str, str]]:
    try:
        return await asyncio.to_thread(read_text, picture)
    except Garbled as error:
        raise BadRequest(f"body.image: {error.text}") from None
