"""Who a text places in the picture, and of whom it only tells."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.lora.catalog import CatalogFile
from bridge.lora.match import matcher
from bridge.presence import is_gone, is_told_of
from bridge.visible import visible

HERE: Final = Path(__file__).parent
CATALOG: Final = CatalogFile(HERE.parent / "golden" / "own" / "master_lora_dict.json").current
ROWS: Final[list[dict[str, Any]]] = [
    json.loads(line) for line in (HERE / "presence.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["text"][:40]))
def test_who_is_there(row: dict[str, Any]) -> None:
    found = {hit.lora.id.split("_", 1)[1] for hit in matcher(CATALOG).match(visible(row["text"]))}
    assert found == set(row["loras"])


@pytest.mark.parametrize(
    "before", ["a letter from ", "he thinks of ", "two years ago ", "no word from "]
)
def test_words_before_a_name_that_place_nobody(before: str) -> None:
    assert is_told_of(before, ".")


@pytest.mark.parametrize(
    ("before", "after", "there"),
    [
        ("portrait of ", ", harbour, rain", True),
        ("a photo of ", " in the rain", True),
        ("an oil painting of young ", " holding a lamp.", True),
        ("a detailed, moody drawing of tam and ", "", True),
        ("a portrait of ", " hung over the fireplace.", False),
        ("the photograph of ", " had faded.", False),
        ("he looked up. there was a portrait of ", ", old and dark.", False),
    ],
)
def test_a_likeness_that_a_prompt_asks_for(before: str, after: str, there: bool) -> None:
    assert is_told_of(before, after) is not there


@pytest.mark.parametrize("before", ["", "he looks at ", "takes the cup from ", "beside "])
def test_words_before_a_name_that_say_nothing(before: str) -> None:
    assert not is_told_of(before, " nods.")


def test_a_pronoun_brings_back_who_was_looked_for() -> None:
    assert is_told_of("she looks for ", " until dusk.")
    assert not is_told_of("she looks for ", " and finds him asleep.")


def test_leaving_is_not_leaving_a_thing() -> None:
    assert is_gone(" had left for the coast.")
    assert not is_gone(" had left her coat open.")
    assert not is_gone(" has gone quiet.")


@given(st.text(max_size=80), st.text(max_size=80))
@settings(max_examples=100)
def test_any_text_is_answered(before: str, after: str) -> None:
    assert is_told_of(before, after) in (True, False)
    assert is_gone(after) in (True, False)
