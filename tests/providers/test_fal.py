"""What is fal's own: paths, the safety checker, failures that show with the result."""

from collections.abc import Mapping
from typing import Any

import pytest

from bridge.domain import Rating, Ready
from bridge.engine.card import Account, Model
from bridge.engine.contract import Adapter, Call
from bridge.engine.watch import UNKNOWN_LOOKS
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
from bridge.transport.reply import Reply
from emulator import pictures
from tests.providers.cases import CASES, png
from tests.providers.chamber import Chamber, lora, plain
from tests.providers.faults import Fault, Row, each, failed

RESULT = r"/requests/[^/]+$"
MODELS = {model.name: model for model in CASES["fal"].models()}
FLUX, KLEIN, Z_IMAGE = (MODELS[n] for n in ("flux1-dev", "flux2-klein-9b", "z-image-turbo"))
IDEOGRAM, DEV, BASE = (MODELS[n] for n in ("ideogram4", "flux2-dev", "flux2-klein-9b-base"))
PICTURE, MASK = png(512, 768), png(512, 768, 200)


def at(room: Chamber, **options: str) -> Adapter:
    """The adapter at the emulator."""
    return CASES["fal"].adapter(room.emulator.url, options)


@pytest.mark.parametrize(
    ("model", "has", "path"),
    [
        (FLUX, {}, "fal-ai/flux-lora"),
        (FLUX, {"loras": 3}, "fal-ai/flux-lora"),
        (FLUX, {"init_image": PICTURE}, "fal-ai/flux-lora/image-to-image"),
        (FLUX, {"init_image": PICTURE, "mask": MASK, "loras": 1}, "fal-ai/flux-lora/inpainting"),
        (KLEIN, {}, "fal-ai/flux-2/klein/9b"),
        (KLEIN, {"loras": 3}, "fal-ai/flux-2/klein/9b/lora"),
        (KLEIN, {"references": (PICTURE,)}, "fal-ai/flux-2/klein/9b/edit"),
        (KLEIN, {"references": (PICTURE, MASK), "loras": 1}, "fal-ai/flux-2/klein/9b/edit/lora"),
        (Z_IMAGE, {}, "fal-ai/z-image/turbo"),
        (Z_IMAGE, {"loras": 1}, "fal-ai/z-image/turbo/lora"),
        (Z_IMAGE, {"init_image": PICTURE, "strength": 0.4}, "fal-ai/z-image/turbo/image-to-image"),
        (Z_IMAGE, {"init_image": PICTURE, "mask": MASK, "loras": 3},
         "fal-ai/z-image/turbo/inpaint/lora"),
        (DEV, {}, "fal-ai/flux-2/lora"),
        (DEV, {"references": (PICTURE,), "loras": 2}, "fal-ai/flux-2/lora/edit"),
        (BASE, {"references": (PICTURE,), "loras": 2}, "fal-ai/flux-2/klein/9b/base/edit/lora"),
        (IDEOGRAM, {}, "ideogram/v4"),
        (IDEOGRAM, {"loras": 3}, "ideogram/v4/lora"),
        (IDEOGRAM, {"init_image": PICTURE, "loras": 1}, "ideogram/v4/image-to-image/lora"),
        (IDEOGRAM, {"init_image": PICTURE, "mask": MASK}, "ideogram/v4/inpaint"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)  # fmt: skip
async def test_the_path_takes_what_the_job_has(
    room: Chamber, model: Model, has: dict[str, Any], path: str
) -> None:
    if names := has.get("loras", 0):
        has = {**has, "loras": tuple(lora(f"l{number}", model) for number in range(names))}
    await room.run(room.attempt(at(room), model, **has))
    [job] = room.emulator.ledger.jobs("fal")
    assert f"{job.model}/{job.facts['path']}".rstrip("/") == path
    assert (job.facts["ignored"], job.facts["retries"]) == ([], False)


# what happens: the error, its rest, how the attempt is booked; submits are one, always
FAULTS: list[Row] = [
    ("status", {"status": 401}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 403}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 404}, Gone, Rest.TOLD, "failed"),
    ("status", {"status": 422}, Unfit, Rest.NONE, "failed"),
    ("status", {"status": 429, "retry_after": 5}, Limited, Rest.ASKED, "failed"),
    ("status", {"status": 500}, Unavailable, Rest.BRIEF, "failed"),
    ("status", {"status": 503}, Unavailable, Rest.BRIEF, "failed"),
    ("status", {"status": 504}, Uncertain, Rest.BRIEF, "uncertain"),
    ("html", {"status": 502}, Uncertain, Rest.BRIEF, "uncertain"),
    ("cut", {}, Uncertain, Rest.BRIEF, "uncertain"),
    ("truncated", {}, Uncertain, Rest.BRIEF, "uncertain"),
    ("moderation", {}, Refused, Rest.NONE, "failed"),
    ("moderation", {"flag": True}, Refused, Rest.NONE, "paid"),
    ("failed", {}, Unavailable, Rest.BRIEF, "failed"),
    ("downstream", {}, Unavailable, Rest.BRIEF, "failed"),
    ("runner", {}, Unavailable, Rest.BRIEF, "failed"),
    ("timed_out", {}, Unavailable, Rest.BRIEF, "failed"),
    ("retired", {}, Gone, Rest.TOLD, "failed"),
    ("empty", {}, Garbled, Rest.BRIEF, "uncertain"),
    ("status", {"status": 401, "match": RESULT, "times": None}, Uncertain, Rest.BRIEF, "uncertain"),
    ("status", {"status": 404, "match": RESULT, "times": None}, Uncertain, Rest.BRIEF, "uncertain"),
]


