"""Whatever JSON a cloud answers, a verb ends with a result or with an error that has a name."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.engine.contract import Finished, Inline, RefusedOne, Remote, Ticket, Waiting
from bridge.errors import AttemptError
from bridge.transport.reply import Reply
from tests.providers.cases import CASES
from tests.providers.chamber import plain

KEYS = st.sampled_from([
    "id", "status", "data", "code", "error", "message", "outputs", "output", "images", "image",
    "url", "urls", "result", "sample", "seed", "progress", "details", "has_nsfw_contents", "logs",
    "metrics", "jobId", "polling_url", "cost", "predict_time",
])  # fmt: skip
WORDS = st.sampled_from(
    ["completed", "succeeded", "Ready", "failed", "Error", "", "https://a.example/1.png"]
)
LEAVES = st.none() | st.booleans() | st.integers(-5, 6000) | st.floats(-1, 2) | WORDS
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)
PARTS = ("status", "output", "outputs", "result", "images", "has_nsfw_contents", "code", "details")
TASKS = st.fixed_dictionaries(
    {"id": WORDS}, optional=dict.fromkeys(PARTS, JSON) | {"status": WORDS}
)
BODIES = TASKS | st.fixed_dictionaries({"code": LEAVES, "data": TASKS}) | JSON
TICKET = Ticket({"id": "1", "poll": "get_result?id=1"})
mine = pytest.mark.parametrize("cloud", ["wavespeed", "pixeldojo", "replicate", "bfl"])


def ended(verb: Any, body: Any) -> object:
    """What the verb comes to when its first call is answered so."""
    next(verb)
    try:
        verb.send(Reply(200, {}, body))
    except StopIteration as end:
        return end.value
    except AttemptError as error:
        return error
    raise AssertionError("a second call")


def is_sound(found: object) -> bool:
    """A result that the engine can go on with; its pictures are addresses or base64."""
    if not isinstance(found, Finished):
        return isinstance(found, Waiting | AttemptError | Ticket)
    kinds = (Remote, Inline, RefusedOne)
    urls = [entry.url for entry in found.pictures if isinstance(entry, Remote)]
    return all(isinstance(entry, kinds) for entry in found.pictures) and all(
        isinstance(url, str) for url in urls
    )


@mine
@settings(max_examples=60)
@given(body=BODIES)
def test_a_look_ends(cloud: str, body: Any) -> None:
    found = ended(CASES[cloud].adapter("http://127.0.0.1").check(TICKET), body)
    assert is_sound(found)


@mine
@settings(max_examples=60)
@given(body=BODIES)
def test_a_submit_ends(cloud: str, body: Any) -> None:
    adapter = CASES[cloud].adapter("http://127.0.0.1")
    found = ended(adapter.submit(plain(adapter.models()[0]), "ref"), body)
    assert is_sound(found)
    if isinstance(found, Ticket):
        assert all(isinstance(value, str) for value in found.fields.values())
