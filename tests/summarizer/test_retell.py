import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.summarizer.dialects.copied import told_in
from bridge.summarizer.dialects.retell import bare, retold, shortened

WORDS = ["the", "a", "her", "is", "and", "crate", "rope", "lies", "on", "pier", "Also", "it"]
SIGNS = [" ", " ", " ", ", ", ". "]
TEXTS = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(SIGNS)), max_size=40)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A rope lies on the pier.", "A rope lies on the pier."),
        (
            "The rope lies coiled on the old pier by the crates.",
            "The rope lying coiled on the old pier by crates.",
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
    told = retold(text).casefold().replace("lying", "lies")
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


STORY = "The rope lies coiled on the old pier by the crates, and it is wet."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A net hangs from the mast, the rope lies coiled on the pier.", None),
        ("The rope lies coiled on the old pier by the crates.", "rope lying coiled"),
        ("Rope, coiled on the old pier by crates, and wet.", None),
    ],
)
def test_only_what_the_story_says_is_told_anew(text: str, told: str | None) -> None:
    anew = retold(text, story=told_in(STORY))
    assert told in anew if told else anew == text
    assert not runs(STORY) & runs(anew)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The storm lantern swings on a hook in the hut of the pilots.", "swinging on a hook"),
        ("Cold air where the storm lantern swings in the hut of it.", "lantern swings in"),
        ("Rust eats into her own boat and into that of Mae.", "into her boat and"),
        ("Bells ring when he laughs with his mouth full of bread.", "when the man laughs"),
        ("Wind lifts the hair of women with one loaf under it.", "with a single loaf"),
        ("Salt dries her hair on the pier like a sail of linen.", "like a sail"),
    ],
)
def test_what_is_missed_least_is_changed(text: str, told: str) -> None:
    assert told in retold(text, story=told_in(text))


def test_where_room_is_short_the_last_little_words_go_first() -> None:
    text = "A rope on the pier, a net on the mast."
    assert shortened(text, ["the mast"], 2) == "A rope on pier, net on the mast."
    assert shortened(text, [], 0) == text
