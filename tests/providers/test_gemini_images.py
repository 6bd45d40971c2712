"""What is Gemini's own: refusals with a 200, waits in the body, ratios and tiers for sizes."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.domain import Job
from bridge.engine.card import Account, Model
from bridge.engine.contract import Adapter, Call
from bridge.engine.fit import fit
from bridge.engine.pace import Pace
from bridge.engine.talk import Talk
from bridge.errors import (
    AttemptError,
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

CLOUD = "gemini_images"
FLASH, PRO, LITE, OLD = CASES[CLOUD].models()


def at(room: Chamber, **options: str) -> Adapter:
    """The adapter at the emulator."""
    return CASES[CLOUD].adapter(room.emulator.url, options)


FAILURES: list[Row] = [
    ("moderation", {"how": "prompt"}, Refused, Rest.NONE, "failed"),
    ("moderation", {"how": "image"}, Refused, Rest.NONE, "failed"),
    ("moderation", {"how": "words"}, Refused, Rest.NONE, "failed"),
    ("no_image", {}, Unavailable, Rest.BRIEF, "failed"),
    ("status", {"status": 400}, Unfit, Rest.NONE, "failed"),
    ("status", {"status": 400, "text": "API key expired. Please renew the API key."}, Unpayable,
     Rest.TOLD, "failed"),
    ("status", {"status": 400, "text": "User location is not supported for the API use."},
     Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 403}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 404}, Gone, Rest.TOLD, "failed"),
    ("status", {"status": 429}, Limited, Rest.ASKED, "failed"),
    ("failed", {}, Unavailable, Rest.BRIEF, "failed"),
    ("status", {"status": 503}, Unavailable, Rest.BRIEF, "failed"),
]  # fmt: skip


@each(FAILURES)
async def test_a_failure_says_what_happens_next(room: Chamber, fault: Fault) -> None:
    await failed(room, fault, at(room), FLASH)


@pytest.mark.parametrize(("quota", "seconds"), [("PerMinute", 26.0), ("PerDay", 3600.0)])
async def test_the_wait_stands_in_the_body(room: Chamber, quota: str, seconds: float) -> None:
    room.emulator.settings.change({"clouds": {CLOUD: {"quota": quota}}})
    room.emulator.faults.add(CLOUD, "status", status=429)
    with pytest.raises(Limited) as raised:
        await room.run(room.attempt(at(room), FLASH))
    assert (raised.value.retry_after, raised.value.status) == (seconds, 429)


def answered(body: object, status: int = 200) -> Any:
    """What a submit comes to when Gemini answers with `body`."""
    verb = type(CASES[CLOUD].adapter(""))(Account(CLOUD, "https://g.example", "k")).submit(
        plain(FLASH), "ref"
    )
    call = next(verb)
    assert isinstance(call, Call)
    with pytest.raises(StopIteration) as end:
        verb.send(Reply(status, {}, body))
    return end.value.value


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("SAFETY", Refused), ("IMAGE_SAFETY", Refused), ("PROHIBITED_CONTENT", Refused),
        ("IMAGE_PROHIBITED_CONTENT", Refused), ("RECITATION", Refused), ("SPII", Refused),
        ("IMAGE_RECITATION", Refused), ("BLOCKLIST", Refused), ("NO_IMAGE", Unavailable),
        ("IMAGE_OTHER", Unavailable), ("MAX_TOKENS", Unavailable), ("OTHER", Unavailable),
        ("MALFORMED_RESPONSE", Unavailable), ("STOP", Unavailable),
    ],
)  # fmt: skip
@pytest.mark.parametrize("content", [{}, {"content": {"role": "model"}}, {"content": None}])
def test_every_reason_for_no_picture_has_a_class(
    reason: str, error: type[AttemptError], content: dict[str, Any]
) -> None:
    with pytest.raises(error, match=reason):
        answered({"candidates": [{**content, "finishReason": reason}]})


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("I'm sorry, I can’t help with that.", Refused),
        ("I am unable to generate this image.", Refused),
        ("This goes against our policies.", Refused),
        ("Here is the picture you wanted!", Unavailable),
    ],
)
def test_a_model_that_answers_in_words_may_have_declined(
    words: str, error: type[AttemptError]
) -> None:
    parts = [{"text": words}]
    with pytest.raises(error):
        answered({"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]})


async def test_a_draft_is_not_the_picture(room: Chamber) -> None:
    room.emulator.faults.add(CLOUD, "drafts")
    outcome = await room.run(room.attempt(at(room), PRO))
    assert pictures.read(bytes(outcome.picture.raw))["prompt"] == "a red fox in fresh snow"


@pytest.mark.parametrize(
    ("model", "asked", "shape"),
    [
        (FLASH, (512, 768), {"aspectRatio": "2:3"}),
        (FLASH, (1024, 1024), {"aspectRatio": "1:1"}),
        (FLASH, (1920, 1080), {"aspectRatio": "16:9"}),
        (FLASH, (2048, 2048), {"aspectRatio": "1:1", "imageSize": "2K"}),
        (PRO, (1440, 2560), {"aspectRatio": "9:16", "imageSize": "2K"}),
        (PRO, (4096, 3072), {"aspectRatio": "4:3", "imageSize": "4K"}),
        (LITE, (2048, 2048), {"aspectRatio": "1:1"}),
        (OLD, (4096, 1800), {"aspectRatio": "21:9"}),
    ],
)
async def test_a_size_becomes_a_ratio_and_a_tier(
    room: Chamber, model: Model, asked: tuple[int, int], shape: dict[str, str]
) -> None:
    cut = fit(Job("j", "a fox", 1, width=asked[0], height=asked[1]), model).job
    outcome = await room.run(room.attempt(at(room), model, width=cut.width, height=cut.height))
    sent = room.emulator.ledger.jobs(CLOUD)[0].request
    assert sent["generationConfig"]["imageConfig"] == shape
    assert (outcome.picture.width, outcome.picture.height) == (cut.width, cut.height)
    assert outcome.cost == room.emulator.ledger.jobs(CLOUD)[0].cost


async def test_pictures_go_along_with_the_init_image_first(room: Chamber) -> None:
    first, second = png(64, 64), png(64, 64, 200)
    attempt = room.attempt(at(room), FLASH, init_image=first, references=(second,))
    outcome = await room.run(attempt)
    shown = pictures.read(bytes(outcome.picture.raw))
    assert shown["references"] == [pictures.digest(first), pictures.digest(second)]
    assert outcome.cost == room.emulator.ledger.jobs(CLOUD)[0].cost


async def test_the_filters_stay_as_they_are_unless_told(room: Chamber) -> None:
    await room.run(room.attempt(at(room), FLASH))
    await room.run(room.attempt(at(room, safety="off"), FLASH))
    usual, off = (job.request for job in room.emulator.ledger.jobs(CLOUD))
    assert "safetySettings" not in usual
    assert {rule["threshold"] for rule in off["safetySettings"]} == {"BLOCK_NONE"}


async def test_a_retired_preview_has_an_heir(room: Chamber) -> None:
    [heir] = at(room, only="gemini-3-pro-image-preview").models()
    assert heir.id == "gemini-3-pro-image"


async def test_the_models_are_told_for_nothing_and_the_key_is_tried(room: Chamber) -> None:
    talk = Talk(at(room), room.transport, Pace(SCALE))
    told = await talk.drive(talk.adapter.inquire(), seconds=5)
    assert told["image models"].split(", ")[0] == "gemini-2.5-flash-image"
    assert "3.8" not in told["image models"]
    talk.adapter.account = replace(talk.adapter.account, key="wrong")
    talk = Talk(talk.adapter, room.transport, Pace(SCALE))
    with pytest.raises(Unpayable, match="API key not valid"):
        await talk.drive(talk.adapter.inquire(), seconds=5)
    assert room.paid(CLOUD) == 0
