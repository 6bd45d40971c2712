"""Names in spoken lines, and words that are painted rather than said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.spoken import is_called, is_lettering, is_talked_of, lines


@pytest.mark.parametrize(
    ("before", "after"),
    [("", ", mind your sleeve."), ("you're late, ", "."), ("hey ", "!"), ("thank you, ", "")],
)
def test_a_name_between_commas_is_called(before: str, after: str) -> None:
    assert is_called(before, after)
    assert not is_talked_of(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tell me about ", "."),
        ("", " owes me a horse."),
        ("", " is always late."),
        ("where's ", "?"),
        ("i had a letter from ", "."),
        ("", "'ll be at the depot."),
    ],
)
def test_a_name_with_a_verb_is_talked_of(before: str, after: str) -> None:
    assert is_talked_of(before, after)


@pytest.mark.parametrize(("before", "after"), [("look, ", " is dancing!"), ("here comes ", "!")])
def test_who_is_pointed_at_is_there(before: str, after: str) -> None:
    assert not is_talked_of(before, after)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("It says: WELCOME HOME ANNE.", "ANNE"),
        ("a crossword with one word in it (EMBER)", "EMBER"),
        ("the sign reads ROSE.", "ROSE"),
    ],
)
def test_capitals_are_painted(text: str, word: str) -> None:
    start = text.index(word)
    assert is_lettering(text, start, start + len(word))


@pytest.mark.parametrize("text", ["ROSE runs.", "COME HERE, ROSE!", "Rose nods.", "A. ROSE sits."])
def test_capitals_are_shouted(text: str) -> None:
    start = text.casefold().index("rose")
    assert not is_lettering(text, start, start + 4)


def test_lines_are_found_by_their_quotes() -> None:
    text = '"Up," she says. "Now."'
    assert [text[start:end] for start, end in lines(text)] == ["Up,", "Now."]
    assert lines('"Up, she says.') == ()
    inner = "'Up,' she says, 'it's late.'"
    assert [inner[start:end] for start, end in lines(inner)] == ["Up,", "it's late."]


@given(st.text(alphabet="aR'\"“” ,.!", max_size=60))
@settings(max_examples=100)
def test_any_text_is_answered(text: str) -> None:
    assert all(start <= end for start, end in lines(text))
