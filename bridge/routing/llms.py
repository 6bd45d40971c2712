"""The chain of language models: one endpoint after another until one answers, in one deadline."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from time import monotonic
from typing import Final

from bridge.errors import AttemptError, Gone, TimedOut, Unavailable, Unfit
from bridge.events import Bus, LlmAsked, Rested
from bridge.question import Answer, Question
from bridge.routing.health import Health
from bridge.transport.llm.client import Llm

_SHARE: Final = 0.6
"""Of the time that is left, for an endpoint behind which another stands."""
_LAST_SHARE: Final = 0.95
"""For the last, so that a hanging one is booked before whoever asked gives up."""


class LlmChain:
    """Endpoints in the order of the settings; `check` is `model` or `endpoint/model`."""

    def __init__(self, llms: Sequence[Llm], health: Health, bus: Bus, *, check: str = "") -> None:
        self._llms = {llm.endpoint.name: llm for llm in llms}
        self._health = health
        self._bus = bus
        named, _, model = check.partition("/")
        first = next(iter(self._llms), "")
        self._check = (named, model) if named in self._llms else (first, check)
        self._failed: dict[str, str] = {}
        """By endpoint, the kind of its last failure, until it answers again."""

    @property
    def can_check(self) -> bool:
        """Whether a model for small questions is configured."""
        return bool(self._check[1])

    async def ask(self, question: Question) -> Answer:
        """The first answer; the last endpoint's failure when there is none."""
        ends = monotonic() + question.seconds
        last: AttemptError = Unavailable(self._resting(question))
        left = list(self._order(question))
        while left:
            llm, model = left.pop(0)
            share = (_SHARE if left else _LAST_SHARE) * (ends - monotonic())
            if share <= 0:
                break
            try:
                return await self._asked(llm, model, replace(question, seconds=share))
            except AttemptError as error:
                last = error
        raise last

    def states(self) -> Iterator[Mapping[str, object]]:
        """How each endpoint is, in the order in which they are asked; plain JSON, no secrets."""
        for name, llm in self._llms.items():
            keys = _keys(llm, "")
            until = self._health.rest_until(*keys)
            kept = next(filter(None, map(self._health.reason, keys)), "").partition(":")[0]
            failed = self._failed.get(name, kept)
            yield {
                "name": name,
                "model": llm.endpoint.model,
                "state": "resting" if until else "failing" if failed else "ready",
                "rests_until": round(until),
                "last_error": failed,
            }

    async def aclose(self) -> None:
        """Close all connections."""
        for llm in self._llms.values():
            await llm.aclose()

    def _order(self, question: Question) -> Iterator[tuple[Llm, str]]:
        """Who is asked, and for which model; who rests is not, unless asked for by name."""
        wish = question.wish
        name, model = wish.endpoint, wish.model
        names = list(dict.fromkeys((name, *self._llms)) if name in self._llms else self._llms)
        if question.purpose == "check":
            name, model = self._check
            names = [name]  # a dear model is not worth a small question
        for place, one in enumerate(names):
            llm = self._llms[one]
            chosen = model if one == name or (not name and place == 0) else ""
            keys = _keys(llm, chosen)
            rests = self._health.rest_of(*keys) > 0 and one != wish.endpoint
            probed = not all(map(self._health.may_probe, keys))
            if one not in question.without and not rests and not probed:
                yield llm, chosen

    def _resting(self, question: Question) -> str:
        for llm in self._llms.values():
            keys = _keys(llm, "")
            if rest := self._health.rest_of(*keys):
                why = next(filter(None, map(self._health.reason, keys)), "")
                return f"the language model rests for {rest:.0f} s more: {why}"
        return "no language model is left to ask"

    async def _asked(self, llm: Llm, model: str, question: Question) -> Answer:
        account, route = _keys(llm, model)
        begun = monotonic()
        self._health.begin(account, route)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(question.seconds):
                    answer = await llm.ask(question, model)
                    seconds = monotonic() - begun
                    self._health.good(account, route, seconds)
                    self._failed[llm.endpoint.name] = ""
                    self._told(llm, answer.model, question, "ok", seconds, answer)
                    return answer
            raise TimedOut("the language model took too long")
        except AttemptError as error:
            # what one model lacks, or what one text is refused for, says nothing of the others
            parks = route if isinstance(error, Gone | Unfit) else account
            rest = self._health.bad(account, route, error, parks=parks)
            self._failed[llm.endpoint.name] = error.name
            named = model or llm.endpoint.model
            self._told(llm, named, question, error.name, monotonic() - begun)
            if rest:
                self._bus.tell(Rested(parks, error.name, rest))
            raise
        except BaseException:
            self._health.release(account, route)
            raise

    def _told(
        self, llm: Llm, model: str, question: Question, outcome: str, seconds: float,
        answer: Answer | None = None,
    ) -> None:  # fmt: skip
        tokens = (answer.tokens_in, answer.tokens_out) if answer else (0, 0)
        cost = answer.cost if answer else 0
        self._bus.tell(
            LlmAsked(llm.endpoint.name, model, question.purpose, outcome, round(seconds, 3),
                     *tokens, cost)
        )  # fmt: skip


def _keys(llm: Llm, model: str) -> tuple[str, str]:
    """Under which its health is kept, beside the clouds'."""
    account = f"llm:{llm.endpoint.name}"
    return account, f"{account}/{model or llm.endpoint.model}"
