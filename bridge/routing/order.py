"""Who may get a job, and in what order they are asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from bridge.domain import Job, Rating
from bridge.engine.contract import Adapter, Model
from bridge.engine.fit import fit
from bridge.routing.health import Health

Order = Literal["ranked", "fixed"]
AUTO = "auto"
PLACE = 0.1
"""A place further down the configured order, or among an account's models, weighs as much as ten
points of success."""


@dataclass(frozen=True, slots=True)
class Route:
    """A model at an account, as clients name it: `runware/flux1-dev`."""

    adapter: Adapter
    model: Model
    place: int
    """In the configured order, from 0."""
    rank: int = 0
    """Of the model among its account's, from 0: the usual ones come first."""
    lost: Mapping[str, str] = field(default_factory=dict)
    """LoRAs that it could not get at: by id, the code of the note. It is asked without them."""
    account: str = field(init=False)
    """The account's name, where rests lie."""
    name: str = field(init=False)
    """`account/model`."""
    names: frozenset[str] = field(init=False, compare=False)
    """By which it is asked for: itself, its account or cloud, or a retired model of its own."""
    rating: Rating = field(init=False, compare=False)
    """The most that the cloud's policy lets its model show."""

    def __post_init__(self) -> None:
        """Every job compares the names and ratings of every route."""
        account, cloud = self.adapter.account.name, self.adapter.card.name
        own = [f"{account}/{name}" for name in (self.model.name, *self.model.formerly)]
        object.__setattr__(self, "account", account)
        object.__setattr__(self, "name", own[0])
        object.__setattr__(self, "names", frozenset((account, cloud, *own)))
        object.__setattr__(self, "rating", Rating.named(self.model.rating))


def routes(adapters: Sequence[Adapter]) -> list[Route]:
    """Every model of every account, in the accounts' order."""
    return [
        Route(adapter, model, place, rank)
        for place, adapter in enumerate(adapters)
        for rank, model in enumerate(adapter.models())
    ]


def as_learnt(route: Route, health: Health) -> Route:
    """`route` with the number of LoRAs that its cloud was seen to take."""
    most, rule = health.most_loras(route.name), route.model.loras
    if most is None or rule is None or most >= rule.most:
        return route
    return replace(route, model=replace(route.model, loras=replace(rule, most=most)))


def eligible(job: Job, all_routes: Sequence[Route], health: Health | None = None) -> list[Route]:
    """The routes, as learnt, that may be asked for this job at all."""
    meant = _meant(job.route, all_routes)
    return [
        route
        for route in (meant if health is None else [as_learnt(one, health) for one in meant])
        if route.rating >= job.shows
        and _has_pictures(job, route)
        and enough_loras(job, route.model)
    ]


def _has_pictures(job: Job, route: Route) -> bool:
    """Whether the job brings the pictures without which the model is of no use."""
    if route.model.upscales:
        return job.route == route.name and job.init_image is not None
    return not route.model.needs_mask or (job.mask is not None and job.init_image is not None)


def enough_loras(job: Job, model: Model) -> bool:
    """Whether the model gets as many LoRAs as it cannot do without."""
    least = model.loras.least if model.loras else 0
    return not least or len(fit(job, model).loras) >= least


def _meant(wanted: str, all_routes: Sequence[Route]) -> Sequence[Route]:
    """Those of that name; of all, those that cost something, if there are any."""
    if wanted != AUTO:
        return [route for route in all_routes if wanted in route.names]
    return [route for route in all_routes if not route.adapter.card.dry_run] or all_routes


def ordered(job: Job, candidates: Sequence[Route], health: Health, order: Order) -> list[Route]:
    """Best first: who keeps most of the job, then by the setting's order and by success.

    With `fixed`, the configured order alone decides. Those that rest, or are being probed by
    another job, stand at the end.
    """

    def key(route: Route) -> tuple[float, ...]:
        waits = health.rest_of(route.account, route.name), not health.may_probe(route.account)
        cut = fit(job, route.model)
        if order == "fixed":
            return *waits, route.place, cut.loss, PLACE * route.rank + cut.slight
        balance = PLACE * (route.place + route.rank) - health.success(route.name) + cut.slight
        return *waits, cut.loss, balance

    return sorted(candidates, key=key) if len(candidates) > 1 else list(candidates)
