"""What is Ideogram's own: prompts as JSON, masks in black, held-back pictures, a queue with ids."""

import asyncio
import json
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bridge.domain import Job
from bridge.engine.attempt import Attempt
from bridge.engine.card import Model
from bridge.engine.contract import Adapter, Call, Local, Ticket
from bridge.engine.control import Control
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
from emulator import pictures
from tests.providers.cases import CASES, png
from tests.providers.chamber import SCALE, Chamber, plain
from tests.providers.faults import Fault, Row, each, failed

CLOUD = "ideogram"
V4, V3, INPAINT = CASES[CLOUD].models()
PICTURE, MASK = png(512, 768), png(512, 768, 200)
CAPTION = {
    "high_level_description": "A red fox waits in fresh snow.",
    "compositional_deconstruction": {
        "background": "A birch wood at dusk.",
        "elements": [{"type": "obj", "bbox": [200, 300, 900, 700], "desc": "A red fox."}],
    },
}


def at(room: Chamber, hooks: str = "", **options: str) -> Adapter:
    """The adapter at the emulator."""
    adapter = CASES[CLOUD].adapter(room.emulator.url)
    adapter.account = replace(adapter.account, options=options, hooks=hooks)
    return adapter


FAILURES: list[Row] = [
    ("moderation", {}, Refused, Rest.NONE, "failed"),
    ("status", {"status": 400}, Unfit, Rest.NONE, "failed"),
    ("status", {"status": 401}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 402}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 403}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 404}, Gone, Rest.TOLD, "failed"),
    ("status", {"status": 415}, Unfit, Rest.NONE, "failed"),
    ("status", {"status": 422}, Unfit, Rest.NONE, "failed"),
    ("status", {"status": 429}, Limited, Rest.ASKED, "failed"),
    ("status", {"status": 503}, Unavailable, Rest.BRIEF, "failed"),
    ("failed", {}, Unavailable, Rest.BRIEF, "failed"),
]


@each(FAILURES)
@pytest.mark.parametrize("model", [V3, V4], ids=lambda model: model.name)
async def test_a_failure_says_what_happens_next(room: Chamber, model: Model, fault: Fault) -> None:
    await failed(room, fault, at(room), model)


async def test_a_picture_that_is_held_back_is_a_refusal(room: Chamber) -> None:
    room.emulator.faults.add(CLOUD, "moderation", flag=True)
    with pytest.raises(Refused, match="safety check"):
        await room.run(room.attempt(at(room), V3))
    assert room.emulator.ledger.requests(CLOUD, "file") == []
    assert room.paid(CLOUD) == 1


@pytest.mark.parametrize(
    ("model", "has", "path"),
    [
        (V3, {}, "ideogram-v3/generate"),
        (V3, {"references": (PICTURE,)}, "ideogram-v3/generate"),
        (V3, {"init_image": PICTURE, "strength": 0.3}, "ideogram-v3/remix"),
        (INPAINT, {"init_image": PICTURE, "mask": MASK}, "ideogram-v3/inpaint"),
        (V4, {}, "ideogram-v4/generate"),
        (V4, {"init_image": PICTURE, "strength": 0.3}, "ideogram-v4/remix"),
    ],
)
async def test_the_path_takes_what_the_job_has(
    room: Chamber, model: Model, has: dict[str, Any], path: str
) -> None:
    await room.run(room.attempt(at(room), model, **has))
    [job] = room.emulator.ledger.jobs(CLOUD)
    assert job.model == path
    if "strength" in has:
        assert job.request["image_weight"] == "70"


async def test_a_json_prompt_goes_as_it_is(room: Chamber) -> None:
    prompt = json.dumps(CAPTION)
    await room.run(room.attempt(at(room), V4, prompt=prompt))
    sent = room.emulator.ledger.jobs(CLOUD)[0].request
    assert (sent["json_prompt"][:40], "text_prompt" in sent) == (prompt[:40], False)


async def test_remix_is_told_the_same_in_sentences(room: Chamber) -> None:
    await room.run(room.attempt(at(room), V4, prompt=json.dumps(CAPTION), init_image=PICTURE))
    [job] = room.emulator.ledger.jobs(CLOUD)
    assert job.request["text_prompt"] == (
        "A red fox waits in fresh snow. A birch wood at dusk. A red fox."
    )


@pytest.mark.parametrize("prompt", ["{not json", "[1, 2]", '"a fox"', "{a fox}, snow", "12"])
async def test_what_only_looks_like_json_is_text(room: Chamber, prompt: str) -> None:
    await room.run(room.attempt(at(room), V4, prompt=prompt))
    assert room.emulator.ledger.jobs(CLOUD)[0].request["text_prompt"] == prompt


CAPTIONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
)


def sent_words(prompt: str) -> dict[str, Any]:
    """The texts of a remix's form."""
    ready = replace(plain(V4), prompt=prompt, init_image=PICTURE)
    call = next(CASES[CLOUD].adapter("http://x").submit(ready, "ref"))
    assert isinstance(call, Call)
    return {part.name: part.value for part in call.form}


