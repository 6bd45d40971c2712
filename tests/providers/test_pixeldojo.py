"""What is Pixel Dojo's own: two APIs, ratios for sizes, one LoRA, answers of several shapes."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.engine.contract import Adapter, Call, Finished, Remote, Ticket, Waiting
from bridge.engine.size import nearest_ratio
from bridge.engine.talk import Talk
from bridge.errors import (
    AttemptError,
    Garbled,
    Gone,
    Limited,
    LoraUnreachable,
    Refused,
    Rest,
    TimedOut,
    Unavailable,
    Uncertain,
    Unfit,
    Unpayable,
)
from bridge.providers.pixeldojo import RATIOS
from bridge.transport.reply import Reply
from tests.providers.cases import CASES
from tests.providers.chamber import Chamber, lora, plain
from tests.providers.faults import Fault, Row, each, failed

MODELS = {model.name: model for model in CASES["pixeldojo"].models()}
LORA = MODELS["flux1-dev-lora"]


def at(url: str) -> Adapter:
    """The adapter at the emulator."""
    return CASES["pixeldojo"].adapter(url)


# at /flux and at the job API: the error, its rest, how the attempt is booked; submits are one
FAULTS: list[Row] = [
    ("status", {"status": 400}, Unfit, Rest.NONE, "failed"),
    ("status", {"status": 400, "text": "LoRA could not be loaded"}, LoraUnreachable, Rest.NONE,
     "failed"),
    ("status", {"status": 401, "text": "no key test-pixeldojo"}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 402}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 403}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 404}, Gone, Rest.TOLD, "failed"),
    ("status", {"status": 422}, Unfit, Rest.NONE, "failed"),
    ("status", {"status": 429, "retry_after": 3}, Limited, Rest.ASKED, "failed"),
    ("status", {"status": 500}, Unavailable, Rest.BRIEF, "failed"),
    ("status", {"status": 504}, Uncertain, Rest.BRIEF, "uncertain"),
    ("accepted_then_lost", {}, Uncertain, Rest.BRIEF, "uncertain"),
    ("moderation", {}, Refused, Rest.NONE, "failed"),
    ("failed", {}, Unavailable, Rest.BRIEF, "failed"),
    ("empty", {}, Garbled, Rest.BRIEF, "uncertain"),
]  # fmt: skip


@pytest.mark.parametrize("name", ["z-image-turbo", "flux1-dev-lora"])
@each(FAULTS)
async def test_every_fault_has_its_name(room: Chamber, name: str, fault: Fault) -> None:
    model = MODELS[name]
    loras = (lora("rose", model),) if model.loras else ()
    await failed(room, fault, at(room.emulator.url), model, loras=loras)


async def test_the_lora_goes_to_the_old_call(room: Chamber) -> None:
    attempt = room.attempt(at(room.emulator.url), LORA, loras=(lora("rose", LORA, 0.6),))
    outcome = await room.run(attempt)
    [job] = room.emulator.ledger.jobs("pixeldojo")
    assert job.request == {
        "prompt": "a red fox in fresh snow", "aspect_ratio": "2:3", "seed": 42,
        "model": "flux-dev-single-lora", "num_outputs": 1, "output_format": "png",
        "lora_weights": "https://loras.example/flux1/rose.safetensors", "lora_scale": 0.6,
        "go_fast": False,
    }  # fmt: skip
    assert outcome.facts == {"credits": "1.0"}


async def test_a_lora_that_cannot_be_fetched_is_named(room: Chamber) -> None:
    attempt = room.attempt(at(room.emulator.url), LORA, loras=(lora("unreachable", LORA),))
    with pytest.raises(LoraUnreachable):
        await room.run(attempt)


async def test_an_old_call_that_is_slow_is_held_to_its_end(room: Chamber) -> None:
    room.emulator.settings.change({"clouds": {"pixeldojo": {"run_s": 200.0}}})
    attempt = room.attempt(at(room.emulator.url), MODELS["flux1-pro"])
    with pytest.raises(TimedOut):
        await room.give_up(attempt)
    assert attempt.task
    await attempt.task
    assert (await room.states(), room.paid("pixeldojo")) == (["kept"], 1)


def looked(job: Mapping[str, object]) -> Waiting | Finished:
    """What a look makes of this job."""
    look = at("http://127.0.0.1").check(Ticket({"id": "job_1"}))
    call = next(look)
    assert isinstance(call, Call)
    assert call.url == "jobs/job_1"
    with pytest.raises(StopIteration) as end:
        look.send(Reply(200, {}, job))
    found = end.value.value
    assert isinstance(found, Waiting | Finished)
    return found


URL = "https://temp.pixeldojo.ai/pixeldojotemp/1-0.png"


@pytest.mark.parametrize(
    "output",
    [
        {"images": [URL]}, {"images": [{"url": URL}]}, {"image": URL}, {"image": {"url": URL}},
        {"image_url": URL}, [URL], URL, {"result": {"image_url": URL}},
    ],
    ids=str,
)  # fmt: skip
def test_every_shape_of_an_answer_is_read(output: object) -> None:
    look = looked({"jobId": "job_1", "status": "completed", "output": output, "creditCost": 0.5})
    assert look == Finished((Remote(URL),), facts={"credits": "0.5"})


def test_a_seed_beside_the_picture_is_kept() -> None:
    images = [{"url": URL, "seed": 7, "width": 1024, "height": 1024}]
    assert looked({"status": "completed", "images": images}) == Finished((Remote(URL),), seed=7)


@pytest.mark.parametrize("status", ["pending", "processing", "queued", None])
def test_an_unknown_state_is_waited_for(status: object) -> None:
    assert looked({"jobId": "job_1", "status": status}) == Waiting(retry_after=2.0)


@pytest.mark.parametrize(
    ("error", "means"),
    [
        ({"code": "content_policy", "message": "flagged"}, Refused),
        ("NSFW content detected", Refused),
        ({"code": "insufficient_credits", "message": "none left"}, Unpayable),
        ({"code": "quota_exceeded", "message": "no more"}, Unpayable),
        ({"code": "invalid_request", "message": "aspect_ratio"}, Unfit),
        ("LoRA could not be loaded", LoraUnreachable),
        ({"code": "server_error", "message": "oops"}, Unavailable),
        (None, Unavailable),
    ],
    ids=str,
)
def test_a_failed_job_says_why(error: object, means: type[AttemptError]) -> None:
    with pytest.raises(means) as raised:
        looked({"jobId": "job_1", "status": "failed", "error": error})
    assert type(raised.value) is means


async def test_an_answer_without_a_job_may_have_been_paid() -> None:
    verb = at("http://127.0.0.1").submit(plain(MODELS["z-image-turbo"]), "ref")
    next(verb)
    with pytest.raises(Garbled):
        verb.send(Reply(200, {}, {"status": "pending"}))


def test_the_webhook_is_asked_for() -> None:
    adapter = at("http://127.0.0.1")
    adapter.account = replace(adapter.account, hooks="https://my.example")
    call = next(adapter.submit(plain(MODELS["flux2-dev"]), "ref-1"))
    assert isinstance(call, Call)
    assert isinstance(call.json, dict)
    assert call.json["webhook_url"] == "https://my.example/bridge/v1/hooks/pixeldojo/ref-1"


@settings(max_examples=50)
@given(st.integers(64, 4096), st.integers(64, 4096))
def test_the_ratio_turns_with_the_picture(width: int, height: int) -> None:
    across, down = nearest_ratio(width, height, RATIOS).split(":")
    turned = nearest_ratio(height, width, RATIOS).split(":")
    assert (across, down) == ("1", "1") or (int(across) > int(down)) == (width > height)
    assert turned == [down, across]


@pytest.mark.parametrize(
    ("size", "name"),
    [((512, 768), "2:3"), ((1920, 1080), "16:9"), ((768, 1344), "9:16"), ((1000, 1010), "1:1"),
     ((1182, 886), "4:3"), ((3000, 500), "16:9")],
)  # fmt: skip
def test_the_nearest_ratio(size: tuple[int, int], name: str) -> None:
    assert nearest_ratio(*size, RATIOS) == name


async def test_the_key_is_tried_for_nothing(room: Chamber) -> None:
    adapter = at(room.emulator.url)
    talk = Talk(adapter, room.transport, room.engine.pace)
    assert await talk.drive(adapter.inquire(), seconds=5) == {"key": "accepted"}
    room.emulator.faults.add("pixeldojo", "status", match="/jobs$", status=404)
    assert await talk.drive(adapter.inquire(), seconds=5) == {}
    adapter.account = replace(adapter.account, key="wrong")
    talk = Talk(adapter, room.transport, room.engine.pace)
    with pytest.raises(Unpayable):
        await talk.drive(adapter.inquire(), seconds=5)
