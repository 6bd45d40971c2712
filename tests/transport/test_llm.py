"""The client of language models against a small server of our own, in all three wire formats."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from bridge.errors import (
    AttemptError,
    Garbled,
    Gone,
    Limited,
    Refused,
    TimedOut,
    Unavailable,
    Unpayable,
)
from bridge.question import Answer as Told
from bridge.question import Message, Question
from bridge.transport.client import Transport
from bridge.transport.llm.client import Llm
from bridge.transport.llm.endpoint import Endpoint as At
from bridge.transport.llm.endpoint import Kind

SCHEMA: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}
MESSAGES = [{"role": "user", "content": "hello"}]
QUESTION = Question(MESSAGES, SCHEMA, 5.0, spelled="Answer by {schema}.")
Answer = Callable[[dict[str, Any]], web.Response]


class Endpoint:
    """Answers as told and keeps the bodies it was sent."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.paths: list[str] = []

    async def complete(self, request: web.Request) -> web.Response:
        self.keys.append(request.headers.get("Authorization") or request.headers["x-api-key"])
        self.paths.append(request.path)
        self.bodies.append(await request.json())
        return self.answer(self.bodies[-1])

    @property
    def formats(self) -> list[str]:
        return [body.get("response_format", {}).get("type", "") for body in self.bodies]


@asynccontextmanager
async def served(
    answer: Answer, kind: Kind = "openai", learnt: dict[str, Any] | None = None
) -> AsyncIterator[tuple[Llm, Endpoint]]:
    endpoint = Endpoint(answer)
    app = web.Application()
    app.router.add_post("/{path:.*}", endpoint.complete)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    transport = Transport()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    at = At("writer", url, "k-1", "writer", kind, price_in=0.5, price_out=2.0)
    known = {} if learnt is None else {f"{url} {key}": value for key, value in learnt.items()}

    def learn(key: str, state: Any) -> None:
        if learnt is not None:
            learnt[key.removeprefix(f"{url} ")] = state

    llm = Llm(at, transport, known, learn)
    try:
        yield llm, endpoint
    finally:
        await llm.aclose()
        await transport.aclose()
        await runner.cleanup()


async def text_of(llm: Llm) -> str:
    return (await llm.ask(QUESTION)).text


def said(text: str | None, finish: str = "stop", **message: Any) -> web.Response:
    choice = {
        "index": 0,
        "finish_reason": finish,
        "message": {"role": "assistant", "content": text, **message},
    }
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return web.json_response(body)


def failed(status: int, code: str = "", **headers: str) -> web.Response:
    error = {"message": "no", "type": "t", "param": None, "code": code or None}
    return web.json_response({"error": error}, status=status, headers=headers)


async def test_the_schema_is_asked_for_strictly() -> None:
    async with served(lambda body: said("{}")) as (llm, endpoint):
        assert await text_of(llm) == "{}"
    body = endpoint.bodies[0]
    assert body["model"] == "writer"
    assert body["messages"] == MESSAGES
    wanted = body["response_format"]["json_schema"]
    assert (wanted["strict"], wanted["schema"]) == (True, SCHEMA)
    assert endpoint.keys == ["Bearer k-1"]


@pytest.mark.parametrize(
    ("known", "tried"),
    [
        (("json_object", ""), ["json_schema", "json_object", "json_object"]),
        (("",), ["json_schema", "json_object", "", ""]),
    ],
)
async def test_what_the_endpoint_does_not_take_is_not_asked_for_again(
    known: tuple[str, ...], tried: list[str]
) -> None:
    def answer(body: dict[str, Any]) -> web.Response:
        wanted = body.get("response_format", {}).get("type", "")
        return said("{}") if wanted in known else failed(400)

    async with served(answer) as (llm, endpoint):
        for _ in range(2):
            assert await text_of(llm) == "{}"
    assert endpoint.formats == tried


FAILURES: list[tuple[web.Response | Callable[[], web.Response], type[AttemptError]]] = [
    (lambda: failed(401), Unpayable),
    (lambda: failed(402), Unpayable),
    (lambda: failed(404), Gone),
    (lambda: failed(429, "insufficient_quota"), Unpayable),
    (lambda: failed(500), Unavailable),
    (lambda: failed(503), Unavailable),
    (lambda: said(""), Garbled),
    (lambda: said(None), Garbled),
    (lambda: said("…", "content_filter"), Refused),
    (lambda: said(None, refusal="I would rather not."), Refused),
    (lambda: failed(400, "content_filter"), Refused),
    (lambda: web.Response(text="<html>busy</html>", content_type="text/html"), Garbled),
    (lambda: web.json_response({"choices": []}), Garbled),
]


@pytest.mark.parametrize(("answer", "expected"), FAILURES)
async def test_failures_have_our_names(
    answer: Callable[[], web.Response], expected: type[AttemptError]
) -> None:
    async with served(lambda body: answer()) as (llm, endpoint):
        with pytest.raises(expected):
            await text_of(llm)
    assert len(endpoint.bodies) == 1, "a failure is not asked again"


async def test_retry_after_is_told() -> None:
    async with served(lambda body: failed(429, **{"Retry-After": "7"})) as (llm, _):
        with pytest.raises(Limited) as caught:
            await text_of(llm)
    assert caught.value.retry_after == 7


async def test_nobody_there_is_unavailable() -> None:
    async with served(lambda body: said("{}")) as (llm, _):
        pass
    with pytest.raises(Unavailable):
        await text_of(llm)
    await llm.aclose()


async def test_a_slow_answer_is_timed_out() -> None:
    async with served(lambda body: said("{}")) as (llm, _):
        with pytest.raises(TimedOut):
            await llm.ask(replace(QUESTION, seconds=0.0001))


