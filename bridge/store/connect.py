"""Engines for SQLite and Postgres that behave alike, and whose errors tell no values."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

BEGIN = "begin"
"""Execution option: the words that begin a transaction on SQLite."""
CONNECT_S = 10


def engine_for(url: str) -> Engine:
    """From the path of an SQLite file, or a `postgres://` or `postgresql://` URL."""
    url = url.removeprefix("sqlite:///")
    if "://" in url:
        address = make_url(url).set(drivername="postgresql+psycopg")
        limits = {"connect_timeout": CONNECT_S}
        return create_engine(address, hide_parameters=True, pool_pre_ping=True, connect_args=limits)
    path = Path(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)
    event.listen(engine, "connect", _opened)
    event.listen(engine, "begin", _begun)
    return engine


def _opened(raw: sqlite3.Connection, _: Any) -> None:
    # the driver's own transactions leave out DDL, so that half a migration could stay behind
    raw.isolation_level = None
    raw.executescript((Path(__file__).parent / "sqlite.sql").read_text())


def _begun(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(BEGIN, "BEGIN"))
