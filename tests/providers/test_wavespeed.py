"""What is WaveSpeed's own: numbers that say why, a time-out that goes on, paths, the checker."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bridge.domain import Rating
from bridge.engine.card import Model
from bridge.engine.contract import Adapter, Call, Finished, Remote, Ticket, Waiting
from bridge.engine.talk import Talk
from bridge.errors import (
    AttemptError,
    Garbled,
    Gone,
    Limited,
    LoraUnreachable,
    Refused,
    Rest,
    Unavailable,
    Uncertain,
    Unfit,
    Unpayable,
)
from bridge.transport.reply import Reply
from tests.providers.cases import CASES, png
from tests.providers.chamber import Chamber, lora, plain
from tests.providers.faults import Fault, Row, each, failed

MODELS = {model.name: model for model in CASES["wavespeed"].models()}
PICTURE, MASK = png(512, 768), png(512, 768, 200)


def at(url: str, **options: str) -> Adapter:
    """The adapter at the emulator."""
    return CASES["wavespeed"].adapter(url, options)


# what the submit is answered: the error, its rest, how the attempt is booked; submits are one
SUBMIT: list[Row] = [
    ("status", {"status": 400, "text": "Invalid request body"}, Unfit, Rest.NONE, "failed"),
    ("status", {"status": 400, "text": "Insufficient balance"}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 401, "text": "no key test-wavespeed"}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 402}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 403}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 404}, Gone, Rest.TOLD, "failed"),
    ("status", {"status": 429, "retry_after": 3}, Limited, Rest.ASKED, "failed"),
    ("status", {"status": 500}, Unavailable, Rest.BRIEF, "failed"),
    ("status", {"status": 504}, Uncertain, Rest.BRIEF, "uncertain"),
    ("envelope", {"code": 401, "text": "no such key"}, Unpayable, Rest.TOLD, "failed"),
    ("envelope", {"code": 403, "text": "Insufficient credits"}, Unpayable, Rest.TOLD, "failed"),
    ("envelope", {"code": 429, "text": "slow down"}, Limited, Rest.ASKED, "failed"),
    ("envelope", {"code": 1200, "text": "no"}, Refused, Rest.NONE, "failed"),
    ("envelope", {"code": 1401, "text": "size 1200*1200"}, Unfit, Rest.NONE, "failed"),
    ("envelope", {"code": 5000, "text": "internal"}, Unavailable, Rest.BRIEF, "failed"),
    ("envelope", {"code": 200, "text": "success"}, Uncertain, Rest.BRIEF, "uncertain"),
    ("moderation", {}, Refused, Rest.NONE, "failed"),
    ("failed", {}, Unavailable, Rest.BRIEF, "failed"),
    ("unavailable", {}, Unavailable, Rest.BRIEF, "failed"),
    ("empty", {}, Garbled, Rest.BRIEF, "uncertain"),
]


@each(SUBMIT)
async def test_every_fault_has_its_name(room: Chamber, fault: Fault) -> None:
    await failed(room, fault, at(room.emulator.url), MODELS["z-image-turbo"])


def looked(task: Mapping[str, object], **fields: str) -> Waiting | Finished:
    """What a look makes of this prediction."""
    look = at("http://127.0.0.1").check(Ticket({"id": "1", **fields}))
    next(look)
    with pytest.raises(StopIteration) as end:
        look.send(Reply(200, {}, {"code": 200, "data": {"id": "1", **task}}))
    found = end.value.value
    assert isinstance(found, Waiting | Finished)
    return found


ENDS: list[tuple[str, object, str, type[AttemptError]]] = [
    ("failed", 1200, "no", Refused),
    ("failed", 1400, "prompt is missing", Unfit),
    ("failed", 1401, "size 1200*1200 is out of range", Unfit),
    ("failed", 1402, "Failed to download image", Unfit),
    ("failed", 1402, "Failed to download https://a.example/x.safetensors", LoraUnreachable),
    ("failed", 1403, "task failed", Unavailable),
    ("failed", 1405, "task failed", Unavailable),
    ("failed", 5000, "internal", Unavailable),
    ("failed", 5003, "unavailable", Unavailable),
    ("failed", None, "NSFW content detected", Refused),
    ("cancelled", 0, "", Unavailable),
    ("timeout", 0, "", Unavailable),
    ("deleted", 0, "", Uncertain),
]


@pytest.mark.parametrize(("status", "code", "text", "error"), ENDS, ids=str)
def test_a_failed_task_says_why(
    status: str, code: object, text: str, error: type[AttemptError]
) -> None:
    with pytest.raises(error) as raised:
        looked({"status": status, "code": code, "error": text, "outputs": []})
    assert type(raised.value) is error


@pytest.mark.parametrize(
    "task",
    [
        {"status": "created"},
        {"status": "processing", "outputs": None},
        {"status": "processing", "code": 5004, "error": "Sync mode timed out"},
        {"status": "failed", "code": 5004, "error": "timed out"},
    ],
    ids=str,
)
def test_what_goes_on_is_asked_for_again(task: dict[str, object]) -> None:
    assert looked(task) == Waiting()


async def test_a_time_out_of_the_cloud_is_waited_out(room: Chamber) -> None:
    room.emulator.faults.add("wavespeed", "timed_out", looks=3)
    await room.run(room.attempt(at(room.emulator.url), MODELS["z-image-turbo"]))
    assert (await room.states(), room.paid("wavespeed")) == (["kept"], 1)


@pytest.mark.parametrize(
    ("name", "has", "path"),
    [
        ("z-image-turbo", {}, "z-image/turbo"),
        ("z-image-turbo", {"loras": 4}, "z-image/turbo-lora"),
        ("z-image-inpaint", {"init_image": PICTURE, "mask": MASK}, "z-image/turbo-inpaint"),
        ("flux1-dev", {"loras": 4}, "flux-dev-lora"),
        ("flux1-dev", {"init_image": PICTURE, "mask": MASK, "loras": 1}, "flux-dev-lora"),
        ("flux1-dev-fast", {"init_image": PICTURE, "strength": 0.0}, "flux-dev-lora-ultra-fast"),
        ("flux2-klein-9b", {}, "flux-2-klein-9b/text-to-image"),
        ("flux2-klein-9b", {"loras": 1}, "flux-2-klein-9b/text-to-image-lora"),
        ("flux2-klein-4b", {"references": (PICTURE, MASK)}, "flux-2-klein-4b/edit"),
        ("flux2-klein-4b", {"references": (PICTURE,), "loras": 3}, "flux-2-klein-4b/edit-lora"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
async def test_the_path_takes_what_the_job_has(
    room: Chamber, name: str, has: dict[str, Any], path: str
) -> None:
    model = MODELS[name]
    if names := has.get("loras", 0):
        has = {**has, "loras": tuple(lora(f"l{number}", model) for number in range(names))}
    await room.run(room.attempt(at(room.emulator.url), model, **has))
    [job] = room.emulator.ledger.jobs("wavespeed")
    assert (job.model, job.facts["ignored"]) == (f"wavespeed-ai/{path}", [])
    assert not job.request.get("enable_sync_mode")


async def test_a_lora_that_cannot_be_fetched_is_named(room: Chamber) -> None:
    model = MODELS["flux2-klein-9b"]
    with pytest.raises(LoraUnreachable, match="1402"):
        await room.run(
            room.attempt(at(room.emulator.url), model, loras=(lora("unreachable", model),))
        )
    assert await room.states() == ["failed"]


async def test_a_flagged_picture_is_a_refusal_unless_the_checker_is_off(room: Chamber) -> None:
    room.emulator.faults.add("wavespeed", "moderation", flag=True, times=None)
    for name, options, kept in [
        ("flux1-dev", {}, False), ("flux1-dev", {"checker": "off"}, True),
        ("z-image-turbo", {"checker": "off"}, False),
    ]:  # fmt: skip
        attempt = room.attempt(at(room.emulator.url, **options), MODELS[name])
        if kept:
            await room.run(attempt)
        else:
            with pytest.raises(Refused, match="flagged"):
                await room.run(attempt)
    asked = [job.request.get("enable_safety_checker") for job in room.emulator.ledger.jobs()]
    assert asked == [None, False, None]


def test_only_what_has_a_checker_to_switch_off_may_show_more() -> None:
    rated = {model.name: model.rating for model in at("", checker="off").models()}
    mature = {name for name, rating in rated.items() if Rating.named(rating) is Rating.MATURE}
    assert mature == {"flux1-dev", "flux1-dev-fast"}
    assert {model.rating for model in MODELS.values()} == {"suggestive"}


def submitted(model: Model, hooks: str = "") -> str:
    """The path of the paid call."""
    adapter = at("http://127.0.0.1")
    adapter.account = replace(adapter.account, hooks=hooks)
    call = next(adapter.submit(plain(model), "ref-1"))
    assert isinstance(call, Call)
    return call.url


def test_the_webhook_rides_on_the_address() -> None:
    path = submitted(MODELS["z-image-turbo"], "https://my.example")
    hook = "https%3A%2F%2Fmy.example%2Fbridge%2Fv1%2Fhooks%2Fwavespeed%2Fref-1"
    assert path == f"wavespeed-ai/z-image/turbo?webhook={hook}"
    assert submitted(MODELS["z-image-turbo"]) == "wavespeed-ai/z-image/turbo"


def test_a_missing_flag_holds_nothing_back() -> None:
    url = "https://cdn.example/1.png"
    look = looked({"status": "completed", "outputs": [url]})
    assert look == Finished((Remote(url),))


async def test_the_balance_tries_the_key(room: Chamber) -> None:
    adapter = at(room.emulator.url)
    talk = Talk(adapter, room.transport, room.engine.pace)
    assert await talk.drive(adapter.inquire(), seconds=5) == {"balance": "$12.5"}
    adapter.account = replace(adapter.account, key="wrong")
    talk = Talk(adapter, room.transport, room.engine.pace)
    with pytest.raises(Unpayable):
        await talk.drive(adapter.inquire(), seconds=5)
