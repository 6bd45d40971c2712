"""The gallery as the one who runs the server asks for it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from bridge.errors import NotFound
from bridge.overview import Overview
from bridge.store.blobs import Folder
from bridge.store.database import Store
from bridge.store.history import History, PictureRow
from tests.api.door import drawn, opened

REST = cast(Any, None)
"""Rooms that a picture is not asked of."""


@pytest.fixture
async def gallery(tmp_path: Path) -> AsyncIterator[tuple[Overview, History, Folder]]:
    store = Store.open(str(tmp_path / "bridge.sqlite3"))
    history, blobs = History(store), Folder(tmp_path / "pictures")
    yield Overview(REST, REST, REST, history, blobs, REST, REST), history, blobs
    await store.close()


async def test_a_picture_is_there_or_not_found(
    gallery: tuple[Overview, History, Folder], tmp_path: Path
) -> None:
    overview, history, blobs = gallery
    raw = drawn()
    digest = await blobs.save(raw, "png")
    row = PictureRow(
        "ref-1", "job-1", "fal", "flux1-dev", digest, "png", 16, 8, len(raw), 7, None, 1, {}
    )
    await history.add(row)
    [number] = [picture.id for picture in await history.page()]
    async with opened(desk=overview) as door:
        answer = await door.get(f"/bridge/v1/pictures/{number}")
        assert (answer.status, answer.raw) == (200, raw)
        for headers, lines in (({}, False), ({"Accept": "text/html,*/*;q=0.8"}, True)):
            answer = await door.get("/bridge/v1/pictures", headers=headers)
            assert [one["ref"] for one in answer.json] == ["ref-1"]
            assert ("\n" in answer.text) == lines
        for path in (number + 1, 0, -1, "9" * 30, "²", "fox"):
            answer = await door.get(f"/bridge/v1/pictures/{path}")
            assert (answer.status, answer.json["error"]) == (404, "NotFound")
        assert (await door.get(f"/bridge/v1/pictures?before={'9' * 30}")).status == 422
        for file in (tmp_path / "pictures").rglob("*.png"):
            file.unlink()
        answer = await door.get(f"/bridge/v1/pictures/{number}")
        assert (answer.status, answer.json["error"]) == (404, "NotFound")
    with pytest.raises(NotFound):
        await overview.shown("ref-2")
