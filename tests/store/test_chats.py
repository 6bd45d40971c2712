"""The lines of chats come back in order, and go as a whole."""

from bridge.store.chats import Chats
from bridge.store.database import Store


async def test_lines_come_back_in_order(store: Store) -> None:
    chats = Chats(store)
    for at in range(5):
        chats.put("one", {"kind": "message", "at": at, "text": "ä"})
    chats.put("two", {"kind": "shown", "at": 0})
    await store.keep()
    assert [line["at"] for line in await chats.load("one")] == list(range(5))
    assert await chats.load("three") == []
    names = await chats.names()
    assert {(one["id"], one["lines"]) for one in names} == {("one", 5), ("two", 1)}


async def test_a_chat_is_forgotten_whole(store: Store) -> None:
    chats = Chats(store)
    chats.put("one", {"at": 0})
    chats.put("two", {"at": 0})
    chats.forget("one")
    await store.keep()
    assert await chats.load("one") == []
    assert [one["id"] for one in await chats.names()] == ["two"]
