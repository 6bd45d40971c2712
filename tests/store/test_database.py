"""Group commit: order, all or nothing, one bad write harms nobody else, nothing blocks."""

import asyncio
import signal
import sqlite3
import sys
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import column, func, insert, select, table
from sqlalchemy.exc import SQLAlchemyError

from bridge.errors import Unstored
from bridge.events import Bus, Event, StoreFailed
from bridge.store import database as writing
from bridge.store.connect import engine_for
from bridge.store.database import Store
from bridge.store.hand import MOST_ROWS, MOST_VALUES, Write
from bridge.store.ledger import Ledger
from bridge.store.tables import chat_lines, drawers, metadata

INSERT = insert(drawers)
KEYS = select(drawers.c.key).order_by(drawers.c.updated)
_clock = count()


def row(key: str, state: str | None = "{}") -> Write:
    return Write(INSERT, {"drawer": "d", "key": key, "state": state, "updated": next(_clock)})


async def keys(store: Store) -> list[str]:
    return [found[0] for found in await store.fetch(KEYS)]


async def test_what_is_kept_is_seen_and_in_order(store: Store) -> None:
    store.put(row("a"))
    store.put(row("b"), row("c"))
    await store.keep(row("d"))
    assert await keys(store) == ["a", "b", "c", "d"]


async def test_a_keep_is_all_or_nothing(store: Store) -> None:
    with pytest.raises(Unstored):
        await store.keep(row("a"), row("b", state=None))
    assert await keys(store) == []


async def test_a_wrong_write_takes_no_neighbour_with_it(store: Store) -> None:
    good = [store.keep(row(f"k{i}")) for i in range(8)]
    bad = store.keep(row("wrong", state=None))
    ended = await asyncio.gather(*good[:4], bad, *good[4:], return_exceptions=True)
    assert [type(end) for end in ended] == [type(None)] * 4 + [Unstored] + [type(None)] * 4
    assert await keys(store) == [f"k{i}" for i in range(8)]


async def test_a_failed_put_is_told_and_tells_no_values(database: str) -> None:
    told: list[Event] = []
    bus = Bus()
    bus.listen(told.append)
    store = Store.open(database, bus)
    store.put(row("somebody's prompt", state=None))
    await store.keep(row("a"))
    await store.close()
    [event] = told
    assert isinstance(event, StoreFailed)
    assert "prompt" not in event.text


async def test_values_that_no_database_takes_do_not_end_the_writer(store: Store) -> None:
    huge = Write(INSERT, {"drawer": "d", "key": "k", "state": "{}", "updated": 1 << 70})
    with pytest.raises(Unstored):
        await store.keep(huge)
    with pytest.raises(Unstored):
        await store.keep(row("lone surrogate \ud800"))
    await store.keep(row("a"))
    assert await keys(store) == ["a"]


async def test_many_keeps_share_a_commit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    batches: list[int] = []
    commit = writing._commit

    def counted(connection: object, batch: list[object]) -> object:
        batches.append(len(batch))
        return commit(connection, batch)  # type: ignore[arg-type]

    monkeypatch.setattr(writing, "_commit", counted)
    await asyncio.gather(*(store.keep(row(f"k{i}")) for i in range(200)))
    assert sum(batches) == 200
    assert len(batches) < 100
    assert len(await keys(store)) == 200


async def test_close_writes_what_is_in_line(database: str) -> None:
    store = Store.open(database)
    for i in range(3000):
        store.put(row(f"k{i}"))
    await store.close()
    again = Store.open(database)
    assert len(await keys(again)) == 3000
    await again.close()


async def test_a_closed_store_says_so(database: str) -> None:
    told: list[Event] = []
    bus = Bus()
    bus.listen(told.append)
    store = Store.open(database, bus)
    await store.close()
    await store.close()
    with pytest.raises(Unstored, match="closed"):
        await store.keep(row("a"))
    with pytest.raises(Unstored, match="closed"):
        await keys(store)
    store.put(row("b"))
    assert [type(event) for event in told] == [StoreFailed]


