"""A1111's interrogate: a vision model says what is in a picture."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bridge.api.a1111.images import taken
from bridge.api.json_body import json_answer, json_object
from bridge.api.rooms import Viewer
from bridge.errors import BadRequest


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
