"""One suite for all adapters: the emulated cloud over real sockets, with every misfortune."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bridge.domain import Hires, Job, Lora, LoraFile
from bridge.engine.card import Model, Option
from bridge.engine.fit import fit
from bridge.engine.size import nearest_size
from bridge.errors import (
    AttemptError,
    BridgeError,
    Busy,
    Garbled,
    Gone,
    Interrupted,
    Limited,
    LoraUnreachable,
    Refused,
    Rest,
    TimedOut,
    TooManyLoras,
    Unavailable,
    Uncertain,
    Unfit,
    Unpayable,
)
from emulator import pictures
from emulator.clouds import CLOUDS
from tests.providers.cases import CASES, MODELS, QUEUED, png
from tests.providers.chamber import Chamber, lora, until

by_model = pytest.mark.parametrize(("cloud", "model"), MODELS, ids=lambda v: getattr(v, "name", v))
by_cloud = pytest.mark.parametrize("cloud", CASES)
by_queued_cloud = pytest.mark.parametrize("cloud", QUEUED)


def first(cloud: str) -> Model:
    return CASES[cloud].models()[0]


def with_loras(cloud: str) -> Model:
    """The cloud's first model that takes LoRAs."""
    return next(model for model in CASES[cloud].models() if model.loras)


by_lora_cloud = pytest.mark.parametrize(
    "cloud", [name for name, case in CASES.items() if any(m.loras for m in case.models())]
)


def fill(model: Model) -> dict[str, object]:
    """What a model cannot do without."""
    if model.loras and model.loras.least:
        return {"loras": (lora("needed", model),)}
    if not model.needs_mask:
        return {}
    return {"init_image": png(512, 768), "mask": png(512, 768)}


@by_model
async def test_the_picture_shows_what_was_asked(room: Chamber, cloud: str, model: Model) -> None:
    both = (lora("rose", model, 0.8), lora("rain", model, 0.4))
    loras = both[: model.loras.most if model.loras else 0]
    adapter = CASES[cloud].adapter(room.emulator.url)
    attempt = room.attempt(adapter, model, **fill(model) | {"loras": loras})
    outcome = await room.run(attempt)
    shown = pictures.read(bytes(outcome.picture.raw))
    assert shown["prompt"] == "a red fox in fresh snow"
    asked = attempt.ready.width, attempt.ready.height
    assert (shown["width"], shown["height"]) == asked
    assert (outcome.picture.width, outcome.picture.height) == asked
    assert [weight for _, weight in shown["loras"]] == [use.weight for use in loras]
    if model.seeds:
        assert shown["seed"] == 42
    assert await room.states() == ["kept"]
    kept = (await room.history.page())[0]
    assert await room.blobs.load(kept.blake3, kept.kind) == bytes(outcome.picture.raw)
    assert room.paid(cloud) == 1


CHANGES: dict[str, dict[str, object]] = {
    "negative": {"negative": "fog"},
    "steps": {"steps": 7},
    "guidance": {"guidance": 2.75},
    "seed": {"seed": 43},
    "width": {"width": 768},
    "prompt": {"prompt": "a blue heron"},
    "init_image": {"init_image": png(512, 768)},
    "mask": {"init_image": png(512, 768), "mask": png(512, 768)},
    "strength": {"init_image": png(512, 768), "strength": 0.4},
    "references": {"references": (png(64, 64),)},
    "loras": {"loras": "some"},
    "hires": {"hires": Hires(1024, 1536, 0.3)},
}


def declared(model: Model, field: str) -> bool:
    """Whether the card says that the model takes the field."""
    return {
        "negative": model.negative,
        "steps": model.steps is not None,
        "guidance": model.guidance is not None,
        "seed": model.seeds is not None,
        "init_image": model.image_to_image,
        "mask": model.mask,
        "strength": model.strength,
        "references": model.references > 0,
        "loras": model.loras is not None,
        "hires": model.hires != "none",
        "width": not model.sizes.like_init,
    }.get(field, True)


async def sent(room: Chamber, cloud: str, model: Model, changes: dict[str, object]) -> object:
    """What a job causes: the request in the cloud's books, and what the picture shows of it."""
    if changes.get("loras"):
        changes = {**changes, "loras": (lora("rose", model),)}
    adapter = CASES[cloud].adapter(room.emulator.url)
    outcome = await room.run(room.attempt(adapter, model, **fill(model) | changes))
    request = dict(room.emulator.ledger.jobs(cloud)[-1].request)
    request.pop("taskUUID", None)
    return request, pictures.read(bytes(outcome.picture.raw))


