"""Small state that a room wants to find again after a restart: one drawer a room, by key."""

from collections.abc import Mapping

import orjson
from sqlalchemy import bindparam, delete, insert, select

from bridge.store.database import Store, Write
from bridge.store.ledger import now_ms
from bridge.store.tables import drawers

_TAKE_OUT = delete(drawers).where(
    drawers.c.drawer == bindparam("drawer"), drawers.c.key == bindparam("key")
)
_PUT_IN = insert(drawers)


class Drawer:
    """The drawer with this name, e.g. `health`; states are plain JSON objects."""

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name

    def save(self, key: str, state: Mapping[str, object]) -> None:
        """Replace what lies under `key`, soon; a crash may take the last moment's."""
        place = {"drawer": self._name, "key": key}
        row = {**place, "state": orjson.dumps(state).decode(), "updated": now_ms()}
        self._store.put(Write(_TAKE_OUT, place), Write(_PUT_IN, row))

    async def load(self) -> dict[str, Mapping[str, object]]:
        """All that lies in the drawer, by key."""
        rows = await self._store.fetch(
            select(drawers.c.key, drawers.c.state).where(drawers.c.drawer == self._name)
        )
        return {key: orjson.loads(state) for key, state in rows}
