"""Replies in memory are counted as long as anything looks at them."""

import asyncio

from bridge.transport.blob import Blob
from bridge.transport.room import Received, Room


async def waits(room: Room, size: int) -> "asyncio.Task[Received]":
    task = asyncio.create_task(room.take(size))
    for _ in range(5):
        await asyncio.sleep(0)
    return task


async def test_what_does_not_fit_waits_for_the_last_view_of_what_is_there() -> None:
    room = Room(10)
    first = await room.take(6)
    task = await waits(room, 6)
    assert not task.done()
    blob = Blob(memoryview(b"abcdef")[2:4], first)
    del first
    await asyncio.sleep(0.01)
    assert not task.done()
    del blob
    await asyncio.wait_for(task, 5)


async def test_first_come_first_served() -> None:
    room = Room(10)
    held = await room.take(8)
    large, small = await waits(room, 9), await waits(room, 1)
    assert not small.done()
    del held
    assert isinstance(await asyncio.wait_for(large, 5), Received)
    assert isinstance(await asyncio.wait_for(small, 5), Received)


async def test_the_largest_is_taken_in_alone() -> None:
    assert isinstance(await asyncio.wait_for(Room(10).take(11), 5), Received)


async def test_nobody_waits_for_ever() -> None:
    room = Room(10, patience=0.01)
    held = await room.take(10)
    assert await asyncio.wait_for(room.take(10), 5) is not held


async def test_who_gives_up_leaves_the_line() -> None:
    room = Room(10)
    held = await room.take(10)
    first, second = await waits(room, 5), await waits(room, 5)
    first.cancel()
    del held
    assert isinstance(await asyncio.wait_for(second, 5), Received)