@by_model
@pytest.mark.parametrize("field", CHANGES)
async def test_a_field_moves_the_request_if_the_card_says_so(
    room: Chamber, cloud: str, model: Model, field: str
) -> None:
    if not declared(model, field):
        assert fit_removes(model, field)
        return
    changes = dict(CHANGES[field])
    if field == "steps" and model.steps:
        changes = {"steps": int(model.steps.low) + 2}
    if field == "width":
        width, height = nearest_size(768, 512, model.sizes)
        changes = {"width": width, "height": height}
    before: dict[str, object] = (
        {"init_image": png(512, 768)} if field in ("mask", "strength") else {}
    )
    if model.needs_mask and field in ("init_image", "mask"):
        changes = {"init_image": png(512, 768, 90), "mask": png(512, 768, 200)}
    without = await sent(room, cloud, model, before if not model.needs_mask else {})
    assert await sent(room, cloud, model, changes) != without


def fit_removes(model: Model, field: str) -> bool:
    """What the card does not declare never reaches the adapter: `fit` cuts it."""
    if field == "width":
        start = Job("j", "a fox", 1, width=768, height=512, init_image=png(512, 768))
        return (fit(start, model).job.width, fit(start, model).job.height) == (512, 768)
    rose = Lora("rose", "Rose", "character", 1, {model.family: LoraFile("https://x/y", 1.0)})
    asked = {"loras": {"loras": (rose,)}}.get(field, CHANGES[field])
    cut = fit(replace(Job("j", "a fox", 1), **asked), model)
    left = {"loras": cut.uses, "seed": None}.get(field, getattr(cut.job, field, None))
    return not left


@by_model
async def test_a_second_pass_makes_the_picture_larger(
    room: Chamber, cloud: str, model: Model
) -> None:
    if model.hires == "none":
        assert fit_removes(model, "hires")
        return
    adapter = CASES[cloud].adapter(room.emulator.url)
    attempt = room.attempt(adapter, model, hires=Hires(1024, 1536, 0.3, 1.0, 6))
    picture = (await room.run(attempt)).picture
    if model.hires == "second-pass":
        assert (picture.width, picture.height) == (1024, 1536)
    assert picture.width > attempt.ready.width


def value_of(option: Option) -> object:
    """Something that the option takes."""
    if option.kind in ("number", "whole"):
        return (option.low or 0) + 1 if option.kind == "whole" else option.high or 3.5
    return {"switch": True, "text": "Euler"}.get(
        option.kind, option.choices[-1:] and option.choices[-1]
    )


@by_model
async def test_an_option_moves_the_request_if_the_card_says_so(
    room: Chamber, cloud: str, model: Model
) -> None:
    nobody = Option("nobody_has_this", "whole", "")
    asked = {option.name: value_of(option) for option in (*model.options, nobody)}
    cut = fit(Job("j", "a fox", 1, options=asked), model)
    assert dict(cut.job.options).keys() == {option.name for option in model.options}
    assert [note.code for note in cut.notes].count("option") == 1
    without: Any = await sent(room, cloud, model, {}) if model.options else None
    for name, value in cut.job.options.items():
        with_it: Any = await sent(room, cloud, model, {"options": {name: value}})
        assert with_it[0] != without[0], name
        told = flat(with_it[0])
        # some graphs want their texts in quotation marks
        assert value in told or f'"{value}"' in told, name


def flat(request: Any) -> list[object]:
    """Every value in a request, however deep."""
    if isinstance(request, dict):
        request = list(request.values())
    if not isinstance(request, list):
        return [request]
    return [value for part in request for value in flat(part)]


FAULTS: list[tuple[str, dict[str, object], type[BridgeError], str]] = [
    ("status", {"status": 401}, Unpayable, "failed"),
    ("status", {"status": 402}, Unpayable, "failed"),
    ("status", {"status": 403}, Unpayable, "failed"),
    ("status", {"status": 404}, Gone, "failed"),
    ("status", {"status": 422}, Unfit, "failed"),
    ("status", {"status": 429, "retry_after": 9}, Limited, "failed"),
    ("status", {"status": 500}, Unavailable, "failed"),
    ("status", {"status": 503}, Unavailable, "failed"),
    ("status", {"status": 502}, Uncertain, "uncertain"),
    ("html", {}, Uncertain, "uncertain"),
    ("cut", {}, Uncertain, "uncertain"),
    ("moderation", {}, Refused, "failed"),
    ("failed", {}, Unavailable, "failed"),
    ("empty", {}, Garbled, "uncertain"),
]


