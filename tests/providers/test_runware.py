"""What is Runware's own: AIR sources and uploads, size steps, cost, its words for failures."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bridge.domain import LoraUse
from bridge.engine.card import Account, Model
from bridge.engine.contract import Adapter, Asset, Call, Finished, Handle, Ticket
from bridge.engine.talk import Talk
from bridge.errors import (
    AttemptError,
    Gone,
    Limited,
    LoraPending,
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

MODELS = {model.name: model for model in CASES["runware"].models()}
FLUX, KLEIN, Z_IMAGE = (MODELS[n] for n in ("flux1-dev", "flux2-klein-9b", "z-image-turbo"))
PICTURE, MASK = png(512, 768), png(512, 768, 200)
ROSE = "https://loras.example/z-image/rose.safetensors"


def at(room: Chamber, **options: str) -> Adapter:
    """The adapter at the emulator."""
    return CASES["runware"].adapter(room.emulator.url, options)


# what happens: the error, its rest, how the attempt is booked; submits are one, always
FAULTS: list[Row] = [
    ("status", {"status": 400}, Unfit, Rest.NONE, "failed"),
    ("status", {"status": 401}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 402}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 403}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 404}, Gone, Rest.TOLD, "failed"),
    ("status", {"status": 429, "retry_after": 5}, Limited, Rest.ASKED, "failed"),
    ("status", {"status": 500}, Unavailable, Rest.BRIEF, "failed"),
    ("status", {"status": 503}, Unavailable, Rest.BRIEF, "failed"),
    ("status", {"status": 504}, Uncertain, Rest.BRIEF, "uncertain"),
    ("html", {"status": 502}, Uncertain, Rest.BRIEF, "uncertain"),
    ("cut", {}, Uncertain, Rest.BRIEF, "uncertain"),
    ("moderation", {}, Refused, Rest.NONE, "failed"),
    ("failed", {}, Unavailable, Rest.BRIEF, "failed"),
    ("empty", {}, Uncertain, Rest.BRIEF, "uncertain"),
]


@each(FAULTS)
async def test_every_fault_has_its_name(room: Chamber, fault: Fault) -> None:
    await failed(room, fault, at(room), FLUX)


def looked(reply: Mapping[str, object], status: int = 200) -> object:
    """What a look makes of this answer of getResponse, `data` and `errors` filled in."""
    verb = CASES["runware"].adapter("http://127.0.0.1").check(Ticket({"task": "t"}))
    next(verb)
    with pytest.raises(StopIteration) as end:
        verb.send(Reply(status, {}, reply))
    return end.value.value


@pytest.mark.parametrize(
    ("error", "means"),
    [
        ({"code": "contentPolicyViolation", "message": "Refused."}, Refused),
        ({"code": "invalidProviderContent", "message": "Flagged by moderation."}, Refused),
        ({"code": "insufficientCredits", "message": "Top up."}, Unpayable),
        ({"code": "invalidApiKey", "message": "Invalid API key."}, Unpayable),
        ({"code": "rateLimitExceeded", "message": "Slow down."}, Limited),
        ({"code": "modelNotFound", "message": "Model mine:1@1 was not found.",
          "parameter": "lora"}, LoraUnreachable),
        ({"code": "modelNotFound", "message": "Model runware:9@9 was not found.",
          "parameter": "model"}, Gone),
        ({"code": "unsupportedParameter", "message": "Not taken.", "parameter": "steps"}, Unfit),
        ({"code": "invalidWidth", "message": "A multiple of 64.", "parameter": ["width"]}, Unfit),
        ({"code": "timeoutProvider", "message": "The provider did not answer."}, Unavailable),
        ({"errorMessage": "The inference failed."}, Unavailable),
    ],
    ids=lambda v: v.get("code", "old") if isinstance(v, dict) else "",
)  # fmt: skip
def test_a_failed_task_says_why(error: dict[str, object], means: type[AttemptError]) -> None:
    with pytest.raises(AttemptError) as raised:
        looked({"errors": [{"taskUUID": "t", "status": "error", **error}]}, status=400)
    assert type(raised.value) is means


async def test_an_empty_account_buys_nothing(room: Chamber) -> None:
    room.emulator.settings.change({"clouds": {"runware": {"balance": 0}}})
    with pytest.raises(Unpayable):
        await room.run(room.attempt(at(room), FLUX))
    assert room.emulator.ledger.jobs("runware") == []


async def test_the_cost_is_the_clouds_own(room: Chamber) -> None:
    outcome = await room.run(room.attempt(at(room), Z_IMAGE))
    [job] = room.emulator.ledger.jobs("runware")
    assert outcome.cost == job.cost > 0


def test_a_cost_that_is_not_told_is_not_called_nothing() -> None:
    item = {"taskUUID": "t", "imageURL": "https://im.example/a.png"}
    for told, cost in ({}, None), ({"cost": 0.0013}, 1300), ({"cost": 0}, 0):
        look = looked({"data": [item | told]})
        assert isinstance(look, Finished)
        assert look.cost == cost


@pytest.mark.parametrize(
    ("model", "step"), [(m, 64 if m.family == "flux1" else 16) for m in MODELS.values()],
    ids=lambda v: getattr(v, "name", ""),
)  # fmt: skip
async def test_each_model_has_its_own_size_step(room: Chamber, model: Model, step: int) -> None:
    assert model.sizes.step == step
    masked = {"init_image": PICTURE, "mask": MASK} if model.needs_mask else {}
    sized = {"width": 512 + step, "height": 768 - step, **masked}
    outcome = await room.run(room.attempt(at(room), model, **sized))
    assert (outcome.picture.width, outcome.picture.height) == (512 + step, 768 - step)
    with pytest.raises(Unfit, match="multiple of"):
        await room.run(room.attempt(at(room), model, width=512 + step // 2, height=768, **masked))


@pytest.mark.parametrize(
    ("model", "has", "fields"),
    [
        (FLUX, {"init_image": PICTURE, "strength": 0.5}, {"seedImage", "strength"}),
        (MODELS["flux1-fill"], {"init_image": PICTURE, "mask": MASK}, {"seedImage", "maskImage"}),
        (Z_IMAGE, {"init_image": PICTURE}, {"inputs.seedImage"}),
        (KLEIN, {"references": (PICTURE, MASK)}, {"inputs.referenceImages"}),
        (MODELS["flux2-dev"], {"references": (PICTURE,)}, {"inputs.referenceImages"}),
        (KLEIN, {}, set()),
    ],
    ids=lambda v: getattr(v, "name", ""),
)
def test_pictures_stand_where_the_models_schema_has_them(
    model: Model, has: dict[str, Any], fields: set[str]
) -> None:
    ready = replace(plain(model), **has)
    call = next(CASES["runware"].adapter("").submit(ready, "ref"))
    assert isinstance(call, Call)
    task: Mapping[str, Any] = call.json[0]  # type: ignore[index]
    sent = {f"inputs.{name}" for name in task.get("inputs", {})}
    sent |= {"seedImage", "maskImage", "referenceImages", "strength"} & task.keys()
    assert sent == fields


async def uploaded(room: Chamber, adapter: Adapter) -> Mapping[str, Any]:
    """The upload that a job with a LoRA causes."""
    await room.run(room.attempt(adapter, Z_IMAGE, loras=(lora("rose", Z_IMAGE),)))
    [upload] = [j for j in room.emulator.ledger.jobs("runware") if "air" in j.request]
    found: Mapping[str, Any] = upload.request
    return found


@pytest.mark.parametrize(("options", "source"), [({}, "emulated"), ({"air_source": "me"}, "me")])
async def test_the_air_source_is_the_accounts_or_the_operators(
    room: Chamber, options: dict[str, str], source: str
) -> None:
    upload = await uploaded(room, at(room, **options))
    air = upload["air"]
    assert air.startswith(f"{source}:")
    assert (upload["downloadURL"], upload["private"]) == (ROSE, True)
    assert room.shelf.handles == {("runware", ROSE): air}


async def test_without_an_air_source_it_is_said_how_to_get_one(room: Chamber) -> None:
    room.emulator.settings.change({"clouds": {"runware": {"air_source": None}}})
    with pytest.raises(LoraUnreachable, match="RUNWARE_AIR_SOURCE"):
        await room.run(room.attempt(at(room), Z_IMAGE, loras=(lora("rose", Z_IMAGE),)))
    assert room.emulator.ledger.requests("runware", "upload") == []
    assert (await room.states(), room.paid("runware")) == ([], 0)


async def test_a_lost_mapping_costs_no_second_upload(room: Chamber) -> None:
    adapter = at(room)
    await uploaded(room, adapter)
    room.shelf.handles.clear()
    await uploaded(room, adapter)
    assert len(room.emulator.ledger.requests("runware", "upload")) == 1


async def test_a_long_upload_goes_on_and_serves_a_later_job(room: Chamber) -> None:
    room.emulator.settings.change({"clouds": {"runware": {"upload_step_s": 200.0}}})
    attempt = room.attempt(at(room), Z_IMAGE, loras=(lora("rose", Z_IMAGE),))
    room.engine.begin(attempt, seconds=20, upload=1.5)
    with pytest.raises(LoraPending):
        await room.engine.wait(attempt, seconds=5)
    assert room.paid("runware") == 0
    await uploaded(room, at(room))
    assert len(room.emulator.ledger.requests("runware", "upload")) == 1


async def test_an_air_id_in_the_dictionary_is_used_as_it_is(room: Chamber) -> None:
    use = LoraUse("public", "civitai:12@3", 0.5)
    await room.run(room.attempt(at(room), FLUX, loras=(use,)))
    [job] = room.emulator.ledger.jobs("runware")
    assert job.request["lora"] == [{"model": "civitai:12@3", "weight": 0.5}]


@pytest.mark.parametrize(
    ("family", "listed", "architecture"),
    [
        ("flux1", [], "flux1d"),
        ("flux1", [{"air": "runware:101@1", "architecture": "flux1x"}], "flux1x"),
        ("flux1", [{"air": "other:1@1", "architecture": "sdxl"}], "flux1d"),
        ("sdxl", None, "sdxl"),
    ],
)
def test_the_cloud_is_asked_what_it_calls_a_family(
    family: Any, listed: list[dict[str, str]] | None, architecture: str
) -> None:
    adapter = type(CASES["runware"].adapter(""))(
        Account("runware", "", "key", options={"air_source": "me"})
    )
    verb = adapter.adopt(Asset(ROSE, family, "rose"))
    call = next(verb)
    for found in filter(lambda one: one is not None, (listed, [])):
        assert isinstance(call, Call)
        task = call.json[0]["taskUUID"]  # type: ignore[index]
        call = verb.send(Reply(200, {}, {"data": [{"taskUUID": task, "results": found}]}))
    assert isinstance(call, Call)
    upload: Mapping[str, str] = call.json[0]  # type: ignore[index]
    assert (upload["taskType"], upload["architecture"]) == ("modelUpload", architecture)


async def test_inquire_tells_whose_account_it_is(room: Chamber) -> None:
    adapter = at(room)
    talk = Talk(adapter, room.transport, room.engine.pace)
    told = await talk.drive(adapter.inquire(), seconds=5)
    assert told == {"organizationName": "Emulated", "AIRSource": "emulated", "balance": "10.0"}
    room.emulator.settings.change({"clouds": {"runware": {"balance": 0, "air_source": None}}})
    told = await talk.drive(adapter.inquire(), seconds=5)
    assert told == {"organizationName": "Emulated", "balance": "0.0"}
    stranger = at(room)
    stranger.account = replace(stranger.account, key="wrong")
    with pytest.raises(Unpayable):
        await Talk(stranger, room.transport, room.engine.pace).drive(stranger.inquire(), seconds=5)


def test_an_upload_that_is_listed_is_ready() -> None:
    verb = CASES["runware"].adapter("").adopted(Ticket({"air": "me:1@1", "task": "t"}))
    next(verb)
    call = verb.send(Reply(200, {}, {"data": [{"taskUUID": "t", "status": "processing"}]}))
    assert isinstance(call, Call)
    task = call.json[0]["taskUUID"]  # type: ignore[index]
    with pytest.raises(StopIteration) as end:
        verb.send(Reply(200, {}, {"data": [{"taskUUID": task, "results": [{"air": "me:1@1"}]}]}))
    assert end.value.value == Handle("me:1@1")
