"""One chat: what came to it line by line, and the state after any of its messages.

The lines are only ever added to. The state is told anew from the messages that are shown, so after
a swipe, an edit or a removal it is what it would be had the chat been so from the beginning.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Final, Literal

import msgspec

from bridge.scene import Place
from bridge.summarizer.continuity.own import Own, amended
from bridge.summarizer.continuity.state import ChatState, Message
from bridge.summarizer.continuity.tell import advance, placed

LONGEST: Final = 8_000
"""Characters of a message that are kept: its end, for there the moment is."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened to a chat."""

    kind: Literal["message", "shown", "removed", "own", "stood"]
    at: int
    """The number of the message it is about."""
    swipe: int = 0
    message: Message | None = None
    """Of `message`: a new version, or another text for an old one."""
    own: Own | None = None
    """Of `own`: what a person set, after the message `at`."""
    place: Place | None = None
    """Of `stood`: where the picture of the message was."""
    rival: str = ""

    def told(self) -> Mapping[str, object]:
        """Plain JSON."""
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}

    @classmethod
    def read(cls, told: Mapping[str, object]) -> "Line":
        """From what `told` gave. msgspec.ValidationError where it is something else."""
        return msgspec.convert(told, cls)


class Chat:
    """The lines of a chat, folded."""

    def __init__(self) -> None:
        self._versions: dict[tuple[int, int], Message] = {}
        self._shown: dict[int, int] = {}
        self._owns: list[tuple[int, Own]] = []
        self._stood: dict[tuple[int, int], tuple[Place, str]] = {}
        self._order: list[int] = []
        self._states: list[ChatState] = []
        """After each message of `_order`, as far as they have been told."""

    @property
    def messages(self) -> tuple[int, ...]:
        """The numbers of the messages that are there."""
        return tuple(self._order)

    def shown(self, at: int) -> tuple[int, Message] | None:
        """The swipe that is shown and its message."""
        swipe = self._shown.get(at)
        return None if swipe is None else (swipe, self._versions[at, swipe])

    def adds(self, line: Line) -> bool:
        """Whether `line` says anything new."""
        match line.kind:
            case "message":
                return self.shown(line.at) != (line.swipe, line.message)
            case "shown":
                known = (line.at, line.swipe) in self._versions
                return known and self._shown.get(line.at) != line.swipe
            case "removed":
                return line.at in self._shown
            case "stood":
                stood = self._stood.get((line.at, line.swipe))
                return stood != (line.place, line.rival)
            case "own":
                return True

    def take(self, line: Line) -> None:
        """One more line; one that adds nothing changes nothing."""
        if not self.adds(line):
            return
        if line.kind == "stood" and line.place:
            self._stood[line.at, line.swipe] = line.place, line.rival
            state = self.state(line.at)
            if placed(state, line.place) != state:
                self._forget_from(line.at)
            return
        self._forget_from(line.at)
        if line.kind == "message" and line.message:
            self._versions[line.at, line.swipe] = line.message
            self._stood.pop((line.at, line.swipe), None)
            self._shown[line.at] = line.swipe
        elif line.kind == "shown":
            self._shown[line.at] = line.swipe
        elif line.kind == "removed":
            self._remove(line.at)
        elif line.own:
            self._owns.append((line.at, line.own))
        self._order = sorted(self._shown)

    def state(self, at: int | None = None) -> ChatState:
        """After the message `at` or the last one before it; after all of them by default."""
        count = len(self._order) if at is None else bisect_left(self._order, at + 1)
        while len(self._states) < count:
            self._tell_on()
        return self._states[count - 1] if count else self._amended(ChatState(), -1, -1)

    def standing(self, at: int) -> tuple[Place, str] | None:
        """Where the last picture before the message `at` was, and its rival."""
        for number in reversed(self._order[: bisect_left(self._order, at)]):
            if stood := self._stood.get((number, self._shown[number])):
                return stood
        return None

    def _tell_on(self) -> None:
        at = self._order[len(self._states)]
        before = self._states[-1] if self._states else self._amended(ChatState(), -1, -1)
        state = advance(before, self._versions[at, self._shown[at]])
        if stood := self._stood.get((at, self._shown[at])):
            state = placed(state, stood[0])
        following = self._order[len(self._states) + 1 : len(self._states) + 2]
        self._states.append(self._amended(state, at, following[0] - 1 if following else None))

    def _amended(self, state: ChatState, first: int, last: int | None) -> ChatState:
        """With what a person set after the messages `first` to `last`."""
        for at, own in self._owns:
            if first <= at and (last is None or at <= last):
                state = amended(state, own)
        return state

    def _forget_from(self, at: int) -> None:
        # the state before may hold what was set between the two, so it goes too
        del self._states[max(0, bisect_left(self._order, at) - 1) :]

    def _remove(self, at: int) -> None:
        """Those behind it move up, as a chat's numbers do."""

        def moved(number: int) -> int:
            return number - (number > at)

        del self._shown[at]
        versions = [item for item in self._versions.items() if item[0][0] != at]
        stood = [item for item in self._stood.items() if item[0][0] != at]
        self._versions = {(moved(number), swipe): one for (number, swipe), one in versions}
        self._stood = {(moved(number), swipe): one for (number, swipe), one in stood}
        self._shown = {moved(number): swipe for number, swipe in self._shown.items()}
        self._owns = [(number - (number >= at), own) for number, own in self._owns]


def replay(lines: Iterable[Line]) -> Iterator[ChatState]:
    """For each line, the state after the message that it is about."""
    chat = Chat()
    for line in lines:
        chat.take(line)
        yield chat.state(line.at)


def shortened(message: Message) -> Message:
    """A message as it is kept."""
    return replace(message, text=message.text[-LONGEST:])
