"""A cloud's answer in our words: which failure it was, and so what happens next."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from time import time

from bridge.engine.card import MANY_LORAS, Card
from bridge.errors import (
    AttemptError,
    Garbled,
    Gone,
    Limited,
    Unavailable,
    Unfit,
    Unpayable,
)
from bridge.transport.reply import Reply

BY_STATUS: Mapping[int, type[AttemptError]] = {
    400: Unfit,
    401: Unpayable,
    402: Unpayable,
    403: Unpayable,
    404: Gone,
    405: Gone,
    408: Unavailable,
    409: Unfit,
    410: Gone,
    413: Unfit,
    422: Unfit,
    425: Unavailable,
    429: Limited,
}
UNCLEAR = frozenset({502, 504, 520, 521, 522, 523, 524, 525, 526, 529})
"""A proxy spoke, not the cloud: the paid call behind it may have been accepted."""
LONGEST_TEXT = 300
LONGEST_REST_S = 86_400.0
AGAIN = re.compile(r"try again in (?:(\d+) days?, )?(\d+):(\d\d):(\d\d)", re.IGNORECASE)


def blame(card: Card, reply: Reply) -> AttemptError:
    """The failure that an error reply names: by the cloud's own words, else by its status."""
    error = named(card, said(reply) or f"status {reply.status}", otherwise=_by_status(reply.status))
    error.status = reply.status
    error.retry_after = retry_after(reply.headers) or _asked(reply.json) or error.retry_after
    return error


def named(card: Card, text: str, *, otherwise: type[AttemptError] = Unavailable) -> AttemptError:
    """The failure that a text names in the cloud's own words, wherever it was found."""
    words = (MANY_LORAS, *card.words)
    means = (w.means for w in words if re.search(w.pattern, text, re.IGNORECASE))
    error = next(means, otherwise)(f"{card.title}: {text[:LONGEST_TEXT]}")
    error.retry_after = wait_told(text)
    return error


def wait_told(text: str) -> float | None:
    """Seconds in words like `Try again in 1 day, 3:21:09`, as ZeroGPU says it; else None."""
    if not (told := AGAIN.search(text)):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in told.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60.0 + seconds


def _by_status(status: int) -> type[AttemptError]:
    if status in BY_STATUS:
        return BY_STATUS[status]
    return Unavailable if status >= 500 else Unfit if status >= 400 else Garbled


def said(reply: Reply) -> str:
    """The human part of an error reply, one line of at most 300 characters."""
    text = message(reply.json) or re.sub(r"<[^>]*>", " ", reply.text)
    return " ".join(text.split())[:LONGEST_TEXT]


def message(body: object) -> str:
    """Code, parameter and words of a cloud's error object, however deep they lie."""
    if isinstance(body, str):
        return body
    if isinstance(body, list):
        return "; ".join(filter(None, map(message, body)))
    if isinstance(body, dict):
        keys = (
            "code", "rc", "parameter", "message", "msg", "errorMessage", "detail", "error",
            "errors",
        )  # fmt: skip
        return ": ".join(filter(None, (message(body.get(key)) for key in keys)))
    return ""


def _asked(body: object) -> float | None:
    """Seconds that stand in the body, where a cloud puts them there in place of the header."""
    found = body.get("retry_after") if isinstance(body, dict) else None
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return float(found) if 0 <= found < LONGEST_REST_S else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header (RFC 9110: a number or a date); None without one."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time())
    except ValueError:
        return None
