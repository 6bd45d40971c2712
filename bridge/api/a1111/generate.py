"""POST txt2img and img2img."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bridge.api.a1111.answer import answered
from bridge.api.a1111.jobs import Clerk, Order, with_images
from bridge.api.a1111.models import Models
from bridge.api.a1111.schema import IMG2IMG, TXT2IMG, Fields, read
from bridge.api.door import caller_of
from bridge.api.json_body import json_object
from bridge.api.refusals import GONE
from bridge.api.studio import Studio


@dataclass(frozen=True, slots=True)
class Generate:
    """From the request's body to the answer's."""

    studio: Studio
    clerk: Clerk
    models: Models

    async def txt2img(self, request: Request) -> Response:
        """A1111's answer, with what could be made of a batch."""
        return await self._made(request, self._order(request, TXT2IMG, await json_object(request)))

    async def img2img(self, request: Request) -> Response:
        """The same from a picture, with or without a mask."""
        order = self._order(request, IMG2IMG, await json_object(request))
        return await self._made(request, await with_images(order))

    def _order(self, request: Request, fields: Fields, body: Mapping[str, object]) -> Order:
        asked = read(fields, body)
        return self.clerk.order(asked, body, caller_of(request), self.models.chosen)

    async def _made(self, request: Request, order: Order) -> Response:
        """What was interrupted answers with the pictures that were finished, be they none."""
        outcomes = await self.studio.outcomes(request, order.jobs, order.id)
        if outcomes is None:
            return Response(status_code=GONE)
        return answered(order, outcomes, self.clerk.settings)
