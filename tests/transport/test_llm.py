"""The LLM client against a small server of our own."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
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
from bridge.transport.llm import OpenAiLlm

SCHEMA: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}
MESSAGES = [{"role": "user", "content": "hello"}]
Answer = Callable[[dict[str, Any]], web.Response]


class Endpoint:
    """Answers as told and keeps the bodies it was sent."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str] = []

    async def complete(self, request: web.Request) -> web.Response:
        self.keys.append(request.headers["Authorization"])
        self.bodies.append(await request.json())
        return self.answer(self.bodies[-1])

    @property
    def formats(self) -> list[str]:
        return [body.get("response_format", {}).get("type", "") for body in self.bodies]


@asynccontextmanager
async def served(answer: Answer, timeout: float = 5.0) -> AsyncIterator[tuple[OpenAiLlm, Endpoint]]:
    endpoint = Endpoint(answer)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", endpoint.complete)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    llm = OpenAiLlm(f"http://127.0.0.1:{port}/v1", "k-1", "writer", timeout)
    try:
        yield llm, endpoint
    finally:
        await llm.aclose()
        await runner.cleanup()


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
        assert await llm.ask(MESSAGES, SCHEMA) == "{}"
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
            assert await llm.ask(MESSAGES, SCHEMA) == "{}"
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
            await llm.ask(MESSAGES, SCHEMA)
    assert len(endpoint.bodies) == 1, "a failure is not asked again"


async def test_retry_after_is_told() -> None:
    async with served(lambda body: failed(429, **{"Retry-After": "7"})) as (llm, _):
        with pytest.raises(Limited) as caught:
            await llm.ask(MESSAGES, SCHEMA)
    assert caught.value.retry_after == 7


async def test_nobody_there_is_unavailable() -> None:
    async with served(lambda body: said("{}")) as (llm, _):
        pass
    with pytest.raises(Unavailable):
        await llm.ask(MESSAGES, SCHEMA)
    await llm.aclose()


async def test_a_slow_answer_is_timed_out() -> None:
    async with served(lambda body: said("{}"), timeout=0.0001) as (llm, _):
        with pytest.raises(TimedOut):
            await llm.ask(MESSAGES, SCHEMA)
