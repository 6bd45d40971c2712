"""GET `/docs`: every address in a plain page; FastAPI's own loads its scripts from strangers.

What the addresses are for, by topic, stands in `topics.json`.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from html import escape
from importlib.resources import files

import orjson
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

Endpoint = Callable[[Request], Awaitable[Response]]

_ROOM = files(__package__)
_FACTS = orjson.loads(_ROOM.joinpath("topics.json").read_bytes())
TOPICS: Mapping[str, Mapping[str, str]] = _FACTS["topics"]
"""By topic, in the page's order: `GET /status` → what it is for."""
HIDDEN = frozenset[str](_FACTS["hidden"])
"""Twins of others, in no list."""


def told(router: APIRouter) -> APIRouter:
    """The same router, its routes with a topic and a summary."""
    topics = {row: (topic, text) for topic, rows in TOPICS.items() for row, text in rows.items()}
    for route in router.routes:
        if isinstance(route, APIRoute):
            (row,) = (f"{method} {route.path_format}" for method in route.methods or ())
            topic, text = topics.get(row, ("", ""))
            route.tags, route.summary, route.description = [topic], text, ""
            route.include_in_schema = row not in HIDDEN
    return router


def docs_page(site: FastAPI) -> Endpoint:
    """An endpoint that shows the site's OpenAPI description."""
    frame = _ROOM.joinpath("docs.html").read_text(encoding="utf-8")

    async def show(request: Request) -> Response:
        paths = site.openapi()["paths"]
        return HTMLResponse(frame.replace("TOPICS", "\n".join(_topics(paths))))

    return show


def _topics(paths: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    for topic, rows in TOPICS.items():
        shown = [(row.split(" ", 1), text) for row, text in rows.items()]
        lines = [
            f'<tr><td class="{method}">{method}<td><code>{escape(path)}</code><td>{escape(text)}'
            for (method, path), text in shown
            if method.lower() in paths.get(path, ())
        ]
        if lines:
            yield "\n".join([f"<h2>{escape(topic)}</h2>", "<table>", *lines, "</table>"])


def favicon() -> Endpoint:
    """An endpoint that gives the small picture which browsers ask every server for."""
    drawing = _ROOM.joinpath("favicon.svg").read_bytes()

    async def show(request: Request) -> Response:
        headers = {"Cache-Control": "max-age=86400"}
        return Response(drawing, media_type="image/svg+xml", headers=headers)

    return show