@each(FAULTS)
async def test_every_fault_has_its_name(room: Chamber, fault: Fault) -> None:
    await failed(room, fault, at(room), FLUX)


async def test_a_path_that_is_gone_is_told_with_the_first_result(room: Chamber) -> None:
    room.emulator.faults.add("fal", "retired")
    with pytest.raises(Gone, match="Path /image-to-image not found"):
        await room.run(room.attempt(at(room), FLUX, init_image=PICTURE))
    assert len(room.emulator.ledger.requests("fal", RESULT)) == 1
    assert room.emulator.ledger.billed("fal") == []


async def test_a_request_that_fal_lost_is_looked_for_and_perhaps_paid(room: Chamber) -> None:
    room.emulator.faults.add("fal", "status", status=404, match=RESULT, times=None)
    with pytest.raises(Uncertain, match="perhaps paid"):
        await room.run(room.attempt(at(room), FLUX))
    assert len(room.emulator.ledger.requests("fal", RESULT)) == UNKNOWN_LOOKS


async def test_ideogram_is_sent_our_caption_as_it_is(room: Chamber) -> None:
    speed = {"rendering_speed": "TURBO"}
    await room.run(room.attempt(at(room), IDEOGRAM, prompt='{"a": 1}', options=speed))
    [job] = room.emulator.ledger.jobs("fal")
    asked = {name: job.request[name] for name in ("prompt", "expansion_model", *speed)}
    assert asked == {"prompt": '{"a": 1}', "expansion_model": "None", **speed}
    assert "num_inference_steps" not in job.request


@pytest.mark.parametrize("name", [name for name, model in MODELS.items() if model.upscales])
async def test_an_upscaler_makes_the_given_picture_larger(room: Chamber, name: str) -> None:
    given = png(100, 60)
    attempt = room.attempt(at(room), MODELS[name], init_image=given, width=250, height=150)
    outcome = await room.run(attempt)
    assert (outcome.picture.width, outcome.picture.height) == (250, 150)
    assert pictures.read(bytes(outcome.picture.raw))["init"] == pictures.digest(given)
    assert (await room.states(), room.paid("fal")) == (["kept"], 1)


async def test_an_upscaler_is_sent_a_factor_and_no_prompt(room: Chamber) -> None:
    model = MODELS["crystal-upscaler"]
    more = {"width": 1024, "height": 1536, "options": {"creativity": 2}}
    await room.run(room.attempt(at(room), model, init_image=PICTURE, **more))
    [job] = room.emulator.ledger.jobs("fal")
    assert job.request.keys() == {"image_url", "scale_factor", "creativity", "output_format"}
    assert job.request["scale_factor"] == 2


async def test_a_blacked_out_picture_is_a_refusal(room: Chamber) -> None:
    room.emulator.faults.add("fal", "moderation", flag=True)
    with pytest.raises(Refused, match="safety checker"):
        await room.run(room.attempt(at(room), FLUX))
    assert await room.states() == ["paid"]
    assert room.emulator.ledger.requests("fal", "file") == []


async def test_without_its_checker_fal_may_show_more(room: Chamber) -> None:
    usual, off = at(room), at(room, checker="off")
    assert {Rating.named(model.rating) for model in usual.models()} == {Rating.SUGGESTIVE}
    assert {Rating.named(model.rating) for model in off.models()} == {Rating.MATURE}
    room.emulator.faults.add("fal", "moderation", flag=True)
    await room.run(room.attempt(off, FLUX))
    assert await room.states() == ["kept"]


@pytest.mark.parametrize(
    ("kind", "error", "text"),
    [("failed", Unavailable, "internal_server_error: body: "),
     ("downstream", Unavailable, "downstream_service_error: body: "),
     ("runner", Unavailable, "runner_disconnected: Runner "),
     ("timed_out", Unavailable, "request_timeout: Request "),
     ("moderation", Refused, "content_policy_violation: body.prompt: ")],
)  # fmt: skip
async def test_a_failure_on_the_result_call_is_the_jobs_end(
    room: Chamber, kind: str, error: type[AttemptError], text: str
) -> None:
    room.emulator.faults.add("fal", kind)
    with pytest.raises(error, match=f"fal: {text}") as raised:
        await room.run(room.attempt(at(room), FLUX))
    assert await room.states() == ["failed"]
    assert len(room.emulator.ledger.requests("fal", RESULT)) == 1
    assert "red fox" not in raised.value.text


