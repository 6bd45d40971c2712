"""POST images/generations and images/edits."""

import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bridge.api.door import caller_of
from bridge.api.form_body import Fields, form_fields
from bridge.api.json_body import json_object
from bridge.api.openai.answer import answered
from bridge.api.openai.orders import Clerk, Order, masked
from bridge.api.openai.shown import Shown
from bridge.api.refusals import GONE
from bridge.api.studio import Studio
from bridge.domain import Made, Picture
from bridge.errors import BadRequest, BridgeError, Garbled
from bridge.pictures.mask import transparent_mask
from bridge.pictures.sniff import sniff

_IMAGE = re.compile(r"image(\[\d*\])?")
"""`image` for one, `image[]` for several."""


@dataclass(frozen=True, slots=True)
class Images:
    """From the request's body to the answer's."""

    studio: Studio
    clerk: Clerk
    shown: Shown

    async def generations(self, request: Request) -> Response:
        """Pictures from a text."""
        body = await json_object(request)
        return await self._made(request, self.clerk.order(body, caller_of(request)))

    async def edits(self, request: Request) -> Response:
        """Pictures from a picture, with or without a mask whose transparent pixels are repainted.

        A form: https://platform.openai.com/docs/api-reference/images/createEdit
        """
        fields = await form_fields(request)
        pictures = [_taken(raw, "image") for name, raw in fields if _IMAGE.fullmatch(name)]
        if not pictures:
            raise BadRequest("body.image: a picture is expected")
        order = self.clerk.order(_texts(fields), caller_of(request), pictures)
        for name, raw in fields:
            if name == "mask":
                order = masked(order, await _mask(_taken(raw, name), pictures[0]))
        return await self._made(request, order)

    async def _made(self, request: Request, order: Order) -> Response:
        """OpenAI's clients expect a picture or an error: an interrupt is one."""
        outcomes = await self.studio.outcomes(request, order.jobs, order.jobs[0].id)
        if outcomes is None:
            return Response(status_code=GONE)
        made = [each for one in outcomes if isinstance(one, Made) for each in one.each()]
        if not made:
            raise next(outcome for outcome in outcomes if isinstance(outcome, BridgeError))
        urls = await self.shown.addresses(request, made) if order.by_url else []
        return answered(order, outcomes, self.clerk.settings, urls)


def _texts(fields: Fields) -> dict[str, object]:
    """The fields that are no pictures; BadRequest for bytes that are no text."""
    plain: dict[str, object] = {}
    for name, raw in fields:
        if name == "mask" or _IMAGE.fullmatch(name):
            continue
        try:
            plain[name] = raw.decode()
        except UnicodeDecodeError:
            raise BadRequest(f"body.{name[:40]}: this is not a text in UTF-8") from None
    return plain


def _taken(raw: bytes, where: str) -> Picture:
    try:
        return sniff(raw)
    except Garbled as error:
        raise BadRequest(f"body.{where}: {error.text}") from None


async def _mask(mask: Picture, like: Picture) -> bytes:
    try:
        return await transparent_mask(mask, like)
    except Garbled as error:
        raise BadRequest(f"body.mask: {error.text}") from None
