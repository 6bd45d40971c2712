"""SillyTavern once a session; a bridge that nothing goes wrong for, and one for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.tap import Tap, tapping
from tests.clients.tavern import Tavern, serving
from tests.stack import Stack, running


@pytest.fixture(scope="session")
def tavern(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tavern]:
    """The real SillyTavern."""
    with serving(tmp_path_factory.mktemp("tavern")) as server:
        yield server


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Shared by the tests of a module: order no faults here."""
    with running(tmp_path_factory.mktemp("calm")) as stack:
        yield stack


@pytest.fixture
def tap(calm: Stack) -> Iterator[Tap]:
    """A line to `calm`."""
    with tapping(calm.bridge_url) as line:
        yield line


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """A bridge of the test's own."""
    with running(tmp_path) as fresh:
        yield fresh
