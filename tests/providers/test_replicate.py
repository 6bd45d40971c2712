"""What is Replicate's own: a submit that waits a little, problems, two LoRAs, cancel."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bridge.domain import Rating
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

MODELS = {model.name: model for model in CASES["replicate"].models()}
SLOW = {"clouds": {"replicate": {"run_s": 60.0}}}


def at(url: str, **options: str) -> Adapter:
    """The adapter at the emulator."""
    return CASES["replicate"].adapter(url, options)


# whether the submit waits to the end or not: the error, its rest, how the attempt is booked
FAULTS: list[Row] = [
    ("status", {"status": 400}, Unfit, Rest.NONE, "failed"),
    ("status", {"status": 401, "text": "no token test-replicate"}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 402}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 403}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 404}, Gone, Rest.TOLD, "failed"),
    ("status", {"status": 422}, Unfit, Rest.NONE, "failed"),
    ("status", {"status": 429}, Limited, Rest.ASKED, "failed"),
    ("status", {"status": 500}, Unavailable, Rest.BRIEF, "failed"),
    ("status", {"status": 504}, Uncertain, Rest.BRIEF, "uncertain"),
    ("moderation", {}, Refused, Rest.NONE, "failed"),
    ("nsfw", {}, Refused, Rest.NONE, "failed"),
    ("failed", {}, Unavailable, Rest.BRIEF, "failed"),
    ("memory", {}, Unavailable, Rest.BRIEF, "failed"),
    ("empty", {}, Garbled, Rest.BRIEF, "uncertain"),
]


@pytest.mark.parametrize("slow", [False, True], ids=["held", "polled"])
@each(FAULTS)
async def test_every_fault_has_its_name(room: Chamber, slow: bool, fault: Fault) -> None:
    if slow:
        room.emulator.settings.change(SLOW)
    error = await failed(room, fault, at(room.emulator.url), MODELS["flux1-schnell"])
    assert error.retry_after == (3.0 if fault.error is Limited else None)


@pytest.mark.parametrize(
    ("pace", "looks"),
    [({"time_scale": 1.0, "clouds": {"replicate": {"run_s": 0.0, "queue_s": 0.0}}}, False),
     (SLOW, True)],
    ids=["quick", "slow"],
)  # fmt: skip
async def test_a_quick_picture_needs_no_look(
    room: Chamber, pace: Mapping[str, Any], looks: bool
) -> None:
    room.emulator.settings.change(pace)
    outcome = await room.run(room.attempt(at(room.emulator.url), MODELS["flux1-schnell"]))
    [job] = room.emulator.ledger.jobs("replicate")
    assert job.facts["prefer"] == "wait=5"
    assert bool(room.emulator.ledger.requests("replicate", "status")) is looks
    assert "predict_time" in outcome.facts
    assert await room.states() == ["kept"]


async def test_two_loras_have_fields_of_their_own(room: Chamber) -> None:
    model = MODELS["flux1-dev-lora"]
    loras = lora("rose", model, 0.8), lora("rain", model, -0.5)
    await room.run(room.attempt(at(room.emulator.url), model, loras=loras))
    [job] = room.emulator.ledger.jobs("replicate")
    told = {name: value for name, value in job.request.items() if "lora" in name}
    assert told == {
        "lora_weights": "https://loras.example/flux1/rose.safetensors", "lora_scale": 0.8,
        "extra_lora": "https://loras.example/flux1/rain.safetensors", "extra_lora_scale": -0.5,
    }  # fmt: skip


async def test_a_lora_that_cannot_be_fetched_is_named(room: Chamber) -> None:
    model = MODELS["flux1-dev-lora"]
    with pytest.raises(LoraUnreachable, match="unreachable"):
        await room.run(
            room.attempt(at(room.emulator.url), model, loras=(lora("unreachable", model),))
        )
    assert await room.states() == ["failed"]


@pytest.mark.parametrize(
    ("name", "sizes"),
    [("flux1-dev", {"aspect_ratio": "2:3"}), ("z-image-turbo", {"width": 512, "height": 768})],
)
def test_a_size_is_a_ratio_where_sizes_are_a_list(name: str, sizes: Mapping[str, object]) -> None:
    asked = submitted(MODELS[name].name)["input"]
    assert {k: v for k, v in asked.items() if k in ("aspect_ratio", "width", "height")} == sizes


def submitted(name: str, hooks: str = "", **changes: Any) -> Any:
    """The body of the paid call."""
    adapter = at("http://127.0.0.1")
    adapter.account = replace(adapter.account, hooks=hooks)
    call = next(adapter.submit(replace(plain(MODELS[name]), **changes), "ref-1"))
    assert isinstance(call, Call)
    assert (call.paid, call.headers) == (True, {"Prefer": "wait=5"})
    return call.json


def test_the_webhook_tells_of_the_end_alone() -> None:
    body = submitted("flux1-dev", "https://my.example")
    assert body["webhook"] == "https://my.example/bridge/v1/hooks/replicate/ref-1"
    assert body["webhook_events_filter"] == ["completed"]
    assert submitted("flux1-dev").keys() == {"input"}


@pytest.mark.parametrize(
    ("name", "field"), [("flux2-klein-4b", "images"), ("flux2-dev", "input_images")]
)
def test_references_have_the_models_own_name(name: str, field: str) -> None:
    assert len(submitted(name, references=(png(8, 8), png(8, 9)))["input"][field]) == 2


async def test_without_its_checker_it_may_show_more(room: Chamber) -> None:
    usual, off = at(room.emulator.url), at(room.emulator.url, checker="off")
    assert {Rating.named(model.rating) for model in usual.models()} == {Rating.SUGGESTIVE}
    assert {Rating.named(model.rating) for model in off.models()} == {Rating.MATURE}
    room.emulator.faults.add("replicate", "nsfw")
    await room.run(room.attempt(off, MODELS["flux1-schnell"]))
    assert await room.states() == ["kept"]


def looked(prediction: Mapping[str, object]) -> Waiting | Finished:
    """What a look makes of this prediction."""
    look = at("http://127.0.0.1").check(Ticket({"id": "p1"}))
    next(look)
    with pytest.raises(StopIteration) as end:
        look.send(Reply(200, {}, {"id": "p1", **prediction}))
    found = end.value.value
    assert isinstance(found, Waiting | Finished)
    return found


@pytest.mark.parametrize("output", ["https://r.example/1.png", ["https://r.example/1.png"]])
def test_an_output_is_an_address_or_a_list(output: object) -> None:
    found = looked({"status": "succeeded", "output": output})
    assert found == Finished((Remote("https://r.example/1.png"),))


@pytest.mark.parametrize(
    ("logs", "progress"),
    [(None, None), ("", None), ("Using seed: 7", None),
     (" 10%|#\n 40%|####      | 4/10 [00:01<00:02]", 0.4)],
)  # fmt: skip
def test_progress_stands_in_the_last_line_of_the_log(logs: object, progress: object) -> None:
    assert looked({"status": "processing", "logs": logs}) == Waiting(progress)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "text", "error"),
    [
        ("failed", "NSFW content detected. Try running it again.", Refused),
        ("failed", "The input or output was flagged as sensitive. (E005)", Refused),
        ("failed", "Failed to load LoRA weights", LoraUnreachable),
        ("failed", "Prediction interrupted; please retry (code: PA)", Unavailable),
        ("failed", "Director: unexpected error handling prediction (E9828)", Unavailable),
        ("failed", "ValueError: width must be divisible by 16", Unfit),
        ("failed", None, Unavailable),
        ("canceled", None, Unavailable),
        ("aborted", None, Unavailable),
    ],
    ids=str,
)
def test_a_failed_prediction_says_why(status: str, text: object, error: type[AttemptError]) -> None:
    with pytest.raises(error) as raised:
        looked({"status": status, "error": text, "output": None})
    assert type(raised.value) is error


async def test_the_account_tries_the_token(room: Chamber) -> None:
    adapter = at(room.emulator.url)
    talk = Talk(adapter, room.transport, room.engine.pace)
    told = await talk.drive(adapter.inquire(), seconds=5)
    assert told == {"username": "mira", "type": "user"}
    adapter.account = replace(adapter.account, key="wrong")
    talk = Talk(adapter, room.transport, room.engine.pace)
    with pytest.raises(Unpayable):
        await talk.drive(adapter.inquire(), seconds=5)
