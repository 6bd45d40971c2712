"""What is left out for speed changes no verdict."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain import Family
from bridge.summarizer import lint, mode
from bridge.summarizer.words import read

CRAFTED = [
    "BREAK",
    "(wet:1.2)",
    "*nods*",
    "<b>",
    '"a b"',
    "masterpiece",
    "a_b",
    "AND",
    "☂",
]
WORDS = ["pier", "at", "dusk", "35mm", "a", "(", ",", ".", "ben", "the", "b-", "\n", "É"]
TEXTS = st.lists(st.sampled_from([*CRAFTED, *WORDS, *read("boilerplate")["quality"]])).map(" ".join)


@given(TEXTS, st.sampled_from(["flux1", "sdxl"]))
@settings(max_examples=150, deadline=None)
def test_prompts_of_mere_words_are_mended_as_all_others(text: str, family: Family) -> None:
    quick = lint.repair(text, family), lint.lint(text, family), mode.is_story(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lint, "_is_plain", lambda prompt: False)
        patch.setattr(mode, "_SIGNS", re.compile(""))
        slow = lint.repair(text, family), lint.lint(text, family), mode.is_story(text)
    assert quick == slow
