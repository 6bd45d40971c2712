"""What is Together's own: its words, references, a model on its way out, old addresses."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.domain import Job
from bridge.engine.contract import Adapter, Finished, Inline, Remote, SdkCall
from bridge.engine.fit import fit
from bridge.engine.talk import Talk
from bridge.errors import (
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

MODELS = {model.name: model for model in CASES["together"].models()}
SCHNELL, LORA, FLUX2 = (MODELS[n] for n in ("flux1-schnell", "flux1-dev-lora", "flux2-dev"))


def at(room: Chamber, **changes: Any) -> Adapter:
    """The adapter at the emulator, its account changed."""
    adapter = CASES["together"].adapter(room.emulator.url)
    return type(adapter)(replace(adapter.account, **changes))


def text(status: int, words: str) -> dict[str, Any]:
    """A refusal in these words."""
    return {"status": status, "text": words}


# what happens: the error, its rest, how the attempt is booked; submits are one, always
FAULTS: list[Row] = [
    ("status", text(400, "Invalid JSON."), Unfit, Rest.NONE, "failed"),
    ("status", {"status": 401}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 402}, Unpayable, Rest.TOLD, "failed"),
    ("html", {"status": 403}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 404}, Gone, Rest.TOLD, "failed"),
    ("status", text(400, "The model x is deprecated."), Gone, Rest.TOLD, "failed"),
    ("status", text(422, "steps must be at most 4"), Unfit, Rest.NONE, "failed"),
    ("status", text(422, "could not load the LoRA"), LoraUnreachable, Rest.NONE, "failed"),
    ("moderation", {}, Refused, Rest.NONE, "failed"),
    ("status", {"status": 429, "retry_after": 5}, Limited, Rest.ASKED, "failed"),
    ("status", {"status": 500}, Unavailable, Rest.BRIEF, "failed"),
    ("status", {"status": 503}, Unavailable, Rest.BRIEF, "failed"),
    ("failed", {}, Unavailable, Rest.BRIEF, "failed"),
    ("status", {"status": 504}, Uncertain, Rest.BRIEF, "uncertain"),
    ("html", {"status": 524}, Uncertain, Rest.BRIEF, "uncertain"),
    ("cut", {}, Uncertain, Rest.BRIEF, "uncertain"),
    ("truncated", {}, Uncertain, Rest.BRIEF, "uncertain"),
    ("empty", {}, Garbled, Rest.BRIEF, "uncertain"),
]


@each(FAULTS)
async def test_every_fault_has_its_name(room: Chamber, fault: Fault) -> None:
    await failed(room, fault, at(room), SCHNELL)


async def test_a_refusal_repeats_the_clouds_words(room: Chamber) -> None:
    room.emulator.faults.add("together", "moderation")
    with pytest.raises(Refused, match="image may contain NSFW content"):
        await room.run(room.attempt(at(room), SCHNELL))


def test_whoever_gets_the_old_lora_model_is_told_that_it_goes() -> None:
    [note] = [note for note in fit(Job("j", "a fox", 1), LORA).notes if note.code == "notice"]
    assert note.text.startswith("flux1-dev-lora is marked deprecated")
    assert "notice" not in {note.code for note in fit(Job("j", "a fox", 1), SCHNELL).notes}


async def test_a_model_that_was_shut_down_is_gone(room: Chamber) -> None:
    room.emulator.settings.change({"clouds": {"together": {"retired": LORA.id}}})
    with pytest.raises(Gone):
        await room.run(room.attempt(at(room), LORA, loras=(lora("rose", LORA),)))
    assert room.emulator.ledger.jobs("together") == []


async def test_inquire_tells_which_models_are_not_offered(room: Chamber) -> None:
    adapter = at(room)
    talk = Talk(adapter, room.transport, room.engine.pace)
    assert await talk.drive(adapter.inquire(), seconds=5) == {"models": str(len(MODELS))}
    room.emulator.settings.change({"clouds": {"together": {"retired": LORA.id}}})
    told = await talk.drive(adapter.inquire(), seconds=5)
    assert told["not offered"] == "flux1-dev-lora"
    stranger = at(room, key="wrong")
    with pytest.raises(Unpayable):
        await Talk(stranger, room.transport, room.engine.pace).drive(stranger.inquire(), seconds=5)
    assert room.paid("together") == 0


async def test_references_go_as_data_uris(room: Chamber) -> None:
    first, second = png(64, 64), png(64, 64, 9)
    await room.run(room.attempt(at(room), FLUX2, references=(first, second)))
    [job] = room.emulator.ledger.jobs("together")
    sent = job.request["reference_images"]
    assert len(sent) == 2
    assert all(str(one).startswith("data:image/png;base64,") for one in sent)


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/"])
async def test_an_address_may_end_as_older_clients_wanted_it(room: Chamber, ending: str) -> None:
    await room.run(room.attempt(at(room, base_url=f"{room.emulator.url}/together{ending}"), FLUX2))
    [call] = room.emulator.ledger.requests("together", "paid")
    assert call.path == "/together/v1/images/generations"


@pytest.mark.parametrize(
    ("item", "entry"),
    [
        ({"type": "b64_json", "b64_json": "aGk="}, Inline("aGk=")),
        ({"b64_json": "aGk="}, Inline("aGk=")),
        ({"type": "url", "url": "https://im.example/a.png"}, Remote("https://im.example/a.png")),
    ],
)
def test_a_picture_comes_inside_or_behind_a_url(item: dict[str, str], entry: object) -> None:
    verb = CASES["together"].adapter("http://127.0.0.1").submit(plain(SCHNELL), "ref")
    call = next(verb)
    assert isinstance(call, SdkCall)
    assert call.paid
    with pytest.raises(StopIteration) as end:
        verb.send(Reply(200, {}, {"data": [{"index": 0, **item}]}))
    assert end.value.value == Finished((entry,))  # type: ignore[arg-type]
