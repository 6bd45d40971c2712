"""What is asked most goes straight to its endpoint; the framework takes longer than the answer."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bridge.api.refusals import refuse, stumble, vanish
from bridge.errors import BridgeError

Endpoints = Mapping[tuple[str, str], Callable[[Request], Awaitable[Response]]]
"""By method and path."""


class Shortcut:
    """ASGI middleware, behind the door; it answers errors as the application does."""

    def __init__(self, app: ASGIApp, endpoints: Endpoints) -> None:
        self._app = app
        self._endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The endpoint's answer, where there is a shortcut."""
        endpoint = self._endpoints.get((scope.get("method", ""), scope.get("path", "")))
        if endpoint is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive, send)
        try:
            answer = await endpoint(request)
        except BridgeError as error:
            answer = await refuse(request, error)
        except ClientDisconnect as error:
            answer = await vanish(request, error)
        except Exception as error:
            answer = await stumble(request, error)
            await answer(scope, receive, send)
            raise
        await answer(scope, receive, send)
