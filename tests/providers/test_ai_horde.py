"""What is the Horde's own: kudos, censorship, workers that are not there, the anonymous key."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.engine.contract import Adapter
from bridge.engine.talk import Talk
from bridge.errors import (
    Limited,
    Refused,
    Rest,
    TimedOut,
    Unavailable,
    Uncertain,
    Unfit,
    Unpayable,
)
from bridge.keys import account as account_of
from bridge.providers import adapters
from emulator import pictures
from tests.providers.cases import CASES, png
from tests.providers.chamber import Chamber
from tests.providers.faults import Fault, Row, each, failed

MODELS = {model.name: model for model in CASES["ai_horde"].models()}
SDXL = MODELS["sdxl"]
CARD = adapters()["ai_horde"].card


def at(room: Chamber) -> Adapter:
    """The adapter at the emulator."""
    return CASES["ai_horde"].adapter(room.emulator.url)


TABLE: list[Row] = [
    ("status", {"status": 401}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 429}, Limited, Rest.ASKED, "failed"),
    ("status", {"status": 503}, Unavailable, Rest.BRIEF, "failed"),
    ("status", {"status": 502}, Uncertain, Rest.BRIEF, "uncertain"),
    ("upfront", {}, Unfit, Rest.NONE, "failed"),
    ("moderation", {}, Refused, Rest.NONE, "failed"),
    ("censored", {}, Refused, Rest.NONE, "paid"),
    ("failed", {}, Unavailable, Rest.BRIEF, "failed"),
    ("no_worker", {}, Unavailable, Rest.BRIEF, "failed"),
]


@each(TABLE)
async def test_what_a_fault_means(room: Chamber, fault: Fault) -> None:
    await failed(room, fault, at(room), SDXL)


async def test_a_request_that_no_worker_can_take_is_cancelled(room: Chamber) -> None:
    room.emulator.faults.add("ai_horde", "no_worker")
    with pytest.raises(Unavailable, match="no worker"):
        await room.run(room.attempt(at(room), SDXL))
    [job] = room.emulator.ledger.jobs("ai_horde")
    assert job.state == "cancelled"


async def test_a_request_that_has_expired_is_not_looked_for(room: Chamber) -> None:
    match = {"match": "status", "times": None, "status": 404}
    room.emulator.faults.add("ai_horde", "status", **match)  # type: ignore[arg-type]
    with pytest.raises(Unavailable, match="expired"):
        await room.run(room.attempt(at(room), SDXL))
    assert len(room.emulator.ledger.requests("ai_horde", "status")) == 1


async def test_a_cancelled_request_is_forgotten(room: Chamber) -> None:
    room.emulator.settings.change({"clouds": {"ai_horde": {"run_s": 500.0}}})
    attempt = room.attempt(at(room), SDXL)
    with pytest.raises(TimedOut):
        await room.give_up(attempt)
    assert attempt.task
    with pytest.raises(Unavailable):
        await attempt.task
    [deleted] = [c for c in room.emulator.ledger.requests("ai_horde") if c.method == "DELETE"]
    assert deleted.status == 200
    assert await room.states() == ["cancelled"]


async def test_the_status_is_asked_for_once(room: Chamber) -> None:
    outcome = await room.run(room.attempt(at(room), SDXL, negative="fog", prompt="a ### fox"))
    assert len(room.emulator.ledger.requests("ai_horde", "/generate/status/")) == 1
    shown = pictures.read(bytes(outcome.picture.raw))
    assert (shown["prompt"], shown["negative"]) == ("a # fox", "fog")
    assert (outcome.picture.kind, outcome.cost, outcome.seed) == ("webp", 0, 42)
    assert outcome.facts["worker_name"] == "a volunteer"


@pytest.mark.parametrize("name", MODELS)
async def test_the_limits_need_no_kudos(room: Chamber, name: str) -> None:
    model = MODELS[name]
    assert model.steps
    most = {"width": model.sizes.high, "height": model.sizes.high, "steps": int(model.steps.high)}
    await room.run(room.attempt(at(room), model, init_image=png(64, 64), strength=0.5, **most))
    [job] = room.emulator.ledger.jobs("ai_horde")
    assert job.facts["ignored"] == []


async def test_without_a_key_one_is_anonymous(room: Chamber) -> None:
    known = at(room).account
    adapter = adapters()["ai_horde"](replace(known, key=""))
    await room.run(room.attempt(adapter, SDXL))
    assert [job.key for job in room.emulator.ledger.jobs("ai_horde")] == ["anonymous"]
    told = await Talk(adapter, room.transport, room.engine.pace).drive(adapter.inquire(), seconds=5)
    assert told == {"username": "Anonymous#0", "kudos": "25.0"}


def test_it_is_off_unless_asked_for() -> None:
    assert account_of(CARD, {"AI_HORDE_API_KEY": "key"}) is None
    asked = account_of(CARD, {"AI_HORDE": "on"})
    assert asked
    assert adapters()["ai_horde"](asked).models()


@pytest.mark.parametrize("word", ["off", "0", "False", "no"])
def test_a_switch_that_says_no_is_off(word: str) -> None:
    assert account_of(CARD, {"AI_HORDE": word, "AI_HORDE_API_KEY": "key"}) is None


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"width": 520}, "multiples of 64"),
        ({"steps": 600}, "not between 1 and 500"),
        ({"width": 1024, "height": 1088}, "required kudos"),
        ({"steps": 41}, "required kudos"),
    ],
)
async def test_what_the_horde_does_not_take_is_unfit(
    room: Chamber, change: dict[str, Any], text: str
) -> None:
    with pytest.raises(Unfit, match=text):
        await room.run(room.attempt(at(room), SDXL, **change))
    assert await room.states() == ["failed"]
