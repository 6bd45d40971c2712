"""The bus: everybody hears everything in order, and nobody's trouble is the teller's."""

import logging

import pytest

from bridge.events import Bus, Event, StoreFailed, hashed

FIRST, SECOND = StoreFailed("first"), StoreFailed("second")


def test_everybody_hears_everything_in_order() -> None:
    bus = Bus()
    heard: list[tuple[str, Event]] = []
    bus.listen(lambda event: heard.append(("a", event)))
    bus.listen(lambda event: heard.append(("b", event)))
    bus.tell(FIRST)
    bus.tell(SECOND)
    assert heard == [("a", FIRST), ("b", FIRST), ("a", SECOND), ("b", SECOND)]


def test_who_left_hears_no_more() -> None:
    bus = Bus()
    heard: list[Event] = []
    leave = bus.listen(heard.append)
    bus.tell(FIRST)
    leave()
    leave()
    bus.tell(SECOND)
    assert heard == [FIRST]


def test_leaving_while_told_disturbs_nobody() -> None:
    bus = Bus()
    heard: list[Event] = []
    leave = bus.listen(lambda event: leave())
    bus.listen(heard.append)
    bus.tell(FIRST)
    assert heard == [FIRST]


def test_a_listener_that_fails_is_logged_and_the_others_hear(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bus = Bus()
    heard: list[Event] = []

    def deaf(_: Event) -> None:
        raise RuntimeError("deaf")

    bus.listen(deaf)
    bus.listen(heard.append)
    with caplog.at_level(logging.ERROR, "bridge.events"):
        bus.tell(FIRST)
    assert heard == [FIRST]
    assert "StoreFailed" in caplog.text
    assert "deaf" in caplog.text


def test_a_hash_stands_for_a_text_and_does_not_tell_it() -> None:
    assert hashed("a lighthouse") == hashed("a lighthouse") != hashed("a lighthouse ")
    assert len(hashed("lone surrogate \ud800")) == 16
