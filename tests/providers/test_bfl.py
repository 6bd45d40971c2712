"""What is Black Forest Labs' own: regional hosts, moderated states, ratios, credits."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bridge.engine.contract import Account, Adapter, Call, Finished, Remote, Ticket, Waiting
from bridge.engine.talk import Talk
from bridge.errors import (
    AttemptError,
    Garbled,
    Gone,
    Limited,
    Refused,
    Rest,
    Unavailable,
    Uncertain,
    Unfit,
    Unpayable,
)
from bridge.transport.reply import Reply
from tests.providers.cases import CASES, png
from tests.providers.chamber import Chamber, plain
from tests.providers.faults import Fault, Row, each, failed

MODELS = {model.name: model for model in CASES["bfl"].models()}
KLEIN = MODELS["flux2-klein-9b"]
HOME = "https://api.bfl.ai/v1"


def at(url: str, **options: str) -> Adapter:
    """The adapter at the emulator."""
    return CASES["bfl"].adapter(url, options)


def at_home(**options: str) -> Adapter:
    """The adapter at the real address, for tests that send nothing."""
    return type(at(""))(Account("bfl", HOME, "test-key", options=options))


# the error, its rest, how the attempt is booked; submits are one
FAULTS: list[Row] = [
    ("status", {"status": 400}, Unfit, Rest.NONE, "failed"),
    ("status", {"status": 401, "text": "no key test-bfl"}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 402}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 403}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 404}, Gone, Rest.TOLD, "failed"),
    ("status", {"status": 422}, Unfit, Rest.NONE, "failed"),
    ("status", {"status": 422, "text": "safety_tolerance: less than 5"}, Unfit, Rest.NONE,
     "failed"),
    ("status", {"status": 429}, Limited, Rest.ASKED, "failed"),
    ("status", {"status": 500}, Unavailable, Rest.BRIEF, "failed"),
    ("status", {"status": 504}, Uncertain, Rest.BRIEF, "uncertain"),
    ("moderation", {}, Refused, Rest.NONE, "failed"),
    ("content", {}, Refused, Rest.NONE, "failed"),
    ("failed", {}, Unavailable, Rest.BRIEF, "failed"),
    ("empty", {}, Garbled, Rest.BRIEF, "uncertain"),
    ("elsewhere", {"host": "https://api.bfl.ai.example"}, Uncertain, Rest.BRIEF, "uncertain"),
]  # fmt: skip


@each(FAULTS)
async def test_every_fault_has_its_name(room: Chamber, fault: Fault) -> None:
    error = await failed(room, fault, at(room.emulator.url), KLEIN)
    assert error.retry_after == (5.0 if fault.error is Limited else None)


async def test_the_task_is_asked_for_where_its_answer_said(room: Chamber) -> None:
    outcome = await room.run(room.attempt(at(room.emulator.url), KLEIN))
    looks = room.emulator.ledger.requests("bfl", "status")
    assert looks
    assert all(look.path.startswith("/bfl/eu2/v1/get_result?id=") for look in looks)
    assert (outcome.cost, outcome.seed) == (15_000, 42)


def ticket_of(reply: Mapping[str, object]) -> Ticket:
    """What a submit with this answer comes to."""
    verb = at_home().submit(plain(KLEIN), "ref")
    next(verb)
    with pytest.raises(StopIteration) as end:
        verb.send(Reply(200, {}, reply))
    assert isinstance(end.value.value, Ticket)
    return end.value.value


@pytest.mark.parametrize(
    "url",
    [
        "https://api.bfl.ai/v1/get_result?id=1",
        "https://api.eu2.bfl.ai/v1/get_result?id=1",
        "https://api.us1.bfl.ml/v1/get_result?id=1",
    ],
)
def test_a_regional_host_is_asked_with_the_key(url: str, room: Chamber) -> None:
    assert ticket_of({"id": "1", "polling_url": url}).fields == {"poll": url}
    assert Talk(at_home(), room.transport, room.engine.pace).key(url) == {"x-key": "test-key"}


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        7,
        "http://api.eu2.bfl.ai/v1/get_result?id=1",
        "https://api.bfl.ai.example/v1/get_result?id=1",
        "https://evil-bfl.ai/v1/get_result?id=1",
        "https://bfl.ai@evil.example/v1/get_result?id=1",
        "https://evil.example?x=.bfl.ai/v1",
        "https://evil.example\\.bfl.ai/v1",
        "http://169.254.169.254/latest",
        "https://[",
    ],
)
def test_an_address_elsewhere_is_never_asked(url: object) -> None:
    assert ticket_of({"id": "a/b", "polling_url": url}).fields == {"poll": "get_result?id=a%2Fb"}


def looked(task: Mapping[str, object], **fields: str) -> Waiting | Finished:
    """What a look makes of this task."""
    look = at_home().check(Ticket({"poll": "get_result?id=1", **fields}))
    next(look)
    with pytest.raises(StopIteration) as end:
        look.send(Reply(200, {}, {"id": "1", **task}))
    found = end.value.value
    assert isinstance(found, Waiting | Finished)
    return found


@pytest.mark.parametrize("status", ["Pending", "Queued", "Processing", "Reasoning", "Generating"])
def test_a_state_that_is_no_end_is_waited_for(status: str) -> None:
    assert looked({"status": status, "result": None, "progress": 0.25}) == Waiting(0.25)
    assert looked({"status": status, "progress": None}) == Waiting()


@pytest.mark.parametrize(
    ("status", "details", "error", "text"),
    [
        ("Request Moderated", {"Moderation Reasons": ["Safety Filter"]}, Refused, "Safety Filter"),
        ("Content Moderated", None, Refused, "Content Moderated"),
        ("Error", {"error": "Generation Error"}, Unavailable, "Generation Error"),
        ("Failed", "out of luck", Unavailable, "out of luck"),
        ("Task not found", None, Gone, "Task not found"),
    ],
)
def test_an_end_says_why(
    status: str, details: object, error: type[AttemptError], text: str
) -> None:
    with pytest.raises(error, match=text) as raised:
        looked({"status": status, "details": details, "result": None})
    assert type(raised.value) is error


def test_the_cost_is_that_of_the_submit() -> None:
    ticket = ticket_of({"id": "1", "cost": 4.5, "polling_url": f"{HOME}/get_result?id=1"})
    result = {"sample": "https://delivery-eu1.bfl.ai/1.png", "seed": 7}
    found = looked({"status": "Ready", "result": result}, cost=ticket.fields["cost"])
    assert found == Finished((Remote(str(result["sample"])),), cost=45_000, seed=7)


async def test_a_picture_is_there_for_ten_minutes(room: Chamber) -> None:
    await room.run(room.attempt(at(room.emulator.url), KLEIN))
    [file] = room.emulator.ledger.requests("bfl", "file")
    url = room.emulator.url + file.path
    room.emulator.settings.change({"ahead_s": 500.0})
    assert await room.transport.download(url, home=room.emulator.url, timeout=5)
    room.emulator.settings.change({"ahead_s": 700.0})
    with pytest.raises(Garbled, match="403"):
        await room.transport.download(url, home=room.emulator.url, timeout=5)


def submitted(name: str, *, tolerance: str = "", **changes: Any) -> Mapping[str, Any]:
    """The body of the paid call."""
    adapter = at_home(**({"tolerance": tolerance} if tolerance else {}))
    adapter.account = replace(adapter.account, hooks="https://my.example")
    call = next(adapter.submit(replace(plain(MODELS[name]), **changes), "ref"))
    assert isinstance(call, Call)
    assert isinstance(call.json, dict)
    return call.json


def test_no_webhook_is_asked_for() -> None:
    assert not [name for name in submitted("flux2-pro") if "webhook" in name]


@pytest.mark.parametrize(
    ("name", "sizes"),
    [("flux2-pro", {"width": 512, "height": 768}), ("flux1-ultra", {"aspect_ratio": "2:3"}),
     ("flux1-kontext-pro", {"aspect_ratio": "2:3"})],
)  # fmt: skip
def test_a_size_is_a_ratio_where_sizes_are_a_list(name: str, sizes: Mapping[str, object]) -> None:
    asked = submitted(name)
    assert {k: v for k, v in asked.items() if k in ("aspect_ratio", "width", "height")} == sizes


def test_pictures_are_counted_from_the_second_on() -> None:
    asked = submitted("flux2-pro", references=(png(8, 8), png(8, 9), png(8, 10)))
    given = {name: raw for name, raw in asked.items() if "image" in name}
    assert given == {
        "input_image": png(8, 8), "input_image_2": png(8, 9), "input_image_3": png(8, 10),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "tolerance", "sent", "rating"),
    [
        ("flux2-pro", "", None, "general"), ("flux2-pro", "3", 3, "general"),
        ("flux2-pro", "6", 5, "suggestive"), ("flux1-pro", "6", 6, "suggestive"),
        ("flux1-kontext-pro", "6", 2, "general"), ("flux2-pro", "high", 2, "general"),
    ],
)  # fmt: skip
def test_a_model_is_as_tolerant_as_it_can_be_told(
    name: str, tolerance: str, sent: int | None, rating: str
) -> None:
    assert submitted(name, tolerance=tolerance).get("safety_tolerance") == sent
    models = at_home(**({"tolerance": tolerance} if tolerance else {})).models()
    assert {model.name: model.rating for model in models}[name] == rating


async def test_the_most_tolerant_job_is_taken(room: Chamber) -> None:
    for name in ("flux2-flex", "flux1-ultra", "flux1-kontext-max"):
        model = MODELS[name]
        has = {"references": (png(64, 64),)} if model.references else {}
        await room.run(room.attempt(at(room.emulator.url, tolerance="6"), model, **has))
    assert await room.states() == ["kept"] * 3


async def test_the_credits_try_the_key(room: Chamber) -> None:
    adapter = at(room.emulator.url)
    talk = Talk(adapter, room.transport, room.engine.pace)
    assert await talk.drive(adapter.inquire(), seconds=5) == {"credits": "123.4"}
    adapter.account = replace(adapter.account, key="wrong")
    talk = Talk(adapter, room.transport, room.engine.pace)
    with pytest.raises(Unpayable):
        await talk.drive(adapter.inquire(), seconds=5)
