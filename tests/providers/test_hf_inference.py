"""What is the router's own: four shapes of answers, who pays, the Hub's words for failures."""

from dataclasses import replace

import pytest

from bridge.engine.contract import Adapter
from bridge.engine.talk import Talk
from bridge.errors import (
    Gone,
    Limited,
    Refused,
    Rest,
    Unavailable,
    Uncertain,
    Unfit,
    Unpayable,
)
from emulator import pictures
from tests.providers.cases import CASES
from tests.providers.chamber import Chamber
from tests.providers.faults import Fault, Row, each, failed

MODELS = {model.name: model for model in CASES["hf_inference"].models()}
OWN = MODELS["flux1-schnell"]
FAL = MODELS["flux1-dev-fal"]


def at(room: Chamber, **options: str) -> Adapter:
    """The adapter at the emulator."""
    return CASES["hf_inference"].adapter(room.emulator.url, options)


TABLE: list[Row] = [
    ("status", {"status": 401}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 402}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 403}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 429}, Limited, Rest.ASKED, "failed"),
    ("status", {"status": 503}, Unavailable, Rest.BRIEF, "failed"),
    ("status", {"status": 504}, Uncertain, Rest.BRIEF, "uncertain"),
    ("unserved", {}, Gone, Rest.TOLD, "failed"),
    ("moderation", {}, Refused, Rest.NONE, "failed"),
    ("failed", {}, Unavailable, Rest.BRIEF, "failed"),
    ("empty", {}, Uncertain, Rest.BRIEF, "uncertain"),
    ("not_a_picture", {"match": "paid"}, Uncertain, Rest.BRIEF, "uncertain"),
]


@each(TABLE)
async def test_what_a_fault_means(room: Chamber, fault: Fault) -> None:
    await failed(room, fault, at(room), OWN)


async def test_what_fal_flags_is_refused_and_paid(room: Chamber) -> None:
    await failed(room, Fault("flagged", {}, Refused, Rest.NONE, "paid"), at(room), FAL)


@pytest.mark.parametrize("name", MODELS)
async def test_each_shape_of_answer_is_read(room: Chamber, name: str) -> None:
    outcome = await room.run(room.attempt(at(room), MODELS[name]))
    assert pictures.read(bytes(outcome.picture.raw))["model"] == MODELS[name].id


async def test_a_size_that_is_not_taken_is_unfit(room: Chamber) -> None:
    with pytest.raises(Unfit, match="divisible by 8"):
        await room.run(room.attempt(at(room), OWN, width=513))


@pytest.mark.parametrize("payer", ["", "an-organisation"])
async def test_who_pays(room: Chamber, payer: str) -> None:
    await room.run(room.attempt(at(room, **{"bill_to": payer} if payer else {}), OWN))
    [job] = room.emulator.ledger.jobs("hf_inference")
    assert job.facts["payer"] == payer


async def test_the_key_is_tried_at_the_hub(room: Chamber) -> None:
    adapter = at(room)
    told = await Talk(adapter, room.transport, room.engine.pace).drive(adapter.inquire(), seconds=5)
    assert told == {"user": "someone", "pro": "False"}


def test_the_hub_stands_beside_the_router() -> None:
    adapter = CASES["hf_inference"].adapter("")
    adapter.account = replace(adapter.account, base_url="https://router.huggingface.co")
    assert next(adapter.inquire()).url == "https://huggingface.co/api/whoami-v2"  # type: ignore[union-attr]
