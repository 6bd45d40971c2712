"""The scene writer: language models by schema, a repair each, else rules; equals share a call."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final, Literal

from bridge.domain import Note, Rating
from bridge.errors import AttemptError, BridgeError, Forbidden, Garbled
from bridge.question import Answer, Ask, LlmWish, Question, Writing
from bridge.scene import Scene
from bridge.summarizer.change import Changes, changes, held
from bridge.summarizer.clean import cleaned
from bridge.summarizer.people import Known
from bridge.summarizer.places import CuratedPlace
from bridge.summarizer.questions import check_question, repair_question, scene_question
from bridge.summarizer.scene_json import parse
from bridge.summarizer.tidy import Tidied, tidy

Offline = Callable[[Tidied, Sequence[Known]], Scene]

_CUT: Final = "it was cut off; be briefer"


@dataclass(frozen=True, slots=True)
class Written:
    """A Scene, what is to be said about it, and who wrote it."""

    scene: Scene
    notes: tuple[Note, ...] = ()
    by: Literal["llm", "rules"] = "rules"
    rival: str = ""
    """What won over the place that stood, for the first time; see `Standing`."""
    model: str = ""
    """`endpoint/model` that wrote it; empty when the rules did."""
    cost: int = 0
    """Micro-dollars that its models charged; a scene that was kept costs nothing more."""

    @property
    def writing(self) -> Writing:
        """What a picture's recipe says of it."""
        return Writing(self.model, self.cost)


@dataclass(frozen=True, slots=True)
class _Order:
    """What a scene depends on."""

    text: str
    people: tuple[Known, ...]
    ceiling: Rating
    before: Scene | None
    wish: LlmWish


@dataclass(slots=True)
class _Talk:
    """One scene's talk with the models: until when, what it has cost, who answered last."""

    ask: Ask
    ends: float
    cost: int = 0
    model: str = ""

    @property
    def left(self) -> float:
        return self.ends - monotonic()

    async def put(self, question: Question) -> Answer:
        answer = await self.ask(question)
        self.cost += answer.cost
        return answer


class SceneWriter:
    """`ask` reaches the models, or is None; `timeout`, in seconds, is for all that is asked.

    With `checks`, a small model is asked what changed, where it is known what stood before.
    """

    def __init__(
        self,
        ask: Ask | None,
        offline: Offline,
        *,
        timeout: float = 6.0,
        keep: int = 256,
        checks: bool = False,
    ) -> None:
        self._ask = ask
        self._offline = offline
        self._timeout = timeout
        self._keep = keep
        self._checks = checks
        self._kept: OrderedDict[_Order, Written] = OrderedDict()
        self._running: dict[_Order, asyncio.Task[Written]] = {}

    async def write(
        self,
        text: str,
        *,
        people: Sequence[Known] = (),
        places: Sequence[CuratedPlace] = (),
        ceiling: Rating = Rating.GENERAL,
        before: Scene | None = None,
        wish: LlmWish = LlmWish(),  # noqa: B008  # frozen
    ) -> Written:
        """The Scene of a text; never fails for a model's sake. `before` is what stood so far."""
        order = _Order(text, tuple(people), ceiling, before, wish)
        if order in self._kept:
            self._kept.move_to_end(order)
            return self._kept[order]
        running = self._running.get(order)
        if running:
            return replace(await asyncio.shield(running), cost=0)
        task = asyncio.create_task(self._written(order, places))
        self._running[order] = task
        task.add_done_callback(lambda _: self._running.pop(order, None))
        # Shielded: whoever stops waiting must not stop the others' scene.
        return await asyncio.shield(task)

    async def _written(self, order: _Order, places: Sequence[CuratedPlace]) -> Written:
        # Long logs take a while to sort; the loop has pictures to carry.
        tidied = await asyncio.to_thread(tidy, order.text)
        if self._ask is None:
            rules = await asyncio.to_thread(self._by_rules, tidied, order.people)
            return self._remembered(order, Written(rules))
        talk = _Talk(self._ask, monotonic() + self._timeout)
        try:
            async with asyncio.timeout(self._timeout):
                scene = await self._by_llm(talk, order, places)
        except Forbidden:
            raise
        except Exception as error:  # the LLM's fallback: whatever it was, there is a scene
            rules = await asyncio.to_thread(self._by_rules, tidied, order.people)
            note = Note("scene-by-rules", f"The scene was written by rules: {_reason(error)}.")
            return Written(rules, (note,), cost=talk.cost)
        scene = cleaned(scene, tidied, order.people)
        return self._remembered(order, Written(scene, by="llm", model=talk.model, cost=talk.cost))

    def _by_rules(self, tidied: Tidied, people: Sequence[Known]) -> Scene:
        return cleaned(self._offline(tidied, people), tidied, people)

    async def _by_llm(self, talk: _Talk, order: _Order, places: Sequence[CuratedPlace]) -> Scene:
        question = scene_question(
            order.text, order.people, places, order.ceiling, order.before, wish=order.wish,
            seconds=talk.left,
        )  # fmt: skip
        if order.before is None or not self._checks:
            return await _answered(talk, question)
        told, scene = await asyncio.gather(
            _changes(talk, order.text, order.before), _answered(talk, question)
        )
        return held(scene, order.before, told) if told else scene

    def _remembered(self, order: _Order, written: Written) -> Written:
        self._kept[order] = replace(written, cost=0) if written.cost else written
        while len(self._kept) > self._keep:
            self._kept.popitem(last=False)
        return written


async def _answered(talk: _Talk, question: Question) -> Scene:
    """The Scene of the first endpoint that writes one; each may mend its answer once."""
    spoilt: Garbled | None = None
    while True:
        try:
            answer = await talk.put(replace(question, seconds=talk.left))
        except AttemptError:
            if spoilt:
                raise spoilt from None
            raise
        try:
            return _read(talk, answer)
        except Garbled as error:
            reason = _CUT if answer.is_cut else error.text
        try:
            mended = await talk.put(repair_question(question, answer, reason, talk.left))
            return _read(talk, mended)
        except Garbled as error:
            spoilt = error
        if not answer.endpoint or answer.endpoint in question.without:
            raise spoilt
        question = replace(question, without=question.without | {answer.endpoint})


def _read(talk: _Talk, answer: Answer) -> Scene:
    scene = parse(answer.text)
    talk.model = f"{answer.endpoint}/{answer.model}".strip("/")
    return scene


async def _changes(talk: _Talk, text: str, before: Scene) -> Changes | None:
    """None when the small model does not help: the scene stands without it."""
    try:
        return changes(await talk.put(check_question(text, before, talk.left)))
    except AttemptError:
        return None


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "the language model took too long"
    return error.text.rstrip(".") if isinstance(error, BridgeError) else "the language model failed"
