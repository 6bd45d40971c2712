"""A state that several processes change: each sees what the others wrote, and none is lost."""

import asyncio
import sys
from pathlib import Path

import pytest

from bridge.errors import Unstored
from bridge.store.database import Store
from bridge.store.drawer import Drawer, State
from bridge.summarizer.places import curated
from bridge.summarizer.places_book import PlaceBook

ROOT = Path(__file__).parents[2]
IDS = sorted(place.id for place in curated())


def counted(state: State) -> State:
    return {"count": int(str(state.get("count", 0))) + 1}


async def test_what_is_changed_is_found_after_a_restart(database: str) -> None:
    store = Store.open(database)
    drawer = Drawer(store, "places")
    assert await drawer.find("ann") == {}
    assert await drawer.change("ann", counted) == {"count": 1}
    assert await drawer.change("ann", counted) == {"count": 2}
    await drawer.change("bob", counted)
    await store.close()
    store = Store.open(database)
    assert await Drawer(store, "places").find("ann") == {"count": 2}
    assert await Drawer(store, "health").find("ann") == {}
    await store.close()


async def test_of_changes_at_once_by_two_stores_none_is_lost(database: str) -> None:
    stores = [Store.open(database), Store.open(database)]
    drawers = [Drawer(store, "places") for store in stores]
    await asyncio.gather(*(drawers[n % 2].change("ann", counted) for n in range(60)))
    assert await drawers[0].find("ann") == {"count": 60}
    for store in stores:
        await store.close()


async def test_a_change_that_fails_changes_nothing_and_harms_no_neighbour(store: Store) -> None:
    drawer = Drawer(store, "places")

    def broken(state: State) -> State:
        raise KeyError("lap")

    ended = await asyncio.gather(
        drawer.change("ann", counted),
        drawer.change("ann", broken),
        drawer.change("ann", counted),
        return_exceptions=True,
    )
    assert isinstance(ended[1], Unstored)
    assert await drawer.find("ann") == {"count": 2}


async def test_a_closed_store_is_said(database: str) -> None:
    store = Store.open(database)
    await store.close()
    with pytest.raises(Unstored):
        await Drawer(store, "places").change("ann", counted)


TAKE = """
import asyncio, sys
from bridge.store.database import Store
from bridge.store.drawer import Drawer
from bridge.summarizer.places import curated
from bridge.summarizer.places_book import PlaceBook

async def main():
    store = Store.open(sys.argv[1])
    book = PlaceBook(curated(), Drawer(store, "places"))
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(int(sys.argv[2])):
        print((await book.take("ann")).id, flush=True)
    await store.close()

asyncio.run(main())
"""


async def taken_here(database: str, count: int) -> list[str]:
    store = Store.open(database)
    book = PlaceBook(curated(), Drawer(store, "places"))
    found = [(await book.take("ann")).id for _ in range(count)]
    await store.close()
    return found


async def taken_by_two(database: str, there: int, here: int) -> list[str]:
    """By another process and by this one, at the same time."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", TAKE, database, str(there),
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout
    assert await child.stdout.readline() == b"ready\n"
    (said, _), own = await asyncio.gather(child.communicate(b"\n"), taken_here(database, here))
    assert child.returncode == 0
    others = said.decode().split()
    assert (len(others), len(own)) == (there, here)
    return [*others, *own]


@pytest.mark.wire
async def test_two_processes_and_a_restart_share_each_lap(database: str) -> None:
    before = await taken_here(database, 100)
    both = await taken_by_two(database, 75, 75)
    after = await taken_here(database, 50)
    assert sorted([*before, *both, *after]) == IDS
    begin = await taken_by_two(database, 20, 30)
    # fifty at the end of a lap and fifty of the next: whatever the order, less than a hundred apart
    assert not set(begin) & set(after)
    rest = await taken_here(database, 250)
    assert sorted([*begin, *rest]) == IDS
