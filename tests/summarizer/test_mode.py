import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.summarizer.mode import is_story, raw_message, strip_boilerplate
from tests.summarizer.golden_scenes import SCENES, prompts_of, scene_of

CASES = json.loads(Path(__file__).with_name("mode_cases.json").read_text(encoding="utf-8"))
PROMPTS, STORIES = CASES["prompts"], CASES["stories"]


@pytest.mark.parametrize("text", PROMPTS)
def test_a_finished_prompt_is_no_story(text: str) -> None:
    assert not is_story(text)


@pytest.mark.parametrize("text", STORIES)
def test_a_story_is_one(text: str) -> None:
    assert is_story(text)


def test_both_tables_are_long_enough_to_mean_something() -> None:
    assert min(len(PROMPTS), len(STORIES)) >= 40


def test_what_our_dialects_write_in_english_is_a_finished_prompt() -> None:
    prompts = {one for scene in SCENES for one in prompts_of(scene_of(scene)).values()}
    assert [one for one in prompts if one.isascii() and is_story(one)] == []


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene["id"])
def test_every_golden_text_is_a_story(scene: dict[str, Any]) -> None:
    assert is_story(scene["text"])


def test_sillytaverns_prefix_and_negative_are_boilerplate() -> None:
    text, removed = strip_boilerplate("best quality, absurdres, masterpiece, a fox, snow")
    assert text == "a fox, snow"
    assert removed == "best quality, absurdres, masterpiece"
    negative = (
        "lowres, bad anatomy, bad hands, text, error, cropped, worst quality, low quality, "
        "normal quality, jpeg artifacts, signature, watermark, username, blurry"
    )
    assert strip_boilerplate(negative) == ("", negative)
    assert strip_boilerplate("(masterpiece:1.3), a fox")[0] == "a fox"


def test_the_same_words_inside_a_sentence_stay() -> None:
    text = "It was a masterpiece, he said,\nand the text was blurry at best."
    assert strip_boilerplate(text) == (text, "")


@given(st.lists(st.sampled_from(["masterpiece", "8k", "a fox", "snow"]), min_size=1))
def test_stripping_twice_changes_nothing_more(tags: list[str]) -> None:
    once, removed = strip_boilerplate(", ".join(tags))
    assert strip_boilerplate(once) == (once, "")
    assert (removed == "") == ({"masterpiece", "8k"}.isdisjoint(tags))


@pytest.mark.parametrize("rest", ["(a tavern:0.7), (a tall woman:0.5)", "(:0.7), (:0.5)"])
def test_sillytaverns_raw_last_message_is_unwrapped(rest: str) -> None:
    message = "*Mara waits (alone) by the door.* ((not me)) She waves."
    assert raw_message(f"(({message})), {rest}") == message


@pytest.mark.parametrize("text", ["", "((masterpiece)), (a cat:0.7)", "*She waves.* ((brb))"])
def test_nothing_else_is_a_raw_message(text: str) -> None:
    assert raw_message(text) == ""
