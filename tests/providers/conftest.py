from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.providers.chamber import Chamber, chamber


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Chamber]:
    async with chamber(tmp_path) as made:
        yield made
