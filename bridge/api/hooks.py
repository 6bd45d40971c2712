"""Where clouds tell that a job is over: nothing they say is believed, the job is looked after."""

from collections.abc import Callable

from fastapi import APIRouter
from starlette.responses import Response

from bridge.api.json_body import json_answer

PATH = "/bridge/v1/hooks/"
"""Open to everybody: an attempt's ref is a secret of its cloud's and ours, good for one call."""


def router(wake: Callable[[str, str], bool]) -> APIRouter:
    """`POST /bridge/v1/hooks/{account}/{ref}`."""
    door = APIRouter()

    @door.post(PATH + "{account}/{ref}")
    async def told(account: str, ref: str) -> Response:
        """200 once for an attempt under way, else 404; the body is not read."""
        if wake(account, ref):
            return json_answer({"status": "ok"})
        return json_answer({"detail": "no such attempt is waited for"}, 404)

    return door