@by_cloud
@pytest.mark.parametrize(
    ("kind", "args", "error", "state"), FAULTS, ids=lambda v: str(v) if isinstance(v, str) else ""
)
async def test_a_failure_has_a_name_and_one_paid_call(
    room: Chamber, cloud: str, kind: str, args: dict[str, object],
    error: type[AttemptError], state: str,
) -> None:  # fmt: skip
    room.emulator.faults.add(cloud, kind, **args)  # type: ignore[arg-type]
    attempt = room.attempt(CASES[cloud].adapter(room.emulator.url), first(cloud))
    with pytest.raises(AttemptError) as raised:
        await room.run(attempt)
    held_back = kind == "moderation" and attempt.finished  # the cloud did the work
    assert (await room.states(), room.paid(cloud)) == (["paid" if held_back else state], 1)
    also = Uncertain if kind == "empty" else error  # an empty answer may mean a lost job
    assert type(raised.value) in (error, also)
    if "retry_after" in args:
        assert raised.value.retry_after == 9
    assert raised.value.text


@by_cloud
@pytest.mark.parametrize("kind", ["truncated", "accepted_then_lost"])
async def test_a_lost_answer_is_looked_up_never_sent_again(
    room: Chamber, cloud: str, kind: str
) -> None:
    room.emulator.faults.add(cloud, kind)
    adapter = CASES[cloud].adapter(room.emulator.url)
    attempt = room.attempt(adapter, first(cloud))
    if adapter.card.recovery == "ref":
        await room.run(attempt)
        assert await room.states() == ["kept"]
    else:
        with pytest.raises(Uncertain):
            await room.run(attempt)
        assert await room.states() == ["uncertain"]
    assert room.paid(cloud) == 1


@by_queued_cloud
@pytest.mark.parametrize(
    ("kind", "args"),
    [
        ("not_a_picture", {}), ("expired", {}), ("huge", {"mb": 6}),
        ("huge", {"mb": 6, "declared": True}), ("html", {"match": "file"}),
        ("redirect", {"to": "http://127.0.0.1:9/x.png"}),
        ("redirect", {"to": "http://169.254.169.254/latest"}),
        ("redirect", {"to": "file:///etc/passwd"}),
    ],
    ids=str,
)  # fmt: skip
async def test_a_paid_job_without_its_picture_is_perhaps_paid(
    room: Chamber, cloud: str, kind: str, args: dict[str, object]
) -> None:
    room.emulator.faults.add(cloud, kind, times=None, **args)  # type: ignore[arg-type]
    attempt = room.attempt(CASES[cloud].adapter(room.emulator.url), first(cloud))
    with pytest.raises(Garbled):
        await room.run(attempt)
    assert await room.states() == ["uncertain"]
    assert room.paid(cloud) == 1


@by_queued_cloud
@pytest.mark.parametrize(
    ("kind", "args"),
    [("status", {"status": 503}), ("html", {}), ("cut", {}), ("truncated", {}), ("latency", {})],
    ids=str,
)
async def test_a_fault_while_waiting_is_waited_out(
    room: Chamber, cloud: str, kind: str, args: dict[str, object]
) -> None:
    room.emulator.faults.add(cloud, kind, match="status", times=3, **args)
    await room.run(room.attempt(CASES[cloud].adapter(room.emulator.url), first(cloud)))
    assert await room.states() == ["kept"]
    assert room.paid(cloud) == 1


@by_cloud
async def test_a_wrong_content_type_is_forgiven(room: Chamber, cloud: str) -> None:
    room.emulator.faults.add(cloud, "content_type", match="", times=None)
    await room.run(room.attempt(CASES[cloud].adapter(room.emulator.url), first(cloud)))
    assert await room.states() == ["kept"]


@by_cloud
async def test_a_hanging_submit_costs_one_patience(room: Chamber, cloud: str) -> None:
    room.emulator.faults.add(cloud, "hang")
    attempt = room.attempt(CASES[cloud].adapter(room.emulator.url), first(cloud))
    room.engine.begin(attempt, seconds=1.0)
    await until(lambda: room.paid(cloud))
    with pytest.raises((TimedOut, Uncertain)):
        await room.engine.wait(attempt, seconds=0.3)
    assert room.paid(cloud) == 1


@by_cloud
async def test_a_slow_job_is_given_up_and_cancelled_where_that_stops_the_bill(
    room: Chamber, cloud: str
) -> None:
    room.emulator.settings.change({"clouds": {cloud: {"run_s": 200.0}}})
    adapter = CASES[cloud].adapter(room.emulator.url)
    attempt = room.attempt(adapter, first(cloud))
    with pytest.raises(TimedOut):
        await room.give_up(attempt)
    assert attempt.task
    await asyncio.wait({attempt.task}, timeout=20)
    cancels = adapter.card.cancel_stops_bill
    assert await room.states() == ["cancelled" if cancels else "kept"]
    assert room.paid(cloud) == 1


