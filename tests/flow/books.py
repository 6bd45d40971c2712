"""What a bridge has written down, read from its database while it runs."""

import sqlite3
from contextlib import closing
from pathlib import Path


def states(data: Path) -> list[str]:
    """How its attempts are booked, oldest first."""
    if not (data / "bridge.sqlite3").exists():
        return []
    with closing(sqlite3.connect(data / "bridge.sqlite3", timeout=10)) as books:
        rows = books.execute("SELECT state FROM attempts ORDER BY created").fetchall()
    return [state for (state,) in rows]


def settled(data: Path) -> bool:
    """Whether nothing is open any more."""
    return not {"intent", "ticket"} & set(states(data))
