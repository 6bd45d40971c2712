from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.api.a1111.schema import EXTRA, IMG2IMG, TXT2IMG, read
from bridge.domain import Rating
from bridge.errors import BadRequest
from tests.api.door import Door, base64, drawn, opened

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@pytest.mark.parametrize("value", ["20", 20, 20.0, 20.9, " 20 ", "20.5", "+20"])
def test_numbers_come_in_any_dress(value: object) -> None:
    assert read(TXT2IMG, {"steps": value})["steps"] == 20


@pytest.mark.parametrize("value", [None, ""])
def test_null_and_nothing_are_the_default(value: object) -> None:
    asked = read(IMG2IMG, dict.fromkeys(IMG2IMG.defaults, value))
    assert (asked["steps"], asked["seed"], asked["denoising_strength"]) == (50, -1, 0.75)
    assert asked == read(IMG2IMG, {"unknown": 1})


@pytest.mark.parametrize(
    ("value", "seed"),
    [("7", 7), (7.0, 7), ("random", -1), (-1, -1), ("3999999999", 3999999999), ([7], None)],
)
def test_a_seed_may_be_a_text(value: object, seed: int | None) -> None:
    if seed is None:
        with pytest.raises(BadRequest, match="seed"):
            read(TXT2IMG, {"seed": value})
    else:
        assert read(TXT2IMG, {"seed": value})["seed"] == seed


@pytest.mark.parametrize(
    ("value", "truth"), [(True, True), ("false", False), (" On ", True), (0, False), ("1", True)]
)
def test_truth_comes_in_any_dress(value: object, truth: bool) -> None:
    assert read(TXT2IMG, {"enable_hr": value})["enable_hr"] is truth


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("steps", "many", "body.steps: 'many' is not a whole number"),
        ("cfg_scale", "nan", "body.cfg_scale: 'nan' is not a number"),
        ("width", [512], "body.width: '[512]' is not a whole number"),
        ("prompt", {"a": 1}, "body.prompt: .* is not a text"),
        ("override_settings", "x", "body.override_settings: 'x' is not an object"),
        ("enable_hr", "maybe", "body.enable_hr: 'maybe' is not true or false"),
        ("styles", {"a": 1}, "body.styles: .* is not a list"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(name: str, value: object, words: str) -> None:
    with pytest.raises(BadRequest, match=words.replace("[", r"\[")):
        read(TXT2IMG, {name: value})


@given(st.sampled_from([TXT2IMG, IMG2IMG, EXTRA]), st.data())
@settings(max_examples=150)
def test_nothing_but_a_bad_request_is_raised(fields: Any, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(fields.kinds)))
    try:
        value = read(fields, {name: data.draw(JSON)})[name]
    except BadRequest as error:
        assert f"body.{name}" in error.text
        return
    kind, default = fields.kinds[name], fields.defaults[name]
    kinds = {"text": str, "seed": int, "whole": int, "number": float, "truth": bool, "list": list}
    assert value is default or value == default or isinstance(value, kinds.get(kind, dict))


@pytest.mark.parametrize(
    "content", ["application/json", "text/plain", "application/x-www-form-urlencoded", None]
)
async def test_json_is_read_whatever_it_is_called(door: Door, content: str | None) -> None:
    raw = b'\xef\xbb\xbf{"prompt": "a=b&c", "seed": "7"}'
    headers = {"Content-Type": content} if content else {}
    skipped = [] if content else ["Content-Type"]
    await door.post("txt2img", data=raw, headers=headers, skip_auto_headers=skipped)
    assert (door.pipeline.jobs[0].text, door.pipeline.jobs[0].seed) == ("a=b&c", 7)


@pytest.mark.parametrize("raw", [b"%7B%22prompt%22%3A%20%22fox%22%7D=", b"prompt=fox&steps=9", b""])
async def test_a_form_is_read_too(door: Door, raw: bytes) -> None:
    assert (await door.post("txt2img", data=raw)).status == 200
    assert door.pipeline.jobs[0].text == ("fox" if raw else "")


@pytest.mark.parametrize("raw", [b"{", b"[1]", b"3", b"null", b"\xff\xfe", b"%7B=1&a"])
async def test_what_is_no_object_is_refused(door: Door, raw: bytes) -> None:
    answer = await door.post("txt2img", data=raw)
    assert (answer.status, answer.json["error"]) == (422, "BadRequest")
    assert "body" in answer.json["detail"]
    assert not door.pipeline.jobs


async def test_habitual_numbers_mean_the_models_own(door: Door) -> None:
    for steps, guidance in ((20, 7), (50, "7.0"), (9, 3.5)):
        await door.post("txt2img", {"steps": steps, "cfg_scale": guidance})
    assert [(job.steps, job.guidance) for job in door.pipeline.jobs] == [
        (None, None),
        (None, None),
        (9, 3.5),
    ]


async def test_a_seed_is_drawn_once_for_all(door: Door) -> None:
    answer = await door.post("txt2img", {"batch_size": 2})
    first, second = (job.seed for job in door.pipeline.jobs)
    assert second == (first + 1) % 2**32
    assert answer.json["parameters"]["seed"] == -1


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({}, (512, 512)),
        ({"width": 0, "height": 99999}, (64, 4096)),
        ({"enable_hr": True, "hr_scale": 2}, (512, 512)),
    ],
)
async def test_sizes(door: Door, asked: dict[str, object], size: tuple[int, int]) -> None:
    await door.post("txt2img", asked)
    assert (door.pipeline.jobs[0].width, door.pipeline.jobs[0].height) == size


@pytest.mark.parametrize("count", [0, -1, 17, 10**30])
async def test_too_many_pictures_are_refused(door: Door, count: int) -> None:
    answer = await door.post("txt2img", data=b'{"batch_size": %d}' % count)
    assert answer.status == 422
    assert not door.pipeline.jobs


async def test_a_request_lowers_the_rating_and_never_raises_it() -> None:
    async with opened(rating=Rating.SUGGESTIVE, prompt_mode="always") as door:
        for rating in ("general", "mature", None):
            await door.post("txt2img", {"rating": rating})
        await door.post("txt2img", {"prompt_mode": "never"})
        assert [job.rating.label for job in door.pipeline.jobs] == [
            "general",
            "suggestive",
            "suggestive",
            "suggestive",
        ]
        assert [job.prompt_mode for job in door.pipeline.jobs[2:]] == ["always", "never"]
        for wrong in ({"rating": "odd"}, {"prompt_mode": "odd"}):
            assert (await door.post("txt2img", wrong)).status == 422


async def test_extra_images_are_references(door: Door) -> None:
    raw = drawn()
    await door.post("txt2img", {"extra_images": [base64(raw)]})
    assert door.pipeline.jobs[0].references == (raw,)
