"""Keeps web pages out: whoever reads a page must not pay for pictures that the page asks for.

A browser lets any page send a POST anywhere (a form, or a fetch as text/plain), and a page whose
name suddenly means this machine (DNS rebinding) may read the answers too. Both are told by headers
that no page can change: Origin, and Host. Programs send no Origin, and some old ones no Host.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import Message, Scope, Send

from bridge.api.trace import HEADERS
from bridge.errors import DoorError

_METHODS = "GET, HEAD, POST, OPTIONS"
_KEPT_S = "600"
"""How long a browser remembers a preflight, in seconds."""
_SHOWN = ", ".join((*HEADERS, "Retry-After"))


class Foreign(DoorError):
    """A web page asks that nobody has allowed to."""

    status = 403


@dataclass(frozen=True, slots=True)
class Origins:
    """Who may ask from a browser, and by which names this server may be called."""

    allowed: Sequence[str] = ()
    """Origins as browsers send them, `https://lite.koboldai.net`; `null` is one."""
    hosts: Sequence[str] = ()
    """Names and addresses besides the loopback and the one that a request came in at."""

    def admit(self, scope: Scope) -> str:
        """The foreign origin that may ask, empty for programs and our own pages; else Foreign."""
        hosts, origins = _told(scope, b"host"), _told(scope, b"origin")
        for host in hosts:
            if not self._is_ours(host, scope):
                raise Foreign(
                    f"this server is not called {_name_of(host)[:80]!r}: set BRIDGE_HOSTS if it is"
                )
        if not origins:
            return ""
        foreign = [one for one in origins if not any(_is_own(one, host) for host in hosts)]
        for origin in foreign:
            allowed = {known.lower().rstrip("/") for known in self.allowed}
            if origin.lower() not in allowed:
                raise Foreign(
                    f"a page of {origin[:80]!r} may not ask here: set BRIDGE_CORS_ORIGINS if it may"
                )
        return foreign[0] if foreign else ""

    def _is_ours(self, host: str, scope: Scope) -> bool:
        name = _name_of(host)
        if name == "localhost" or _is_loopback(name):
            return True
        server = scope.get("server")
        known = {str(server[0])} if server else set()
        return name in {one.lower() for one in (*known, *self.hosts)}


def preflight(headers: Headers) -> Response | None:
    """The answer to a browser that asks whether it may ask; None when it asks for something."""
    if "access-control-request-method" not in headers:
        return None
    told = {
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Allow-Headers": headers.get("access-control-request-headers", ""),
        "Access-Control-Max-Age": _KEPT_S,
    }
    if "access-control-request-private-network" in headers:
        told["Access-Control-Allow-Private-Network"] = "true"
    return Response(status_code=204, headers={name: text for name, text in told.items() if text})


def readable(origin: str, send: Send) -> Send:
    """`send`, with what lets pages of `origin` read the answer."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = _SHOWN
            headers.add_vary_header("Origin")
        await send(message)

    return told


def _told(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


@lru_cache(maxsize=64)
def _name_of(host: str) -> str:
    """The name or address in a Host header, in lower case, without port, brackets, last dot."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].removesuffix(".")


@lru_cache(maxsize=64)
def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _is_own(origin: str, host: str) -> bool:
    """Whether a page of `origin` came from `host`; http or https is a proxy's matter."""
    scheme, _, place = origin.lower().partition("://")
    default = {"http": ":80", "https": ":443"}.get(scheme)
    if default is None:
        return False
    return place.removesuffix(default) == host.strip().lower().removesuffix(default)
