"""Continuity over labelled chats: present, place and outfits after each event."""

import importlib
import importlib.util
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import mean
from typing import Any, Final

from bench.eval.labels import Label
from bench.eval.words import f1

_MODULE: Final = "bridge.summarizer.continuity"
_GOOD: Final = 0.6
"""Content-word F1 from which a place or an outfit counts as right."""
State = Mapping[str, Any]
"""`present`, `outfits`, `place`, `time_of_day`, `place_change`, as in the labels."""
Replay = Callable[[Sequence[Mapping[str, Any]]], Sequence[State]]
"""Events as they stand in a chat's label → the state after each of them."""


def replay_of_bridge() -> Replay | None:
    """`continuity.replay`, where that part is there."""
    if importlib.util.find_spec(_MODULE) is None:
        return None
    found: Replay | None = getattr(importlib.import_module(_MODULE), "replay", None)
    return found


def of_chats(chats: Sequence[Label], replay: Replay | None = None) -> dict[str, float | str]:
    """The figures of all events together; nothing without chats or without continuity."""
    replay = replay or replay_of_bridge()
    pairs = [pair for chat in chats for pair in _pairs(chat, replay)] if replay else []
    if not pairs:
        return {}
    outfits = [
        _same_outfit(had.get(name), worn)
        for told, label in pairs
        for had in (told["outfits"],)
        for name, worn in label["outfits"].items()
    ]
    return {
        "chat events": len(pairs),
        "present, exact": mean(set(a["present"]) == set(b["present"]) for a, b in pairs),
        "stay or move": mean(a["place_change"] == b["place_change"] for a, b in pairs),
        "place in chats": mean(f1(a["place"] or "", b["place"] or "") >= _GOOD for a, b in pairs),
        "outfits": mean(outfits),
        "time in chats": mean(a["time_of_day"] == b["time_of_day"] for a, b in pairs),
    }


def _pairs(chat: Label, replay: Replay) -> Iterator[tuple[State, State]]:
    """(told, labelled) after each event; the label of an edit is that of the chat's end."""
    events = chat["events"]
    for told, event in zip(replay(events), events, strict=True):
        yield told, event.get("state_end") or event["state"]


def _same_outfit(had: str | None, worn: str | None) -> bool:
    return f1(had or "", worn or "") >= _GOOD
