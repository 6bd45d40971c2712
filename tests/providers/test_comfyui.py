"""What is special about ComfyUI: graphs, its words for what is wrong, ids, queue and websocket."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bridge.engine.card import Account
from bridge.engine.contract import Adapter, Call, Finished, Remote, Ticket
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
from bridge.providers.comfyui import ComfyUi
from bridge.transport.reply import Reply
from emulator import pictures
from tests.providers.cases import CASES, png
from tests.providers.chamber import Chamber, lora, plain, until
from tests.providers.faults import Fault, Row, each, failed

FLUX, KLEIN, Z_IMAGE = CASES["comfyui"].models()
REF = "6f1f3a0e-5d0c-4a55-9c1c-0a6f0c1f7b11"


def at(room: Chamber, **options: str) -> Adapter:
    """The adapter at the emulator, with more options."""
    account = CASES["comfyui"].adapter(room.emulator.url).account
    return ComfyUi(replace(account, options={**account.options, **options}))


def offline() -> ComfyUi:
    """An adapter whose verbs are played by hand."""
    return ComfyUi(Account("comfyui", "http://x", options=CASES["comfyui"].options))


FAULTS: list[Row] = [
    ("status", {"status": 401}, Unpayable, Rest.TOLD, "failed"),
    ("status", {"status": 400, "text": "odd"}, Gone, Rest.TOLD, "failed"),
    ("status", {"status": 404}, Gone, Rest.TOLD, "failed"),
    ("status", {"status": 413}, Unfit, Rest.NONE, "failed"),
    ("status", {"status": 429}, Limited, Rest.ASKED, "failed"),
    ("status", {"status": 500}, Unavailable, Rest.BRIEF, "failed"),
    ("status", {"status": 502}, Uncertain, Rest.BRIEF, "uncertain"),
    ("html", {"status": 500}, Unavailable, Rest.BRIEF, "failed"),
    ("failed", {}, Unavailable, Rest.BRIEF, "failed"),
    ("broken_lora", {}, LoraUnreachable, Rest.NONE, "failed"),
    ("moderation", {}, Refused, Rest.NONE, "failed"),
    ("empty", {}, Garbled, Rest.BRIEF, "uncertain"),
]  # fmt: skip
"""Fault, its error and rest, how it is booked; one submit each."""


@each(FAULTS)
async def test_each_fault_has_its_class(room: Chamber, fault: Fault) -> None:
    await failed(room, fault, at(room), FLUX)


def refusal(kind: str, details: str, node: str = "KSampler") -> dict[str, Any]:
    """A graph that was looked over and refused."""
    inner = {"type": kind, "message": "Wrong", "details": details, "extra_info": {}}
    nodes = {"8": {"errors": [inner], "dependent_outputs": ["10"], "class_type": node}}
    message = "Prompt outputs failed validation"
    error = {"type": "prompt_outputs_failed_validation", "message": message, "details": ""}
    return {"error": error, "node_errors": nodes}


ERROR: dict[str, Any] = {"message": "Node 'X' not found.", "details": "Node ID '#8'"}


@pytest.mark.parametrize(
    ("body", "error", "text"),
    [
        (refusal("value_not_in_list", "lora_name: 'a.safetensors' not in ['b']", "LoraLoader"),
         LoraUnreachable, "node 8 LoraLoader: Wrong: lora_name: 'a"),
        (refusal("value_not_in_list", "unet_name: 'a' not in []", "UNETLoader"),
         Gone, "node 8 UNETLoader: Wrong: unet_name"),
        (refusal("value_not_in_list", "clip_name2: 'a' not in (list of length 21)"),
         Gone, "clip_name2"),
        (refusal("value_bigger_than_max", "steps"), Unfit, "node 8 KSampler: Wrong: steps"),
        (refusal("custom_validation_failed", "image - Invalid image file: a.png", "LoadImage"),
         Unfit, "Invalid image file"),
        ({"error": {"type": "missing_node_type", **ERROR}, "node_errors": {}}, Gone, "Node 'X'"),
        ({"error": {"type": "invalid_prompt", **ERROR}, "node_errors": []}, Gone, "Node 'X'"),
        ({"error": {"type": "prompt_no_outputs", "message": "Prompt has no outputs"}},
         Unfit, "no outputs"),
        ({"error": "Cannot execute because node X does not exist."}, Gone, "node X"),
        ({}, Garbled, "no reason given"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [200, 400])
def test_what_is_wrong_with_a_graph_is_told(
    body: Mapping[str, Any], status: int, error: type[AttemptError], text: str
) -> None:
    verb = offline().submit(plain(FLUX), REF)
    assert isinstance(call := next(verb), Call) and call.paid
    with pytest.raises(error) as raised:
        verb.send(Reply(status, {}, body))
    assert type(raised.value) is error
    assert text in raised.value.text


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (["execution_error", {"node_type": "KSampler", "exception_type": "OutOfMemoryError",
                              "exception_message": "Allocation on device"}], Unavailable),
        (["execution_error", {"node_type": "Check", "exception_type": "ValueError",
                              "exception_message": "NSFW content"}], Refused),
        (["execution_interrupted", {"node_id": "8"}], Unavailable),
    ],
)  # fmt: skip
def test_a_failed_job_says_why(message: list[Any], error: type[AttemptError]) -> None:
    verb = offline().check(Ticket({"prompt": REF, "client": REF}))
    next(verb)
    verb.send(Reply(200, {}, {}))
    status = {"status_str": "error", "completed": False, "messages": [message]}
    with pytest.raises(error):
        verb.send(Reply(200, {}, {REF: {"outputs": {}, "status": status}}))


def test_a_job_that_ends_between_two_questions_is_not_lost() -> None:
    verb = offline().check(Ticket({"prompt": REF, "client": REF}))
    first = next(verb)
    assert isinstance(first, Call) and first.url == "queue", "what left the queue is in the history"
    second = verb.send(Reply(200, {}, {"queue_running": [], "queue_pending": []}))
    assert isinstance(second, Call) and second.url == f"history/{REF}"


def test_a_saved_picture_goes_before_a_preview() -> None:
    verb = offline().check(Ticket({"prompt": REF, "client": REF}))
    next(verb)
    verb.send(Reply(200, {}, {}))
    preview = {"filename": "p.png", "subfolder": "", "type": "temp"}
    saved = {"filename": "a b.png", "subfolder": "2026", "type": "output"}
    outputs = {"4": {"text": ["x"]}, "5": {"images": [preview]}, "10": {"images": [saved]}}
    entry = {"outputs": outputs, "status": {"status_str": "success"}}
    with pytest.raises(StopIteration) as end:
        verb.send(Reply(200, {}, {REF: entry}))
    finished = end.value.value
    assert isinstance(finished, Finished)
    place = "view?filename=a+b.png&subfolder=2026&type=output"
    assert finished.pictures[0] == Remote(place, keyed=True)


@pytest.mark.parametrize("kind", ["truncated", "accepted_then_lost"])
@pytest.mark.parametrize("run_s", [0.0, 60.0])
async def test_a_server_that_mints_ids_itself_is_searched_by_our_client_id(
    room: Chamber, kind: str, run_s: float
) -> None:
    settings = {"takes_ids": False, "run_s": run_s}
    room.emulator.settings.change({"clouds": {"comfyui": settings}})
    await room.run(room.attempt(at(room), Z_IMAGE))  # another job, older
    room.emulator.faults.add("comfyui", kind)
    attempt = room.attempt(at(room), Z_IMAGE, prompt="a blue heron")
    outcome = await room.run(attempt)
    assert pictures.read(bytes(outcome.picture.raw))["prompt"] == "a blue heron"
    assert attempt.ticket and attempt.ticket.fields["prompt"] != attempt.ref
    assert room.paid("comfyui") == 2


async def test_a_job_in_line_is_taken_out_and_the_running_one_goes_on(room: Chamber) -> None:
    room.emulator.settings.change({"clouds": {"comfyui": {"run_s": 400.0}}})
    adapter = at(room)
    first, second = room.attempt(adapter, FLUX), room.attempt(adapter, FLUX)
    room.engine.begin(first, seconds=30)
    await until(lambda: first.ticket)
    with pytest.raises(TimedOut):
        await room.give_up(second)
    for attempt in (first, second):
        assert attempt.task
        await asyncio.wait({attempt.task}, timeout=20)
    assert sorted(await room.states()) == ["cancelled", "kept"]
    assert room.emulator.ledger.requests("comfyui", "/interrupt$") == []


async def test_the_websocket_tells_the_steps(room: Chamber) -> None:
    room.emulator.settings.change({"clouds": {"comfyui": {"run_s": 100.0}}})
    attempt = room.attempt(at(room), FLUX)
    room.engine.begin(attempt, seconds=5)
    seen = set()
    while not (attempt.task and attempt.task.done()):
        seen.add(attempt.control.progress)
        await asyncio.sleep(0.01)
    assert len(seen) >= 4
    assert await room.states() == ["kept"]


@pytest.mark.parametrize(
    ("told", "progress", "over"),
    [
        ({"type": "progress", "data": {"value": 3, "max": 4, "prompt_id": REF}}, 0.75, False),
        ({"type": "execution_success", "data": {"prompt_id": REF}}, 1.0, True),
        ({"type": "execution_interrupted", "data": {"prompt_id": REF}}, 1.0, True),
        ({"type": "progress", "data": {"value": 3, "max": 4, "prompt_id": "other"}}, None, False),
        ({"type": "status", "data": {"sid": REF}}, None, False),
        ({"type": "crystools.monitor"}, None, False),
    ],
)
def test_messages_about_other_jobs_are_passed_over(
    told: Mapping[str, object], progress: float | None, over: bool
) -> None:
    watch = offline().watch(Ticket({"prompt": REF, "client": REF}))
    assert watch and watch.url == f"ws?clientId={REF}"
    look = watch.read(told)
    assert (look and look.progress) == progress
    assert bool(look and look.retry_after == 0) is over


def graph_of(room: Chamber) -> dict[str, Any]:
    """The graph of the only job."""
    [job] = room.emulator.ledger.jobs("comfyui")
    graph: dict[str, Any] = job.request["prompt"]
    return graph


async def test_loras_stand_one_behind_the_other(room: Chamber) -> None:
    loras = (lora("rose", FLUX, 0.8), lora("rain", FLUX, 0.4))
    await room.run(room.attempt(at(room), FLUX, loras=loras))
    graph = graph_of(room)
    assert graph["lora-1"]["inputs"] == {
        "model": ["1", 0], "clip": ["2", 0], "lora_name": "rose.safetensors",
        "strength_model": 0.8, "strength_clip": 0.8,
    }  # fmt: skip
    assert graph["lora-2"]["inputs"]["model"] == ["lora-1", 0]
    assert graph["lora-2"]["inputs"]["lora_name"] == "style/Rain.safetensors"
    assert graph["8"]["inputs"]["model"] == ["lora-2", 0]
    assert graph["4"]["inputs"]["clip"] == ["lora-2", 1]


async def test_references_stand_one_behind_the_other(room: Chamber) -> None:
    shown = (png(64, 64), png(64, 64, 90))
    await room.run(room.attempt(at(room), KLEIN, references=shown, loras=(lora("rose", KLEIN),)))
    graph = graph_of(room)
    assert graph["reference-2"]["inputs"]["conditioning"] == ["reference-1", 0]
    assert graph["6"]["inputs"]["positive"] == ["reference-2", 0]
    assert graph["6"]["inputs"]["model"] == ["lora-1", 0]
    names = {graph[f"picture-{number}"]["inputs"]["image"] for number in (1, 2)}
    assert len(names) == 2


async def test_a_picture_that_is_used_twice_is_uploaded_once(room: Chamber) -> None:
    attempt = room.attempt(at(room), KLEIN, references=(png(64, 64), png(64, 64)))
    await room.run(attempt)
    assert len(room.emulator.ledger.requests("comfyui", "/upload/image")) == 1


async def test_the_server_may_have_other_names_for_files(room: Chamber) -> None:
    files = {"vae": ["flux.sft"], "diffusion_models": ["mine.gguf"]}
    known = room.emulator.settings.clouds["comfyui"]["files"]
    room.emulator.settings.change({"clouds": {"comfyui": {"files": {**known, **files}}}})
    adapter = at(room, **{"files": "ae.safetensors=flux.sft", "flux1-dev": "mine.gguf"})
    await room.run(room.attempt(adapter, FLUX))
    assert graph_of(room)["3"]["inputs"]["vae_name"] == "flux.sft"
    assert graph_of(room)["1"]["inputs"]["unet_name"] == "mine.gguf"


def test_only_workflows_whose_file_is_named_are_offered() -> None:
    account = Account("comfyui", "http://x", options={"z-image-turbo": "z.safetensors"})
    assert [model.name for model in ComfyUi(account).models()] == ["z-image-turbo"]


OWN: dict[str, Any] = {
    "model": {"id": "mine", "name": "mine", "family": "sdxl", "negative": True},
    "nodes": {"4": {"class_type": "CLIPTextEncode", "inputs": {"text": "$prompt"}}},
}


def test_a_workflow_of_ones_own_is_offered(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(json.dumps(OWN))
    account = Account("comfyui", "http://x", options={"workflows": str(tmp_path)})
    adapter = ComfyUi(account)
    [mine] = adapter.models()
    assert mine.family == "sdxl"
    call = next(adapter.submit(plain(mine), REF))
    assert isinstance(call, Call) and isinstance(call.json, dict)
    assert call.json["prompt"]["4"]["inputs"] == {"text": "a red fox in fresh snow"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "truncated"),
        ('{"nodes": {}}', "`model`"),
        (json.dumps({**OWN, "nodes": {"1": {"inputs": {"a": "$sead"}}}}), r"\$sead"),
    ],
)
def test_a_wrong_workflow_stops_the_start(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "wrong.json").write_text(text)
    account = Account("comfyui", "http://x", options={"workflows": str(tmp_path)})
    with pytest.raises(BadRequest, match=f"wrong.json.*{why}"):
        ComfyUi(account)


async def test_the_server_is_tried_for_nothing(room: Chamber) -> None:
    adapter = at(room)
    talk = Talk(adapter, room.transport, room.engine.pace)
    told = await talk.drive(adapter.inquire(), seconds=5)
    assert told == {"version": "0.9.2", "device": "cuda:0 Emulated"}
