"""What is RunPod's own: cold workers, polite failures, credentials in a request, own files."""

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bridge.domain import Hires
from bridge.engine import run
from bridge.engine.contract import Account, Adapter, Call, Finished, Ticket
from bridge.engine.talk import Talk
from bridge.errors import (
    AttemptError,
    BadRequest,
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
from bridge.keys import account
from bridge.settings import read, secrets
from bridge.transport.reply import Reply
from tests.providers.cases import CASES
from tests.providers.chamber import MOMENT_S, Chamber, plain, until
from tests.providers.faults import Fault, Row, each, failed

MODELS = {model.name: model for model in CASES["runpod"].models()}
HEALTH = r"/health$"


def at(room: Chamber, **changes: Any) -> Adapter:
    """The adapter at the emulator, its account changed."""
    adapter = CASES["runpod"].adapter(room.emulator.url)
    return type(adapter)(replace(adapter.account, **changes))


def looked(model: str, reply: Mapping[str, object]) -> Finished:
    """What a look makes of this answer of /status."""
    adapter = CASES["runpod"].adapter("http://127.0.0.1")
    look = adapter.check(Ticket({"endpoint": model, "id": "1"}))
    next(look)
    with pytest.raises(StopIteration) as end:
        look.send(Reply(200, {}, reply))
    assert isinstance(end.value.value, Finished)
    return end.value.value


# what happens: the error, its rest, how the attempt is booked; submits are one, always
FAULTS: list[Row] = [
    ("status", {"status": 400, "text": "input is required"}, Unfit, Rest.NONE, "failed"),
    ("status", {"status": 401, "text": "Unauthorized"}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 402, "text": "no credit"}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 404, "text": "endpoint not found"}, Gone, Rest.TOLD, "failed"),
    ("status", {"status": 429, "retry_after": 5}, Limited, Rest.ASKED, "failed"),
    ("status", {"status": 500, "text": "internal error"}, Unavailable, Rest.BRIEF, "failed"),
    ("html", {"status": 502}, Uncertain, Rest.BRIEF, "uncertain"),
    ("html", {"status": 524}, Uncertain, Rest.BRIEF, "uncertain"),
    ("failed", {}, Unavailable, Rest.BRIEF, "failed"),
    ("timed_out", {}, Unavailable, Rest.BRIEF, "failed"),
    ("moderation", {}, Refused, Rest.NONE, "failed"),
    ("error_in_output", {}, Unavailable, Rest.BRIEF, "failed"),
    ("error_status", {}, Unavailable, Rest.BRIEF, "failed"),
    ("empty", {}, Garbled, Rest.BRIEF, "uncertain"),
]


@pytest.mark.parametrize("model", ["z-image", "playground-create"])
@each(FAULTS)
async def test_every_fault_has_its_name(room: Chamber, model: str, fault: Fault) -> None:
    await failed(room, fault, at(room), MODELS[model])


def crash(kind: str, text: str) -> str:
    """An exception as the worker SDK tells it."""
    trace = "Traceback: seed=1, hf_token=hf_1"
    return json.dumps({"error_type": f"<class '{kind}'>", "error_message": text,
                       "error_traceback": trace, "worker_id": "w"})  # fmt: skip


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (crash("ValueError", "width must be divisible by 16"), Unfit),
        (crash("OutOfMemoryError", "CUDA out of memory"), Unavailable),
        (crash("KeyError", "'scheduler'"), Unavailable),
        ("job timed out after 1 retries", Unavailable),
        ("Missing 'prompt' in input.", Unfit),
        ("Missing 'workflow' parameter", Unfit),
        ("['Unexpected input. hat is not a valid input option.']", Unfit),
        ("Invalid route: draw", Unfit),
        ("Unknown upscale_model 'x'.", Unfit),
        ("Invalid parameter: width must be divisible by 64", Unfit),
        ("Failed to load LoRA https://loras.example/nsfw-a.safetensors", LoraUnreachable),
        ("LoRA download failed with 404", LoraUnreachable),
        ("Content policy violation: the prompt was refused", Refused),
        ("S3 Failed and Base64 > 2MB.", Unavailable),
        ("Job processing failed", Unavailable),
        ("{not json", Unavailable),
    ],
)
def test_a_worker_says_why(text: str, error: type[AttemptError]) -> None:
    with pytest.raises(error) as raised:
        looked("z", {"id": "1", "status": "FAILED", "error": text})
    assert type(raised.value) is error
    assert "Traceback" not in raised.value.text


@pytest.mark.parametrize(
    "output",
    [
        {"error": "no face found"}, {"status": "error", "message": "no face found"},
        {"images": [], "errors": ["no face found"]}, {"error": {"message": "no face found"}},
    ],
    ids=str,
)  # fmt: skip
def test_a_polite_failure_is_found_in_the_output(output: Mapping[str, object]) -> None:
    with pytest.raises(Unavailable, match="no face found"):
        looked("z", {"id": "1", "status": "COMPLETED", "output": output})


