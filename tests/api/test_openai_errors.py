from contextlib import suppress
from typing import Any

import openai
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bridge.api.form_body import split
from bridge.errors import (
    AllProvidersFailed,
    BadRequest,
    Forbidden,
    Limited,
    OverBudget,
    Refused,
    TimedOut,
    Unfit,
    Unstored,
)
from tests.api.door import Door, drawn, opened
from tests.ask import Answer

GENERATIONS, EDITS = "/v1/images/generations", "/v1/images/edits"
POLICY = ("image_generation_user_error", "moderation_blocked")
INVALID = ("invalid_request_error", "invalid_value")


def form(*fields: tuple[str, bytes]) -> dict[str, Any]:
    """A form in bytes, as curl writes it."""
    parts = [
        b'--b0\r\nContent-Disposition: form-data; name="%s"; filename="a"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n%s\r\n" % (name.encode(), raw)
        for name, raw in fields
    ]
    return {
        "data": b"".join(parts) + b"--b0--\r\n",
        "headers": {"Content-Type": "multipart/form-data; boundary=b0"},
    }


def told(answer: Answer) -> dict[str, Any]:
    """The inside of an error, which has all of OpenAI's keys."""
    error: dict[str, Any] = answer.json["error"]
    assert set(error) == {"message", "type", "param", "code"}
    return error


@pytest.mark.parametrize(
    ("error", "status", "named"),
    [
        (Forbidden("not here"), 400, POLICY),
        (AllProvidersFailed("all: no", Refused("not painted here")), 400, POLICY),
        (Unfit("cannot"), 400, INVALID),
        (OverBudget("used up"), 429, ("insufficient_quota", "insufficient_quota")),
        (AllProvidersFailed("all: no", TimedOut("too slow")), 504, ("server_error", "TimedOut")),
        (AllProvidersFailed("all: no"), 502, ("server_error", "AllProvidersFailed")),
        (Unstored("the disk is full"), 503, ("server_error", "Unstored")),
        (ZeroDivisionError("a secret"), 500, ("server_error", "ZeroDivisionError")),
    ],
)
async def test_a_failure_has_openais_words(
    door: Door, error: Exception, status: int, named: tuple[str, str]
) -> None:
    door.pipeline.failures = {0: error}
    answer = await door.ask("POST", "/x" + GENERATIONS, {"prompt": "a fox"})
    inside = told(answer)
    assert (answer.status, (inside["type"], inside["code"])) == (status, named)
    assert b"a secret" not in answer.raw
    assert answer.headers["x-should-retry"] == "false"


async def test_a_client_that_retries_buys_once(door: Door) -> None:
    limited = AllProvidersFailed("all: no", Limited("slow down", retry_after=0.1))
    door.pipeline.failures = {0: limited, 1: limited}
    async with openai.AsyncOpenAI(
        api_key="none", base_url=f"{door.url}/v1", max_retries=2
    ) as client:
        with pytest.raises(openai.InternalServerError) as raised:
            await client.images.generate(prompt="a fox")
    assert raised.value.response.headers["Retry-After"] == "1"
    assert len(door.pipeline.jobs) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "prompt"),
        ({"prompt": ["a"]}, "prompt"),
        ({"prompt": "a", "n": 0}, "n"),
        ({"prompt": "a", "n": 5}, "n"),
        ({"prompt": "a", "n": "many"}, "n"),
        ({"prompt": "a", "n": 10**12}, "n"),
        ({"prompt": "a", "size": "large"}, "size"),
        ({"prompt": "a", "size": {"w": 1}}, "size"),
        ({"prompt": "a", "model": []}, "model"),
        ({"prompt": "a", "output_format": "svg"}, "output_format"),
        ({"prompt": "a", "response_format": "xml"}, "response_format"),
        ({"prompt": "a", "stream": True}, "stream"),
        ({"prompt": "a", "rating": "wild"}, "rating"),
    ],
)
async def test_a_wrong_field_is_named(door: Door, body: dict[str, Any], field: str) -> None:
    answer = await door.ask("POST", GENERATIONS, body)
    inside = told(answer)
    assert (answer.status, inside["param"], inside["code"]) == (400, field, "invalid_value")
    assert not door.pipeline.jobs


async def test_what_is_no_json_is_said_to_be_none(door: Door) -> None:
    answer = await door.ask("POST", GENERATIONS, data=b"{")
    assert (answer.status, told(answer)["param"]) == (400, None)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ([("prompt", b"a")], "body.image: a picture is expected"),
        ([("prompt", b"a"), ("image", b"<html>")], "body.image: HTML instead of a picture"),
        ([("prompt", b"a"), ("image[]", drawn()), ("mask", b"")], "body.mask: an empty"),
        ([("prompt", b"a"), ("image", drawn()), ("mask", drawn())], "body.mask: no pixel"),
        ([("prompt", b"\xff"), ("image", drawn())], "body.prompt: this is not a text"),
        ([("image", drawn())], "body.prompt: a text is expected"),
    ],
)
async def test_a_wrong_form_is_explained(
    door: Door, fields: list[tuple[str, bytes]], words: str
) -> None:
    answer = await door.ask("POST", EDITS, **form(*fields))
    assert answer.status == 400
    assert told(answer)["message"].startswith(words)
    assert not door.pipeline.jobs


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", ""])
async def test_what_is_no_form_is_said_to_be_none(door: Door, kind: str) -> None:
    answer = await door.ask("POST", EDITS, {"prompt": "a"}, headers={"Content-Type": kind})
    assert (answer.status, "multipart/form-data" in told(answer)["message"]) == (400, True)


async def test_a_page_and_a_large_body_are_refused_in_the_same_shape() -> None:
    async with opened(body_limit=10) as door:
        page = {"Origin": "https://evil.example"}
        answer = await door.ask("POST", GENERATIONS, {}, headers=page)
        assert (answer.status, told(answer)["type"]) == (403, "invalid_request_error")
        answer = await door.ask("POST", GENERATIONS, {"prompt": "a" * 20})
        assert (answer.status, told(answer)["type"]) == (413, "invalid_request_error")


def test_a_field_may_hold_anything() -> None:
    inside = b"\r\n--b\r\n\r\n--\xff"
    body = form(("x", inside), ("y", b""))["data"]
    assert split(body, b"b0") == [("x", inside), ("y", b"")]


@given(st.lists(st.tuples(st.text("abcß[]", min_size=1), st.binary())))
def test_every_form_comes_through(fields: list[tuple[str, bytes]]) -> None:
    assume(not any(b"\r\n--b0" in b"\r\n" + raw for _, raw in fields))
    assert split(form(*fields)["data"], b"b0") == fields


@given(st.binary(), st.binary())
def test_no_form_breaks_the_reader(head: bytes, body: bytes) -> None:
    part = b'--b0\r\nContent-Disposition: form-data; name="a"%s\r\n\r\n%s\r\n--b0--' % (head, body)
    with suppress(BadRequest):
        assert all(isinstance(name, str) for name, _ in split(part, b"b0"))


@pytest.mark.parametrize(
    "body",
    [b"", b"--b0", b"--b0\r\n", form(("x", b"1"))["data"][:-6], b"--b0\r\nX: y\r\n\r\n1\r\n--b0--"],
)
def test_a_form_that_is_cut_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        split(body, b"b0")
