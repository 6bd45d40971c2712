"""Joins the doors to one application."""

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp

from bridge.api import chats, control, hooks
from bridge.api.a1111 import routes as a1111
from bridge.api.docs import docs_page, favicon, told
from bridge.api.door import Door
from bridge.api.openai import routes as openai
from bridge.api.refusals import refuse, stumble, vanish
from bridge.api.rooms import DoorSettings, Rooms
from bridge.api.running import Running
from bridge.api.shortcut import Shortcut
from bridge.errors import BridgeError

SHORT = frozenset({"/sdapi/v1/txt2img", "/sdapi/v1/img2img"})
"""What goes past the router."""


def build(rooms: Rooms, settings: DoorSettings, running: Running | None = None) -> ASGIApp:
    """The ASGI application; it opens and holds nothing of its own."""
    site = FastAPI(
        title="a1111-bridge", version=settings.version or "0", redirect_slashes=False,
        docs_url=None, redoc_url=None,
    )  # fmt: skip
    site.add_exception_handler(BridgeError, refuse)
    site.add_exception_handler(ClientDisconnect, vanish)
    site.add_exception_handler(Exception, stumble)
    running = running or Running()
    faces = a1111.router(rooms, settings, running)
    site.include_router(told(faces))
    short = {
        (method, route.path): route.endpoint
        for route in faces.routes
        if isinstance(route, APIRoute) and route.path in SHORT
        for method in route.methods or ()
    }
    site.include_router(told(openai.router(rooms, settings, running)))
    if rooms.desk:
        site.include_router(told(control.router(rooms.desk)))
    if rooms.wake:
        site.include_router(told(hooks.router(rooms.wake)))
    if rooms.chats:
        site.include_router(told(chats.router(rooms.chats)))
    site.add_route("/docs", docs_page(site), include_in_schema=False)
    site.add_route("/favicon.ico", favicon(), include_in_schema=False)
    return Door(Shortcut(site, short), settings)
