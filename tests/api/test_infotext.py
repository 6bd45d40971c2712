import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.api.a1111.infotext import parsed, written

EXAMPLE = (
    "a cat <lora:x:0.8>,\nsecond line\nNegative prompt: dog,\nbird\n"
    "Steps: 20, Sampler: Euler a, Schedule type: Karras, CFG scale: 7, Seed: 1, Size: 512x768, "
    'Model: foo, Lora hashes: "x: 0123456789ab, y: ba9876543210", Version: v1.10.1'
)
VALUES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(
    lambda text: not text.replace("x", "").isdecimal()
)


def test_a_whole_infotext_is_taken_apart() -> None:
    found = parsed(EXAMPLE)
    assert (found["Prompt"], found["Negative prompt"]) == (
        "a cat <lora:x:0.8>,\nsecond line",
        "dog,\nbird",
    )
    assert (found["Size-1"], found["Size-2"], found["Schedule type"]) == ("512", "768", "Karras")
    assert found["Lora hashes"] == "x: 0123456789ab, y: ba9876543210"
    assert (found["Clip skip"], found["RNG"], found["Mask mode"]) == ("1", "GPU", "Inpaint masked")
    assert "Size" not in found


@pytest.mark.parametrize("text", ["", "only words", "time: noon, place: a quay", "a\nb: c, d"])
def test_fewer_than_three_pairs_are_prompt(text: str) -> None:
    found = parsed(text)
    assert (found["Prompt"], found["Negative prompt"]) == (text, "")
    assert found["Schedule type"] == "Automatic"


def test_values_are_quoted_when_they_must_be() -> None:
    pairs = {"Steps": 4, "Sampler": "Euler", "Loras": "mira: 1", "Cost": None, "Note": 'say "no"'}
    assert written("a fox", "", pairs) == (
        'a fox\nSteps: 4, Sampler: Euler, Loras: "mira: 1", Note: "say \\"no\\""'
    )


def test_a_broken_quote_is_taken_as_it_stands() -> None:
    found = parsed('Steps: 4, Sampler: "Euler, Seed: 7, Size: 8x8')
    assert (found["Sampler"], found["Seed"]) == ('"Euler', "7")


@given(st.lists(VALUES, min_size=3, max_size=5))
@settings(max_examples=200)
def test_any_values_come_back(values: list[str]) -> None:
    pairs = {f"Key {place}": value for place, value in enumerate(values)}
    found = parsed(written("a fox", "fog", pairs))
    assert {key: found.get(key) for key in pairs} == pairs
    assert (found["Prompt"], found["Negative prompt"]) == ("a fox", "fog")


@given(st.text(max_size=200))
@settings(max_examples=200)
def test_any_text_can_be_read(text: str) -> None:
    assert parsed(text)["Prompt"] in text.strip() + "\n"
