"""What every emulated cloud is made of; a new cloud is one subclass in `emulator/clouds/`."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import orjson
from aiohttp import web

from emulator.faults import Fault
from emulator.ledger import Entry, fingerprint, shortened
from emulator.world import World

STRUCK = web.RequestKey("struck", Fault)
"""Under which a request carries the fault that strikes it."""


class Refusal(Exception):
    """An answer other than success, in the cloud's own words."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = headers or {}


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A JSON response."""
    return web.Response(
        body=orjson.dumps(body), status=status, headers=headers, content_type="application/json"
    )


def parsed(raw: bytes) -> Any:
    """The JSON in `raw`, or None."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None


class Cloud(ABC):
    """One cloud. Its routes live under `/{name}`."""

    name: ClassVar[str]
    kinds: ClassVar[frozenset[str]] = frozenset({"queue", "moderation", "empty"})
    """Faults that the cloud itself acts out: it finds them with `fault(request)`."""
    stages: ClassVar[frozenset[str]] = frozenset({"paid", "status", "upload", "file", "other"})
    """What `stage` may answer; downloads are `file`."""
    defaults: ClassVar[Mapping[str, Any]] = {}
    """Settings of this cloud."""
    home: ClassVar[str] = ""
    """The path of its API, as a client's base URL has it; empty: `/{name}`."""
    options: ClassVar[Mapping[str, str]] = {}
    """What a client's account needs besides the key: ids of endpoints and the like."""

    def __init__(self, world: World) -> None:
        self.world = world

    @abstractmethod
    def routes(self) -> list[web.RouteDef]:
        """With full paths."""

    @abstractmethod
    def stage(self, request: web.Request, body: Any) -> str:
        """One of `stages`: `paid` would make a job, `status` asks for one."""

    @abstractmethod
    def refusal(self, status: int, text: str = "") -> Refusal:
        """This cloud's error body for an HTTP status."""

    @property
    def address(self) -> str:
        """The path that a client's base URL ends with."""
        return self.home or f"/{self.name}"

    def clear(self) -> None:
        """Forget what accounts have uploaded."""
        return

    def setting(self, name: str) -> Any:
        """One of `defaults` as it stands now."""
        return self.world.settings.clouds[self.name][name]

    def bearer(self, request: web.Request) -> str:
        """The key of the Authorization header, with or without the word Bearer; may be empty."""
        return request.headers.get("Authorization", "").removeprefix("Bearer").strip()

    def account(self, key: str) -> str:
        """The fingerprint of an accepted key; raises this cloud's 401 otherwise."""
        if not self.world.settings.accepts(self.name, key):
            raise self.refusal(401)
        return fingerprint(key)

    def accept(self, job: str, model: str, key: str, body: Any, **facts: Any) -> Entry:
        """Enter an accepted job in the ledger."""
        entry = Entry(self.name, job, model, key, shortened(body), facts=facts)
        entry.accepted_at = self.world.now()
        self.world.ledger.entries.append(entry)
        return entry


def origin(request: web.Request) -> str:
    """Where the client found us, for the URLs in answers."""
    return f"{request.scheme}://{request.host}"


def fields(*rows: str) -> frozenset[str]:
    """Names of fields, written in rows."""
    return frozenset(name for row in rows for name in row.split())


def fault(request: web.Request, *kinds: str) -> Fault | None:
    """The fault that strikes this request, if it is one of `kinds`."""
    found = request.get(STRUCK)
    return found if found is not None and found.kind in kinds else None


def most_loras(request: web.Request, usual: int) -> int:
    """How many LoRAs a picture may have: as usual, or what a `too_many_loras` fault says."""
    found = fault(request, "too_many_loras")
    return int(found.args.get("most", 1)) if found else usual


def queue_s(request: web.Request, usual: float) -> float:
    """Seconds in the queue: as usual, or what a `queue` fault says."""
    found = fault(request, "queue")
    return float(found.args.get("seconds", 60.0)) if found else usual
