"""What is RunningHub's own: codes under status 200, a full line, two generations, uploads."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bridge.engine.card import Model
from bridge.engine.contract import Adapter, Finished, Ticket
from bridge.engine.pace import Pace
from bridge.engine.talk import Talk
from bridge.errors import (
    AttemptError,
    Busy,
    Garbled,
    Gone,
    Interrupted,
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
from bridge.providers.workflows import told
from bridge.providers.workflows.nodes import Graph, LoraNodes, graphs
from bridge.store.tables import attempts
from bridge.transport.reply import Reply
from emulator import pictures
from tests.providers.cases import CASES, png
from tests.providers.chamber import MOMENT_S, Chamber, lora, plain, until
from tests.providers.faults import Fault, failed

MODELS = {model.name: model for model in CASES["runninghub"].models()}
APP, OWN = MODELS["flux1-dev"], MODELS["flux1-workflow"]
both = pytest.mark.parametrize("model", [APP, OWN], ids=["v2", "v1"])
LOOK = "/(query|outputs)$"


def at(room: Chamber, **options: str) -> Adapter:
    """The adapter at the emulator."""
    adapter = CASES["runninghub"].adapter(room.emulator.url)
    options = {**adapter.account.options, **options}
    adapter.account = replace(adapter.account, options=options)
    return adapter


def nodes(room: Chamber) -> dict[str, str]:
    """What the last task was given, by `node.field`."""
    sent = room.emulator.ledger.jobs("runninghub")[-1].request["nodeInfoList"]
    return {f"{one['nodeId']}.{one['fieldName']}": one["fieldValue"] for one in sent}


SUBMITS: list[tuple[Model, int, str, type[AttemptError], Rest, str]] = [
    (APP, 1003, "too frequent", Limited, Rest.ASKED, "failed"),
    (APP, 401, "ApiKey verification failed", Unpayable, Rest.TOLD, "failed"),
    (APP, 1002, "key", Unpayable, Rest.TOLD, "failed"),
    (APP, 1014, "enterprise-shared only", Unpayable, Rest.TOLD, "failed"),
    (APP, 812, "CORPAPIKEY_INSUFFICIENT_FUNDS", Unpayable, Rest.TOLD, "failed"),
    (OWN, 416, "TASK_CREATE_FAILED_BY_NOT_ENOUGH_WALLET", Unpayable, Rest.TOLD, "failed"),
    (OWN, 801, "APIKEY_UNSUPPORTED_FREE_USER", Unpayable, Rest.TOLD, "failed"),
    (OWN, 802, "APIKEY_UNAUTHORIZED", Unpayable, Rest.TOLD, "failed"),
    (OWN, 412, "TOKEN_INVALID", Unpayable, Rest.TOLD, "failed"),
    (OWN, 380, "WORKFLOW_NOT_EXISTS", Gone, Rest.TOLD, "failed"),
    (OWN, 810, "WORKFLOW_NOT_SAVED_OR_NOT_RUNNING", Gone, Rest.TOLD, "failed"),
    (APP, 901, "WEBAPP_NOT_EXISTS", Gone, Rest.TOLD, "failed"),
    (OWN, 301, "PARAMS_INVALID", Unfit, Rest.NONE, "failed"),
    (OWN, 433, "VALIDATE_PROMPT_FAILED", Unfit, Rest.NONE, "failed"),
    (OWN, 803, "APIKEY_INVALID_NODE_INFO", Unfit, Rest.NONE, "failed"),
    (APP, 803, "APIKEY_INVALID_NODE_INFO", Unfit, Rest.NONE, "failed"),
    (APP, 1101, "node info", Unfit, Rest.NONE, "failed"),
    (APP, 1501, "moderation", Refused, Rest.NONE, "failed"),
    (APP, 1505, "real people", Refused, Rest.NONE, "failed"),
    (APP, 1010, "unavailable", Unavailable, Rest.BRIEF, "failed"),
    (APP, 1011, "busy", Unavailable, Rest.BRIEF, "failed"),
    (OWN, 500, "UNKNOWN_ERROR", Uncertain, Rest.BRIEF, "uncertain"),
    (APP, 1000, "unknown error", Uncertain, Rest.BRIEF, "uncertain"),
    (APP, 1005, "internal error", Uncertain, Rest.BRIEF, "uncertain"),
    (APP, 777, "nobody has seen this", Uncertain, Rest.BRIEF, "uncertain"),
]


@pytest.mark.parametrize(("model", "code", "text", "error", "rest", "state"), SUBMITS)
async def test_a_refused_submit_is_named_by_its_code(
    room: Chamber, model: Model, code: int, text: str, error: type[AttemptError], rest: Rest,
    state: str,
) -> None:  # fmt: skip
    fault = Fault("code", {"code": code, "text": text}, error, rest, state)
    raised = await failed(room, fault, at(room), model)
    assert f"RunningHub: {code}: {text}" in raised.text


@both
@pytest.mark.parametrize("code", [415, 421, 814, 1520])
async def test_a_full_line_is_waited_for(room: Chamber, model: Model, code: int) -> None:
    room.emulator.faults.add("runninghub", "code", code=code, text="TASK_QUEUE_MAXED", times=2)
    attempt = room.attempt(at(room), model)
    await room.run(attempt)
    assert attempt.placed
    assert (await room.states(), room.paid("runninghub")) == (["kept"], 3)
    assert len(room.emulator.ledger.jobs("runninghub")) == 1


async def test_a_line_that_stays_full_is_no_fault_of_the_cloud(room: Chamber) -> None:
    room.emulator.faults.add("runninghub", "code", code=421, text="TASK_QUEUE_MAXED", times=None)
    attempt = room.attempt(at(room), APP)
    room.engine.begin(attempt, seconds=30)
    await until(lambda: attempt.booked and not attempt.placed)
    with pytest.raises(Busy) as raised:
        await room.engine.wait(attempt, seconds=MOMENT_S)
    assert raised.value.rest is Rest.NONE
    assert attempt.task
    await asyncio.wait({attempt.task}, timeout=20)
    assert (await room.states())[0] in ("failed", "cancelled")
    assert room.emulator.ledger.jobs("runninghub") == []


async def test_who_leaves_the_line_is_not_sent_again(room: Chamber) -> None:
    full = room.emulator.faults.add("runninghub", "code", code=421, text="FULL", times=None)
    attempt = room.attempt(at(room), APP)
    room.engine.begin(attempt, seconds=5)
    await until(lambda: full.struck)
    attempt.control.stop.set()
    room.emulator.faults.clear()
    with pytest.raises(Interrupted):
        await room.engine.wait(attempt, seconds=5)
    assert attempt.task
    await asyncio.wait({attempt.task}, timeout=20)
    assert (await room.states(), room.emulator.ledger.jobs("runninghub")) == (["cancelled"], [])


async def test_a_task_of_the_sites_own_page_holds_the_only_place(room: Chamber) -> None:
    room.emulator.settings.change({"clouds": {"runninghub": {"run_s": 60.0}}})
    page, ours = at(room), at(room)
    page.account = replace(page.account, label="page")  # the same key, another line of ours
    await asyncio.gather(
        room.run(room.attempt(page, APP)), room.run(room.attempt(ours, OWN, prompt="a heron"))
    )
    assert await room.states() == ["kept", "kept"]
    assert room.paid("runninghub") > len(room.emulator.ledger.jobs("runninghub")) == 2


@both
@pytest.mark.parametrize("code", [1003, 1005, 1011, 1012, 500, 421, 804, 813, 807, 423, 1004])
async def test_a_look_that_fails_for_a_while_is_waited_out(
    room: Chamber, model: Model, code: int
) -> None:
    room.emulator.faults.add("runninghub", "code", match=LOOK, times=3, code=code)
    await room.run(room.attempt(at(room), model))
    assert (await room.states(), room.paid("runninghub")) == (["kept"], 1)


@both
@pytest.mark.parametrize("code", [802, 1002, 807, 1004])
async def test_a_task_that_cannot_be_looked_after_is_perhaps_paid(
    room: Chamber, model: Model, code: int
) -> None:
    room.emulator.faults.add("runninghub", "code", match=LOOK, times=None, code=code)
    with pytest.raises(Uncertain, match="perhaps paid"):
        await room.run(room.attempt(at(room), model))
    assert (await room.states(), room.paid("runninghub")) == (["uncertain"], 1)


@both
@pytest.mark.parametrize(
    ("kind", "error", "text"),
    [("failed", Unavailable, "node 9 .*-images: RuntimeError: CUDA out of memory"),
     ("moderation", Refused, "moderation|sensitive content")],
)  # fmt: skip
async def test_a_failed_task_says_which_node_and_why(
    room: Chamber, model: Model, kind: str, error: type[AttemptError], text: str
) -> None:
    room.emulator.faults.add("runninghub", kind)
    with pytest.raises(error, match=text) as raised:
        await room.run(room.attempt(at(room), model))
    assert await room.states() == ["failed"]
    assert "whole prompt" not in raised.value.text


@both
async def test_a_lora_that_the_graph_cannot_fetch_is_named(room: Chamber, model: Model) -> None:
    loras = (lora("nsfw-unreachable", model),)
    with pytest.raises(LoraUnreachable, match="node 80 "):
        await room.run(room.attempt(at(room), model, loras=loras))
    assert await room.states() == ["failed"]


@pytest.mark.parametrize(
    ("tips", "text"),
    [('{"node_errors": {"6": {"errors": [{"message": "Required input is missing"}]}}}',
      "node 6: Required input is missing"),
     ("node 107 missing model", "node 107 missing model"),
     ('{"node_errors": {}}', "VALIDATE_PROMPT_FAILED$")],
)  # fmt: skip
@both
async def test_a_wrong_graph_says_which_node(
    room: Chamber, model: Model, tips: str, text: str
) -> None:
    text_of = "VALIDATE_PROMPT_FAILED"
    room.emulator.faults.add("runninghub", "code", code=433, text=text_of, tips=tips)
    with pytest.raises(Unfit, match=text):
        await room.run(room.attempt(at(room), model))


@both
async def test_the_key_stays_out_of_the_books(room: Chamber, model: Model) -> None:
    room.emulator.faults.add("runninghub", "code", code=802, text="APIKEY_UNAUTHORIZED")
    failed, kept = room.attempt(at(room), model), room.attempt(at(room), model)
    with pytest.raises(Unpayable) as raised:
        await room.run(failed)
    await room.run(kept)
    await room.states()
    rows = await room.store.fetch(select(attempts))
    told_of = f"{rows} {raised.value.text} {kept.ticket} {kept.recipe}"
    assert "runninghub" in told_of
    assert kept.adapter.account.key not in told_of


@both
async def test_a_slow_task_of_either_generation_is_cancelled(room: Chamber, model: Model) -> None:
    room.emulator.settings.change({"clouds": {"runninghub": {"run_s": 200.0}}})
    attempt = room.attempt(at(room), model)
    with pytest.raises(TimedOut):
        await room.give_up(attempt)
    assert attempt.task
    await asyncio.wait({attempt.task}, timeout=20)
    assert await room.states() == ["cancelled"]
    assert len(room.emulator.ledger.requests("runninghub", "/task/openapi/cancel$")) == 1


@both
async def test_what_was_paid_is_told_in_dollars_or_in_coins(room: Chamber, model: Model) -> None:
    outcome = await room.run(room.attempt(at(room), model))
    assert (outcome.cost, dict(outcome.facts)) == (
        None, {"consumeCoins": "4", "taskCostTime": "20"},
    )  # fmt: skip
    room.emulator.settings.change({"clouds": {"runninghub": {"dollars_per_s": 0.001}}})
    assert (await room.run(room.attempt(at(room), model))).cost == 20_000


@both
async def test_our_address_for_the_end_is_sent_along(room: Chamber, model: Model) -> None:
    adapter = at(room, instance="plus")
    adapter.account = replace(adapter.account, hooks="https://me.example")
    attempt = room.attempt(adapter, model)
    await room.run(attempt)
    [job] = room.emulator.ledger.jobs("runninghub")
    assert (
        job.request["webhookUrl"] == f"https://me.example/bridge/v1/hooks/runninghub/{attempt.ref}"
    )
    assert (job.request["instanceType"], job.facts["ignored"]) == ("plus", [])


async def test_an_id_of_ones_own_takes_the_graphs_place(room: Chamber) -> None:
    await room.run(room.attempt(at(room, **{"flux1-dev": "1982245789865000962"}), APP))
    assert room.emulator.ledger.jobs("runninghub")[0].model == "1982245789865000962"
    with pytest.raises(Gone, match="WEBAPP_NOT_EXISTS"):
        await room.run(room.attempt(at(room, **{"flux1-dev": "1"}), APP))


async def test_a_lora_that_lies_in_the_graph_is_turned_off(room: Chamber) -> None:
    outcome = await room.run(room.attempt(at(room), APP))
    assert pictures.read(bytes(outcome.picture.raw))["loras"] == []
    assert nodes(room)["81.value"] == "0"
    await room.run(room.attempt(at(room), APP, loras=(lora("rose", APP),)))
    assert nodes(room)["81.value"] == "0.8"


async def test_a_style_stands_in_double_quotes(room: Chamber) -> None:
    await room.run(room.attempt(at(room), MODELS["z-image"], options={"style": "film noir"}))
    assert nodes(room)["98.text"] == '"film noir"'
    await room.run(room.attempt(at(room), MODELS["z-image"]))
    assert "98.text" not in nodes(room)


UPSCALE, FROM_CARRIER = MODELS["upscale-2k"], MODELS["upscale-2k-carrier"]


async def test_an_upscale_takes_an_uploaded_picture(room: Chamber) -> None:
    outcome = await room.run(room.attempt(at(room), UPSCALE, init_image=png(96, 64)))
    assert (outcome.picture.width, outcome.picture.height) == (192, 128)
    assert nodes(room)["112.value"].startswith("https://")


async def test_an_upscale_that_wants_a_carrier_gets_one(room: Chamber) -> None:
    outcome = await room.run(room.attempt(at(room), FROM_CARRIER, init_image=png(96, 64)))
    assert (outcome.picture.width, outcome.picture.height) == (192, 128)
    bare = replace(FROM_CARRIER, hides=False)
    with pytest.raises(Unavailable, match=r"node 456 .*no picture is hidden"):
        await room.run(room.attempt(at(room), bare, init_image=png(96, 64)))


@pytest.mark.parametrize(("code", "error"), [(808, Unavailable), (809, Unfit), (1002, Unpayable)])
async def test_without_its_upload_nothing_is_paid(
    room: Chamber, code: int, error: type[AttemptError]
) -> None:
    room.emulator.faults.add("runninghub", "code", match="upload", code=code)
    with pytest.raises(error):
        await room.run(room.attempt(at(room), UPSCALE, init_image=png(96, 64)))
    assert (await room.states(), room.paid("runninghub")) == ([], 0)


async def test_the_account_can_be_asked_after(room: Chamber) -> None:
    adapter = at(room)
    talk = Talk(adapter, room.transport, Pace(0.01))
    facts = await talk.drive(adapter.inquire(), seconds=5)
    assert facts == {"remainCoins": "1778", "currentTaskCounts": "0", "apiType": "NORMAL"}
    adapter.account = replace(adapter.account, key="wrong")
    talk = Talk(adapter, room.transport, Pace(0.01))
    with pytest.raises(Unpayable):
        await talk.drive(adapter.inquire(), seconds=5)


@pytest.mark.parametrize(
    ("answer", "pictures_made"),
    [
        ({"code": 0, "msg": "success", "data": None}, None),
        ({"code": 804, "msg": "APIKEY_TASK_IS_RUNNING", "data": {"netWssUrl": "wss://x"}}, None),
        ({"status": "CREATE", "errorCode": "", "results": None}, None),
        ({"status": "A NEW WORD", "errorCode": "", "results": None}, None),
        ({"code": 0, "data": []}, 0),
        ({"status": "SUCCESS", "errorCode": "", "results": None}, 0),
        ({"code": "200", "data": [{"fileUrl": "https://x/1.png", "fileType": "png"}]}, 1),
        ({"status": "SUCCESS", "results": [{"url": "https://x/1.png", "outputType": "png"}]}, 1),
        ({"status": "SUCCESS", "results": [{"text": "a poem", "outputType": "txt"}, 7]}, 0),
    ],
)  # fmt: skip
def test_a_look_is_read_whichever_generation_tells(
    answer: dict[str, object], pictures_made: int | None
) -> None:
    ticket = Ticket({"task": "1", "look": "openapi/v2/query", "returns": ""})
    verb = CASES["runninghub"].adapter("http://x").check(ticket)
    next(verb)
    with pytest.raises(StopIteration) as end:
        verb.send(Reply(200, {}, answer))
    look = end.value.value
    assert (len(look.pictures) if isinstance(look, Finished) else None) == pictures_made


def test_every_graph_has_a_node_for_what_its_model_declares() -> None:
    for graph in graphs("runninghub").values():
        model, named = graph.model, set(graph.nodes)
        assert len(graph.loras) == (model.loras.most if model.loras else 0)
        assert ("seed" in named) == (model.seeds is not None)
        assert ("init_image" in named) == model.image_to_image
        assert {option.name for option in model.options} <= named
        assert model.upscales or {"prompt", "width", "height"} <= named
        if model.loras and model.loras.weights != (1, 1):
            assert all(places.weight in graph.always for places in graph.loras)


def test_a_graph_is_filled_with_texts_at_their_places() -> None:
    graph = Graph(
        replace(APP, id="g"), "workflow",
        {"init_image": "10.image", "strength": "3.denoise", "width": "5.width", "steps": "3.steps"},
        loras=(LoraNodes("80.value", "81.value"), LoraNodes("90.value")),
        always={"81.value": "0", "7.text": "fog"}, factor=2,
    )  # fmt: skip
    ready = replace(plain(APP), strength=0.5, loras=(lora("a", APP, 0.75), lora("b", APP)))
    sent = {
        f"{n['nodeId']}.{n['fieldName']}": n["fieldValue"] for n in graph.filled(ready, "api/x")
    }
    url = "https://loras.example/flux1/{}.safetensors".format
    assert sent == {
        "10.image": "api/x", "3.denoise": "0.5", "5.width": "256", "7.text": "fog",
        "80.value": url("a"), "81.value": "0.75", "90.value": url("b"),
    }  # fmt: skip


def test_the_wanted_nodes_picture_goes_first() -> None:
    files: list[told.Told] = [
        {"fileUrl": "https://x/1.txt", "fileType": "txt", "nodeId": "9"},
        {"fileUrl": "https://x/2.png", "fileType": "png", "nodeId": "3"},
        {"outputUrl": "https://x/3.webp", "outputType": "webp", "nodeId": 9},
        {"url": "https://x/4.JPG", "outputType": "JPG"}, {"url": None, "outputType": "png"},
    ]  # fmt: skip
    first = ["https://x/2.png", "https://x/3.webp", "https://x/4.JPG"]
    assert told.pictures(files, "") == first
    assert told.pictures(files, "9") == [first[1], first[0], first[2]]


KEYS = st.sampled_from(
    ["code", "msg", "data", "results", "errorCode", "failedReason", "traceback", "promptTips",
     "node_errors", "node_id", "consumeMoney", "usage", "nodeId", "url"],
)  # fmt: skip
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just("1.5"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(KEYS, json, max_size=6))
def test_nothing_that_is_told_breaks_the_reading(answer: dict[str, Any]) -> None:
    assert isinstance(told.said(answer), str)
    made = told.files(answer) or []
    assert isinstance(told.dollars(told.usage(answer, made)), int | None)
    assert all(isinstance(url, str) for url in told.pictures(made, "9"))


def test_yuan_are_not_taken_for_dollars() -> None:
    adapter = CASES["runninghub"].adapter("https://www.runninghub")
    made = {"url": "https://x/1.png", "consumeMoney": "0.5", "thirdPartyConsumeMoney": "0.25"}
    for site, cost in ((".ai", 750_000), (".cn", None)):
        adapter.account = replace(adapter.account, base_url=f"https://www.runninghub{site}")
        assert adapter._finished({}, [made], "").cost == cost  # type: ignore[attr-defined]


async def test_a_task_without_a_picture_is_perhaps_paid(room: Chamber) -> None:
    room.emulator.faults.add("runninghub", "empty")
    with pytest.raises(Garbled):
        await room.run(room.attempt(at(room), OWN))
    assert await room.states() == ["uncertain"]
