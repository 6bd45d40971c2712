"""What a language model is asked and what it answers: handed from who asks to who reaches one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Message = Mapping[str, Any]
"""`role` and `content`: a text, or OpenAI's list of parts (`text`, `image_url` as a data URL)."""

Purpose = Literal["scene", "check", "look"]


@dataclass(frozen=True, slots=True)
class LlmWish:
    """Which endpoint and which model of it a request asks for; empty: as configured."""

    endpoint: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Writing:
    """Which model wrote a scene, as `endpoint/model`, and for how many micro-dollars."""

    by: str = ""
    """Empty: the rules."""
    cost: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """One question, whoever answers it."""

    messages: Sequence[Message]
    schema: Mapping[str, Any]
    """Strict JSON schema of the answer."""
    seconds: float
    """Within which it must be answered, over all endpoints that are asked."""
    spelled: str = ""
    """The schema in words, for endpoints that take none: it is added to the first message."""
    purpose: Purpose = "scene"
    wish: LlmWish = LlmWish()
    without: frozenset[str] = frozenset()
    """Endpoints that have answered this already, to no avail."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A model's text, as it came."""

    text: str
    endpoint: str = ""
    model: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: int = 0
    """Micro-dollars: what the answer says, else tokens by the configured prices."""
    is_cut: bool = False
    """The model was stopped before it had ended."""


Ask = Callable[[Question], Awaitable[Answer]]
"""Raises what `bridge.errors` has for attempts."""