async def test_a_cold_start_is_booked(room: Chamber) -> None:
    cold = await room.run(room.attempt(at(room), MODELS["playground-create"]))
    warm = await room.run(room.attempt(at(room), MODELS["playground-create"]))
    assert (cold.facts["cold_start"], cold.facts["aesthetic_score"]) == ("yes", "7.45")
    assert {"delayTime", "executionTime", "workerId"} <= cold.facts.keys()
    assert "cold_start" not in warm.facts
    assert await room.states() == ["kept", "kept"]
    newest, oldest = await room.history.page()
    assert (oldest.recipe["facts"], newest.recipe["facts"]) == (cold.facts, warm.facts)


async def test_a_cold_start_gets_more_patience(room: Chamber) -> None:
    room.emulator.settings.change({"clouds": {"runpod": {"cold_start_s": 200.0}}})
    attempt = room.attempt(at(room), MODELS["z-image"])
    room.engine.begin(attempt, seconds=30)
    await until(lambda: attempt.ticket)
    await room.engine.wait(attempt, seconds=MOMENT_S, at_most=20.0)
    assert attempt.ticket
    assert attempt.ticket.fields["cold"] == "yes"


async def test_patience_ends_with_the_deadline(room: Chamber) -> None:
    room.emulator.settings.change({"clouds": {"runpod": {"cold_start_s": 2000.0}}})
    attempt = room.attempt(at(room), MODELS["z-image"])
    room.engine.begin(attempt, seconds=30)
    await until(lambda: attempt.ticket)
    with pytest.raises(TimedOut, match=r"within 1 s"):
        await room.engine.wait(attempt, seconds=MOMENT_S, at_most=0.6)


@pytest.mark.parametrize(
    ("kind", "args"),
    [("status", {"status": 500}), ("status", {"status": 401}), ("cut", {}), ("html", {}),
     ("truncated", {})],
)  # fmt: skip
async def test_without_its_health_an_endpoint_is_asked_all_the_same(
    room: Chamber, kind: str, args: dict[str, Any]
) -> None:
    room.emulator.faults.add("runpod", kind, match=HEALTH, times=None, **args)
    outcome = await room.run(room.attempt(at(room), MODELS["z-image"]))
    assert "cold_start" not in outcome.facts
    assert await room.states() == ["kept"]


@pytest.mark.parametrize("busy", ["idle", "ready", "running"])
def test_an_endpoint_with_a_worker_is_not_cold(busy: str) -> None:
    assert submitted({"workers": {"idle": 0, "ready": 0, busy: 1}}).patience == 0


def test_an_endpoint_without_a_worker_is_cold() -> None:
    ticket = submitted({"workers": {"idle": 0, "initializing": 1, "running": 0, "throttled": 2}})
    assert ticket.patience > 0
    assert ticket.fields == {"endpoint": "zimage", "id": "1", "cold": "yes"}


