"""One writer thread that commits for everybody at once, and a reader that never waits for it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Executable, Row, Select
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from bridge.errors import Unstored
from bridge.events import Bus, StoreFailed
from bridge.store.connect import BEGIN, engine_for
from bridge.store.schema import migrate

MOST = 1000
"""Items in one commit."""
FAILURES = (SQLAlchemyError, OverflowError, LookupError, TypeError, ValueError)
"""What a statement can raise: drivers let out their own errors over values they cannot bind."""
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Write:
    """An insert, update or delete, made once per module, and the values of this time.

    Neighbours with the same statement go to the database together, at a tenth of the cost.
    """

    statement: Executable
    row: Mapping[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """Reads and writes in a batch's transaction; run again where the batch failed."""

    run: Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class _Item:
    """Writes that are kept together or not at all; `done` when somebody waits."""

    writes: tuple[Write | _Step, ...]
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[None] | None" = None


_Outcome = tuple[_Item, Exception | None]


class Store:
    """Writes in the order they came; `put`, `keep` and `fetch` are called on an event loop."""

    def __init__(self, engine: Engine, bus: Bus) -> None:
        self._engine = engine
        self._bus = bus
        self._queue: SimpleQueue[_Item | None] = SimpleQueue()
        self._closed = False
        self._reader = ThreadPoolExecutor(1, "store-reader")
        # a step reads first: it must see what others wrote, and keep them out until its end
        connection = engine.connect().execution_options(**{BEGIN: "BEGIN IMMEDIATE"})
        self._writer = Thread(
            target=self._write, args=[connection], name="store-writer", daemon=True
        )
        self._writer.start()

    @classmethod
    def open(cls, url: str, bus: Bus | None = None) -> "Store":
        """`url` is an SQLite file's path or a Postgres URL; brings the tables up to date.

        SQLAlchemyError when there is no such database.
        """
        engine = engine_for(url)
        migrate(engine)
        return cls(engine, bus or Bus())

    def put(self, *writes: Write) -> None:
        """Write soon, all or nothing, and forget; a failure is told as StoreFailed."""
        item = _Item(writes, asyncio.get_running_loop())
        if self._closed:
            self._bus.tell(StoreFailed("the store is closed"))
        else:
            self._queue.put(item)

    async def keep(self, *writes: Write) -> None:
        """Return when the writes, all of them, are on disk; Unstored when none is.

        Stands in line behind everything put before: a store that cannot keep up slows down those
        who wait for it, and drops nothing. Goes on when the waiting is cancelled.
        """
        await self._kept(*writes)

    async def change(self, step: Callable[[Connection], _Made]) -> _Made:
        """What `step` makes of what it reads, once all it wrote is on disk; Unstored if it is not.

        No other process writes in between on SQLite; on Postgres `step` locks what it reads. It may
        be run a second time, so it changes nothing but the database.
        """
        made: list[_Made] = []
        await self._kept(_Step(lambda connection: made.append(step(connection))))
        return made[-1]

    async def _kept(self, *writes: Write | _Step) -> None:
        self._check_open()
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        self._queue.put(_Item(writes, loop, done))
        await done

    async def fetch(
        self, query: Select[*tuple[Any, ...]], values: Mapping[str, object] | None = None
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """The rows, with all that was kept before; Unstored when the database is gone."""
        self._check_open()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reader, self._select, query, values)

    async def close(self) -> None:
        """Write what is still in line, then let go of the database."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await asyncio.to_thread(self._writer.join)
        self._reader.shutdown()
        self._engine.dispose()

    def _check_open(self) -> None:
        if self._closed:
            raise Unstored("the store is closed")

    def _select(
        self, query: Select[*tuple[Any, ...]], values: Mapping[str, object] | None
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        try:
            with self._engine.connect() as connection:
                return connection.execute(query, values).all()
        except FAILURES as error:
            raise Unstored(_reason(error)) from None

    def _write(self, connection: Connection) -> None:
        """The writer thread, until None is in line."""
        last = False
        while not last:
            batch = [self._queue.get()]
            while len(batch) < MOST and not self._queue.empty():
                batch.append(self._queue.get())
            last = batch[-1] is None
            _report(self._bus, _commit(connection, [item for item in batch if item]))
        connection.close()


def _commit(connection: Connection, batch: list[_Item]) -> list[_Outcome]:
    """One commit for all; where that fails, each item alone, so that only the wrong one is lost."""
    if _try(connection, batch) is None:
        return [(item, None) for item in batch]
    outcomes: list[_Outcome] = []
    gone: Exception | None = None
    for item in batch:
        error = gone or _try(connection, [item])
        if isinstance(error, OperationalError):
            # not this statement but the disk, the lock or the server: do not wait for it each time
            gone = error
        outcomes.append((item, error))
    return outcomes


def _try(connection: Connection, batch: list[_Item]) -> Exception | None:
    writes = [write for item in batch for write in item.writes]
    try:
        with connection.begin():
            for _, alike in groupby(writes, _kind):
                _run(connection, list(alike))
    except FAILURES as error:
        return error
    return None


def _kind(write: Write | _Step) -> tuple[object, ...]:
    return (id(write),) if isinstance(write, _Step) else (id(write.statement), *write.row)


def _run(connection: Connection, alike: Sequence[Write | _Step]) -> None:
    first = alike[0]
    if isinstance(first, _Step):
        first.run(connection)
    else:
        rows = [write.row for write in alike if isinstance(write, Write)]
        connection.execute(first.statement, rows)


def _report(bus: Bus, outcomes: list[_Outcome]) -> None:
    """Back on their loops, in one step each: wake who waits, tell what nobody waited for."""
    news = [(item, error) for item, error in outcomes if item.done or error]
    for loop in {item.loop for item, _ in news}:
        own = [(item, error) for item, error in news if item.loop is loop]
        with suppress(RuntimeError):  # a closed loop has nobody who waits
            loop.call_soon_threadsafe(_wake, bus, own)


def _wake(bus: Bus, news: list[_Outcome]) -> None:
    for item, error in news:
        if item.done is None:
            bus.tell(StoreFailed(_reason(error)))
        elif item.done.done():
            continue
        elif error:
            item.done.set_exception(Unstored(_reason(error)))
        else:
            item.done.set_result(None)


def _reason(error: Exception | None) -> str:
    """A sentence without the values of the statement, which are private."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    first = str(cause).partition("\n")[0]
    return f"the store failed: {type(cause).__name__}: {first}"
