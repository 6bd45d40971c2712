"""One job on its way down the chain, and what is said when it comes out empty."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from time import monotonic

from bridge.domain import AttemptRecord, Job, Ready
from bridge.engine.attempt import Attempt
from bridge.engine.control import Control
from bridge.errors import AllProvidersFailed, AttemptError, Refused, TimedOut, Unfit
from bridge.routing.order import Route

TELLING = (Refused, Unfit, TimedOut)
"""What says more about why there is no picture than a cloud that was down."""


@dataclass(slots=True)
class Chain:
    """One job on its way down the chain."""

    job: Job
    control: Control
    ends: float
    left: list[Route]
    """Still to be asked, best first."""
    trace: list[AttemptRecord] = field(default_factory=list)
    errors: list[AttemptError] = field(default_factory=list)
    late: list[tuple[Route, Attempt]] = field(default_factory=list)
    """Given up for the next cloud, but still under way and not to be stopped."""

    def remaining(self) -> float:
        """Seconds until the deadline."""
        return self.ends - monotonic()


def failure(chain: Chain, soonest: float | None) -> AllProvidersFailed:
    """The answer when there is no picture: every attempt, and the one that says most about why."""
    told = "; ".join(f"{a.provider}/{a.model} {a.outcome}: {a.text}" for a in chain.trace)
    if not chain.trace:
        return AllProvidersFailed(f"no configured cloud may make this picture ({chain.job.route})")
    telling = sorted(chain.errors, key=lambda error: not isinstance(error, TELLING))
    cause = telling[0] if telling else None
    if cause is not None and cause.retry_after is None:
        cause.retry_after = soonest
    late = " One is still under way: its picture will be in the gallery." if chain.late else ""
    again = f" Try again in {soonest:.0f} s." if soonest and soonest >= 1 else ""
    return AllProvidersFailed(f"no picture: {told}.{late}{again}", cause)


def recipe(job: Job, ready: Ready) -> Mapping[str, object]:
    """How the picture can be made again; plain JSON, no secrets."""
    return {
        "text": job.text,
        "prompt": ready.prompt,
        "negative": ready.negative,
        "width": ready.width,
        "height": ready.height,
        "seed": ready.seed,
        "steps": ready.steps,
        "guidance": ready.guidance,
        "family": ready.family,
        "hires": asdict(ready.hires) if ready.hires else None,
        "options": dict(ready.options),
        "loras": [{"id": use.id, "weight": use.weight} for use in ready.loras],
        "scene_by": job.scene_by,
        "scene_cost": job.scene_cost,
        "notes": [note.code for note in ready.notes],
    }
