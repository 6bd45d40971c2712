"""What is OpenAI's own: edits, masks with holes, refusals, verification per model, tokens."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bridge.domain import Job
from bridge.engine.card import Model
from bridge.engine.contract import Adapter, Local, SdkCall
from bridge.engine.fit import fit
from bridge.engine.pace import Pace
from bridge.engine.talk import Talk
from bridge.errors import (
    Garbled,
    Gone,
    Limited,
    Refused,
    Rest,
    Unavailable,
    Unfit,
    Unpayable,
)
from bridge.transport.reply import Reply
from emulator import pictures
from tests.providers.cases import CASES, png
from tests.providers.chamber import SCALE, Chamber, plain
from tests.providers.faults import Fault, Row, each, failed

CLOUD = "openai_images"
FLARE, _, _, OLDER, MINI = CASES[CLOUD].models()
PICTURE = png(1024, 1536)


def at(room: Chamber, **options: str) -> Adapter:
    """The adapter at the emulator."""
    return CASES[CLOUD].adapter(room.emulator.url, options)


def asked(room: Chamber) -> Any:
    """The last request in OpenAI's books."""
    return room.emulator.ledger.jobs(CLOUD)[-1].request


def painted(box: tuple[int, int, int, int]) -> bytes:
    """A mask of 1024x1536 that is white in `box`."""
    mask, file = Image.new("L", (1024, 1536)), BytesIO()
    mask.paste(255, box)
    mask.save(file, "PNG")
    return file.getvalue()


FAILURES: list[Row] = [
    ("moderation", {}, Refused, Rest.NONE, "failed"),
    ("moderation", {"stage": "output"}, Refused, Rest.NONE, "failed"),
    ("status", {"status": 400, "text": "Your request was rejected as a result of our safety "
     "system. Your prompt may contain text that is not allowed."}, Refused, Rest.NONE, "failed"),
    ("unverified", {}, Gone, Rest.TOLD, "failed"),
    ("status", {"status": 404}, Gone, Rest.TOLD, "failed"),
    ("status", {"status": 400, "text": "Billing hard limit has been reached"}, Unpayable,
     Rest.TOLD, "failed"),
    ("status", {"status": 429, "text": "You exceeded your current quota, please check your plan "
     "and billing details."}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 429}, Limited, Rest.ASKED, "failed"),
    ("status", {"status": 400, "text": "Unknown parameter: 'seed'."}, Unfit, Rest.NONE, "failed"),
    ("status", {"status": 400, "text": "The parameter 'user' is deprecated."}, Unfit,
     Rest.NONE, "failed"),
    ("status", {"status": 400, "text": "The model `gpt-image-1` has been deprecated."}, Gone,
     Rest.TOLD, "failed"),
    ("status", {"status": 409}, Unfit, Rest.NONE, "failed"),
    ("status", {"status": 500}, Unavailable, Rest.BRIEF, "failed"),
]  # fmt: skip


@each(FAILURES)
async def test_a_failure_says_what_happens_next(room: Chamber, fault: Fault) -> None:
    await failed(room, fault, at(room), FLARE)
    assert room.emulator.ledger.billed(CLOUD) == []


async def test_an_unverified_organisation_is_told_what_to_do(room: Chamber) -> None:
    room.emulator.faults.add(CLOUD, "unverified")
    with pytest.raises(Gone, match=r"must be verified.*Verify Organization"):
        await room.run(room.attempt(at(room), FLARE))
    await room.run(room.attempt(at(room), OLDER))  # the account's other models go on


async def test_the_first_picture_is_edited_where_the_mask_is_white(room: Chamber) -> None:
    mask = painted((100, 200, 300, 400))
    has = {"init_image": PICTURE, "mask": mask, "references": (png(64, 64), png(32, 32))}
    outcome = await room.run(room.attempt(at(room), FLARE, width=1024, height=1536, **has))
    shown = pictures.read(bytes(outcome.picture.raw))
    assert shown["init"] == pictures.digest(PICTURE)
    assert shown["references"] == [pictures.digest(png(64, 64)), pictures.digest(png(32, 32))]
    sent = {name: asked(room)[name] for name in ("model", "size", "quality", "output_format", "n")}
    assert sent == {
        "model": "gpt-image-2.5-flare", "size": "1024x1536", "quality": "medium",
        "output_format": "png", "n": 1,
    }  # fmt: skip
    assert shown["mask"] is not None


