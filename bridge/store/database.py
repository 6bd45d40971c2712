"""One writer thread that commits for everybody at once, and a reader that never waits for it."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from sqlite3 import Error as SqliteError
from sqlite3 import OperationalError as SqliteOperationalError
from threading import Thread
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Row, Select
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from bridge.errors import Unstored
from bridge.events import Bus, StoreFailed
from bridge.store.connect import BEGIN, engine_for
from bridge.store.hand import BEGIN_NOW, Hand, Step, Write, hand_for
from bridge.store.schema import migrate

MOST = 128
"""Items in one commit."""
LAZY_S = 0.01
"""What nobody waits for on a request's way waits so long for a commit to share."""
FAILURES = (SQLAlchemyError, SqliteError, OverflowError, LookupError, TypeError, ValueError)
"""What a statement can raise: drivers let out their own errors over values they cannot bind."""
GONE = (OperationalError, SqliteOperationalError)
"""Not this statement but the disk, the lock or the server."""
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class _Item:
    """Writes that are kept together or not at all; `done` when somebody waits."""

    writes: tuple[Write | Step, ...]
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None] | None = None


_Outcome = tuple[_Item, Exception | None]


class Store:
    """Writes in the order they came; `put`, `keep` and `fetch` are called on an event loop."""

    def __init__(self, engine: Engine, bus: Bus) -> None:
        self._engine = engine
        self._bus = bus
        self._line: deque[_Item] = deque()
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._rung = False
        self._ringer: asyncio.AbstractEventLoop | None = None
        """The loop that rings in a moment, for what is lazy."""
        self._lazy_since = 0.0
        """When the oldest of it came, by that loop's clock; 0: none waits."""
        self._closed = False
        self._reader = ThreadPoolExecutor(1, "store-reader")
        connection = engine.connect().execution_options(**{BEGIN: BEGIN_NOW})
        self._writer = Thread(
            target=self._write, args=[hand_for(connection)], name="store-writer", daemon=True
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
            self._line.append(item)
            self._ring_soon(item.loop)

    async def keep(self, *writes: Write) -> None:
        """Return when the writes, all of them or none, are on disk; Unstored when none is.

        Stands in line behind everything put before: a store that cannot keep up slows down those
        who wait for it, and drops nothing. Goes on when the waiting is cancelled.
        """
        await self._kept(writes, urgent=True)

    async def change(self, step: Callable[[Connection], _Made]) -> _Made:
        """What `step` makes of what it reads, once all it wrote is on disk; Unstored if it is not.

        No other process writes in between on SQLite; on Postgres `step` locks what it reads. It may
        be run a second time, so it changes nothing but the database.
        """
        made: list[_Made] = []
        step_of = Step(lambda connection: made.append(step(connection)))
        await self._kept((step_of,), urgent=True)
        return made[-1]

    async def keep_lazily(self, *writes: Write) -> None:
        """The same, a moment later and for less."""
        await self._kept(writes, urgent=False)

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
            self._bell.put(None)
        await asyncio.to_thread(self._writer.join)
        self._reader.shutdown()
        self._engine.dispose()

    async def _kept(self, writes: tuple[Write | Step, ...], *, urgent: bool) -> None:
        self._check_open()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._line.append(_Item(writes, loop, done))
        if urgent:
            self._ring()
        else:
            self._ring_soon(loop)
        await done

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

    def _ring_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        """For what is lazy: unless something urgent takes it along before."""
        self._lazy_since = self._lazy_since or loop.time()
        if self._ringer is not loop:
            self._ringer = loop
            loop.call_later(LAZY_S, self._ring_late, loop)

    def _ring_late(self, loop: asyncio.AbstractEventLoop) -> None:
        self._ringer = None
        left = self._lazy_since + LAZY_S - loop.time()
        if self._lazy_since and left > 0:  # what was meant is gone, and this came after it
            self._ringer = loop
            loop.call_later(left, self._ring_late, loop)
        elif self._line:
            self._ring()

    def _ring(self) -> None:
        """Wake the writer, once for all that is in line."""
        self._lazy_since = 0.0
        if not self._rung:
            self._rung = True
            self._bell.put(None)

    def _write(self, hand: Hand) -> None:
        """The writer thread, until the store is closed and nothing is in line."""
        while self._line or not self._closed:
            self._bell.get()
            self._rung = False  # before the line is looked at: what comes later rings again
            while batch := [self._line.popleft() for _ in range(min(len(self._line), MOST))]:
                _report(self._bus, _commit(hand, batch))
        hand.connection.close()


def _commit(hand: Hand, batch: list[_Item]) -> list[_Outcome]:
    """One commit for all; where that fails, each item alone, so that only the wrong one is lost."""
    if _try(hand.commit_fast, batch) is None:
        return [(item, None) for item in batch]
    outcomes: list[_Outcome] = []
    gone: Exception | None = None
    for item in batch:
        error = gone or _try(hand.commit, [item])
        if isinstance(error, GONE):
            gone = error  # do not wait for it each time
        outcomes.append((item, error))
    return outcomes


def _try(commit: Callable[[list[Write | Step]], None], batch: list[_Item]) -> Exception | None:
    try:
        if writes := [write for item in batch for write in item.writes]:
            commit(writes)
    except FAILURES as error:
        return error
    return None


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