@by_cloud
async def test_standing_in_line_is_no_fault_of_the_cloud(room: Chamber, cloud: str) -> None:
    room.emulator.settings.change({"clouds": {cloud: {"run_s": 20_000.0}}})
    adapter = CASES[cloud].adapter(room.emulator.url)
    for _ in range(adapter.card.at_once):
        room.engine.begin(room.attempt(adapter, first(cloud)), seconds=30)
    await until(lambda: room.paid(cloud) == adapter.card.at_once)
    with pytest.raises(Busy) as raised:
        await room.run(room.attempt(adapter, first(cloud)), seconds=0.2)
    assert raised.value.rest is Rest.NONE
    assert room.paid(cloud) == adapter.card.at_once


@by_cloud
async def test_an_interrupt_ends_the_waiting_at_once(room: Chamber, cloud: str) -> None:
    room.emulator.settings.change({"clouds": {cloud: {"run_s": 20_000.0}}})
    attempt = room.attempt(CASES[cloud].adapter(room.emulator.url), first(cloud))
    room.engine.begin(attempt, seconds=30)
    waiting = asyncio.create_task(room.engine.wait(attempt, seconds=30))
    await until(lambda: room.paid(cloud))
    attempt.control.stop.set()
    with pytest.raises(Interrupted):
        await waiting


@by_lora_cloud
async def test_a_lora_that_cannot_be_fetched_is_named(room: Chamber, cloud: str) -> None:
    model = with_loras(cloud)
    adapter = CASES[cloud].adapter(room.emulator.url)
    if not (model.loras and model.loras.named == "handle"):
        assert list(adapter.adopt.__code__.co_names).count("Call") == 0
        return
    attempt = room.attempt(adapter, model, loras=(lora("unreachable", model),))
    with pytest.raises(LoraUnreachable):
        await room.run(attempt)
    assert await room.states() == []
    assert room.paid(cloud) == 0


@by_lora_cloud
async def test_a_lora_is_uploaded_once_for_two_jobs_at_once(room: Chamber, cloud: str) -> None:
    model = with_loras(cloud)
    adapter = CASES[cloud].adapter(room.emulator.url)
    attempts = [room.attempt(adapter, model, loras=(lora("rose", model),)) for _ in range(3)]
    await asyncio.gather(*(room.run(attempt) for attempt in attempts))
    uploads = room.emulator.ledger.requests(cloud, "upload")
    named = model.loras and model.loras.named
    assert len(uploads) == (1 if named == "handle" else 0)


@by_lora_cloud
async def test_a_lora_that_the_cloud_forgot_is_uploaded_again(room: Chamber, cloud: str) -> None:
    model, adapter = with_loras(cloud), CASES[cloud].adapter(room.emulator.url)
    use = lora("rose", model)
    if not (model.loras and model.loras.named == "handle"):
        await room.run(room.attempt(adapter, model, loras=(use,)))
        assert room.shelf.handles == {}
        return
    await room.shelf.adopted(adapter.account.name, use.url, "mysource:404@1")
    with pytest.raises(LoraUnreachable):
        await room.run(room.attempt(adapter, model, loras=(use,)))
    # a cloud that can be asked for nothing says so before anything is begun
    assert await room.states() == ["failed"] * room.paid(cloud)
    await room.run(room.attempt(adapter, model, loras=(use,)))
    assert (await room.states())[-1] == "kept"


@pytest.mark.parametrize(
    "cloud",
    [cloud.name for cloud in CLOUDS if cloud.name in CASES and "too_many_loras" in cloud.kinds],
)
async def test_too_many_loras_are_told_with_their_number(room: Chamber, cloud: str) -> None:
    model = next(m for m in CASES[cloud].models() if m.loras and m.loras.most > 1)
    room.emulator.faults.add(cloud, "too_many_loras", most=1)
    attempt = room.attempt(
        CASES[cloud].adapter(room.emulator.url), model,
        loras=(lora("rose", model), lora("rain", model)),
    )  # fmt: skip
    with pytest.raises(TooManyLoras) as raised:
        await room.run(attempt)
    assert raised.value.most == 1
    assert (await room.states(), room.paid(cloud)) == (["failed"], 1)


@by_cloud
async def test_a_key_that_the_cloud_repeats_is_blotted_out(room: Chamber, cloud: str) -> None:
    adapter = CASES[cloud].adapter(room.emulator.url)
    key = adapter.account.key
    room.emulator.faults.add(cloud, "status", status=400, text=f"no: {key}")
    attempt = room.attempt(adapter, first(cloud))
    with pytest.raises(AttemptError) as raised:
        await room.run(attempt)
    assert key not in f"{raised.value.text} {raised.value.args} {attempt.ticket} {attempt.recipe}"


@by_cloud
async def test_a_wrong_key_is_told(room: Chamber, cloud: str) -> None:
    adapter = CASES[cloud].adapter(room.emulator.url)
    adapter.account = replace(adapter.account, key="wrong")
    with pytest.raises(Unpayable):
        await room.run(room.attempt(adapter, first(cloud)))
    assert room.emulator.ledger.jobs(cloud) == []
