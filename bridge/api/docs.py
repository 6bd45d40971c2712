"""GET `/docs`: every address in a plain page; FastAPI's own loads its scripts from strangers."""

from collections.abc import Awaitable, Callable
from html import escape
from importlib.resources import files

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response


def docs_page(site: FastAPI) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that lists the paths of the site's OpenAPI description."""
    frame = files(__package__).joinpath("docs.html").read_text(encoding="utf-8")

    async def show(request: Request) -> Response:
        rows = [
            f"<tr><td>{method.upper()}<td><code>{escape(path)}</code>"
            f"<td>{escape(facts.get('description', ''))}"
            for path, methods in sorted(site.openapi()["paths"].items())
            for method, facts in methods.items()
        ]
        return HTMLResponse(frame.replace("ROWS", "\n".join(rows)))

    return show