@given(st.dictionaries(st.text(max_size=4), CAPTIONS))
def test_any_object_becomes_its_sentences(caption: dict[str, Any]) -> None:
    told = sent_words(json.dumps(caption | {"text": "fox"}))["text_prompt"]
    assert told.split(" ")[-1] == "fox" or "text" in caption


@pytest.mark.parametrize("depth", [900, 100_000])
def test_a_deep_prompt_breaks_nothing(depth: int) -> None:
    prompt = '{"a":' + "[" * depth + '"fox"' + "]" * depth + "}"
    assert "fox" in sent_words(prompt)["text_prompt"]


def test_a_mask_is_black_where_ours_is_white() -> None:
    mask, file = Image.new("L", (512, 768)), BytesIO()
    mask.paste(255, (10, 20, 30, 40))
    mask.paste(100, (100, 100, 120, 120))  # rather black than white: kept
    mask.save(file, "PNG")
    ready = replace(plain(INPAINT), init_image=PICTURE, mask=file.getvalue())
    drawing = next(CASES[CLOUD].adapter("http://x").submit(ready, "ref"))
    assert isinstance(drawing, Local)
    shown = Image.open(BytesIO(drawing.draw()))
    assert shown.size == (512, 768)
    assert shown.convert("L").histogram()[0] == 20 * 20
    assert shown.convert("L").getpixel((10, 20)) == 0


def test_inpainting_makes_the_picture_as_large_as_it_was() -> None:
    job = Job("j", "a fox", 1, width=1024, height=1024, init_image=PICTURE, mask=MASK)
    cut = fit(replace(job, negative="fog"), INPAINT)
    assert (cut.job.width, cut.job.height, cut.job.negative) == (512, 768, "")
    assert [note.code for note in cut.notes] == ["size", "negative"]


async def test_knobs_go_over_what_the_operator_sets(room: Chamber) -> None:
    adapter = at(room, speed="TURBO")
    await room.run(room.attempt(adapter, V3))
    options = {"rendering_speed": "QUALITY", "magic_prompt": "ON", "style_type": "REALISTIC"}
    await room.run(room.attempt(adapter, V3, options=options))
    usual, knobs = (job.request for job in room.emulator.ledger.jobs(CLOUD))
    assert (usual["rendering_speed"], usual["magic_prompt"]) == ("TURBO", "OFF")
    assert {name: knobs[name] for name in options} == options


HOOKS = "https://bridge.example"


async def test_with_a_public_address_the_job_has_an_id(room: Chamber) -> None:
    attempt = room.attempt(at(room, HOOKS), V4)
    outcome = await room.run(attempt)
    [call] = room.emulator.ledger.requests(CLOUD, "paid")
    assert f"webhook_url={HOOKS}/bridge/v1/hooks/ideogram/{attempt.ref}" in call.path
    assert attempt.ticket == Ticket({"id": "gen/000001=="})
    assert outcome.cost == room.emulator.ledger.jobs(CLOUD)[0].cost
    assert pictures.read(bytes(outcome.picture.raw))["prompt"] == "a red fox in fresh snow"


async def test_a_queued_job_is_found_again_after_a_crash(room: Chamber) -> None:
    room.emulator.settings.change({"clouds": {CLOUD: {"run_s": 60.0}}})
    lost = room.attempt(at(room, HOOKS), V4)
    room.engine.begin(lost, seconds=5)
    for _ in range(200):
        if lost.ticket:
            break
        await asyncio.sleep(0.02)
    assert lost.task
    lost.task.cancel()
    again = Attempt(
        at(room, HOOKS), V4, lost.ready, "job-1", Control(), {}, ref=lost.ref, ticket=lost.ticket
    )
    room.engine.adopt(again)
    assert again.task
    await again.task
    assert (await room.states(), room.paid(CLOUD)) == (["kept"], 1)


@pytest.mark.parametrize(
    ("kind", "args", "error"),
    [("failed", {}, Unavailable), ("moderation", {"flag": True}, Refused),
     ("moderation", {}, Refused)],
)  # fmt: skip
async def test_a_queued_job_may_fail(
    room: Chamber, kind: str, args: dict[str, Any], error: type[AttemptError]
) -> None:
    room.emulator.faults.add(CLOUD, kind, **args)
    with pytest.raises(error):
        await room.run(room.attempt(at(room, HOOKS), V4))
    assert room.paid(CLOUD) == 1


@pytest.mark.parametrize("hooks", ["", "http://bridge.example"])
def test_without_one_the_picture_is_the_answer(hooks: str) -> None:
    adapter = CASES[CLOUD].adapter("http://x")
    adapter.account = replace(adapter.account, hooks=hooks)
    call = next(adapter.submit(plain(V4), "ref"))
    assert isinstance(call, Call)
    assert call.url == "v1/ideogram-v4/generate"


async def test_the_key_is_tried_for_nothing(room: Chamber) -> None:
    talk = Talk(at(room), room.transport, Pace(SCALE))
    assert await talk.drive(talk.adapter.inquire(), seconds=5) == {"own models": "0"}
    talk.adapter.account = replace(talk.adapter.account, key="wrong")
    talk = Talk(talk.adapter, room.transport, Pace(SCALE))
    with pytest.raises(Unpayable, match="authorization token"):
        await talk.drive(talk.adapter.inquire(), seconds=5)
