"""An endpoint of language models as it is configured, and what each wire format has to do."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from bridge.errors import AttemptError, Gone, Limited, Refused, TimedOut, Unavailable, Unfit
from bridge.errors import Unpayable as Unpaid
from bridge.question import Message

Kind = Literal["openai", "anthropic", "runpod"]
Way = Literal["schema", "object", "plain"]
"""How JSON is asked for: by schema, as any object, in words alone."""

_BY_STATUS: Mapping[int, type[AttemptError]] = {
    401: Unpaid, 402: Unpaid, 403: Unpaid, 404: Gone, 408: TimedOut, 429: Limited,
}  # fmt: skip
_NO_MONEY = re.compile(r"insufficient.?(?:quota|balance|credit)|credit balance|billing", re.I)
_NO_LEAVE = re.compile(r"content.?(?:filter|policy)|safety|moderation", re.I)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address with one key."""

    name: str
    base_url: str
    api_key: str = ""
    model: str = ""
    kind: Kind = "openai"
    price_in: float = 0.0
    """Dollars a million tokens, which is micro-dollars a token."""
    price_out: float = 0.0


@dataclass(frozen=True, slots=True)
class Said:
    """An answer out of its wire format."""

    text: str
    tokens_in: int = 0
    tokens_out: int = 0
    dollars: float | None = None
    """What the endpoint says it charged."""
    is_cut: bool = False


class Wire(Protocol):
    """One wire format at one endpoint."""

    @property
    def ways(self) -> Sequence[Way]:
        """Best first."""
        ...

    async def say(
        self, model: str, messages: Sequence[Message], way: Way, schema: Mapping[str, Any],
        seconds: float,
    ) -> Said:  # fmt: skip
        """The model's answer. Unfit when the endpoint does not take `way`, or not the question."""
        ...

    async def aclose(self) -> None:
        """Close what it opened."""
        ...


def failure(status: int, text: str, retry_after: str) -> AttemptError:
    """An error answer in our words; `text` is the endpoint's code and message, not repeated."""
    kind = _BY_STATUS.get(status, Unavailable if status >= 500 else Unfit)
    if status < 500 and _NO_MONEY.search(text):
        kind = Unpaid
    elif kind is Unfit and _NO_LEAVE.search(text):
        kind = Refused
    wait = float(retry_after) if retry_after.replace(".", "", 1).isdecimal() else None
    return kind(f"the language model answered {status}", retry_after=wait, status=status)