@pytest.mark.parametrize(
    ("kind", "args"),
    [
        ("status", {"status": 502, "text": "nginx"}),
        ("status", {"status": 503, "text": "nginx"}),
        ("status", {"status": 504, "text": "nginx"}),
        ("status", {"status": 400, "text": "Request is still in progress"}),
        ("status", {"status": 404, "text": "Request not found"}),
        ("status", {"status": 429, "retry_after": 1}),
        ("html", {"status": 502}), ("html", {}), ("cut", {}), ("truncated", {}),
    ],
    ids=str,
)  # fmt: skip
async def test_a_gateway_on_the_way_to_the_result_is_waited_out(
    room: Chamber, kind: str, args: dict[str, Any]
) -> None:
    room.emulator.faults.add("fal", kind, match=RESULT, times=2, **args)
    await room.run(room.attempt(at(room), FLUX))
    assert await room.states() == ["kept"]
    assert len(room.emulator.ledger.requests("fal", RESULT)) == 3


async def test_a_lora_that_fal_cannot_fetch_is_named(room: Chamber) -> None:
    loras = (lora("fox", Z_IMAGE), lora("nsfw-unreachable", Z_IMAGE))
    with pytest.raises(LoraUnreachable, match=r"body\.loras\.1\.path: .*unreachable"):
        await room.run(room.attempt(at(room), Z_IMAGE, loras=loras))
    assert await room.states() == ["failed"]


async def test_what_the_model_does_not_take_is_unfit(room: Chamber) -> None:
    with pytest.raises(Unfit, match="num_inference_steps"):
        await room.run(room.attempt(at(room), KLEIN, steps=50))
    assert await room.states() == ["failed"]


async def test_a_job_that_does_not_heed_a_cancel_ends_in_the_gallery(room: Chamber) -> None:
    room.emulator.settings.change({"clouds": {"fal": {"run_s": 200.0, "heeds_cancel": False}}})
    attempt = room.attempt(at(room), FLUX)
    with pytest.raises(TimedOut):
        await room.give_up(attempt)
    assert attempt.task
    await attempt.task
    assert await room.states() == ["kept"]
    [cancel] = room.emulator.ledger.requests("fal", "/cancel$")
    assert (cancel.method, cancel.status) == ("PUT", 202)


HOME = "https://queue.fal.run"
URLS = {
    "status_url": f"{HOME}/fal-ai/flux-lora/requests/1/status",
    "response_url": f"{HOME}/fal-ai/flux-lora/requests/1",
    "cancel_url": f"{HOME}/fal-ai/flux-lora/requests/1/cancel",
}


def accepted(urls: Mapping[str, object]) -> Mapping[str, str]:
    """The fields of the ticket that a submit with this answer comes to."""
    adapter = type(CASES["fal"].adapter(""))(Account("fal", HOME, "test-key"))
    ready: Ready = plain(FLUX)
    verb = adapter.submit(ready, "ref")
    call = next(verb)
    assert isinstance(call, Call)
    assert (call.paid, call.headers) == (True, {"x-fal-no-retry": "1"})
    with pytest.raises(StopIteration) as end:
        verb.send(Reply(200, {}, {"request_id": "1", "status": "IN_QUEUE", **urls}))
    fields: Mapping[str, str] = end.value.value.fields
    return fields


async def test_a_crash_without_words_is_told_by_its_status(room: Chamber) -> None:
    room.emulator.faults.add("fal", "html", match=RESULT, status=500)
    with pytest.raises(Unavailable, match="fal: status 500"):
        await room.run(room.attempt(at(room), FLUX))
    assert await room.states() == ["failed"]


def test_the_addresses_are_kept_as_they_came() -> None:
    assert accepted(URLS) == URLS


def test_a_cancel_address_elsewhere_is_left_out() -> None:
    kept = accepted({**URLS, "cancel_url": "https://queue.fal.run.example/1/cancel"})
    assert kept.keys() == {"status_url", "response_url"}


@pytest.mark.parametrize(
    "urls",
    [
        {},
        {**URLS, "status_url": None},
        {**URLS, "response_url": "https://queue.fal.run.example/1"},
        {**URLS, "response_url": "https://queue.fal.run@example.com/1"},
        {**URLS, "status_url": "http://queue.fal.run/1/status"},
        {**URLS, "status_url": "http://169.254.169.254/latest"},
    ],
)
def test_an_address_elsewhere_is_never_asked(urls: Mapping[str, object]) -> None:
    with pytest.raises(Garbled, match="missing or lie elsewhere"):
        accepted(urls)
