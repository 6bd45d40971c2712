"""Lists that A1111 has: those that never change lie in `fixed.json`, the others are made here."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from bridge.api.json_body import json_answer
from bridge.api.rooms import Loras
from bridge.domain import Style

FIXED: Mapping[str, Any] = orjson.loads(files(__package__).joinpath("fixed.json").read_bytes())
"""Answers by method and path; besides, what `options` and `info` always hold."""

Endpoint = Callable[[Request], Awaitable[Response]]


def always(value: object) -> Endpoint:
    """An endpoint that gives the same answer to everybody."""
    body = orjson.dumps(value)

    async def answer(request: Request) -> Response:
        return Response(body, media_type="application/json")

    return answer


@dataclass(frozen=True, slots=True)
class Lists:
    """What is known only while running."""

    loras: Loras
    styles: Mapping[str, Style]
    version: str

    async def all_loras(self, request: Request) -> Response:
        """GET loras: the id is what `<lora:id:weight>` takes."""
        rows = [
            {"name": lora.id, "alias": lora.name, "path": "", "metadata": {}}
            for lora in self.loras.listing()
        ]
        return json_answer(rows)

    async def prompt_styles(self, request: Request) -> Response:
        """GET prompt-styles: their names are what `styles` takes."""
        rows = [
            {"name": style.name, "prompt": style.prompt, "negative_prompt": style.negative}
            for style in self.styles.values()
        ]
        return json_answer(rows)

    async def about(self, request: Request) -> Response:
        """GET version, which SD.Next has too."""
        return json_answer({"app": "a1111-bridge", "version": self.version})
