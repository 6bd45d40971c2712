"""The writer's hand: statements executed on one connection, on SQLite without SQLAlchemy's detour.

SQLAlchemy takes more time for one statement than SQLite does. Here each statement is put into words
once and then goes to the driver as it is. That asks for columns whose values need no conversion,
which all of ours are (`tables.py`).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.sql.compiler import SQLCompiler

BEGIN_NOW = "BEGIN IMMEDIATE"
"""A step reads first: it must see what others wrote, and keep them out until its end."""
_ROW = re.compile(r"INSERT INTO [^?]+ VALUES \([?, ]+\)")
Rows = Sequence[Mapping[str, object]]
"""All with the same keys."""


@dataclass(frozen=True, slots=True)
class Write:
    """An insert, update or delete, made once per module, and the values of this time.

    Neighbours with the same statement go to the database together, at a tenth of the cost.
    """

    statement: Executable
    row: Mapping[str, object]
    numbered: bool = False
    """An insert into a table that counts its rows; `keep_lazily` gives the number back."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """Reads and writes in a batch's transaction; run again where the batch failed."""

    run: Callable[[Connection], None]


class Hand:
    """One connection, used by one thread; through SQLAlchemy, which finds a lost one again."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def begin(self, steps: bool) -> AbstractContextManager[object]:
        """A transaction; `steps`: it is for somebody who is given the connection, too."""
        return self.connection.begin()

    def write(self, statement: Executable, rows: Rows) -> None:
        """The statement once for each row."""
        self.connection.execute(statement, rows)

    def numbered(self, statement: Executable, row: Mapping[str, object]) -> int:
        """The number that the database gives to a row."""
        given: Any = self.connection.execute(statement, row).inserted_primary_key
        return int(given[0])


class Quick(Hand):
    """Straight to sqlite3."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._raw: Any = connection.connection.driver_connection
        self._words: dict[tuple[object, ...], tuple[str, Sequence[str], Executable]] = {}

    def begin(self, steps: bool) -> AbstractContextManager[object]:
        """As in Hand."""
        return self.connection.begin() if steps else self._begun()

    @contextmanager
    def _begun(self) -> Iterator[None]:
        self._raw.execute(BEGIN_NOW)
        try:
            yield
            self._raw.execute("COMMIT")
        except BaseException:
            if self._raw.in_transaction:
                self._raw.execute("ROLLBACK")
            raise

    def write(self, statement: Executable, rows: Rows) -> None:
        """As in Hand."""
        words, names = self._said(statement, rows[0])
        values = [[row[name] for name in names] for row in rows]
        if len(values) > 1 and _ROW.fullmatch(words):
            words, values = _at_once(words, values), [list(chain(*values))]
        self._raw.executemany(words, values)

    def numbered(self, statement: Executable, row: Mapping[str, object]) -> int:
        """As in Hand."""
        words, names = self._said(statement, row)
        return int(self._raw.execute(words, [row[name] for name in names]).lastrowid)

    def _said(self, statement: Any, row: Mapping[str, object]) -> tuple[str, Sequence[str]]:
        key = id(statement), *row
        if key not in self._words:
            dialect = self.connection.dialect
            said: SQLCompiler = statement.compile(dialect=dialect, column_keys=list(row))
            # the statement itself is held, so that no other one can take its id
            self._words[key] = str(said), said.positiontup or (), statement
        words, names, _ = self._words[key]
        return words, names


def _at_once(words: str, values: Sequence[Sequence[object]]) -> str:
    """An insert of many rows, for sqlite3 lets go of the interpreter's lock at every statement."""
    into, _, group = words.rpartition(" VALUES ")
    return f"{into} VALUES {', '.join([group] * len(values))}"


def hand_for(connection: Connection) -> Hand:
    """By the database's kind."""
    return Quick(connection) if connection.dialect.name == "sqlite" else Hand(connection)
