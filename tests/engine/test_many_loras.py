"""In whatever words a cloud says that there are too many LoRAs, the number in them is found."""

import pytest

from bridge.engine.blame import named
from bridge.engine.card import Card
from bridge.errors import TooManyLoras, Unavailable

CARD = Card("some", "Some", "", "http://x", ())


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("maxLoraModelsExceeded: lora: At most 12 LoRAs are supported.", 12),
        ("too_long: body.loras: List should have at most 3 items after validation", 3),
        ("image_loras: at most 2 of path and scale", 2),
        ("Too many LoRAs", None),
        ("Too many LoRA adapters (5): only 4 are loaded", 4),
        ("You can use up to 3 LoRAs per request", 3),
        ("The maximum number of loras is 10.", 10),
        ("loras: ensure this value has no more than 4 elements", 4),
    ],
)
def test_too_many_by_whatever_words(text: str, most: int | None) -> None:
    error = named(CARD, text)
    assert isinstance(error, TooManyLoras)
    assert error.most == most


@pytest.mark.parametrize(
    "text",
    [
        "Failed to download LoRA: the file exceeds the maximum of 2 GB",
        "could not load lora weights",
        "prompt: at most 3000 characters",
        "Too many requests",
        "the lora scale must be at most 4",
    ],
)
def test_other_complaints_are_none(text: str) -> None:
    assert type(named(CARD, text)) is Unavailable
