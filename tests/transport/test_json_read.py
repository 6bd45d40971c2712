import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.transport.blob import Blob
from bridge.transport.json_read import LONG, read_json

texts = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["A" * LONG, "B" * (LONG + 7), 'q"uo\\te' * LONG, "é" * LONG, "\\" * LONG]),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**31), 2**31), texts),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def with_text(value: object) -> object:
    if isinstance(value, Blob):
        return bytes(value.view).decode()
    if isinstance(value, dict):
        return {key: with_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_text(item) for item in value]
    return value


@settings(max_examples=60, deadline=None)
@given(values)
def test_reads_the_same_as_a_plain_parser(value: object) -> None:
    raw = orjson.dumps(value)
    assert with_text(read_json(raw)) == orjson.loads(raw)


@pytest.mark.parametrize("pad", [0, 1, LONG - 12, LONG - 11, LONG - 10, LONG])
@pytest.mark.parametrize(
    "more",
    [
        {"numbers": list(range(LONG))},
        {"text": "x" * LONG + '"' + "y" * 2 * LONG},
        {"text": "x" * LONG + "\\"},
        {"text": '"' + "x" * LONG},
        {"other": "B" * LONG},
    ],
)
def test_a_long_string_stands_beside_whatever_there_is(pad: int, more: dict[str, object]) -> None:
    for value in (
        {"p": "-" * pad, "i": "A" * LONG, **more},
        {"p": "-" * pad, **more, "i": "A" * LONG},
    ):
        raw = orjson.dumps(value)
        assert with_text(read_json(raw)) == value


def test_long_strings_are_views_of_the_buffer() -> None:
    raw = orjson.dumps({"image": "A" * 100_000, "seed": 7})
    parsed = read_json(raw)
    assert isinstance(parsed, dict)
    assert parsed["seed"] == 7
    blob = parsed["image"]
    assert isinstance(blob, Blob)
    assert blob.view.obj is raw
    assert len(blob) == 100_000


@pytest.mark.parametrize("raw", [b"", b"<html>" + b"x" * LONG, b'{"image": "' + b"A" * 2 * LONG])
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError):
        read_json(raw)
