"""How the pictures of one answer came about, told in headers and in the answer's `info`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bridge.domain import Job, Made, Note
from bridge.errors import BridgeError

HEADERS = (
    "X-Bridge-Provider", "X-Bridge-Model", "X-Bridge-Seconds", "X-Bridge-Cost",
    "X-Bridge-Attempts", "X-Bridge-Notes",
)  # fmt: skip
_LONGEST = 1000
"""Characters of one header."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Each text is empty where nothing is known."""

    provider: str
    model: str
    seconds: str
    cost: str
    """Dollars."""
    attempts: str
    """`runware/flux1-dev Limited 0.1s; runpod/z-image ok 6.1s`; pictures are parted by ` | `."""
    notes: tuple[Note, ...]

    def headers(self) -> dict[str, str]:
        """X-Bridge-…, printable ASCII."""
        notes = _each([note.code for note in self.notes])
        values = (self.provider, self.model, self.seconds, self.cost, self.attempts, notes)
        pairs = zip(HEADERS, values, strict=True)
        return {name: _safe(value) for name, value in pairs if value}

    def facts(self) -> dict[str, str]:
        """For `extra_generation_params`."""
        values = {
            "Provider": self.provider,
            "Seconds": self.seconds,
            "Cost": self.cost and f"${self.cost}",
            "Attempts": self.attempts,
            "Notes": "; ".join([note.text for note in self.notes]),
        }
        return {name: value for name, value in values.items() if value}


def traced(jobs: Sequence[Job], outcomes: Sequence[Made | BridgeError]) -> Trace:
    """The trace of an answer; pictures that failed are told as notes."""
    made = [outcome for outcome in outcomes if isinstance(outcome, Made)]
    failed = [outcome for outcome in outcomes if isinstance(outcome, BridgeError)]
    costs = [one.cost for one in made if one.cost is not None]
    notes = [note for job in jobs for note in job.notes]
    notes += [note for one in made for note in one.notes]
    notes += [Note("picture-missing", f"{error.name}: {error.text}") for error in failed]
    return Trace(
        provider=_each([one.provider for one in made]),
        model=_each([one.model for one in made]),
        seconds=f"{max([one.seconds for one in made]):.1f}" if made else "",
        cost=dollars(sum(costs)) if costs else "",
        attempts=" | ".join([_attempts(one) for one in made if one.attempts]),
        notes=tuple(dict.fromkeys(notes)),
    )


@lru_cache(maxsize=256)
def dollars(micro: int) -> str:
    """`0.0013` for 1300 micro-dollars."""
    return f"{micro / 1e6:.6f}".rstrip("0").rstrip(".")


def _attempts(made: Made) -> str:
    return "; ".join(
        [f"{one.provider}/{one.model} {one.outcome} {one.seconds:.1f}s" for one in made.attempts]
    )


def _each(names: list[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _safe(value: str) -> str:
    if not (value.isascii() and value.isprintable()):
        value = "".join([sign if " " <= sign <= "~" else "?" for sign in value])
    return value[:_LONGEST].strip()
