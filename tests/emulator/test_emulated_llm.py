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
