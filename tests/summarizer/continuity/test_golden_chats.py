"""How well states are told, on the golden chats and on chats of our own."""

import pytest

from tests.summarizer.continuity.chats import shares

LEAST = {"present": 0.85, "change": 0.9, "place": 0.8, "time": 0.85, "outfit": 0.8}


@pytest.mark.parametrize("name", ["dev", "own", "told"])
def test_labels_are_met(name: str) -> None:
    found = shares(name)
    assert found.keys() == LEAST.keys()
    assert {what: share for what, share in found.items() if share < LEAST[what]} == {}
