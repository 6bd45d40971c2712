"""What passes between a verb and the engine: requests to a cloud, and the pictures it names."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bridge.transport.blob import Blob


@dataclass(frozen=True, slots=True)
class DataUri:
    """In a Call's JSON: sent as `data:image/…;base64,…`, where bare bytes go as base64 alone."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a multipart form: a text, or a file with its name."""

    name: str
    value: str | bytes
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request; `url` is a path below the account's base URL, or absolute.

    The account's key goes along only to the origin of its base URL and to the card's `hosts`;
    any other origin must be public.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    url: str
    json: object = None
    form: tuple[Part, ...] = ()
    """Sent as multipart/form-data in place of JSON."""
    headers: Mapping[str, str] = field(default_factory=dict)
    paid: bool = False
    reads: frozenset[int] = frozenset()
    """Error statuses that the verb reads itself; the engine names all others."""
    hint: float = 0.0
    """Seconds after which, or when anything goes wrong, the verb is sent an empty reply (status 0)
    and goes on. 0: no such patience."""
    only_cold: bool = False
    """Of a hint: left out where the model has just made a picture."""


@dataclass(frozen=True, slots=True)
class SdkCall:
    """One request through the cloud's official client, whose own retries are off."""

    sdk: str
    """The client's module, imported when it is first needed."""
    send: Callable[[Any, float], Awaitable[Any]]
    """Given the module and seconds, the client's raw response."""
    paid: bool = False
    reads: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Local:
    """A picture that is drawn here, in a thread."""

    draw: Callable[[], bytes]


Request = Call | SdkCall | Local


@dataclass(frozen=True, slots=True)
class Inline:
    """A picture inside the reply, base64 with or without a data: prefix."""

    b64: Blob | str


@dataclass(frozen=True, slots=True)
class Raw:
    """A picture that is the reply's whole body (`Reply.raw`)."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Remote:
    """A picture behind a URL, absolute or below the account's base URL.

    The key goes along only with `keyed`, and only to the origin of the base URL.
    """

    url: str
    keyed: bool = False


@dataclass(frozen=True, slots=True)
class RefusedOne:
    """A picture that the cloud's moderation held back."""

    reason: str


Entry = Inline | Raw | Remote | Local | RefusedOne
