"""One job on its way down the chain, and what is said when it comes out empty."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from time import monotonic

from bridge.domain import AttemptRecord, Job, Made, Ready
from bridge.engine.attempt import Attempt, Outcome
from bridge.engine.control import Control
from bridge.engine.fit import fit
from bridge.errors import (
    AllProvidersFailed,
    AttemptError,
    Busy,
    Gone,
    LoraMissing,
    LoraPending,
    Refused,
    Rest,
    TimedOut,
    TooManyLoras,
    Unfit,
)
from bridge.routing.health import Health
from bridge.routing.order import Route, as_learnt, enough_loras

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
    spent: float = 0.0
    """Seconds that an earlier picture of the same request took."""
    trace: list[AttemptRecord] = field(default_factory=list)
    errors: list[AttemptError] = field(default_factory=list)
    hosting: dict[str, dict[str, str]] = field(default_factory=dict)
    """By route: addresses of lost LoRAs, by id, whose files are being taken over."""
    late: list[tuple[Route, Attempt]] = field(default_factory=list)
    """Given up for the next cloud, but still under way and not to be stopped."""

    def remaining(self) -> float:
        """Seconds until the deadline."""
        return self.ends - monotonic()


def asked_at(job: Job, route: Route) -> Job:
    """What is asked of `route`: the job without the LoRAs that it could not get at."""
    return replace(job, lost_loras=route.lost) if route.lost else job


def turn(chain: Chain, route: Route, error: AttemptError, health: Health) -> None:
    """Take out of the chain what `error` rules out, and put in what can be asked differently."""
    if isinstance(error, Refused):
        chain.left = [r for r in chain.left if r.rating > route.rating]
    elif not error.walks_on:
        chain.left = []
    elif isinstance(error, LoraPending | Busy) or (
        error.rest is not Rest.NONE and not isinstance(error, Gone)
    ):
        chain.left = [r for r in chain.left if r.account != route.account]
    if isinstance(error, TooManyLoras):
        fewer = as_learnt(route, health)
        if fewer != route and _can_be_asked(chain, fewer):
            chain.left.insert(0, fewer)
    elif isinstance(error, LoraMissing):
        _ask_later_without(chain, route, error)


def _ask_later_without(chain: Chain, route: Route, error: LoraMissing) -> None:
    """First those that can take the missing LoRAs, then `route` without them, then all others."""
    code = "lora-pending" if isinstance(error, LoraPending) else "lora-unreachable"
    missing = set(error.loras) - route.lost.keys()
    without = replace(route, lost={**route.lost, **dict.fromkeys(error.loras, code)})

    def later(other: Route) -> int:
        kept = {lora.id for lora in fit(asked_at(chain.job, other), other.model).loras}
        return 1 if other.lost else 0 if missing <= kept else 2

    if missing and _can_be_asked(chain, without):
        chain.left.append(without)
    chain.left.sort(key=later)


def _can_be_asked(chain: Chain, route: Route) -> bool:
    return enough_loras(asked_at(chain.job, route), route.model)


def failure(chain: Chain, soonest: float | None) -> AllProvidersFailed:
    """The answer when there is no picture: every attempt, and the one that says most about why."""
    told = "; ".join(
        f"{a.provider}/{a.model} {a.outcome}: {a.text.rstrip('.')}" for a in chain.trace
    )
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
        "scene_by": job.writing.by,
        "scene_cost": job.writing.cost,
        "notes": [note.code for note in ready.notes],
    }


def record(
    route: Route, outcome: str, seconds: float, text: str = "", cost: int | None = None
) -> AttemptRecord:
    """A line of the trace."""
    return AttemptRecord(route.account, route.model.name, outcome, round(seconds, 3), text, cost)


def made(
    chain: Chain, route: Route, attempt: Attempt, outcome: Outcome, seconds: float,
    resting: Iterable[AttemptRecord],
) -> Made:  # fmt: skip
    """The picture, and how it came about."""
    ready = attempt.ready
    return Made(
        picture=outcome.picture,
        provider=route.account,
        model=route.model.name,
        ready=ready,
        seed=chain.job.seed if outcome.seed is None else outcome.seed,
        cost=outcome.cost,
        seconds=seconds,
        attempts=(*resting, *chain.trace),
        notes=(*chain.job.notes, *ready.notes),
        scene=chain.job.scene,
        loras=tuple(use.id for use in ready.loras),
        facts=outcome.facts,
        ref=attempt.ref,
        more=outcome.more,
    )
