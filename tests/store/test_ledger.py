"""The books: what is open, what was perhaps paid, what was spent; after a restart, too."""

import asyncio
from dataclasses import replace

import pytest

from bridge.errors import Unstored
from bridge.store.database import Store
from bridge.store.drawer import Drawer
from bridge.store.hand import Write
from bridge.store.history import History, PictureRow
from bridge.store.ledger import Intent, Ledger, now_ms

INTENT = Intent("r1", "job", "runware", "runware_2", "flux1-dev", 1300, {"prompt": "a lighthouse"})
PICTURE = PictureRow(
    ref="r1",
    job_id="job",
    provider="runware",
    model="flux1-dev",
    blake3="ab" * 32,
    kind="png",
    width=1024,
    height=768,
    bytes=1_500_000,
    seed=2**32 - 1,
    cost=1900,
    created=1_790_000_000_000,
    recipe={"prompt": "a lighthouse", "steps": 20, "note": "NUL \0 and ø"},
)


async def test_an_intent_is_open_until_it_is_settled(database: str) -> None:
    store = Store.open(database)
    await Ledger(store).intent(INTENT)
    await store.close()
    store = Store.open(database)
    ledger = Ledger(store)
    [begun] = await ledger.open()
    assert (begun.intent, begun.ticket) == (INTENT, None)
    assert 0 <= now_ms() - begun.created < 60_000
    ledger.ticket("r1", {"id": "task-7"})
    await ledger.caught_up()
    [submitted] = await ledger.open()
    assert submitted.ticket == {"id": "task-7"}
    await ledger.settle("r1", "failed", None, "the cloud said \0 no")
    assert await ledger.open() == []
    await store.close()


async def test_an_intent_is_written_once(store: Store) -> None:
    ledger = Ledger(store)
    await ledger.intent(INTENT)
    with pytest.raises(Unstored):
        await ledger.intent(INTENT)
    assert len(await ledger.open()) == 1


async def test_open_ones_come_oldest_first(store: Store) -> None:
    ledger = Ledger(store)
    for ref in ("z", "a", "m"):
        await ledger.intent(replace(INTENT, ref=ref))
    ledger.ticket("a", {"id": "1"})
    assert {attempt.intent.ref for attempt in await ledger.open()} == {"z", "a", "m"}
    created = [attempt.created for attempt in await ledger.open()]
    assert created == sorted(created)


async def test_what_was_perhaps_paid_is_listed_and_counts(store: Store) -> None:
    ledger = Ledger(store)
    await ledger.intent(INTENT)
    ledger.note("r1", "uncertain", None, "the answer was lost")
    await ledger.intent(replace(INTENT, ref="r2"))
    [lost] = await ledger.uncertain()
    assert (lost.intent.ref, lost.error) == ("r1", "the answer was lost")
    assert [attempt.intent.ref for attempt in await ledger.open()] == ["r2"]


@pytest.mark.parametrize(
    ("state", "cost", "spent"),
    [
        ("kept", 1900, 1900),
        ("kept", None, 1300),
        ("paid", None, 1300),
        ("paid", 0, 0),
        ("failed", None, 0),
        ("failed", 40, 40),
        ("cancelled", None, 0),
        ("uncertain", None, 1300),
        ("uncertain", 0, 0),
    ],
)
async def test_spent(store: Store, state: str, cost: int | None, spent: int) -> None:
    ledger = Ledger(store)
    assert await ledger.spent(0) == 0
    await ledger.intent(INTENT)
    assert await ledger.spent(0) == 1300
    await ledger.settle("r1", state, cost)  # type: ignore[arg-type]
    assert await ledger.spent(0) == spent
    assert await ledger.spent(now_ms() + 60_000) == 0


async def test_a_picture_is_booked_with_the_end_of_its_attempt(store: Store) -> None:
    ledger, history = Ledger(store), History(store)
    await ledger.intent(INTENT)
    await history.add(PICTURE)
    [shown] = await history.page()
    assert await history.by_id(shown.id) == await history.by_ref("r1") == shown
    assert shown == replace(PICTURE, id=shown.id)
    assert await history.by_ref("r2") is None
    assert await ledger.open() == []
    assert await ledger.spent(0) == 1900


async def test_a_picture_that_cannot_be_booked_leaves_its_attempt_open(store: Store) -> None:
    ledger, history = Ledger(store), History(store)
    await history.add(PICTURE)
    await ledger.intent(INTENT)
    with pytest.raises(Unstored):
        await history.add(PICTURE)
    assert len(await ledger.open()) == 1


async def test_pages_go_back_in_time_without_gaps(store: Store) -> None:
    history = History(store)
    for place in range(7):
        await history.add(replace(PICTURE, ref=f"r{place}"))
    first = await history.page(limit=3)
    second = await history.page(before=first[-1].id, limit=3)
    third = await history.page(before=second[-1].id, limit=3)
    shown = first + second + third
    assert [picture.ref for picture in shown] == [f"r{place}" for place in reversed(range(7))]
    assert len({picture.id for picture in shown}) == 7
    assert await history.page(before=third[-1].id) == []
    assert await history.by_id(0) is None


async def test_a_drawer_gives_back_what_was_put_in_last(store: Store) -> None:
    health, places = Drawer(store, "health"), Drawer(store, "places")
    health.save("runware", {"good": 1.0})
    health.save("runpod", {"good": 2.0})
    health.save("runware", {"good": 3.0, "reason": "“rested”"})
    places.save("recent", {"ids": ["pier"]})
    health.flush()
    places.flush()
    await store.keep()
    assert await health.load() == {
        "runware": {"good": 3.0, "reason": "“rested”"},
        "runpod": {"good": 2.0},
    }
    assert await places.load() == {"recent": {"ids": ["pier"]}}


async def test_a_drawer_writes_by_itself_and_only_what_was_saved_last(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.store.drawer.SOON_S", 0.0)
    written: list[tuple[Write, ...]] = []
    came = asyncio.Event()

    def put(*writes: Write) -> None:
        written.append(writes)
        came.set()

    monkeypatch.setattr(store, "put", put)
    health = Drawer(store, "health")
    for good in range(100):
        health.save("runware", {"good": good})
    await came.wait()
    health.flush()
    (writes,) = written
    assert [write.row.get("state") for write in writes] == [None, '{"good":99}']
