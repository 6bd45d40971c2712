"""A state while a message is told: whom words mean, who comes and goes, who puts on what."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bridge.summarizer.continuity.state import (
    MOST_FIGURES,
    ChatState,
    Figure,
    Garment,
    Message,
)
from bridge.summarizer.names import given
from bridge.summarizer.people import SIGN, Known, forms_of, name_pattern

_FIRST: Final = 0xE000
_SHE: Final = frozenset({"she", "her", "hers", "herself"})
_HE: Final = frozenset({"he", "him", "his", "himself"})
_NO_NAMES: Final = frozenset(
    {"old", "young", "little", "big", "the", "sister", "father", "captain"}
)


@dataclass(slots=True)
class Stage:
    """Mutable; `close` makes the next state of it."""

    before: ChatState
    message: Message
    story: str
    """The narration of the message."""
    people: dict[str, Figure] = field(default_factory=dict)
    recent: list[str] = field(default_factory=list)
    """Names as they were spoken of in this message, latest last."""
    fresh: set[tuple[str, str]] = field(default_factory=set)
    """Garments (wearer, noun) that this message told of."""
    thing: tuple[str, str] | None = None
    """The garment (wearer, noun) spoken of last: `it`."""
    spoken: Garment | None = None
    """The same, whether anybody wears it or not."""
    teller: str = ""
    """Who says `I`."""

    @classmethod
    def open(cls, before: ChatState, message: Message, story: str) -> "Stage":
        """The state before a message, with all whom the message knows by name."""
        stage = cls(before, message, story, {one.name: one for one in before.figures})
        stage.meet((message.name if message.role != "narrator" else "", message.user,
                    *message.cast))  # fmt: skip
        stage.teller = message.user if message.role == "narrator" else message.name
        return stage

    def meet(self, names: Iterable[str]) -> None:
        """They are known from now on, whether they are there or not."""
        for name in names:
            if name and name not in self.people and len(self.people) < MOST_FIGURES:
                leaning = {"woman": 1, "man": -1}.get(given(name) or "", 0)
                self.people[name] = Figure(name, leaning=leaning)

    def marked(self, text: str) -> str:
        """`text` with a sign for each name."""
        names = list(self.people)
        text = re.sub(SIGN, " ", text)  # a text may hold what we mark with
        for at in sorted(range(len(names)), key=lambda at: -len(names[at])):
            text = name_pattern(_forms(names[at]), any_case=False).sub(chr(_FIRST + at), text)
        return text

    def of(self, sign: str) -> str:
        """Whose sign it is."""
        return list(self.people)[ord(sign) - _FIRST]

    def named(self, text: str) -> list[str]:
        """The people whose signs stand in `text`."""
        return [self.of(sign) for sign in re.findall(SIGN, text)]

    def enter(self, names: Iterable[str]) -> None:
        """They are there from now on."""
        for name in names:
            self.people[name] = replace(self.people[name], present=True)

    def leave(self, names: Iterable[str]) -> None:
        """They are not there any more."""
        for name in names:
            self.people[name] = replace(self.people[name], present=False)

    @property
    def present(self) -> list[str]:
        """Who is there now."""
        return [name for name, one in self.people.items() if one.present]

    def mention(self, names: Sequence[str]) -> None:
        """They were spoken of."""
        self.recent += names

    def meant(self, pronoun: str, subject: Sequence[str] = (), *, other: bool = False) -> str:
        """Whom a pronoun means, or empty; `other` than the subject where that is told so."""
        word = pronoun.casefold()
        if word in ("i", "me", "my", "mine", "myself"):
            return self.teller
        if word in ("you", "your", "yours", "yourself"):
            return self._addressed()
        gender = 1 if word in _SHE else -1 if word in _HE else 0
        if not gender:
            return ""
        found = next(
            (one for one in self._candidates(subject, other) if self._may(one, gender)), ""
        )
        found = found or self._returning(gender)
        if found:
            self.lean(found, gender)
        return found

    def lean(self, name: str, gender: int) -> None:
        """A pronoun was used of somebody."""
        figure = self.people[name]
        self.people[name] = replace(figure, leaning=figure.leaning + gender)

    def _candidates(self, subject: Sequence[str], other: bool) -> list[str]:
        teller = self.teller if self._tells else ""
        speaker = self.message.name if self.message.role == "char" else ""
        user = self.message.user
        known = sorted(self.present, key=lambda one: (self.people[one].leaning == 0, one == user))
        order = [*subject, *reversed(self.recent), speaker, *known]
        return [
            one for one in order
            if one and one != teller and not (other and one in subject)
        ]  # fmt: skip

    @property
    def _tells(self) -> bool:
        return self.message.role == "user" or bool(re.search(r"\bI\b", self.story))

    def _may(self, name: str, gender: int) -> bool:
        return self.people[name].leaning * gender >= 0

    def _returning(self, gender: int) -> str:
        absent = [one for one in self.people.values() if not one.present]
        return next((one.name for one in reversed(absent) if one.leaning * gender > 0), "")

    def _addressed(self) -> str:
        if self.message.role != "user":
            return self.message.user
        others = [one for one in self.present if one != self.message.user]
        return others[0] if len(others) == 1 else ""

    def worn(self, name: str) -> tuple[Garment, ...]:
        """All that somebody wears or wore."""
        return self.people[name].garments

    def wardrobe(self, name: str, garments: Iterable[Garment]) -> None:
        """From now on this is all that somebody wears or wore."""
        self.people[name] = replace(self.people[name], garments=tuple(garments))


def _forms(name: str) -> list[str]:
    return [form for form in forms_of(Known(name)) if form.casefold() not in _NO_NAMES]
