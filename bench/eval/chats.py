"""Continuity over labelled chats: present, place and outfits after each event."""

from collections.abc import Iterator, Sequence
from statistics import mean
from typing import Final

from bench.eval.labels import Label
from bench.eval.words import f1
from bridge.summarizer.continuity.chat import Chat, Line
from bridge.summarizer.continuity.state import ChatState, Message

_GOOD: Final = 0.6
"""Content-word F1 from which a place or an outfit counts as right."""


def of_chats(chats: Sequence[Label]) -> dict[str, float]:
    """The figures of all events together; nothing without chats."""
    pairs = [pair for chat in chats for pair in told(chat)]
    if not pairs:
        return {}
    outfits = [
        f1(state.outfit(name), worn or "") >= _GOOD
        for state, label in pairs
        for name, worn in label["outfits"].items()
    ]
    return {
        "chat events": len(pairs),
        "present, exact": mean(set(a.present) == set(b["present"]) for a, b in pairs),
        "stay or move": mean(a.change == b["place_change"] for a, b in pairs),
        "place in chats": mean(f1(a.place, b["place"] or "") >= _GOOD for a, b in pairs),
        "outfits": mean(outfits),
        "time in chats": mean(a.time == (b["time_of_day"] or "") for a, b in pairs),
    }


def told(chat: Label) -> Iterator[tuple[ChatState, Label]]:
    """State and label after each event; after an edit at the chat's end too."""
    replayed = Chat()
    for event in chat["events"]:
        message = Message(
            event["text"], event["name"], event["role"], chat["user"], tuple(chat["cast"])
        )
        replayed.take(Line("message", event["msg"], event["swipe"], message))
        yield replayed.state(event["msg"]), event["state"]
        if event.get("state_end"):
            yield replayed.state(), event["state_end"]
