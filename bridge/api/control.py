"""The pages for operators and their machines: alive, ready, figures, state, the gallery."""

import asyncio

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from bridge.api.json_body import json_answer
from bridge.api.rooms import Desk
from bridge.errors import BadRequest, NotFound

PAGE = 50
"""Pictures at once."""
LONGEST_ID = 18
"""Digits."""


def router(desk: Desk) -> APIRouter:
    """`/healthz`, `/readyz`, `/metrics`, `/status` and `/bridge/v1/pictures`."""
    door = APIRouter()

    @door.get("/healthz")
    @door.get("/readyz")
    async def alive() -> Response:
        """200 as soon as requests are answered: the doors open when all rooms have started."""
        return json_answer({"status": "ok"})

    @door.get("/metrics")
    async def metrics() -> Response:
        """Prometheus' text format."""
        return Response(await asyncio.to_thread(desk.metrics), media_type="text/plain")

    @door.get("/status")
    async def status(request: Request) -> Response:
        """Routes and language models with their health, open attempts, money, the dictionary."""
        return _page(request, await desk.status())

    @door.get("/bridge/v1/pictures")
    async def pictures(request: Request) -> Response:
        """The newest 50, or those before `?before=ID`."""
        before = request.query_params.get("before", "")
        if before and not _is_id(before):
            raise BadRequest("before: a picture's id is expected")
        return _page(request, await desk.pictures(int(before) if before else None, PAGE))

    @door.get("/bridge/v1/pictures/{number}")
    async def picture(number: str) -> Response:
        """The cloud's own bytes."""
        if not _is_id(number):
            raise NotFound(f"there is no picture {number[:40]!r}")
        raw, kind = await desk.picture(int(number))
        return Response(raw, media_type=f"image/{kind}")

    return door


def _page(request: Request, value: object) -> Response:
    """JSON; for a browser in lines that can be read."""
    indented = orjson.OPT_INDENT_2 if "text/html" in request.headers.get("accept", "") else None
    return Response(orjson.dumps(value, option=indented), media_type="application/json")


def _is_id(text: str) -> bool:
    """Whether it is a number that a database can hold."""
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID
