"""Every request passes here first: its origin, path, credentials, size and caller."""

import re
from base64 import b64decode
from functools import lru_cache
from hmac import compare_digest
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bridge.api.hooks import PATH as HOOKS
from bridge.api.origins import Origins, preflight, readable
from bridge.api.refusals import refused
from bridge.api.rooms import DoorSettings
from bridge.engine import circle
from bridge.errors import BadRequest, DoorError, Unauthorized

_PREFIX = re.compile(
    r".*(?=/(?:(?:sdapi/v1|internal|controlnet|bridge/v1/hooks|v1/(?:images|models))(?:/|$)|(?:config|login)/?$))"
)
_OPEN = frozenset({
    ("GET", "/internal/ping"), ("OPTIONS", "/v1/images/generations"),
    ("GET", "/healthz"), ("GET", "/readyz"),
})  # fmt: skip
"""What clients ask without credentials to see whether somebody is there."""

_OUR_OWN = circle.HEADER.lower().encode(), circle.OURS.encode()
_SIGNED = "/bridge/v1/shown/"
"""Below it every address carries its own credentials (`bridge.api.signed`)."""


class TooLarge(BadRequest):
    """The body is longer than the door lets in."""

    status = 413


class Circle(BadRequest):
    """The request is our own: an upstream's address leads back here."""

    status = 508


def caller_of(request: Request) -> str:
    """Who asks: the Basic user, else `?profile=`, else the address."""
    caller: str = request.scope["state"]["caller"]
    return caller


@lru_cache(maxsize=256)
def plain_path(path: str) -> str:
    """`path` without a prefix before the API's own part and without a slash at its end."""
    found = _PREFIX.match(path)
    return path[found.end() if found else 0 :].rstrip("/") or "/"


class Door:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, settings: DoorSettings) -> None:
        self._app = app
        self._settings = settings
        self._origins = Origins(settings.cors_origins, settings.hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or answer it with 401, 403, 413 or 508 before its body is read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = {**scope, "path": plain_path(scope["path"])}
        try:
            origin = self._origins.admit(scope)
            if origin:
                send = readable(origin, send)
                if answer := preflight(Headers(scope=scope)):
                    await answer(scope, receive, send)
                    return
            if _OUR_OWN in scope["headers"]:
                raise Circle(circle.TEXT)
            user = self._user(scope)
            self._check_length(scope)
        except DoorError as error:
            answer = refused(scope["method"], scope["path"], error)
            await answer(scope, receive, send)
            return
        scope["state"] = {**scope.get("state", {}), "caller": user or _other_name(scope)}
        await self._app(scope, self._counted(receive), send)

    def _user(self, scope: Scope) -> str:
        """The Basic user, empty when there is none; Unauthorized. Open doors read no header."""
        auth = self._settings.auth
        if not auth or _is_open(scope["method"], scope["path"]):
            return ""
        header = Headers(scope=scope).get("authorization", "")
        user, given = credentials(header)
        wanted = auth.partition(":")[2] or auth
        if not compare_digest(given.encode(), wanted.encode()):
            raise Unauthorized("Incorrect username or password" if header else "Not authenticated")
        return user

    def _check_length(self, scope: Scope) -> None:
        for name, length in scope["headers"]:
            is_told = name == b"content-length" and length.isdigit()
            if is_told and int(length) > self._settings.body_limit:
                raise self._too_large()

    def _counted(self, receive: Receive) -> Receive:
        left = self._settings.body_limit

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise self._too_large()
            return message

        return counted

    def _too_large(self) -> TooLarge:
        return TooLarge(f"the request is larger than {self._settings.body_limit} bytes")


def _is_open(method: str, path: str) -> bool:
    told = method == "POST" and path.startswith(HOOKS)
    return told or (method, path) in _OPEN or path.startswith(_SIGNED)


def credentials(header: str) -> tuple[str, str]:
    """(user, password) of an Authorization header; the user is empty for Bearer, both for junk.

    SillyTavern sends `Basic ` with nothing behind it when its box is empty.
    """
    scheme, _, value = header.strip().partition(" ")
    if scheme.lower() == "bearer":
        return "", value.strip()
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return user, password


def _other_name(scope: Scope) -> str:
    if b"profile" in scope["query_string"]:
        query: str = scope["query_string"].decode("latin-1")
        if profile := parse_qs(query).get("profile"):
            return profile[0]
    client = scope.get("client")
    return str(client[0]) if client else ""
