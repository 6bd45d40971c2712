"""Our routes as A1111's models, and each caller's choice among them."""

from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from bridge.api.a1111.lists import FIXED
from bridge.api.door import caller_of
from bridge.api.json_body import json_answer, json_object
from bridge.api.rooms import Routes
from bridge.api.terms import model_name, route_named
from bridge.errors import BadRequest

MOST_CALLERS = 1000
"""Choices that are remembered; the oldest goes first."""
_CHECKPOINT = "sd_model_checkpoint"


@dataclass(frozen=True, slots=True)
class Models:
    """The choice is global in A1111; here it is the caller's own."""

    routes: Routes
    _choices: dict[str, str] = field(default_factory=dict)

    def chosen(self, caller: str) -> str:
        """The route of `caller`'s next job, the first of the list until one is chosen."""
        choice = self._choices.get(caller)
        return choice if choice and self.routes.known(choice) else self.routes.names()[0]

    def choose(self, caller: str, name: str) -> None:
        """Remember the choice; BadRequest when there is no such model."""
        route = route_named(self.routes, name)
        if not route:
            raise BadRequest(f"model {name[:80]!r} not found")
        self._choices.pop(caller, None)
        self._choices[caller] = route
        if len(self._choices) > MOST_CALLERS:
            del self._choices[next(iter(self._choices))]

    async def options(self, request: Request) -> Response:
        """GET options: the few settings that mean something here."""
        settings = FIXED["options"]
        return json_answer({**settings, _CHECKPOINT: self.chosen(caller_of(request))})

    async def set_options(self, request: Request) -> Response:
        """POST options: the model is taken, whatever else is sent along is not."""
        wanted = (await json_object(request)).get(_CHECKPOINT)
        if wanted:
            self.choose(caller_of(request), str(wanted))
        return json_answer(None)

    async def sd_models(self, request: Request) -> Response:
        """GET sd-models: titles without hashes, for there are none."""
        rows = [
            {
                "title": title,
                "model_name": model_name(title),
                "hash": None,
                "sha256": None,
                "filename": title,
                "config": None,
            }
            for title in self.routes.names()
        ]
        return json_answer(rows)
