"""The chain: one cloud after another until there is a picture, inside one deadline."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from time import monotonic

from bridge.domain import AttemptRecord, Job, Made, Ready
from bridge.engine.attempt import Attempt, Outcome
from bridge.engine.contract import Adapter, Model, Option
from bridge.engine.control import Control
from bridge.engine.run import Engine
from bridge.errors import (
    AttemptError,
    BridgeError,
    Gone,
    Interrupted,
    LoraUnreachable,
    TooManyLoras,
)
from bridge.events import AttemptBegan, AttemptEnded, Bus, LimitLearnt, Rested
from bridge.routing.chain import Chain, asked_at, failure, made, recipe, record, turn
from bridge.routing.health import Health
from bridge.routing.order import AUTO, Order, Route, eligible, ordered, routes

UPLOAD_S = 10.0
"""How long LoRA uploads are waited for while another cloud could be asked; they go on there."""
LONGEST_WAIT_S = 30.0
"""When every cloud rests, a rest that ends so soon is waited for."""

Render = Callable[[Job, Model], Ready]
"""A job cut to a model and put into its family's words; raises Unfit."""


class Router:
    """Asks the clouds in order; the only one that decides who is next."""

    def __init__(
        self,
        adapters: Sequence[Adapter],
        engine: Engine,
        health: Health,
        bus: Bus,
        *,
        order: Order = "ranked",
        deadline: float = 300.0,
    ) -> None:
        self.routes = routes(adapters)
        self._titles = [AUTO, *(route.name for route in self.routes)]
        self._names = frozenset({AUTO}.union(*(route.names for route in self.routes)))
        self.health = health
        self._engine = engine
        self._bus = bus
        self._order = order
        self._deadline = deadline

    def names(self) -> list[str]:
        """What a client may choose: `auto`, then every `account/model`."""
        return self._titles

    def known(self, name: str) -> bool:
        """Whether `name` is a route, or an account."""
        return name in self._names

    def upscalers(self) -> list[str]:
        """The routes that make a finished picture larger."""
        return [route.name for route in self.routes if route.model.upscales]

    def options(self, name: str) -> list[Option]:
        """The knobs of all models behind `name`."""
        return [
            option
            for route in self.routes
            if name == AUTO or name in route.names
            for option in route.model.options
        ]

    async def make(self, job: Job, control: Control, render: Render, *, spent: float = 0.0) -> Made:
        """The picture and its trace, `spent` seconds after the request; AllProvidersFailed, or
        Interrupted.
        """
        candidates = eligible(job, self.routes, self.health)
        chain = Chain(
            job,
            control,
            monotonic() + self._deadline - spent,
            ordered(job, candidates, self.health, self._order),
            spent,
        )
        while chain.left:
            route = await self._regained(chain, chain.left.pop(0))
            if control.stop.is_set() or control.left:
                raise Interrupted("the client is gone; nothing more was begun")
            if await self._may_begin(chain, route) and (
                picture := await self._try(chain, route, render)
            ):
                return picture
        return await self._last_word(chain)

    async def _regained(self, chain: Chain, route: Route) -> Route:
        """`route` with those of its lost LoRAs that it can have from our bucket by now."""
        if not route.lost:
            return route
        waited = chain.hosting.pop(route.name, {})
        ends = monotonic() + max(chain.remaining(), 0.0) / 2
        found = [
            lora
            for lora, url in waited.items()
            if await self._engine.hosted(url, seconds=max(ends - monotonic(), 0.0))
        ]
        return replace(route, lost={k: v for k, v in route.lost.items() if k not in found})

    async def _may_begin(self, chain: Chain, route: Route) -> bool:
        """Whether an attempt makes sense now; waits for a rest that ends soon."""
        if (chain.trace or chain.spent) and chain.remaining() < self._usual(route) / 3:
            return self._skipped(chain, route, "not begun: too little time was left")
        rest = self.health.rest_of(route.account, route.name)
        if not rest or self.health.told(route.account, route.name):
            return True
        if rest > min(self._engine.pace.seconds(LONGEST_WAIT_S), chain.remaining()):
            why = self.health.reason(route.account) or self.health.reason(route.name)
            return self._skipped(chain, route, f"rests for {rest:.0f} s more: {why}")
        stop = chain.control.stop.waiting()
        await asyncio.wait({stop}, timeout=rest)
        stop.cancel()
        return not chain.control.stop.is_set()

    def _usual(self, route: Route) -> float:
        return self._engine.pace.seconds(self.health.p95(route.name, route.model))

    def _skipped(self, chain: Chain, route: Route, why: str) -> bool:
        chain.trace.append(record(route, "skipped", 0.0, why))
        return False

    async def _try(self, chain: Chain, route: Route, render: Render) -> Made | None:
        """One attempt; None when the next cloud is to be asked."""
        begun = monotonic()
        self.health.begin(route.account, route.name)
        attempt: Attempt | None = None
        try:
            ready = render(asked_at(chain.job, route), route.model)
            attempt = Attempt(
                route.adapter, route.model, ready, chain.job.id, chain.control,
                recipe=recipe(chain.job, ready), decode=chain.job.decode,
            )  # fmt: skip
            self._began(chain, route, attempt)
            patience, upload = self._patience(chain, route)
            self._engine.begin(attempt, seconds=patience, upload=upload)
            outcome = await self._engine.wait(attempt, seconds=patience, at_most=chain.remaining())
        except AttemptError as error:
            self._failed(chain, route, attempt, error, monotonic() - begun)
            if attempt and attempt.task and not attempt.task.done():
                chain.late.append((route, attempt))
            return None
        except BaseException as error:
            self.health.release(route.account, route.name)
            if isinstance(error, BridgeError):
                line = record(route, error.name, monotonic() - begun, error.text)
                self._note(chain, route, attempt, line)
            raise
        return self._made(chain, route, attempt, outcome, monotonic() - begun)

    def _patience(self, chain: Chain, route: Route) -> tuple[float, float]:
        """For the picture and for uploads; without another cloud to ask, all that remains."""
        others = any(
            other.account != route.account and not self.health.rest_of(other.account, other.name)
            for other in chain.left
        )
        remaining = max(chain.remaining(), 0.0)
        if not others:
            return remaining, remaining / 2  # the picture can still be made without the LoRA
        pace = self._engine.pace
        patience = pace.patience(self.health.p95(route.name, route.model))
        return min(patience, remaining), min(pace.seconds(UPLOAD_S), remaining)

    def _failed(
        self, chain: Chain, route: Route, attempt: Attempt | None, error: AttemptError,
        seconds: float,
    ) -> None:  # fmt: skip
        parks = route.name if isinstance(error, Gone) else route.account
        rest = self.health.bad(route.account, route.name, error, parks=parks)
        self._note(chain, route, attempt, record(route, error.name, seconds, error.text))
        if rest:
            self._bus.tell(Rested(parks, error.name, rest))
        chain.errors.append(error)
        sent = len(attempt.ready.loras) if attempt else 0
        if isinstance(error, TooManyLoras) and sent:
            most = min(sent - 1, sent if error.most is None else error.most)
            self.health.learn_limit(route.name, most)
            self._bus.tell(LimitLearnt(route.name, most))
        if isinstance(error, LoraUnreachable) and attempt:
            lost = {use.id: use.url for use in attempt.ready.loras if use.id in error.loras}
            taken = {lora: url for lora, url in lost.items() if self._engine.host(url)}
            chain.hosting.setdefault(route.name, {}).update(taken)
        turn(chain, route, error, self.health)

    def _began(self, chain: Chain, route: Route, attempt: Attempt) -> None:
        told = (chain.job.id, attempt.ref, route.account, route.model.name)
        self._bus.tell(AttemptBegan(*told))

    def _note(
        self, chain: Chain, route: Route, attempt: Attempt | None, line: AttemptRecord
    ) -> None:
        chain.trace.append(line)
        if attempt is None:
            return
        codes = tuple([note.code for note in attempt.ready.notes])
        self._bus.tell(
            AttemptEnded(
                chain.job.id, attempt.ref, route.account, route.model.name, line.outcome,
                line.seconds, line.cost, codes,
            )
        )  # fmt: skip

    def _made(
        self, chain: Chain, route: Route, attempt: Attempt, outcome: Outcome, seconds: float
    ) -> Made:
        self.health.good(route.account, route.name, seconds)
        self._note(chain, route, attempt, record(route, "ok", seconds, cost=outcome.cost))
        return made(chain, route, attempt, outcome, seconds, self._resting(chain))

    def _resting(self, chain: Chain) -> Iterator[AttemptRecord]:
        """The accounts that were not asked because they rest, one line each."""
        for account, route in {route.account: route for route in reversed(chain.left)}.items():
            if rest := self.health.rest_of(account, route.name):
                why = self.health.reason(account) or self.health.reason(route.name)
                yield record(route, "resting", 0.0, f"for {rest:.0f} s more: {why}")

    async def _last_word(self, chain: Chain) -> Made:
        """A picture that is still under way somewhere, or the reason why there is none."""
        tasks = {a.task: (r, a) for r, a in chain.late if a.task}
        while tasks and chain.remaining() > 0 and not chain.control.stop.is_set():
            done, _ = await asyncio.wait(
                tasks, timeout=chain.remaining(), return_when="FIRST_COMPLETED"
            )
            for task in done:
                route, attempt = tasks.pop(task)
                if not task.cancelled() and task.exception() is None:
                    self._began(chain, route, attempt)  # given up before, and now waited for again
                    seconds = self._deadline - chain.remaining()
                    return self._made(chain, route, attempt, task.result(), seconds)
        raise failure(chain, self._soonest())

    def _soonest(self) -> float | None:
        rests = [self.health.rest_of(route.account, route.name) for route in self.routes]
        return min(rests, default=0.0) or None
