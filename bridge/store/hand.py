"""The writer's hand: statements executed in transactions, on SQLite without SQLAlchemy's detour.

SQLAlchemy takes more time for one statement than SQLite does. Here each statement is put into words
once and then goes to the driver as it is. That asks for columns whose values need no conversion,
which all of ours are (`tables.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Executable
from sqlalchemy.sql.compiler import SQLCompiler

Rows = Sequence[Mapping[str, object]]
"""All with the same keys."""


class Hand(Protocol):
    """One connection, used by one thread."""

    def transaction(self) -> Any:
        """A context: all that is written inside it, or nothing."""

    def write(self, statement: Executable, rows: Rows) -> None:
        """The statement once for each row."""

    def numbered(self, statement: Executable, row: Mapping[str, object]) -> int:
        """The number that an `INSERT … RETURNING` gives back."""

    def close(self) -> None:
        """Let go of the connection."""


def hand_for(engine: Engine) -> Hand:
    """By the database's kind."""
    return Quick(engine) if engine.dialect.name == "sqlite" else Plain(engine.connect())


class Plain:
    """Through SQLAlchemy, which finds a lost connection again."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.transaction = connection.begin
        self.close = connection.close

    def write(self, statement: Executable, rows: Rows) -> None:
        """As the protocol says."""
        self._connection.execute(statement, rows)

    def numbered(self, statement: Executable, row: Mapping[str, object]) -> int:
        """As the protocol says."""
        return int(self._connection.execute(statement, row).scalar_one())


class Quick:
    """Straight to sqlite3; its connection is in autocommit mode (`connect.py`)."""

    def __init__(self, engine: Engine) -> None:
        self._dialect = engine.dialect
        self._lent = engine.raw_connection()
        self._raw: Any = self._lent.driver_connection
        self._words: dict[tuple[object, ...], tuple[str, Sequence[str], Executable]] = {}
        self.close = self._lent.close

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """As the protocol says."""
        self._raw.execute("BEGIN")
        try:
            yield
            self._raw.execute("COMMIT")
        except BaseException:
            self._raw.rollback()
            raise

    def write(self, statement: Executable, rows: Rows) -> None:
        """As the protocol says."""
        words, names = self._said(statement, rows[0])
        self._raw.executemany(words, [[row[name] for name in names] for row in rows])

    def numbered(self, statement: Executable, row: Mapping[str, object]) -> int:
        """As the protocol says."""
        words, names = self._said(statement, row)
        [(number,)] = self._raw.execute(words, [row[name] for name in names]).fetchall()
        return int(number)

    def _said(self, statement: Any, row: Mapping[str, object]) -> tuple[str, Sequence[str]]:
        key = id(statement), *row
        if key not in self._words:
            said: SQLCompiler = statement.compile(dialect=self._dialect, column_keys=list(row))
            # the statement itself is held, so that no other one can take its id
            self._words[key] = str(said), said.positiontup or (), statement
        words, names, _ = self._words[key]
        return words, names
