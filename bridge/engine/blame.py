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


def blame(card: Card, reply: Reply) -> AttemptError:
    """The failure that an error reply names: by the cloud's own words, else by its status."""
    error = named(card, said(reply) or f"status {reply.status}", otherwise=_by_status(reply.status))
    error.status, error.retry_after = reply.status, retry_after(reply.headers)
    return error


def named(card: Card, text: str, *, otherwise: type[AttemptError] = Unavailable) -> AttemptError:
    """The failure that a text names in the cloud's own words, wherever it was found."""
    words = (MANY_LORAS, *card.words)
    means = (w.means for w in words if re.search(w.pattern, text, re.IGNORECASE))
    return next(means, otherwise)(f"{card.title}: {text[:LONGEST_TEXT]}")


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
        keys = ("code", "parameter", "message", "msg", "errorMessage", "detail", "error", "errors")
        return ": ".join(filter(None, (message(body.get(key)) for key in keys)))
    return ""


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
