"""Chats in memory and in the store: bounded, written without waiting, read once."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from bridge.errors import NotFound, Unstored
from bridge.scene import ChatRef
from bridge.summarizer.continuity.book import ChatBook, Moment
from bridge.summarizer.continuity.chat import Line
from bridge.summarizer.continuity.own import Own

TEXT = "*Ilva sits in the kitchen in a grey coat.*"


class Shelf:
    """A store that counts how often it is read."""

    def __init__(self) -> None:
        self.lines: dict[str, list[Mapping[str, object]]] = {}
        self.loads: list[str] = []
        self.fails = False

    async def load(self, chat: str) -> Sequence[Mapping[str, object]]:
        self.loads.append(chat)
        if self.fails:
            raise Unstored("no disk")
        return list(self.lines.get(chat, ()))

    def put(self, chat: str, line: Mapping[str, object]) -> None:
        self.lines.setdefault(chat, []).append(line)

    def forget(self, chat: str) -> None:
        self.lines.pop(chat, None)

    async def names(self) -> Sequence[Mapping[str, object]]:
        return [{"id": name} for name in self.lines]


def ref(message: int = 0, chat: str = "one", swipe: int = 0) -> ChatRef:
    return ChatRef(chat, message, swipe, "Ilva", "char", "Pim")


async def tell(book: ChatBook, ref: ChatRef, text: str) -> Moment:
    moment = await book.tell(ref, text)
    assert moment is not None
    return moment


async def test_a_message_twice_is_one_message() -> None:
    shelf = Shelf()
    book = ChatBook(shelf)
    first, again = await asyncio.gather(tell(book, ref(), TEXT), tell(book, ref(), TEXT))
    assert first == again
    assert len(shelf.lines["one"]) == 1
    assert first.state.outfit("Ilva") == "grey coat"


async def test_a_restart_forgets_nothing_and_a_warm_book_reads_nothing_more() -> None:
    shelf = Shelf()
    before = await tell(ChatBook(shelf), ref(), TEXT)
    book = ChatBook(shelf)
    await book.warm()
    shelf.loads.clear()
    after = await tell(book, ref(1), "*She yawns.*")
    assert after.before == before.state
    await book.tell(ref(chat="new"), TEXT)
    assert shelf.loads == []


async def test_memory_is_bounded_and_what_left_it_comes_back() -> None:
    shelf = Shelf()
    book = ChatBook(shelf, keep=2)
    for name in ("one", "two", "three", "four"):
        await book.tell(ref(chat=name), TEXT)
    shelf.loads.clear()
    assert (await book.state("one"))["place"] == "kitchen"
    assert shelf.loads == ["one"]


async def test_without_a_disk_a_chat_begins_anew() -> None:
    shelf = Shelf()
    await ChatBook(shelf).tell(ref(), TEXT)
    shelf.fails = True
    moment = await tell(ChatBook(shelf), ref(1), "*She yawns.*")
    assert moment.state.outfit("Ilva") == ""


async def test_without_ids_a_chat_is_told_by_client_and_characters() -> None:
    book = ChatBook()
    nameless = ChatRef()
    assert await book.tell(nameless, "*She yawns.*", (), "a") is None
    one = await book.tell(nameless, "*Ilva sits in the kitchen.*", ("Ilva",), "a")
    more = await book.tell(nameless, "*She yawns.*", (), "a")
    other = await book.tell(nameless, "*Ilva sits in the attic.*", ("Ilva",), "b")
    same = await book.tell(nameless, "*She yawns.*", (), "a")
    assert one and more and other and same
    assert (one.chat, one.at) == (more.chat, more.at - 1)
    assert other.chat != one.chat
    assert same.at == more.at


async def test_a_person_looks_sets_right_and_forgets() -> None:
    shelf = Shelf()
    book = ChatBook(shelf)
    await book.tell(ref(), TEXT)
    own = Own(outfits={"Ilva": {"head": "straw hat"}})
    state = await book.amend("one", [Line("removed", 7)], own)
    assert state["outfits"] == {"Ilva": {"outer": "grey coat", "head": "straw hat"}, "Pim": {}}
    assert [one["id"] for one in await book.listing()] == ["one"]
    await book.forget("one")
    assert shelf.lines == {}
    for ask in (book.state, book.forget):
        with pytest.raises(NotFound, match="there is no chat 'one'"):
            await ask("one")
