"""The pages for operators and their machines: alive, ready, figures, state, the gallery."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from bridge.api.json_body import json_answer
from bridge.api.rooms import Desk
from bridge.errors import BadRequest

PAGE = 50
"""Pictures at once."""


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
    async def status() -> Response:
        """Routes and language models with their health, open attempts, money, the dictionary."""
        return json_answer(await desk.status())

    @door.get("/bridge/v1/pictures")
    async def pictures(request: Request) -> Response:
        """The newest 50, or those before `?before=ID`."""
        before = request.query_params.get("before", "")
        if before and not before.isdecimal():
            raise BadRequest("before: a picture's id is expected")
        return json_answer(await desk.pictures(int(before) if before else None, PAGE))

    @door.get("/bridge/v1/pictures/{number}")
    async def picture(number: int) -> Response:
        """The cloud's own bytes."""
        raw, kind = await desk.picture(number)
        return Response(raw, media_type=f"image/{kind}")

    return door