async def test_an_endpoint_that_has_just_worked_is_not_asked_for_its_health(
    room: Chamber, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = at(room)
    for _ in range(2):
        await room.run(room.attempt(adapter, MODELS["z-image"]))
    assert len(room.emulator.ledger.requests("runpod", HEALTH)) == 1
    monkeypatch.setattr(run, "WARM_S", 0.0)
    await room.run(room.attempt(adapter, MODELS["z-image"]))
    assert len(room.emulator.ledger.requests("runpod", HEALTH)) == 2


def submitted(health: object) -> Ticket:
    """The ticket of a submit at an endpoint of this health."""
    adapter = CASES["runpod"].adapter("http://127.0.0.1")
    verb = adapter.submit(plain(MODELS["z-image"]), "ref")
    asked = next(verb)
    assert isinstance(asked, Call)
    assert (asked.url, asked.paid, asked.hint) == ("zimage/health", False, 3.0)
    verb.send(Reply(200, {}, health))
    with pytest.raises(StopIteration) as end:
        verb.send(Reply(200, {}, {"id": "1", "status": "IN_QUEUE"}))
    assert isinstance(end.value.value, Ticket)
    return end.value.value


SECRETS = {
    "RUNPOD_FACES_HF_TOKEN": "hf_0123456789abcdef",
    "RUNPOD_FACES_S3_ACCESS_KEY_ID": "AKID-of-a-bucket",
    "RUNPOD_FACES_S3_SECRET_ACCESS_KEY": "s3cret/of+a/bucket",
}
FACES = {
    "RUNPOD_API_KEY": "test-runpod-key", "RUNPOD_FACES_ENDPOINT": "faces",
    "RUNPOD_ZIMAGE_ENDPOINT": "zimage", "RUNPOD_FACES_LORA_REPO": "mira/face",
    "RUNPOD_FACES_S3_BUCKET": "pictures", **SECRETS,
}  # fmt: skip


def from_env(room: Chamber, env: Mapping[str, str]) -> Adapter:
    """The adapter whose account these settings make."""
    known = account(CASES["runpod"].card, env)
    assert known
    return at(room, **{f: getattr(known, f) for f in ("key", "options", "secrets")})


def everything_in(folder: Path) -> bytes:
    """The bytes of all files: database, its journal, pictures."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("kind", ["", "repeats_input", "status"])
async def test_credentials_go_to_their_worker_and_nowhere_else(
    room: Chamber, kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    if kind:
        echo: dict[str, Any] = (
            {"status": 400, "text": " ".join(SECRETS.values())} if kind == "status" else {}
        )
        room.emulator.faults.add("runpod", kind, **echo)
    adapter = from_env(room, FACES)
    attempt, text = room.attempt(adapter, MODELS["faces"]), ""
    try:
        await room.run(attempt)
    except AttemptError as error:
        text = f"{error.text} {error} {error.args}"
        assert "[hidden]" in text
    assert await room.states() == ["failed" if kind else "kept"]
    if kind != "status":
        [job] = room.emulator.ledger.jobs("runpod")
        assert set(SECRETS.values()) <= set(job.request["input"].values())
        assert job.request["input"]["custom_lora_repo"] == "mira/face"
    stored = everything_in(tmp_path)
    assert len(stored) > 1000
    for secret in (*SECRETS.values(), adapter.account.key):
        assert secret.encode() not in stored
        assert secret not in f"{text} {attempt.ticket} {attempt.recipe} {caplog.text}"


async def test_other_workers_and_other_operators_send_no_credentials(room: Chamber) -> None:
    await room.run(room.attempt(from_env(room, FACES), MODELS["z-image"]))
    bare = {k: v for k, v in FACES.items() if k not in SECRETS and "S3" not in k}
    await room.run(room.attempt(from_env(room, bare), MODELS["faces"]))
    for job in room.emulator.ledger.jobs("runpod"):
        assert not {"hf_token", "aws_access_key_id", "s3_bucket"} & job.request["input"].keys()


def test_credentials_are_secrets_of_the_settings() -> None:
    assert set(SECRETS.values()) <= set(secrets(read(FACES, [CASES["runpod"].card])))


@pytest.mark.parametrize(("hooks", "sent"), [("https://me.example/", True), ("", False)])
async def test_a_webhook_is_asked_for_where_there_is_one(
    room: Chamber, hooks: str, sent: bool
) -> None:
    attempt = room.attempt(at(room, hooks=hooks), MODELS["z-image"])
    await room.run(attempt)
    [job] = room.emulator.ledger.jobs("runpod")
    address = f"https://me.example/bridge/v1/hooks/runpod/{attempt.ref}"
    assert job.request.get("webhook") == (address if sent else None)


async def test_create_is_waited_for_and_production_polled(room: Chamber) -> None:
    room.emulator.settings.change({"clouds": {"runpod": {"queue_s": 0.0, "run_s": 1.0}}})
    for model in ("playground-create", "playground-production"):
        await room.run(room.attempt(at(room), MODELS[model]))
    calls = room.emulator.ledger.calls
    ways = [call.path.split("/")[-1] for call in calls if call.stage == "paid"]
    assert ways == ["runsync?wait=15000", "run"]
    looks = [call for call in calls if call.stage == "status"]
    jobs = [job.job for job in room.emulator.ledger.jobs("runpod")]
    assert looks
    assert all(jobs[1] in call.path for call in looks)


async def test_a_held_submit_that_takes_too_long_is_polled(room: Chamber) -> None:
    room.emulator.settings.change({"clouds": {"runpod": {"run_s": 40.0}}})
    await room.run(room.attempt(at(room), MODELS["playground-create"]))
    assert await room.states() == ["kept"]
    assert room.paid("runpod") == 1
    assert room.emulator.ledger.requests("runpod", "status")


async def test_a_public_endpoint_tells_its_cost(room: Chamber) -> None:
    model = MODELS["public-flux1-dev"]
    outcome = await room.run(room.attempt(at(room), model))
    assert outcome.cost == round(0.02 * 512 * 768)
    assert room.emulator.ledger.requests("runpod", HEALTH) == []


@pytest.mark.parametrize(("value", "offered"), [("1", True), ("yes", True), ("Off", False)])
def test_public_endpoints_are_asked_for_by_name(value: str, offered: bool) -> None:
    adapter = type(CASES["runpod"].adapter(""))
    models = adapter(Account("runpod", "", options={"public": value})).models()
    assert any(model.name == "public-z-image-turbo" for model in models) is offered


@pytest.mark.parametrize(
    "given", ["zimage", "https://api.runpod.ai/v2/zimage", "https://api.runpod.ai/v2/zimage/run/"]
)
async def test_an_endpoint_is_set_by_id_or_address(room: Chamber, given: str) -> None:
    await room.run(room.attempt(at(room, options={"z-image": given}), MODELS["z-image"]))
    assert await room.states() == ["kept"]


async def test_inquire_tells_of_every_endpoint(room: Chamber) -> None:
    adapter = at(room, options={"z-image": "zimage", "faces": "gone"})
    talk = Talk(adapter, room.transport, room.engine.pace)
    told = await talk.drive(adapter.inquire(), seconds=5)
    assert told.keys() == {"z-image", "faces"}
    assert "idle 0" in told["z-image"]
    assert "inQueue 0" in told["z-image"]
    assert told["faces"] == "status 404"
    stranger = at(room, key="wrong")
    with pytest.raises(Unpayable):
        await Talk(stranger, room.transport, room.engine.pace).drive(stranger.inquire(), seconds=5)


OWN = {
    "model": {"id": "mine", "name": "mine", "family": "z-image", "seeds": [0, 9]},
    "endpoint": "comfyui",
    "fields": {"prompt": "workflow.2.inputs.text", "seed": "workflow.3.inputs.seed",
               "init_image": "images.0.image"},
    "always": {"workflow": {"2": {"inputs": {}}}, "images": [{"name": "a.png", "image": ""}]},
}  # fmt: skip


def written(folder: Path, text: str) -> Adapter:
    """The adapter of an operator with this file."""
    folder.mkdir()
    (folder / "mine.json").write_text(text)
    adapter = type(CASES["runpod"].adapter(""))
    return adapter(Account("runpod", "", options={"workflows": str(folder)}))


def test_a_file_of_ones_own_is_a_model_more(tmp_path: Path) -> None:
    adapter = written(tmp_path / "files", json.dumps(OWN))
    [model] = adapter.models()
    ready = replace(plain(model), init_image=b"\x89PNG")
    verb = adapter.submit(ready, "ref")
    next(verb)
    call = verb.send(Reply(0, {}))
    assert isinstance(call, Call)
    assert (call.url, call.paid) == ("comfyui/run", True)
    sent: Any = call.json
    nodes = sent["input"]["workflow"]
    assert nodes == {"2": {"inputs": {"text": ready.prompt}}, "3": {"inputs": {"seed": 42}}}
    assert sent["input"]["images"][0]["image"].raw == b"\x89PNG"


def test_the_file_in_the_docs_is_one(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/how-to/runpod-workers.md").read_text()
    [model] = written(tmp_path / "files", page.split("```json")[1].split("```")[0]).models()
    assert (model.name, model.family) == ("my-sdxl", "sdxl")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "truncated"),
        (json.dumps({**OWN, "endpoint": ""}), "endpoint"),
        (json.dumps({**OWN, "fields": 3}), "fields"),
        (json.dumps({**OWN, "model": {"id": "mine"}}), "model"),
        (json.dumps({**OWN, "always": {"workflow": 3}}), "leads to no place"),
        (json.dumps({**OWN, "always": {"images": []}}), "leads to no place"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadRequest, match=rf"mine\.json: .*{words}"):
        written(tmp_path / "files", text)


def test_a_folder_that_is_not_there_is_named() -> None:
    adapter = type(CASES["runpod"].adapter(""))
    with pytest.raises(BadRequest, match="no such folder"):
        adapter(Account("runpod", "", options={"workflows": "/nowhere/at/all"}))


@pytest.mark.parametrize("name", [name for name, m in MODELS.items() if m.hires != "none"])
async def test_hires_fix_makes_the_picture_larger(room: Chamber, name: str) -> None:
    model = MODELS[name]
    attempt = room.attempt(at(room), model, hires=Hires(768, 1152, 0.3, 2.0, 6))
    outcome = await room.run(attempt)
    assert (outcome.picture.width, outcome.picture.height) == (768, 1152)
    [job] = room.emulator.ledger.jobs("runpod")
    tuned = {job.request["input"].get(f"second_pass_{f}") for f in ("strength", "steps")}
    assert tuned == ({0.3, 6} if model.hires == "second-pass" else {None})
    assert job.facts["ignored"] == []


@pytest.mark.parametrize("name", MODELS)
async def test_a_worker_is_sent_nothing_that_it_does_not_know(room: Chamber, name: str) -> None:
    await room.run(room.attempt(at(room), MODELS[name]))
    [job] = room.emulator.ledger.jobs("runpod")
    assert job.facts["ignored"] == []
