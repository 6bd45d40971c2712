"""All chats: the latest in memory, every line handed to the store without waiting for it."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final, Protocol

from bridge.errors import NotFound, Unstored
from bridge.scene import ChatRef, Place
from bridge.summarizer.continuity.chat import Chat, Line, shortened
from bridge.summarizer.continuity.join import goes_on
from bridge.summarizer.continuity.own import Own
from bridge.summarizer.continuity.state import ChatState, Message

IN_MEMORY: Final = 64
"""Chats; the others lie in the store."""
MOST: Final = 200
"""Chats that a listing names."""


class Lines(Protocol):
    """Where the lines of chats are kept; the store's chats are one."""

    async def load(self, chat: str) -> Sequence[Mapping[str, object]]:
        """The lines of a chat, oldest first; empty when there are none. Unstored."""
        ...

    def put(self, chat: str, line: Mapping[str, object]) -> None:
        """Add a line, soon."""
        ...

    def forget(self, chat: str) -> None:
        """Take all lines of a chat away, soon."""
        ...

    async def names(self) -> Sequence[Mapping[str, object]]:
        """The 200 chats that changed last, latest first. Unstored."""
        ...


class Nowhere:
    """Forgets with the process: for the command line and for tests."""

    async def load(self, chat: str) -> Sequence[Mapping[str, object]]:
        """Nothing."""
        return ()

    def put(self, chat: str, line: Mapping[str, object]) -> None:
        """Is dropped."""

    def forget(self, chat: str) -> None:
        """Nothing to forget."""

    async def names(self) -> Sequence[Mapping[str, object]]:
        """None."""
        return ()


@dataclass(frozen=True, slots=True)
class Moment:
    """A message in its chat."""

    chat: str
    at: int
    swipe: int
    before: ChatState
    state: ChatState
    """After the message."""
    stood: tuple[Place, str] | None
    """Where the picture before it was, and its rival."""


@dataclass(slots=True)
class _Open:
    """A chat in memory; None until it has been read."""

    chat: Chat | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class ChatBook:
    """Chats by id."""

    def __init__(self, lines: Lines | None = None, *, keep: int = IN_MEMORY) -> None:
        self._lines = lines or Nowhere()
        self._keep = keep
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._latest: OrderedDict[str, str] = OrderedDict()
        """The chat that each caller without ids was in last."""
        self._stored: set[str] | None = None
        """All that lies in the store, where that is known: a new chat is not looked for there."""

    async def warm(self) -> None:
        """Read the chats that changed last, before the doors open. Unstored."""
        names = [str(one["id"]) for one in await self._lines.names()]
        for name in reversed(names[: self._keep]):
            async with self._held(name):
                pass
        self._stored = set(names) if len(names) < MOST else None

    async def tell(
        self, ref: ChatRef, text: str, names: Iterable[str] = (), caller: str = ""
    ) -> Moment | None:
        """Take up a message; `names` are the characters that the dictionary found in it.

        None: no chat is named, and nobody is who could tell one.
        """
        names = tuple(names)
        id = ref.id or self._guessed(caller, names, text)
        if not id:
            return None
        message = shortened(Message(text, ref.speaker, ref.role, ref.user, names))
        async with self._held(id) as chat:
            at = ref.message if ref.message >= 0 else _next(chat, message)
            self._add(id, chat, Line("message", at, ref.swipe, message))
            # after an edit far up there is much to tell again
            state = await asyncio.to_thread(chat.state, at)
            return Moment(id, at, ref.swipe, chat.state(at - 1), state, chat.standing(at))

    async def stood(self, moment: Moment, place: Place, rival: str) -> None:
        """Where the picture of a message was: the next one may stay there."""
        line = Line("stood", moment.at, moment.swipe, place=place, rival=rival)
        async with self._held(moment.chat) as chat:
            if (shown := chat.shown(moment.at)) and shown[0] == moment.swipe:
                self._add(moment.chat, chat, line)

    async def listing(self) -> Sequence[Mapping[str, object]]:
        """The 200 chats that changed last, latest first. Unstored."""
        return await self._lines.names()

    async def state(self, id: str) -> Mapping[str, object]:
        """A chat as plain JSON; NotFound when there is none."""
        async with self._held(id) as chat:
            state = await asyncio.to_thread(chat.state)
            if not chat.messages and state == ChatState():
                raise NotFound(f"there is no chat {id[:80]!r}")
            return {"id": id, "messages": list(chat.messages), **state.told()}

    async def amend(self, id: str, lines: Sequence[Line], own: Own | None) -> Mapping[str, object]:
        """Messages that changed, then what a person set; the state after both."""
        async with self._held(id) as chat:
            for line in lines:
                self._add(id, chat, line)
            if own:
                self._add(id, chat, Line("own", max(chat.messages, default=-1), own=own))
        return await self.state(id)

    async def forget(self, id: str) -> None:
        """All of a chat; NotFound when there is none."""
        await self.state(id)
        # not looked for again on a disk that may not have forgotten yet
        self._open[id] = _Open(Chat())
        self._lines.forget(id)

    def _add(self, id: str, chat: Chat, line: Line) -> None:
        if chat.adds(line):
            chat.take(line)
            self._lines.put(id, line.told())
            if self._stored is not None:
                self._stored.add(id)

    @asynccontextmanager
    async def _held(self, id: str) -> AsyncIterator[Chat]:
        """One at a time; from memory, or read once where it has not been met for long."""
        opened = self._open.setdefault(id, _Open())
        self._open.move_to_end(id)
        while len(self._open) > self._keep:
            self._open.popitem(last=False)
        async with opened.lock:
            if opened.chat is None:
                opened.chat = await self._read(id)
            yield opened.chat

    async def _read(self, id: str) -> Chat:
        chat = Chat()
        if self._stored is not None and id not in self._stored:
            return chat
        try:
            lines = await self._lines.load(id)
        except Unstored:
            # a picture is worth more than what was worn before
            lines = ()

        def told() -> Chat:
            for line in lines:
                chat.take(Line.read(line))
            chat.state()
            return chat

        return await asyncio.to_thread(told)

    def _guessed(self, caller: str, names: Sequence[str], text: str) -> str:
        """A client without ids is in a chat with the same characters, or goes on in its latest."""
        if not names and (caller not in self._latest or not goes_on(text)):
            return ""
        told = "\n".join((caller, *sorted(names))).encode(errors="surrogatepass")
        id = f"~{blake2b(told, digest_size=12).hexdigest()}" if names else self._latest[caller]
        self._latest[caller] = id
        self._latest.move_to_end(caller)
        while len(self._latest) > self._keep:
            self._latest.popitem(last=False)
        return id


def _next(chat: Chat, message: Message) -> int:
    """The number of a message that has none: the same text again is the same message."""
    last = max(chat.messages, default=-1)
    shown = chat.shown(last)
    return last if shown and shown[1] == message else last + 1
