"""What a chat's story stands at: people, their clothes, place, time and weather."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from bridge.summarizer.setting import Time

Change = Literal["start", "stay", "move"]
Role = Literal["char", "user", "narrator"]
MOST_FIGURES: Final = 24
"""People that a chat keeps in mind."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat, as it was shown."""

    text: str
    name: str = ""
    """Who wrote it."""
    role: Role = "char"
    user: str = ""
    """The name that the person who plays goes by."""
    cast: tuple[str, ...] = ()
    """Further names that are known: characters of the dictionary, members of a group."""


@dataclass(frozen=True, slots=True)
class Garment:
    """One thing that somebody has worn; `on` says whether they still do."""

    slot: str
    """Of `words/garments.json`: top, bottom, outer, feet …"""
    noun: str
    text: str
    tail: str = ""
    """How it is worn: `unzipped to the waist`."""
    on: bool = True
    is_own: bool = False
    """A person set it by hand."""

    @property
    def phrase(self) -> str:
        """With how it is worn."""
        return f"{self.text} {self.tail}".strip()


@dataclass(frozen=True, slots=True)
class Figure:
    """Somebody whom the chat knows."""

    name: str
    present: bool = False
    leaning: int = 0
    """How often `she` was said of them, less how often `he`."""
    garments: tuple[Garment, ...] = ()

    @property
    def outfit(self) -> str:
        """What is worn now; empty when nothing was ever told."""
        return ", ".join(one.phrase for one in self.garments if one.on)


@dataclass(frozen=True, slots=True)
class ChatState:
    """Where a story stands after a message."""

    figures: tuple[Figure, ...] = ()
    """In the order in which they came in."""
    place: str = ""
    places: tuple[str, ...] = ()
    """All so far, latest last: a story goes back to them."""
    time: Time = ""
    weather: str = ""
    told_of: tuple[str, ...] = ()
    """Whom the message itself tells of, by name or pronoun; its writer too."""
    change: Change = "start"
    """Of the place, against the message before."""
    own: frozenset[str] = frozenset()
    """What a person set after this very message: `place`, `time`, `weather`."""

    @property
    def present(self) -> tuple[str, ...]:
        """The names of those who are there."""
        return tuple(one.name for one in self.figures if one.present)

    def outfit(self, name: str) -> str:
        """What `name` wears; empty for whom nobody knows."""
        return next((one.outfit for one in self.figures if one.name == name), "")

    def told(self) -> Mapping[str, object]:
        """Plain JSON; clothes by slot."""
        outfits: dict[str, dict[str, str]] = {}
        for figure in self.figures:
            slots = outfits.setdefault(figure.name, {}) if figure.present else {}
            for one in figure.garments:
                if one.on:
                    slots[one.slot] = ", ".join(filter(None, (slots.get(one.slot), one.phrase)))
        return {
            "present": list(self.present),
            "outfits": outfits,
            "place": self.place,
            "time": self.time,
            "weather": self.weather,
        }