async def test_what_was_learnt_holds_after_a_restart() -> None:
    def answer(body: dict[str, Any]) -> web.Response:
        return said("{}") if not body.get("response_format") else failed(422)

    learnt: dict[str, Any] = {}
    async with served(answer, learnt=learnt) as (llm, _):
        await text_of(llm)
    assert learnt == {"writer": {"way": "plain"}}
    async with served(answer, learnt=learnt) as (llm, endpoint):
        await text_of(llm)
    assert endpoint.formats == [""]


async def test_the_schema_is_spelled_out_only_where_it_is_not_taken() -> None:
    known = {"writer": {"way": "object"}}
    async with served(lambda body: said("{}")) as (llm, by_schema):
        await text_of(llm)
    async with served(lambda body: said("{}"), learnt=known) as (llm, in_words):
        await text_of(llm)
    assert by_schema.bodies[0]["messages"][0]["content"] == "hello"
    assert in_words.bodies[0]["messages"][0]["content"] == "hello\n\nAnswer by {schema}."


async def asked(kind: Kind, body: dict[str, Any], model: str = "") -> tuple[Told, Endpoint]:
    async with served(lambda _: web.json_response(body), kind) as (llm, endpoint):
        return await llm.ask(QUESTION, model), endpoint


USED = {"prompt_tokens": 10, "completion_tokens": 4}
CHOICE = {"message": {"role": "assistant", "content": "{}"}, "finish_reason": "length"}


async def test_tokens_are_priced_and_a_cut_answer_says_so() -> None:
    body = {"id": "c", "choices": [{**CHOICE, "index": 0}], "usage": USED}
    told, endpoint = await asked("openai", body, "other")
    assert told == Told("{}", "writer", "other", 10, 4, 13, is_cut=True)
    assert endpoint.bodies[0]["model"] == "other"


async def test_what_the_endpoint_says_it_charged_goes_before_prices() -> None:
    usage = {**USED, "total_tokens": 14, "cost": 0.00025}
    told, _ = await asked(
        "openai", {"id": "c", "choices": [{**CHOICE, "index": 0}], "usage": usage}
    )
    assert told.cost == 250


async def test_anthropic_is_made_to_use_a_tool() -> None:
    content = [{"type": "text", "text": "Sure"}, {"type": "tool_use", "input": {"a": "x" * 5000}}]
    usage = {"input_tokens": 10, "output_tokens": 4}
    told, endpoint = await asked("anthropic", {"content": content, "usage": usage})
    assert json.loads(told.text) == {"a": "x" * 5000}
    assert (told.tokens_in, told.tokens_out, told.cost) == (10, 4, 13)
    (sent,) = endpoint.bodies
    assert (endpoint.paths, endpoint.keys) == (["/v1/messages"], ["k-1"])
    assert sent["tools"][0]["input_schema"] == SCHEMA
    assert sent["tool_choice"] == {"type": "tool", "name": sent["tools"][0]["name"]}


async def test_anthropic_takes_orders_and_pictures_in_its_own_form() -> None:
    url = {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}}
    messages: list[Message] = [
        {"role": "system", "content": "look"},
        {"role": "user", "content": [url]},
    ]
    body = {"content": [{"type": "text", "text": "{}"}]}
    async with served(lambda _: web.json_response(body), "anthropic") as (llm, endpoint):
        await llm.ask(replace(QUESTION, messages=messages))
    (sent,) = endpoint.bodies
    source = {"type": "base64", "media_type": "image/png", "data": "QUJD"}
    assert sent["system"] == "look"
    assert sent["messages"] == [{"role": "user", "content": [{"type": "image", "source": source}]}]


@pytest.mark.parametrize(
    "output",
    [
        {"result": {"choices": [CHOICE], "usage": USED}},
        {"choices": [CHOICE], "usage": USED},
        [{"choices": [{"tokens": ["{", "}"], "finish_reason": "length"}],
          "usage": {"input": 10, "output": 4}}],
    ],
)  # fmt: skip
async def test_runpods_workers_answer_in_several_shapes(output: Any) -> None:
    told, endpoint = await asked("runpod", {"status": "COMPLETED", "output": output})
    assert told == Told("{}", "writer", "writer", 10, 4, 13, is_cut=True)
    assert endpoint.paths == ["/v1/runsync"]
    assert endpoint.bodies[0]["input"]["messages"][0]["content"].endswith("Answer by {schema}.")


POSTED: list[tuple[Kind, dict[str, Any], type[AttemptError]]] = [
    ("runpod", {"status": "IN_QUEUE"}, TimedOut),
    ("runpod", {"status": "FAILED", "error": "out of memory"}, Unavailable),
    ("runpod", {"status": "COMPLETED", "output": None}, Garbled),
    ("runpod", {"status": "COMPLETED", "output": {"result": {"choices": ["odd"]}}}, Garbled),
    ("anthropic", {"stop_reason": "refusal", "content": []}, Refused),
    ("anthropic", {"content": []}, Garbled),
    ("anthropic", {"content": "odd", "usage": "odd"}, Garbled),
]


@pytest.mark.parametrize(("kind", "body", "expected"), POSTED)
async def test_answers_that_are_none(
    kind: Kind, body: dict[str, Any], expected: type[AttemptError]
) -> None:
    with pytest.raises(expected):
        await asked(kind, body)


async def test_no_credit_at_anthropic_is_not_a_wrong_request() -> None:
    error = {"type": "invalid_request_error", "message": "Your credit balance is too low"}

    def broke(body: dict[str, Any]) -> web.Response:
        return web.json_response({"type": "error", "error": error}, status=400)

    async with served(broke, "anthropic") as (llm, endpoint):
        with pytest.raises(Unpayable):
            await text_of(llm)
    assert len(endpoint.bodies) == 1
