import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.summarizer.dialects.retell import bare, retold

WORDS = ["the", "a", "her", "is", "and", "crate", "rope", "lies", "on", "pier", "Also", "it"]
SIGNS = [" ", " ", " ", ", ", ". "]
TEXTS = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(SIGNS)), max_size=40)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A rope lies on the pier.", "A rope lies on the pier."),
        (
            "The rope lies coiled on the old pier by the crates.",
            "The rope lies coiled on old pier by the crates.",
        ),
        ("Two crates stand on end beside one wet rope and some nets.", None),
        ("It is late, it is cold, it is dark, it is still.", None),
        ("There is a lamp by the stair.", "A lamp by the stair."),
        ("Sie steht mit der Laterne und dem Seil auf der Treppe.", None),
        ("У старого причала лежит мокрый канат и стоит бочка.", None),
    ],
)
def test_no_eight_words_in_a_row_stay(text: str, told: str | None) -> None:
    assert told is None or retold(text) == told
    assert not runs(text) & runs(retold(text))


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_only_little_words_are_touched(pairs: list[tuple[str, str]]) -> None:
    text = "".join(word + sign for word, sign in pairs).strip()
    told = retold(text).casefold()
    for word in ("crate", "rope", "lies", "pier"):
        assert told.count(word) == text.casefold().count(word)
    assert not re.search(r"  | ,|^ | $", told)


def test_what_is_exact_keeps_every_letter() -> None:
    trigger = "the mquill woman in the coat with the collar of the order of the stair"
    text = f"{trigger}, standing at the door of the mill on the hill by the sea."
    assert retold(text, [trigger]).startswith(f"{trigger}, ")
    assert retold(text, [trigger]) != text


def test_a_phrase_is_bared_of_what_can_be_spared() -> None:
    assert bare("the hem of her coat") == "hem of coat"
    assert bare("holding on to her as it is late") == "holding on to her as it is late"
    assert bare("a few crates") == "a few crates"


def runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[^\W_]+", text.casefold())
    return {tuple(words[at : at + 8]) for at in range(len(words) - 7)}
