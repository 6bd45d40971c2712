"""The tables are brought up to date; Alembic is imported only where they are not."""

from pathlib import Path

from sqlalchemy import Connection, Engine, column, func, inspect, select, table

from bridge.store.connect import BEGIN
from bridge.store.migrations import HEAD

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x0A1111
"""Advisory lock on Postgres: of several bridges that start at once, one migrates."""


def migrate(engine: Engine) -> None:
    """To revision HEAD in one transaction, or not at all."""
    with engine.connect() as connection:
        if revision(connection) == HEAD:
            return
    with engine.connect().execution_options(**{BEGIN: "BEGIN IMMEDIATE"}) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
        if revision(connection) != HEAD:
            _upgrade(connection)
        connection.commit()


def revision(connection: Connection) -> str | None:
    """Of the stored tables; None when there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    stored: str | None = connection.scalar(
        select(column("version_num")).select_from(table("alembic_version"))
    )
    return stored


def _upgrade(connection: Connection) -> None:
    # takes a second to import, and is needed once
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, HEAD)
