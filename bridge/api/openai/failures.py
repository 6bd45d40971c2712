"""Errors in OpenAI's shape: https://platform.openai.com/docs/guides/error-codes."""

import re
from collections.abc import Mapping

from bridge.errors import (
    AllProvidersFailed,
    BadRequest,
    BridgeError,
    Forbidden,
    NotFound,
    OverBudget,
    Refused,
    Unauthorized,
    Unfit,
)

NO_RETRY: Mapping[str, str] = {"x-should-retry": "false"}
"""Official clients repeat a POST after 408, 409, 429 and 5xx unless told not to. What can be
repeated for nothing has been repeated here; another try may be another picture to pay."""

_PATH = re.compile(r"/v1/(?:images|models)(?:/|$)")
_FIELD = re.compile(r"body\.(\w+)")
_POLICY = "image_generation_user_error", "moderation_blocked"
_INVALID = "invalid_request_error"


def is_openai(path: str) -> bool:
    """Whether clients of this path read errors in this shape."""
    return bool(_PATH.search(path))


def failure(error: BridgeError, status: int) -> tuple[int, Mapping[str, object]]:
    """Status and body; `status` is the A1111 door's, whose 422 is OpenAI's 400."""
    cause = error.cause if isinstance(error, AllProvidersFailed) and error.cause else error
    status = 400 if status == 422 else status
    found = _FIELD.match(error.text)
    kind, code = _named(cause, status)
    return status, _body(error.text, kind, found[1] if found else None, code)


def server_error(text: str, code: str) -> Mapping[str, object]:
    """The body for what should not happen."""
    return _body(text, "server_error", None, code)


def _named(cause: BridgeError, status: int) -> tuple[str, str | None]:
    """Type and code."""
    match cause:
        case Refused() | Forbidden():
            return _POLICY
        case Unauthorized():
            return _INVALID, "invalid_api_key"
        case OverBudget():
            return "insufficient_quota", "insufficient_quota"
        case NotFound():
            return _INVALID, "model_not_found"
        case BadRequest() | Unfit():
            return _INVALID, "invalid_value" if status == 400 else None
    return (_INVALID, None) if status < 499 else ("server_error", cause.name)


def _body(text: str, kind: str, field: str | None, code: str | None) -> Mapping[str, object]:
    return {"error": {"message": text, "type": kind, "param": field, "code": code}}
