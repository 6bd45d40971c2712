"""A fresh store for every test, on SQLite and, where DATABASE_URL points to one, on Postgres."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import make_url, text

from bridge.store.connect import engine_for
from bridge.store.database import Store
from tests.needs import needs


@pytest.fixture
def postgres() -> Iterator[str]:
    """The URL of an empty Postgres database of the test's own."""
    server = os.environ.get("DATABASE_URL", "")
    needs("Postgres", bool(server), "DATABASE_URL is not set")
    name = f"test_{uuid4().hex}"
    admin = engine_for(server).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The same on either."""
    if request.param == "sqlite":
        return str(tmp_path / "new folder" / "bridge.sqlite")
    url: str = request.getfixturevalue("postgres")
    return url


@pytest_asyncio.fixture
async def store(database: str) -> AsyncIterator[Store]:
    """Open and empty."""
    opened = Store.open(database)
    yield opened
    await opened.close()
