"""Who may get a job, and in what order they are asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bridge.domain import Job, Rating
from bridge.engine.contract import Adapter, Model
from bridge.engine.fit import fit
from bridge.routing.health import Health

Order = Literal["ranked", "fixed"]
AUTO = "auto"
PLACE = 0.1
"""A place further down the configured order weighs as much as ten points of success."""


@dataclass(frozen=True, slots=True)
class Route:
    """A model at an account, as clients name it: `runware/flux1-dev`."""

    adapter: Adapter
    model: Model
    place: int
    """In the configured order, from 0."""

    @property
    def account(self) -> str:
        """The account's name, where rests lie."""
        return self.adapter.account.name

    @property
    def name(self) -> str:
        """`account/model`."""
        return f"{self.account}/{self.model.name}"


def routes(adapters: Sequence[Adapter]) -> list[Route]:
    """Every model of every account, in the accounts' order."""
    return [
        Route(adapter, model, place)
        for place, adapter in enumerate(adapters)
        for model in adapter.models()
    ]


def eligible(job: Job, all_routes: Sequence[Route]) -> list[Route]:
    """The routes that may be asked for this job at all."""
    dry = all(route.adapter.card.dry_run for route in all_routes)
    return [
        route
        for route in all_routes
        if _meant(job.route, route, dry)
        and Rating.named(route.model.rating) >= job.shows
        and (not route.model.needs_mask or (job.mask is not None and job.init_image is not None))
        and _enough_loras(job, route.model)
    ]


def _enough_loras(job: Job, model: Model) -> bool:
    least = model.loras.least if model.loras else 0
    return not least or len(fit(job, model).loras) >= least


def _meant(wanted: str, route: Route, dry: bool) -> bool:
    if wanted == AUTO:
        return dry or not route.adapter.card.dry_run
    return called(wanted, route)


def called(name: str, route: Route) -> bool:
    """Whether `name` is the route, its account, or a retired model that it stands in for."""
    old = (f"{route.account}/{model}" for model in route.model.formerly)
    return name in (route.account, route.name, *old)


def ordered(job: Job, candidates: Sequence[Route], health: Health, order: Order) -> list[Route]:
    """Best first: who keeps most of the job, then by the setting's order and by success.

    With `fixed`, the configured order alone decides. Those that rest, or are being probed by
    another job, stand at the end.
    """

    def key(route: Route) -> tuple[float, ...]:
        waits = health.rest_of(route.account, route.name), not health.may_probe(route.account)
        loss = fit(job, route.model).loss
        if order == "fixed":
            return *waits, route.place, loss
        return *waits, loss, PLACE * route.place - health.success(route.name)

    return sorted(candidates, key=key)
