"""Our routes as OpenAI's models; SillyTavern's source for stable-diffusion.cpp reads them too."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bridge.api.json_body import json_answer
from bridge.api.rooms import Routes
from bridge.errors import NotFound


@dataclass(frozen=True, slots=True)
class Models:
    """The names that `model` takes."""

    routes: Routes

    async def all(self, request: Request) -> Response:
        """GET models."""
        return json_answer({"object": "list", "data": [_row(name) for name in self.routes.names()]})

    async def one(self, request: Request) -> Response:
        """GET models/NAME."""
        name = request.path_params["name"]
        if name not in self.routes.names():
            raise NotFound(f"The model {name[:80]!r} does not exist")
        return json_answer(_row(name))


def _row(name: str) -> Mapping[str, object]:
    return {"id": name, "object": "model", "created": 0, "owned_by": name.partition("/")[0]}
