"""Whatever a worker returns: its pictures are found, its progress and its failure read."""

import base64
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.engine.contract import Inline, Remote
from bridge.providers.workflows import counts, finished, found, progress, trouble
from bridge.transport.json_read import read_json

URL = "https://files.example/a.png?sig=1"
B64 = base64.b64encode(bytes(range(256)) * 2).decode()
URI = f"data:image/png;base64,{B64}"
PLACE, INSIDE, WITHIN = Remote(URL), Inline(B64), Inline(URI)


@pytest.mark.parametrize(
    ("output", "pictures"),
    [
        ({"image_url": URL}, [PLACE]),
        ({"image_urls": [URL, B64], "metadata": {"loras": []}}, [PLACE, INSIDE]),
        ({"images": [B64]}, [INSIDE]),
        ({"images": [URI], "seed": 1, "image_url": URI}, [WITHIN, WITHIN]),
        ({"images": [{"filename": "a.png", "type": "base64", "data": B64}]}, [INSIDE]),
        ({"images": [{"filename": "a.png", "type": "s3_url", "data": URL}]}, [PLACE]),
        ({"message": B64, "status": "success"}, [INSIDE]),
        ({"message": URL, "status": "success"}, [PLACE]),
        ({"mime_type": "image/png", "data": B64}, [INSIDE]),
        ({"image": B64, "seed": 7}, [INSIDE]),
        ({"image_base64": B64}, [INSIDE]),
        ({"result": URL, "cost": 0.02}, [PLACE]),
        ({"output": {"image_url": URL}}, [PLACE]),
        ([{"image": B64}], [INSIDE]),
        (URL, [PLACE]), (URI, [WITHIN]), (B64, [INSIDE]), ([URL], [PLACE]),
        (base64.encodebytes(bytes(300)).decode(), "one"),
        ({"images": []}, []), ({}, []), (None, []), (7, []), ([], []), (True, []),
        ({"message": "a long text that says nothing of a picture, " * 9}, []),
        ({"image_url": "file:///etc/passwd"}, []), ({"image_url": "s3://bucket/a.png"}, []),
        ({"images": ["A" * 99]}, []),
    ],
    ids=lambda part: str(part)[:40],
)  # fmt: skip
def test_pictures_are_found_in_every_shape(output: object, pictures: Any) -> None:
    assert (list(found(output)) == pictures) or (pictures == "one" and len([*found(output)]) == 1)


def test_a_long_picture_stays_where_it_was_received() -> None:
    output = read_json(b'{"images": ["%s"]}' % (b"A" * 8000))
    [picture] = found(output)
    assert isinstance(picture, Inline)
    assert not isinstance(picture.b64, str)


@pytest.mark.parametrize(
    ("output", "share"),
    [
        (0.4, 0.4), (1, 1.0), (40, 0.4), ("40%", 0.4), ("12.5 %", 0.125), ("step 12/30", 0.4),
        ({"progress": 0.4}, 0.4), ({"percent": 40}, 0.4), ({"progress": "12/30"}, 0.4), (0, 0.0),
        (True, None), (-1, None), (400, None), ("40/0", None), ("loading", None), (None, None),
        ({"step": 3}, None), ([0.4], None), (float("nan"), None),
    ],
    ids=str,
)  # fmt: skip
def test_progress_is_read_however_it_is_told(output: object, share: float | None) -> None:
    assert progress(output) == (None if share is None else pytest.approx(share))


@pytest.mark.parametrize(
    ("error", "output", "words"),
    [
        ("boom", None, "boom"),
        (None, {"error": "boom"}, "boom"),
        (None, {"error": "boom", "images": [B64]}, "boom"),
        (None, {"status": "error", "message": "boom"}, "boom"),
        (None, {"status": "success", "message": B64}, ""),
        (None, {"images": [B64], "errors": ["a node warned"]}, ""),
        (None, {"images": [], "errors": ["boom", "bang"]}, "boom; bang"),
        ('{"error_type": "KeyError", "error_message": "a", "error_traceback": "b"}', None,
         "KeyError: a"),
        (None, None, ""), (None, [], ""), ("", {}, ""),
    ],
)  # fmt: skip
def test_a_failure_is_told_in_the_workers_words(error: object, output: object, words: str) -> None:
    assert trouble(error, output) == words


@pytest.mark.parametrize(
    ("output", "cost", "seed"),
    [
        ({"cost": 0.02, "seed": 3}, 20_000, 3), ({"metadata": {"seed": 4}}, None, 4),
        ({"seed": -1, "cost": 0}, None, None), ({"seed": True, "cost": "x"}, None, None),
        ({"cost": 1e308}, None, None), (URL, None, None),
    ],
)  # fmt: skip
def test_cost_and_seed_are_taken_where_they_are_told(
    output: object, cost: int | None, seed: int | None
) -> None:
    end = finished(output, {"workerId": "w"})
    assert (end.cost, end.seed, end.facts) == (cost, seed, {"workerId": "w"})


def test_counts_are_whole_numbers() -> None:
    assert counts({"workers": {"idle": 1, "odd": "x", "on": True}}, "workers") == {"idle": 1}
    assert counts({"workers": 3}, "workers") == counts("down", "jobs") == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from([URL, URI, B64]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["images", "image", "output", "error", "errors", "status", "message",
                         "progress", "seed", "cost", "metadata", "aesthetic_score"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(JSON, JSON)
@settings(max_examples=150)
def test_nothing_that_a_worker_returns_breaks_the_reading(error: object, output: object) -> None:
    assert all(isinstance(picture, Inline | Remote) for picture in finished(output, {}).pictures)
    assert isinstance(trouble(error, output), str)
    share = progress(output)
    assert share is None or 0 <= share <= 1


def test_an_output_without_end_is_no_trouble() -> None:
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    assert list(found(deep)) == []