async def test_a_cancelled_waiter_does_not_undo_the_write(store: Store) -> None:
    waiting = asyncio.ensure_future(store.keep(row("a")))
    await asyncio.sleep(0)
    waiting.cancel()
    await store.keep(row("b"))
    assert await keys(store) == ["a", "b"]


async def test_a_locked_database_holds_up_who_waits_and_drops_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bridge.sqlite"
    store = Store.open(str(path))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for i in range(2500):
            store.put(row(f"k{i}"))
        kept = asyncio.ensure_future(store.keep(row("last")))
        assert await keys(store) == []
        assert not kept.done()
        other.execute("ROLLBACK")
    await kept
    assert len(await keys(store)) == 2501
    await store.close()


async def test_a_store_that_was_gone_is_used_again(tmp_path: Path) -> None:
    path = tmp_path / "bridge.sqlite"
    store = Store.open(str(path))
    await store.keep(row("a"))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("ALTER TABLE drawers RENAME TO elsewhere")
        ended = await asyncio.gather(
            *(store.keep(row(f"k{i}")) for i in range(3)), return_exceptions=True
        )
        assert [type(end) for end in ended] == [Unstored] * 3
        with pytest.raises(Unstored):
            await keys(store)
        other.execute("ALTER TABLE elsewhere RENAME TO drawers")
    await store.keep(row("b"))
    assert await keys(store) == ["a", "b"]
    await store.close()


async def test_a_lost_connection_to_postgres_loses_nothing(postgres: str) -> None:
    store = Store.open(postgres)
    await store.keep(row("a"))
    engine = engine_for(postgres)
    others = func.pg_terminate_backend(column("pid"))
    with engine.connect() as connection:
        own = column("pid") != func.pg_backend_pid()
        here = column("datname") == func.current_database()
        connection.execute(select(others).select_from(table("pg_stat_activity")).where(own, here))
    engine.dispose()
    store.put(row("b"))
    await store.keep(row("c"))
    assert await keys(store) == ["a", "b", "c"]
    await store.close()


def test_no_such_database_is_an_error_at_once(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(SQLAlchemyError):
        Store.open(str(tmp_path / "folder"))


async def test_what_was_kept_is_there_after_a_kill(tmp_path: Path) -> None:
    script = (
        "import asyncio, os, signal, sys\n"
        "from bridge.store.database import Store\n"
        "from bridge.store.ledger import Intent, Ledger\n"
        "async def main():\n"
        "    ledger = Ledger(Store.open(sys.argv[1]))\n"
        "    await ledger.intent(Intent('r1', 'j', 'p', 'p', 'm', 1300, {}))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    path = str(tmp_path / "bridge.sqlite")
    root = Path(__file__).parents[2]
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", script, path, cwd=root)
    assert await child.wait() == -signal.SIGKILL
    store = Store.open(path)
    assert [begun.intent.ref for begun in await Ledger(store).open()] == ["r1"]
    await store.close()


async def test_sqlite_survives_a_power_cut(tmp_path: Path) -> None:
    store = Store.open(str(tmp_path / "bridge.sqlite"))
    with store._engine.connect() as connection:
        said = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    await store.close()
    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


async def test_what_is_not_urgent_shares_a_commit(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LAZY_S", 30.0)
    lines = [{"chat": "c", "line": line, "created": 1} for line in "ab"]
    lazy = asyncio.ensure_future(
        store.keep_lazily(*(Write(insert(chat_lines), line) for line in lines))
    )
    await asyncio.sleep(0)
    assert not lazy.done()
    await store.keep(row("c"))
    await lazy
    assert await keys(store) == ["c"]


def test_a_letter_has_room_for_every_table() -> None:
    assert max(len(table.columns) for table in metadata.tables.values()) < MOST_VALUES


@pytest.mark.parametrize("count", [1, 2, 3, 64, 65, MOST_ROWS, MOST_ROWS + 1])
async def test_as_many_as_there_are_come_in_their_order(store: Store, count: int) -> None:
    await store.keep(row("first"))  # of its kind, and not yet in a letter
    await store.keep(*(row(f"k{place}") for place in range(count)))
    assert await keys(store) == ["first", *(f"k{place}" for place in range(count))]
