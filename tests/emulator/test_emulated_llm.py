"""The emulated LLM writes scenes in the schema that was asked for, and badly when told to."""

import json
from typing import Any

import pytest

Json = dict[str, Any]
STORY = 'At dusk Mira walks into the library. "Where is Hello?" asks Tom while the rain falls.'
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["subjects", "time", "score"],
    "properties": {
        "subjects": {"type": "array", "maxItems": 1, "items": {"$ref": "#/$defs/who"}},
        "time": {"enum": ["", "dusk", "night"]},
        "score": {"type": "integer", "minimum": 3},
        "extra": {"type": "string"},
    },
    "$defs": {
        "who": {
            "type": "object",
            "required": ["name", "age"],
            "properties": {"name": {"type": "string"}, "age": {"type": ["integer", "null"]}},
        }
    },
}
JSON_OBJECT = {"type": "json_object"}


def said(reply: Any) -> str:
    """What the LLM said."""
    found: str = reply.json["choices"][0]["message"]["content"]
    return found


async def test_a_scene_by_simple_rules(client: Any) -> None:
    scene = json.loads(said(await client.llm(STORY, response_format=JSON_OBJECT)))
    assert [subject["name"] for subject in scene["subjects"]] == ["Mira", "Tom"]
    assert (scene["time"], scene["weather"]) == ("dusk", "rain")
    assert scene["place"] == {"id": "", "kind": "explicit", "text": "a quiet library"}


async def test_noon_is_not_in_the_afternoon(client: Any) -> None:
    scene = json.loads(said(await client.llm("One afternoon.", response_format=JSON_OBJECT)))
    assert (scene["time"], scene["subjects"]) == ("afternoon", [])


async def test_the_schema_is_kept(client: Any) -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "scene", "schema": SCHEMA}}
    scene = json.loads(said(await client.llm(STORY, response_format=wanted)))
    assert scene == {"subjects": [{"name": "Mira", "age": 0}], "time": "dusk", "score": 3}


async def test_without_a_word_of_json_it_writes_prose(client: Any) -> None:
    assert said(await client.llm(STORY)).startswith("A quiet scene.")


@pytest.mark.parametrize(
    ("kind", "begin", "is_json"),
    [
        ("thinking", "<think>", False),
        ("fences", "Here is the scene:\n```json\n{", False),
        ("garbage", "Sure! {", False),
        ("schema_violation", "{", True),
        ("refusal", "I'm sorry", False),
        ("moderation", "I'm sorry", False),
        ("empty", "", False),
    ],
)
async def test_each_way_of_going_wrong_once(
    client: Any, kind: str, begin: str, is_json: bool
) -> None:
    good = said(await client.llm(STORY, response_format=JSON_OBJECT))
    client.emu.faults.add("llm", kind)
    bad = said(await client.llm(STORY, response_format=JSON_OBJECT))
    assert bad != good
    assert bad.startswith(begin)
    if is_json:
        assert not isinstance(json.loads(bad)["subjects"], list)
    else:
        with pytest.raises(json.JSONDecodeError):
            json.loads(bad)
    assert said(await client.llm(STORY, response_format=JSON_OBJECT)) == good


@pytest.mark.parametrize(
    ("kind", "end"), [("thinking", "}"), ("fences", "```\nI hope this helps!")]
)
async def test_the_scene_is_still_in_there(client: Any, kind: str, end: str) -> None:
    client.emu.faults.add("llm", kind)
    text = said(await client.llm(STORY, response_format=JSON_OBJECT)).removesuffix(end)
    text = text.split("</think>")[-1].split("```json")[-1].strip()
    assert json.loads(text + ("}" if kind == "thinking" else ""))["time"] == "dusk"


