"""Labelled chats, and how well the states of a replay fit the labels."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from bridge.summarizer.continuity.chat import Chat, Line
from bridge.summarizer.continuity.state import ChatState, Message

GOLDEN: Final = Path(__file__).parents[2] / "golden"
FITS: Final = 0.6
"""F1 of content words from which a place or an outfit is right."""
_LITTLE: Final = frozenset(
    [
        "the",
        "a",
        "an",
        "and",
        "or",
        "of",
        "on",
        "in",
        "at",
        "to",
        "with",
        "his",
        "her",
        "their",
        "its",
        "by",
        "from",
        "over",
        "under",
        "into",
        "onto",
        "for",
        "as",
        "is",
        "are",
        "be",
        "one",
        "two",
        "three",
        "no",
        "out",
        "up",
        "down",
        "off",
        "near",
        "behind",
        "beside",
        "between",
        "around",
        "across",
        "along",
        "while",
        "held",
        "being",
        "that",
        "this",
        "it",
        "she",
        "he",
        "they",
    ]
)


def chats(name: str) -> list[dict[str, Any]]:
    lines = (GOLDEN / name / "chats.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def states(chat: dict[str, Any]) -> Iterator[tuple[ChatState, dict[str, Any]]]:
    """The state of a replay and the label, for each event; after an edit at the end too."""
    told = Chat()
    for event in chat["events"]:
        message = Message(
            event["text"], event["name"], event["role"], chat["user"], tuple(chat["cast"])
        )
        told.take(Line("message", event["msg"], event["swipe"], message))
        yield told.state(event["msg"]), event["state"]
        if event.get("state_end"):
            yield told.state(), event["state_end"]


def shares(name: str) -> dict[str, float]:
    """Of all labels, the share that is met: present, change, place, time, outfit."""
    right, count = Counter[str](), Counter[str]()
    for chat in chats(name):
        for state, label in states(chat):
            for what, is_right in _judged(state, label):
                count[what] += 1
                right[what] += is_right
    return {what: right[what] / count[what] for what in count}


def _judged(state: ChatState, label: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    yield "present", set(state.present) == set(label["present"])
    yield "change", state.change == label["place_change"]
    yield "place", f1(state.place, label["place"]) >= FITS
    yield "time", state.time == (label["time_of_day"] or "")
    for name, outfit in label["outfits"].items():
        yield "outfit", f1(state.outfit(name), outfit or "") >= FITS


def f1(got: str, wanted: str) -> float:
    """Of content words; 1 where both are empty."""
    have, want = _content(got), _content(wanted)
    if not have or not want:
        return float(have == want)
    return 2 * len(have & want) / (len(have) + len(want))


def _content(text: str) -> set[str]:
    found = re.findall(r"[^\W_]+", text.casefold())
    return {word.removesuffix("s") for word in found if word not in _LITTLE and len(word) > 2}
