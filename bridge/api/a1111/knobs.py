"""The clouds' own options at the door: checked against the cards, and shown in script-info."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bridge.api.a1111.schema import WISHES
from bridge.api.a1111.wishes import SCRIPT, Wishes
from bridge.api.json_body import json_answer
from bridge.api.rooms import Routes
from bridge.engine.card import Option
from bridge.engine.options import allowed, takes
from bridge.errors import BadRequest
from bridge.routing.order import AUTO


def check_options(routes: Routes, route: str, wished: Wishes) -> None:
    """BadRequest for an option that no model of a chosen `route` has, or takes as it is.

    On `auto` any cloud may come to be asked: there `fit` keeps what it has, and notes the rest.
    """
    if route == AUTO or not wished.options:
        return
    known = routes.options(route)
    for name, value in wished.options.items():
        named = [option for option in known if option.name == name]
        if not named:
            there = ", ".join(dict.fromkeys(option.name for option in known)) or "it has none"
            raise BadRequest(
                f"{wished.where}.options: {name[:40]!r} is no option of {route}: {there}"
            )
        if not any(takes(option, value) for option in named):
            wanted = " or ".join(dict.fromkeys(map(allowed, named)))
            raise BadRequest(f"{wished.where}.options.{name}: {str(value)[:40]!r} is not {wanted}")


@dataclass(frozen=True, slots=True)
class Scripts:
    """Our always-on script, as A1111 tells of scripts."""

    routes: Routes

    async def names(self, request: Request) -> Response:
        """GET scripts."""
        return json_answer({"txt2img": [SCRIPT], "img2img": [SCRIPT]})

    async def info(self, request: Request) -> Response:
        """GET script-info: one argument, an object; `options` is ours, by route."""
        options = {
            route: [_row(option) for option in self.routes.options(route)]
            for route in self.routes.names()
            if route != AUTO
        }
        empty = WISHES.defaults
        argument = {
            "label": "wishes", "value": empty, "minimum": None, "maximum": None, "step": None,
            "choices": None,
        }  # fmt: skip
        return json_answer([
            {
                "name": SCRIPT, "is_alwayson": True, "is_img2img": is_img2img, "args": [argument],
                "options": {route: rows for route, rows in options.items() if rows},
            }
            for is_img2img in (False, True)
        ])  # fmt: skip


def _row(option: Option) -> Mapping[str, object]:
    return {
        "label": option.name, "kind": option.kind, "about": option.about, "minimum": option.low,
        "maximum": option.high, "choices": list(option.choices) or None,
    }  # fmt: skip
