"""The tables and the migrations agree, a second open costs no Alembic, half a step leaves none."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from bridge.store import schema
from bridge.store.connect import engine_for
from bridge.store.migrations import HEAD
from bridge.store.tables import metadata


def test_tables_and_migrations_agree(database: str) -> None:
    engine = engine_for(database)
    schema.migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []
        assert schema.revision(connection) == HEAD
    engine.dispose()


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_alembic_is_imported_for_the_first_open_only(tmp_path: Path) -> None:
    script = (
        "import sys; from bridge.store.connect import engine_for;"
        "from bridge.store.schema import migrate; migrate(engine_for(sys.argv[1]));"
        "print('alembic' in sys.modules)"
    )
    opened = [
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / "bridge.sqlite")],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
        ).stdout.split()[-1]
        for _ in range(2)
    ]
    assert opened == ["True", "False"]


def test_of_many_that_start_at_once_one_migrates(database: str) -> None:
    engines = [engine_for(database) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(schema.migrate, engines))
    with engines[0].connect() as connection:
        assert schema.revision(connection) == HEAD
    for engine in engines:
        engine.dispose()


def test_a_migration_that_breaks_leaves_nothing(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_for(database)
    whole = schema._upgrade

    def broken(connection: object) -> None:
        whole(connection)  # type: ignore[arg-type]
        raise RuntimeError("power cut")

    monkeypatch.setattr(schema, "_upgrade", broken)
    with pytest.raises(RuntimeError):
        schema.migrate(engine)
    assert inspect(engine).get_table_names() == []
    monkeypatch.undo()
    schema.migrate(engine)
    assert "attempts" in inspect(engine).get_table_names()
    engine.dispose()
