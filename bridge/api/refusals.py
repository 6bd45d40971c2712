"""Errors as answers: the status from the cause, the words in every shape that clients look for."""

import logging
from collections.abc import Mapping
from math import ceil

from starlette.requests import Request
from starlette.responses import Response

from bridge.api.json_body import json_answer
from bridge.api.openai.failures import NO_RETRY, failure, is_openai, server_error
from bridge.errors import AllProvidersFailed, AttemptError, BridgeError, DoorError, Unauthorized

GONE = 499
"""Nobody is there to read it; it shows in access logs."""

_log = logging.getLogger("bridge.api")


async def refuse(request: Request, error: Exception) -> Response:
    """The exception handler for every BridgeError."""
    assert isinstance(error, BridgeError)
    return refused(request.method, request.url.path, error)


def refused(method: str, path: str, error: BridgeError) -> Response:
    """The answer; clients hide the reason, so the log tells it."""
    answer = refusal(error, path)
    _log.warning("%s %s: %d %s: %s", method, path, answer.status_code, error.name, error.text)
    return answer


async def vanish(request: Request, error: Exception) -> Response:
    """The exception handler for a client that left while it was still talking."""
    return Response(status_code=GONE)


async def stumble(request: Request, error: Exception) -> Response:
    """The exception handler for what should not happen; the server logs it in full."""
    name, text = type(error).__name__, "something went wrong inside; the log says what"
    if is_openai(request.url.path):
        return json_answer(server_error(text, name), 500, NO_RETRY)
    return _answer(500, name, text)


def refusal(error: BridgeError, path: str = "") -> Response:
    """The answer to a request for `path`, with Retry-After where told.

    At /v1/images and /v1/models as OpenAI's clients read it, else A1111's `error`, FastAPI's
    `detail` and Agnai's `message`.
    """
    cause: BridgeError | None = error
    if isinstance(error, AllProvidersFailed):
        cause = error.cause
    status = error.status if isinstance(error, DoorError) else 500
    headers = {"Connection": "close"} if status in (403, 413, 508) else {}  # nobody reads on
    if isinstance(cause, AttemptError):
        status = cause.door_status
        if cause.retry_after is not None:
            headers["Retry-After"] = str(ceil(cause.retry_after))
    if isinstance(error, Unauthorized):
        headers["WWW-Authenticate"] = 'Basic realm="a1111-bridge"'
    if is_openai(path):
        status, body = failure(error, status)
        return json_answer(body, status, {**headers, **NO_RETRY})
    return _answer(status, error.name, error.text, headers)


def _answer(
    status: int, name: str, text: str, headers: Mapping[str, str] | None = None
) -> Response:
    body = {"error": name, "detail": text, "message": text, "body": "", "errors": text}
    return json_answer(body, status, headers)
