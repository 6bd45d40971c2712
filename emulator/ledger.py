"""What the emulated clouds accepted and billed, and every request that came in."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

LONG = 200
"""Strings beyond this many characters are shortened in the ledger."""


def fingerprint(key: str) -> str:
    """Eight hex digits that tell keys apart without showing them."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def shortened(value: Any) -> Any:
    """`value` with every long string (a picture in base64) cut to its beginning and length."""
    if isinstance(value, str) and len(value) > LONG:
        return f"{value[:40]}… ({len(value)} characters)"
    if isinstance(value, dict):
        return {name: shortened(part) for name, part in value.items()}
    if isinstance(value, list):
        return [shortened(part) for part in value]
    return value


@dataclass(slots=True)
class Entry:
    """A request that a cloud accepted as a job."""

    cloud: str
    job: str
    """The cloud's job id, or the client's where the cloud takes it (taskUUID)."""
    model: str
    """Model or endpoint."""
    key: str
    """Fingerprint of the key."""
    request: Any
    state: str = "queued"
    """queued, running, done, failed, cancelled."""
    billed: bool = False
    cost: int = 0
    """Micro-dollars."""
    accepted_at: float = 0.0
    ended_at: float | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    """What else a test may want: ignored fields, tokens used."""


@dataclass(slots=True)
class Call:
    """One HTTP request, accepted or not."""

    cloud: str
    method: str
    path: str
    stage: str
    """paid, status, file, upload, other."""
    fault: str = ""
    status: int | None = None
    """None while it is open, 0 when the connection was cut."""


class Ledger:
    """The books. `entries` and `calls` are in order of arrival."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.calls: list[Call] = []

    def jobs(self, cloud: str = "") -> list[Entry]:
        """Accepted jobs, of one cloud or of all."""
        return [entry for entry in self.entries if cloud in {"", entry.cloud}]

    def billed(self, cloud: str = "") -> list[Entry]:
        """Accepted jobs that cost money."""
        return [entry for entry in self.jobs(cloud) if entry.billed]

    def spent(self, cloud: str = "") -> int:
        """Micro-dollars."""
        return sum(entry.cost for entry in self.billed(cloud))

    def requests(self, cloud: str = "", match: str = "") -> list[Call]:
        """Requests whose stage is `match` or whose path it matches as a regexp."""
        return [call for call in self._of(cloud) if matches(match, call.stage, call.path)]

    def _of(self, cloud: str) -> Iterator[Call]:
        return (call for call in self.calls if cloud in {"", call.cloud})

    def as_json(self) -> dict[str, Any]:
        """Entries with totals, for the control routes."""
        return {"jobs": [asdict(entry) for entry in self.entries], "spent": self.spent()}

    def clear(self) -> None:
        """Forget everything."""
        self.entries.clear()
        self.calls.clear()


def matches(match: str, stage: str, path: str) -> bool:
    """Whether `match` names the stage, or is a regexp found in the path; empty matches all."""
    return match in {"", stage} or re.search(match, path) is not None
