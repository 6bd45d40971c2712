"""What is left out for speed changes no verdict."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain import Family
from bridge.summarizer import guard, lint, mode
from bridge.summarizer.words import read

NAMES = ("harmless", "gore")
TERMS = [term for name in NAMES for term in guard._FOLDED[name]]
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
TEXTS = st.lists(st.sampled_from([*TERMS, *CRAFTED, *WORDS, *read("boilerplate")["quality"]])).map(
    " ".join
)


@pytest.mark.parametrize("name", NAMES)
def test_every_term_is_found_behind_the_glossary(name: str) -> None:
    terms = guard._pattern(name)
    assert not isinstance(terms, re.Pattern)
    for term in guard._FOLDED[name]:
        spread = term.replace(" ", "  ")
        assert terms.search(f"x {spread} x"), term
        assert terms.sub("", f"x {spread} x") != f"x {spread} x"


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_terms_say_what_their_pattern_says(text: str) -> None:
    for name in NAMES:
        terms = guard._pattern(name)
        assert not isinstance(terms, re.Pattern)
        assert bool(terms.search(text)) is bool(terms._pattern.search(text))
        assert terms.sub("-", text) == terms._pattern.sub("-", text)


@given(TEXTS, st.sampled_from(["flux1", "sdxl"]))
@settings(max_examples=150, deadline=None)
def test_prompts_of_mere_words_are_mended_as_all_others(text: str, family: Family) -> None:
    quick = lint.repair(text, family), lint.lint(text, family), mode.is_story(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lint, "_is_plain", lambda prompt: False)
        patch.setattr(mode, "_SYNTAX_SIGNS", ("",))
        slow = lint.repair(text, family), lint.lint(text, family), mode.is_story(text)
    assert quick == slow
