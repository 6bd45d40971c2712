"""The writer's hand: writes carried out on one connection, on SQLite without SQLAlchemy's detour.

SQLAlchemy takes more time for one statement than SQLite does, and for each one sqlite3 lets go of
the interpreter's lock and may have to wait for it again. So on SQLite a commit is one statement, in
SQLAlchemy's words. That asks for columns whose values need no conversion, as all of ours do.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.sql.compiler import SQLCompiler

BEGIN_NOW = "BEGIN IMMEDIATE"
"""A step reads first: it must see what others wrote, and keep them out until its end."""
MOST_VALUES = 16
"""Of one write."""
MOST_ROWS = 256
"""Of one statement; SQLite takes 32,766 values."""


@dataclass(frozen=True, slots=True)
class Write:
    """An insert, update or delete, made once per module, and the values of this time."""

    statement: Executable
    row: Mapping[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """Reads and writes in a batch's transaction; run again where the batch failed."""

    run: Callable[[Connection], None]


class Hand:
    """One connection, used by one thread; through SQLAlchemy, which finds a lost one again."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def commit_fast(self, writes: Sequence[Write | Step]) -> None:
        """As `commit`, where there is a faster way."""
        self.commit(writes)

    def commit(self, writes: Sequence[Write | Step]) -> None:
        """All of them, in this order, or none."""
        with self.connection.begin():
            for _, alike in groupby(writes, _kind):
                first, *more = alike
                if isinstance(first, Step):
                    first.run(self.connection)
                else:
                    rows = [each.row for each in (first, *more) if isinstance(each, Write)]
                    self.connection.execute(first.statement, rows)


def _kind(write: Write | Step) -> tuple[object, ...]:
    """Neighbours of one kind go to the database together."""
    return (id(write),) if isinstance(write, Step) else (id(write.statement), *write.row)


class Quick(Hand):
    """Straight to sqlite3: what is inserted into the view `letter`, its triggers carry out."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._raw: Any = connection.connection.driver_connection
        self._kinds: dict[tuple[object, ...], tuple[int, Sequence[str], Executable]] = {}
        values = [f"NULL AS v{place}" for place in range(MOST_VALUES)]
        view = f"CREATE TEMP VIEW letter AS SELECT NULL AS kind, {', '.join(values)}"
        connection.connection.cursor().execute(view)

    def commit_fast(self, writes: Sequence[Write | Step]) -> None:
        """In one statement, unless there are too many or one has to be asked."""
        plain = [write for write in writes if isinstance(write, Write)]
        if len(plain) < len(writes) or len(plain) > MOST_ROWS:
            self.commit(writes)
            return
        places = 1 << (len(plain) - 1).bit_length()  # few lengths: sqlite3 remembers the statements
        values: list[object] = []
        for write in plain:
            values += self._letter(write)
        values += [None] * (1 + MOST_VALUES) * (places - len(plain))
        # `execute` would give up the interpreter's lock once more, to ask for the last row's number
        self._raw.executemany(_SENT[places], [values])

    def _letter(self, write: Write) -> list[object]:
        key = _kind(write)
        known = self._kinds.get(key) or self._known(key, write)
        values = [known[0], *map(write.row.__getitem__, known[1])]
        return values + [None] * (1 + MOST_VALUES - len(values))

    def _known(
        self, key: tuple[object, ...], write: Write
    ) -> tuple[int, Sequence[str], Executable]:
        """A trigger for a kind of write; the statement is held, so that no other takes its id."""
        statement: Any = write.statement
        dialect = self.connection.dialect
        said: SQLCompiler = statement.compile(dialect=dialect, column_keys=list(write.row))
        names = said.positiontup or ()
        number, words = len(self._kinds), str(said)
        for place in range(len(names)):
            words = words.replace("?", f"NEW.v{place}", 1)
        self._raw.execute(
            f"CREATE TEMP TRIGGER letter_{number} INSTEAD OF INSERT ON letter"
            f" WHEN NEW.kind = {number} BEGIN {words}; END"
        )
        return self._kinds.setdefault(key, (number, names, statement))


def _sent(rows: int) -> str:
    row = f"({', '.join('?' * (1 + MOST_VALUES))})"
    return f"INSERT INTO letter VALUES {', '.join([row] * rows)}"


_SENT = {1 << power: _sent(1 << power) for power in range(MOST_ROWS.bit_length())}


def hand_for(connection: Connection) -> Hand:
    """By the database's kind."""
    return Quick(connection) if connection.dialect.name == "sqlite" else Hand(connection)
