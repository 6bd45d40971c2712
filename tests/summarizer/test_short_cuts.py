"""What is left out for speed changes no verdict."""

import itertools
import re
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain import Family
from bridge.summarizer import guard, guard_fold, lint, mode
from bridge.summarizer.words import read

CRAFTED = ["BREAK", "(wet:1.2)", "*nods*", "<b>", '"a b"', "masterpiece", "a_b", "AND", "☂"]
WORDS = ["pier", "at", "dusk", "35mm", "a", "(", ",", ".", "ben", "the", "b-", "\n", "É"]
TEXTS = st.lists(st.sampled_from([*CRAFTED, *WORDS, *read("boilerplate")["quality"]])).map(" ".join)
TOLD = [
    "She waves.", "a pier", "Rose: Hi", "2girls", "1boy", "BREAK", "score_9", "Steps: 9", "*nods*",
    "<think", "Negative prompt: a", "(OOC", "[OOC", "(a:1.2)", "「a」", "«a»", "„a“",
    "— No", "– No", "<lora:a>",
]  # fmt: skip
SPOKEN = ["no", "snow", "NOT", "WITHOUT", "wıthout", "DON'T", "YOU", "youth", "yours", "pier", "É"]
TAGS = ["Masterpiece", "(LOWRES:1.2)", " Text. ", "texture", "8K\n", "pier", "", "ﬁx", "BLURRY"]
MASKED = ["n-u-d-e", "nuuude", "n*de", "n0de", "16yo", "n u d e", "$ex", "(4k)", "8k", "mp3"]
DISGUISED = st.lists(
    st.sampled_from([*MASKED, *WORDS, "nude", "child", "aged", "15", "\x01", "\x7f", "&#110;ude"])
    | st.text(st.characters(max_codepoint=127), max_size=4)
).flatmap(lambda words: st.sampled_from([" ", "", ", ", ": "]).map(lambda gap: gap.join(words)))


@given(TEXTS, st.sampled_from(["flux1", "sdxl"]))
@settings(max_examples=150, deadline=None)
def test_prompts_of_mere_words_are_mended_as_all_others(text: str, family: Family) -> None:
    quick = lint.repair(text, family), lint.lint(text, family)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lint, "_is_plain", lambda prompt: False)
        slow = lint.repair(text, family), lint.lint(text, family)
    assert quick == slow


@pytest.mark.parametrize("begun", ["", "She waves. ", "She waves.\n"])
def test_a_story_is_known_by_the_same_marks(begun: str) -> None:
    texts = [f"{begun}{one}\n{other}" for one, other in itertools.product(TOLD, TOLD)]
    quick = [*map(mode.is_story, texts)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mode, "_SIGNS", re.compile(""))
        assert quick == [*map(mode.is_story, texts)]


@given(st.lists(st.sampled_from(SPOKEN), max_size=2).map(" ".join))
@settings(max_examples=150, deadline=None)
def test_what_is_denied_and_who_is_spoken_to_is_found_by_letters_too(text: str) -> None:
    found = [one.code for one in lint._addressed(text)]
    assert ("negation" in found) == bool(lint._NEGATION.search(text))
    assert ("second-person" in found) == bool(lint._YOU.search(text))


@given(st.text("ab,. 字。É", max_size=16), st.sampled_from(["flux1", "sdxl"]))
@settings(max_examples=150, deadline=None)
def test_a_short_prompt_has_few_tokens(text: str, family: Family) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lint, "_TOKENS", {"flux1": 3, "sdxl": 3})
        found = [one.code for one in lint._length(text, family)]
    assert ("long" in found) == (lint.tokens(text, family) > 3)


@given(st.lists(st.sampled_from(TAGS), max_size=3).map(",".join))
@settings(max_examples=100, deadline=None)
def test_a_prompt_without_the_letters_of_a_tag_has_no_tag(text: str) -> None:
    quick = mode.strip_boilerplate.__wrapped__(text)
    with pytest.MonkeyPatch.context() as patch:
        seen = SimpleNamespace(find_matches_as_indexes=lambda text: [text])
        patch.setattr(mode, "_ANY_TAG", seen)
        assert quick == mode.strip_boilerplate.__wrapped__(text)


@given(DISGUISED)
@settings(max_examples=300, deadline=None)
def test_the_guard_reads_in_a_text_what_it_reads_word_by_word(text: str) -> None:
    read_quickly = guard_fold.readings(text), guard._found.__wrapped__(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard_fold, "_CHUNK", re.compile(r"(\S++)"))
        guard._readings.cache_clear()
        assert read_quickly == (guard_fold.readings(text), guard._found.__wrapped__(text))
    guard._readings.cache_clear()


@given(DISGUISED)
@settings(max_examples=100, deadline=None)
def test_marks_are_read_alike_beside_other_alphabets(text: str) -> None:
    text = text.encode("ascii", "ignore").decode()
    assert guard_fold._words(f"{text}\nω") == f"{guard_fold._words(text).rstrip()} ω "


@given(DISGUISED, st.integers(0, 31))
@settings(max_examples=100, deadline=None)
def test_unseen_signs_part_no_word(text: str, code: int) -> None:
    text = text.replace("&", "")
    unseen = chr(code) if code not in range(9, 14) else "\x7f"
    assert guard_fold._folded(unseen.join(text)) == guard_fold._folded(text)