@pytest.mark.parametrize("box", [(0, 0, 1024, 1536), (10, 10, 20, 20)])
def test_a_mask_has_holes_where_it_was_white(box: tuple[int, int, int, int]) -> None:
    verb = (
        CASES[CLOUD]
        .adapter("http://x")
        .submit(replace(plain(FLARE), init_image=PICTURE, mask=painted(box)), "ref")
    )
    drawing = next(verb)
    assert isinstance(drawing, Local)
    holes = Image.open(BytesIO(drawing.draw()))
    assert (holes.mode, holes.size) == ("RGBA", (1024, 1536))
    alpha = holes.getchannel("A")
    assert (alpha.getpixel(box[:2]), alpha.getextrema()[0]) == (0, 0)
    assert alpha.histogram()[0] == (box[2] - box[0]) * (box[3] - box[1])


def test_a_damaged_mask_is_told_before_anything_is_paid() -> None:
    verb = (
        CASES[CLOUD]
        .adapter("http://x")
        .submit(
            replace(plain(FLARE), init_image=PICTURE, mask=PICTURE[:200] + PICTURE[-20:]), "ref"
        )
    )
    drawing = next(verb)
    assert isinstance(drawing, Local)
    with pytest.raises(Garbled):
        drawing.draw()


@pytest.mark.parametrize("has", [{}, {"init_image": PICTURE, "references": (PICTURE,)}])
@pytest.mark.parametrize("model", [FLARE, MINI])
async def test_tokens_become_money(room: Chamber, model: Model, has: dict[str, Any]) -> None:
    outcome = await room.run(room.attempt(at(room), model, **has))
    assert outcome.cost == room.emulator.ledger.jobs(CLOUD)[0].cost
    assert outcome.cost is not None
    assert outcome.cost > 1000


async def test_what_the_operator_sets_is_sent(room: Chamber) -> None:
    adapter = at(room, quality="low", moderation="low")
    await room.run(room.attempt(adapter, FLARE))
    assert (asked(room)["quality"], asked(room)["moderation"]) == ("low", "low")
    await room.run(room.attempt(adapter, FLARE, options={"quality": "max"}))
    assert asked(room)["quality"] == "max"
    await room.run(room.attempt(adapter, FLARE, init_image=PICTURE))
    assert "moderation" not in asked(room)


def test_the_estimate_goes_with_the_quality() -> None:
    adapter = CASES[CLOUD].adapter("http://x")
    prices = {}
    for quality in ("low", "medium", "high", "auto"):
        adapter.account = replace(adapter.account, options={"quality": quality})
        prices[quality] = adapter.models()[0].price
    assert prices["low"] < prices["medium"] == FLARE.price < prices["high"] == prices["auto"]


@pytest.mark.parametrize("old", ["dall-e-3", "gpt-image-1"])
async def test_a_retired_model_has_an_heir(room: Chamber, old: str) -> None:
    [heir] = at(room, only=old).models()
    assert (heir.id, heir.instead_of) == ("gpt-image-2.5-flare", old)
    notes = {note.code: note.text for note in fit(Job("j", "a fox", 1), heir).notes}
    assert notes["retired"] == f"gpt-image-2.5-flare stands in for {old}, which is retired"
    await room.run(room.attempt(at(room, only=old), heir))
    assert asked(room)["model"] == "gpt-image-2.5-flare"


async def test_the_models_are_told_for_nothing(room: Chamber) -> None:
    talk = Talk(at(room), room.transport, Pace(SCALE))
    told = await talk.drive(talk.adapter.inquire(), seconds=5)
    assert "gpt-image-2.5-flare" in told["image models"]
    assert "gpt-6" not in told["image models"]
    assert room.paid(CLOUD) == 0


class Recorder:
    """Stands for the official client at a server that is like OpenAI's of old."""

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}
        self.images = self.with_raw_response = self

    def AsyncOpenAI(self, **about: Any) -> "Recorder":  # noqa: N802
        assert about["max_retries"] == 0
        return self

    async def __aenter__(self) -> "Recorder":
        return self

    async def __aexit__(self, *error: object) -> None:
        return None

    async def generate(self, **fields: Any) -> None:
        self.fields = fields


async def test_other_servers_are_spoken_to_as_of_old() -> None:
    adapter = CASES[CLOUD].adapter("http://x")
    adapter.account = replace(adapter.account, options={"only": "flux-local"})
    [model] = adapter.models()
    verb = adapter.submit(plain(model), "ref")
    call, client = next(verb), Recorder()
    assert isinstance(call, SdkCall)
    await call.send(client, 5.0)
    assert client.fields == {
        "model": "flux-local", "prompt": "a red fox in fresh snow", "n": 1, "size": "672x992",
        "response_format": "b64_json",
    }  # fmt: skip
    with pytest.raises(StopIteration) as end:
        verb.send(Reply(200, {}, {"data": [{"url": "https://x.example/1.png"}], "usage": {}}))
    assert (end.value.value.pictures[0].url, end.value.value.cost) == (
        "https://x.example/1.png", None,
    )  # fmt: skip
