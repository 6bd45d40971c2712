"""What a waiter hears: that its client stops, that the picture is there, that it is late."""

import asyncio

import pytest

from bridge.engine.control import Signal
from bridge.engine.slots import Slots


@pytest.mark.parametrize("ends", ["task", "stop", "before", "patience"])
async def test_a_wait_ends_by_whatever_comes_first(ends: str) -> None:
    signal, task = Signal(), asyncio.get_running_loop().create_future()
    if ends == "before":
        signal.set()
    waiter = asyncio.create_task(signal.or_done(task, 0.01 if ends == "patience" else 60))
    await asyncio.sleep(0)
    if ends == "task":
        task.set_result(None)
    elif ends == "stop":
        signal.set()
    await asyncio.wait_for(waiter, 20)
    assert (task.done(), signal.is_set()) == (ends == "task", ends in ("stop", "before"))


async def test_whoever_gives_up_waiting_is_forgotten() -> None:
    signal, task = Signal(), asyncio.get_running_loop().create_future()
    waiter = asyncio.create_task(signal.or_done(task, 60))
    await asyncio.sleep(0)
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    signal.set()
    assert not task.done()
    await asyncio.wait_for(signal.or_done(task, 60), 20)


async def test_places_go_to_the_first_in_line() -> None:
    slots, came = Slots(), list[int]()

    async def one(number: int) -> None:
        await slots.take("a", 1)
        came.append(number)

    await slots.take("a", 1)
    tasks = [asyncio.create_task(one(number)) for number in range(3)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    for number in (1, 2):
        slots.give_back("a")
        await asyncio.wait_for(tasks[number], 20)
        assert slots.busy("a") == 1
    assert came == [1, 2]
