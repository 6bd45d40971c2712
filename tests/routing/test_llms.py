"""Who is asked first, who is left alone, and for which model."""

import asyncio

import pytest

from bridge.errors import AttemptError, Limited, Refused, TimedOut, Unavailable, Unpayable
from bridge.events import Bus, Event, LlmAsked, Rested
from bridge.question import Answer, LlmWish, Purpose, Question
from bridge.routing.health import Health
from bridge.routing.llms import LlmChain
from bridge.transport.llm.client import Llm
from bridge.transport.llm.endpoint import Endpoint


class Fake(Llm):
    """Answers, or fails as it is told; keeps for which models it was asked."""

    def __init__(
        self, name: str, failure: AttemptError | None = None, *, hangs: bool = False
    ) -> None:
        self.endpoint = Endpoint(name, "http://nowhere.example", model=f"{name}-usual")
        self.failure = failure
        self.hangs = hangs
        self.asked: list[str] = []
        self.seconds: list[float] = []

    async def ask(self, question: Question, model: str = "") -> Answer:
        self.asked.append(model or self.endpoint.model)
        self.seconds.append(question.seconds)
        if self.hangs:
            await asyncio.Event().wait()
        if self.failure:
            raise self.failure
        return Answer("{}", self.endpoint.name, self.asked[-1], 10, 4, 7)

    async def aclose(self) -> None:
        return


class House:
    def __init__(self, *llms: Fake, check: str = "") -> None:
        self.now = 1000.0
        self.told: list[Event] = []
        bus = Bus()
        bus.listen(self.told.append)
        self.chain = LlmChain(llms, Health(clock=lambda: self.now), bus, check=check)

    async def ask(self, purpose: Purpose = "scene", seconds: float = 6.0, **wish: str) -> Answer:
        question = Question([], {}, seconds, purpose=purpose, wish=LlmWish(**wish))
        return await self.chain.ask(question)


async def test_the_first_answers_and_it_is_told() -> None:
    first, second = Fake("one"), Fake("two")
    house = House(first, second)
    assert (await house.ask()).endpoint == "one"
    assert second.asked == []
    (event,) = house.told
    assert isinstance(event, LlmAsked)
    assert (event.endpoint, event.outcome, event.cost) == ("one", "ok", 7)
    assert 0 < first.seconds[0] < 6.0, "something is left for the second"


@pytest.mark.parametrize(
    "failure", [Limited("a"), Unpayable("b"), Unavailable("c"), Refused("d"), TimedOut("e")]
)
async def test_whatever_the_failure_the_next_is_asked(failure: AttemptError) -> None:
    first = Fake("one", failure)
    house = House(first, Fake("two"))
    assert (await house.ask()).endpoint == "two"
    await house.ask()
    assert len(first.asked) == (2 if isinstance(failure, Refused) else 1), "it rests"
    assert any(isinstance(event, Rested) for event in house.told) != isinstance(failure, Refused)


async def test_a_hanging_one_is_given_its_share_and_rests() -> None:
    house = House(Fake("one", hangs=True), Fake("two"))
    assert (await house.ask(seconds=0.5)).endpoint == "two"
    outcomes = [event.outcome for event in house.told if isinstance(event, LlmAsked)]
    assert outcomes == ["TimedOut", "ok"]


async def test_after_its_rest_it_is_tried_again() -> None:
    first = Fake("one", Limited("busy", retry_after=30))
    house = House(first, Fake("two"))
    await house.ask()
    first.failure = None
    house.now += 31
    assert (await house.ask()).endpoint == "one"


async def test_when_all_rest_nobody_is_asked_and_the_reason_is_said() -> None:
    only = Fake("one", Unpayable("no credit"))
    house = House(only)
    for _ in range(2):
        with pytest.raises(AttemptError) as caught:
            await house.ask()
    assert len(only.asked) == 1
    assert "no credit" in caught.value.text


async def test_one_that_is_named_is_asked_although_it_rests() -> None:
    second = Fake("two", Limited("busy", retry_after=60))
    house = House(Fake("one"), second)
    assert (await house.ask(endpoint="two")).endpoint == "one"
    second.failure = None
    assert (await house.ask(endpoint="two", model="large")).model == "large"


@pytest.mark.parametrize(
    ("check", "asked"),
    [
        ("", ("one", "one-usual")),
        ("small", ("one", "small")),
        ("two/small", ("two", "small")),
        ("acme/small", ("one", "acme/small")),
    ],
)
async def test_small_questions_go_to_the_small_model(check: str, asked: tuple[str, str]) -> None:
    house = House(Fake("one"), Fake("two"), check=check)
    answer = await house.ask("check")
    assert (answer.endpoint, answer.model) == asked
    assert house.chain.can_check is bool(check)
    assert (await house.ask()).model == "one-usual"


async def test_a_small_question_is_not_put_to_the_others() -> None:
    first, second = Fake("one"), Fake("two", Limited("busy"))
    with pytest.raises(Limited):
        await House(first, second, check="two/small").ask("check")
    assert first.asked == []


async def test_whoever_answered_in_vain_is_left_out() -> None:
    house = House(Fake("one"), Fake("two"))
    question = Question([], {}, 6.0, without=frozenset({"one"}))
    assert (await house.chain.ask(question)).endpoint == "two"
    with pytest.raises(Unavailable):
        await house.chain.ask(Question([], {}, 6.0, without=frozenset({"one", "two"})))


async def test_a_caller_who_leaves_takes_no_probe_along() -> None:
    first = Fake("one", Limited("busy", retry_after=1))
    house = House(first)
    with pytest.raises(Limited):
        await house.ask()
    house.now += 2
    first.failure, first.hangs = None, True
    task = asyncio.create_task(house.ask())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    first.hangs = False
    assert (await house.ask()).endpoint == "one"


async def test_the_state_of_each_is_told_without_secrets() -> None:
    failing = Fake("one", Limited("the key sk-secret is spent", retry_after=30.0))
    house = House(failing, Fake("two", Refused("no")), Fake("three"))
    await house.ask()
    assert list(house.chain.states()) == [
        {"name": "one", "model": "one-usual", "state": "resting", "rests_until": 1030,
         "last_error": "Limited"},
        {"name": "two", "model": "two-usual", "state": "failing", "rests_until": 0,
         "last_error": "Refused"},
        {"name": "three", "model": "three-usual", "state": "ready", "rests_until": 0,
         "last_error": ""},
    ]  # fmt: skip
    assert "secret" not in str(list(house.chain.states()))
    house.now, failing.failure = 1031.0, None
    await house.ask()
    assert next(one["state"] for one in house.chain.states()) == "ready"
