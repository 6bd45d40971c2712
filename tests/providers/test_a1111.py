"""What is special about an A1111 server: no ticket, one card, an interrupt that names no job."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bridge.domain import Hires
from bridge.engine import circle
from bridge.engine.card import Account, Model
from bridge.engine.contract import Adapter
from bridge.engine.talk import Talk
from bridge.errors import (
    BadRequest,
    Garbled,
    Gone,
    LoraUnreachable,
    Refused,
    Rest,
    TimedOut,
    Unavailable,
    Uncertain,
    Unfit,
    Unpayable,
)
from bridge.providers.a1111 import A1111
from emulator import pictures
from tests.api.door import opened
from tests.providers.cases import CASES, png
from tests.providers.chamber import MOMENT_S, Chamber, lora, until
from tests.providers.faults import Fault, Row, each, failed

SDXL, FLUX, KLEIN, Z_IMAGE = A1111.card.models


def at(room: Chamber, key: str = "test-a1111", **options: str) -> Adapter:
    """The adapter at the emulator."""
    account = CASES["a1111"].adapter(room.emulator.url).account
    return A1111(replace(account, key=key, options=options))


def shown(raw: bytes | memoryview) -> Mapping[str, Any]:
    return pictures.read(bytes(raw))


FAULTS: list[Row] = [
    ("status", {"status": 401}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 404}, Gone, Rest.TOLD, "failed"),
    ("status", {"status": 404, "text": "Init image not found"}, Unfit, Rest.NONE, "failed"),
    ("status", {"status": 400, "text": "Sampler not found"}, Unfit, Rest.NONE, "failed"),
    ("status", {"status": 422, "text": "Script 'x' not found"}, Unfit, Rest.NONE, "failed"),
    ("status", {"status": 500, "text": "could not find upscaler named X"}, Unfit, Rest.NONE,
     "failed"),
    ("status", {"status": 508, "text": circle.TEXT}, Gone, Rest.TOLD, "failed"),
    ("status", {"status": 500}, Unavailable, Rest.BRIEF, "failed"),
    ("status", {"status": 504}, Uncertain, Rest.BRIEF, "uncertain"),
    ("html", {"status": 500}, Unavailable, Rest.BRIEF, "failed"),
    ("failed", {}, Unavailable, Rest.BRIEF, "failed"),
    ("nan", {}, Unavailable, Rest.BRIEF, "failed"),
    ("moderation", {}, Refused, Rest.NONE, "failed"),
    ("empty", {}, Garbled, Rest.BRIEF, "uncertain"),
    ("cut", {}, Uncertain, Rest.BRIEF, "uncertain"),
]  # fmt: skip


@each(FAULTS)
async def test_each_fault_has_its_class(room: Chamber, fault: Fault) -> None:
    error = await failed(room, fault, at(room, "test-ana:s3cret"), SDXL)
    assert "s3cret" not in error.text


@pytest.mark.parametrize("key", ["test-ana:s3cret", "test-token"])
async def test_a_key_is_basic_or_a_token(room: Chamber, key: str) -> None:
    await room.run(room.attempt(at(room, key), SDXL))
    assert await room.states() == ["kept"]


@pytest.mark.parametrize(
    ("key", "header", "sent"),
    [
        ("ana:s3:cret", "", {"Authorization": "Basic " + b64encode(b"ana:s3:cret").decode()}),
        ("s3cret", "", {"Authorization": "Bearer s3cret"}),
        ("s3cret", "X-API-Key", {"X-API-Key": "s3cret"}),
        ("s3cret", "Authorization: Token {key}", {"Authorization": "Token s3cret"}),
    ],
)
def test_a_key_goes_where_the_proxy_wants_it(key: str, header: str, sent: dict[str, str]) -> None:
    options = {"header": header} if header else {}
    assert A1111(Account("a1111", "http://x", key, options=options)).credentials() == sent


async def test_a_half_made_picture_is_none(room: Chamber) -> None:
    room.emulator.settings.change({"clouds": {"a1111": {"run_s": 4000.0}}})
    attempt = room.attempt(at(room), SDXL)
    room.engine.begin(attempt, seconds=30)
    await until(lambda: attempt.control.progress)
    with pytest.raises(TimedOut):
        await room.engine.wait(attempt, seconds=MOMENT_S)
    assert attempt.task
    await asyncio.wait({attempt.task}, timeout=20)
    assert attempt.control.progress > 0
    assert await room.states() == ["cancelled"]
    assert len(room.emulator.ledger.requests("a1111", "/interrupt$")) == 1


@pytest.mark.parametrize("internal", [True, False])
async def test_another_ones_job_is_never_interrupted(room: Chamber, internal: bool) -> None:
    settings = {"run_s": 250.0, "internal": internal}
    room.emulator.settings.change({"clouds": {"a1111": settings}})
    other, ours = room.attempt(at(room), SDXL), room.attempt(at(room), SDXL)
    other.adapter.account = replace(other.adapter.account, label="2")
    room.engine.begin(other, seconds=30)
    await until(lambda: room.emulator.ledger.jobs("a1111"))
    with pytest.raises(TimedOut):
        await room.give_up(ours)
    for attempt in (other, ours):
        assert attempt.task
        await asyncio.wait({attempt.task}, timeout=20)
    assert await room.states() == ["kept", "kept"]
    assert room.emulator.ledger.requests("a1111", "/interrupt$") == []


async def test_without_internal_progress_the_common_one_is_read(room: Chamber) -> None:
    settings = {"run_s": 10_000.0, "internal": False}
    room.emulator.settings.change({"clouds": {"a1111": settings}})
    attempt = room.attempt(at(room), SDXL)
    room.engine.begin(attempt, seconds=30)
    await until(lambda: 0 < attempt.control.progress < 1)
    assert room.emulator.ledger.requests("a1111", "/sdapi/v1/progress")


async def test_a_checkpoint_is_asked_for_by_name(room: Chamber) -> None:
    adapter = at(room, checkpoints="sub_paper-v2, plain-xl.safetensors [31e35c80fc]")
    paper, plain = adapter.models()
    assert paper.name == "sub_paper-v2"
    outcome = await room.run(room.attempt(adapter, paper))
    assert shown(outcome.picture.raw)["model"] == "sub/paper-v2.safetensors"
    [job] = room.emulator.ledger.jobs("a1111")
    assert job.request["override_settings"] == {"sd_model_checkpoint": "sub_paper-v2"}
    assert job.request["override_settings_restore_afterwards"] is True
    assert "sampler_name" not in job.request
    assert plain.family == "sdxl"


async def test_an_unknown_checkpoint_is_not_painted_with_another(room: Chamber) -> None:
    adapter = at(room, checkpoints="lost")
    with pytest.raises(Gone, match="no checkpoint lost"):
        await room.run(room.attempt(adapter, adapter.models()[0]))
    assert (await room.states(), room.paid("a1111")) == ([], 0)


@pytest.mark.parametrize("model", A1111.card.models, ids=lambda model: model.name)
async def test_each_family_gets_its_guidance(room: Chamber, model: Model) -> None:
    adapter = at(room, family=model.family)
    assert [known.family for known in adapter.models()] == [model.family]
    await room.run(room.attempt(adapter, adapter.models()[0]))
    [job] = room.emulator.ledger.jobs("a1111")
    asked = job.request["cfg_scale"], job.request.get("distilled_cfg_scale")
    expected = {"sdxl": (6.0, None), "flux1": (1, 3.5)}.get(model.family, (1, None))
    assert asked == expected


def test_an_unknown_family_stops_the_start() -> None:
    with pytest.raises(BadRequest, match="A1111_FAMILY=sd15: there are sdxl, flux1"):
        A1111(Account("a1111", "http://x", options={"family": "sd15"}))


async def test_a_second_pass_has_the_size_that_was_asked(room: Chamber) -> None:
    attempt = room.attempt(at(room), SDXL, hires=Hires(1024, 1536, 0.3, steps=12))
    outcome = await room.run(attempt)
    assert (outcome.picture.width, outcome.picture.height) == (1024, 1536)
    [job] = room.emulator.ledger.jobs("a1111")
    assert job.request["denoising_strength"] == 0.3
    assert job.request["hr_second_pass_steps"] == 12


async def test_a_mask_repaints_the_whole_picture_at_the_size_asked(room: Chamber) -> None:
    outcome = await room.run(
        room.attempt(at(room), SDXL, init_image=png(600, 600), mask=png(600, 600, 255))
    )
    facts = shown(outcome.picture.raw)
    assert facts["init"] and facts["mask"]
    [job] = room.emulator.ledger.jobs("a1111")
    assert job.request["inpaint_full_res"] is False
    assert (facts["width"], facts["height"]) == (512, 768)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://loras.example/x/rose.safetensors?token=1", "rose"),
        ("https://loras.example/x/RAIN.safetensors", "Rain"),
        ("https://loras.example/x/old%20town.safetensors", "old town"),
        ("https://loras.example/api/download/models/12345", "fog"),
        ("fog", "fog"),
    ],
)
async def test_a_lora_is_found_by_its_files_name(room: Chamber, url: str, name: str) -> None:
    use = replace(lora("fog", SDXL, 0.5), url=url)
    outcome = await room.run(room.attempt(at(room), SDXL, loras=(use,)))
    assert shown(outcome.picture.raw)["loras"] == [[name, 0.5]]


async def test_a_lora_that_is_not_there_says_what_to_do(room: Chamber) -> None:
    use = replace(lora("heron", SDXL), url="https://loras.example/heron-v2.safetensors?token=hush")
    with pytest.raises(LoraUnreachable, match=r"no LoRA file heron-v2\.safetensors") as raised:
        await room.run(room.attempt(at(room), SDXL, loras=(use,)))
    assert "hush" not in raised.value.text
    assert room.paid("a1111") == 0


async def test_a_bridge_that_is_its_own_upstream_refuses(room: Chamber) -> None:
    async with opened() as door:
        adapter = A1111(Account("a1111", door.url))
        with pytest.raises(Gone, match="its own upstream"):
            await room.run(room.attempt(adapter, SDXL))
        assert door.pipeline.jobs == []
        other = await door.post("txt2img", {"prompt": "x"}, headers={circle.HEADER: "another"})
        assert other.status == 200
    assert await room.states() == ["failed"]


async def test_the_key_is_tried_for_nothing(room: Chamber) -> None:
    adapter = at(room)
    talk = Talk(adapter, room.transport, room.engine.pace)
    told = await talk.drive(adapter.inquire(), seconds=5)
    assert told == {"checkpoint": "plain-xl.safetensors [31e35c80fc]"}