async def test_calls_and_tokens_are_counted(client: Any) -> None:
    reply = await client.llm(STORY)
    await client.llm(STORY)
    usage = reply.json["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert [entry.facts["usage"] for entry in client.emu.ledger.billed("llm")] == [usage] * 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"model": "emulated-writer", "messages": []}, 400),
        ({"model": "emulated-writer", "messages": [{"role": "user"}]}, 400),
        ({"model": "other", "messages": [{"role": "user", "content": "x"}]}, 404),
        (
            {
                "model": "emulated-writer",
                "messages": [{"role": "user", "content": "x"}],
                "stream": True,
            },
            400,
        ),
    ],
)
async def test_wrong_requests(client: Any, body: Json, status: int) -> None:
    reply = await client.ask("POST", "/llm/v1/chat/completions", body, "emu-llm-key")
    assert (reply.status, reply.json["error"]["param"]) == (status, None)


async def test_models_and_keys(client: Any) -> None:
    found = await client.ask("GET", "/llm/v1/models", key="emu-llm-key")
    assert [model["id"] for model in found.json["data"]] == ["emulated-writer"]
    assert (await client.ask("GET", "/llm/v1/models")).status == 401


ANTHROPIC = "/llm/anthropic/v1/messages"
RUNSYNC = "/llm/runpod/qwen/runsync"


async def anthropic(client: Any, **more: Any) -> Any:
    """One message with the tool `answer`."""
    messages = [{"role": "user", "content": STORY}]
    tools = [{"name": "answer", "input_schema": SCHEMA}]
    body = {"model": "emulated-writer", "max_tokens": 99, "messages": messages, "tools": tools}
    headers = {"x-api-key": "emu-llm-key", "anthropic-version": "2023-06-01"}
    async with client.session.post(
        client.emu.url + ANTHROPIC, json={**body, **more}, headers=headers
    ) as reply:
        return reply.status, await reply.json()


async def test_anthropics_tool_is_used(client: Any) -> None:
    status, found = await anthropic(client)
    (part,) = found["content"]
    assert (status, part["type"], part["name"], part["input"]["time"]) == (
        200, "tool_use", "answer", "dusk",
    )  # fmt: skip
    assert found["usage"]["input_tokens"] > 0


@pytest.mark.parametrize(
    "wrong",
    [{"max_tokens": None}, {"messages": [{"role": "system", "content": "x"}]}, {"model": None}],
)
async def test_anthropic_is_strict(client: Any, wrong: Json) -> None:
    assert (await anthropic(client, **wrong))[0] == 400


async def test_a_runpod_worker_keeps_the_schema_that_it_is_told(client: Any) -> None:
    told = f"Fit this: {json.dumps(SCHEMA, separators=(',', ':'))}"
    messages = [{"role": "system", "content": told}, {"role": "user", "content": STORY}]
    job = {"input": {"model": "emulated-writer", "messages": messages}}
    reply = await client.ask("POST", RUNSYNC, job, "emu-llm-key")
    assert reply.json["status"] == "COMPLETED"
    (choice,) = reply.json["output"]["result"]["choices"]
    assert json.loads(choice["message"]["content"])["score"] == 3
    assert (await client.ask("POST", RUNSYNC, {}, "emu-llm-key")).status == 400


async def test_a_cut_answer_says_so(client: Any) -> None:
    client.emu.faults.add("llm", "cut_off")
    reply = await client.llm(STORY, response_format=JSON_OBJECT)
    assert reply.json["choices"][0]["finish_reason"] == "length"
    with pytest.raises(json.JSONDecodeError):
        json.loads(said(reply))


async def test_formats_that_it_does_not_take_are_refused(client: Any) -> None:
    client.emu.settings.change({"clouds": {"llm": {"formats": ["text"]}}})
    assert (await client.llm(STORY, response_format=JSON_OBJECT)).status == 400
    assert (await client.llm(STORY)).status == 200


async def test_a_picture_has_no_words(client: Any) -> None:
    parts = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]
    schema = {"type": "object", "properties": {"score": {"type": "integer"}}, "required": ["score"]}
    wanted = {"type": "json_schema", "json_schema": {"name": "grade", "schema": schema}}
    body = {"model": "emulated-writer", "messages": [{"role": "user", "content": parts}]}
    path = "/llm/v1/chat/completions"
    reply = await client.ask("POST", path, {**body, "response_format": wanted}, "emu-llm-key")
    assert json.loads(said(reply)) == {"score": 7}
