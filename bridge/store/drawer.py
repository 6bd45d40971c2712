"""Small state that a room wants to find again after a restart: one drawer a room, by key."""

import asyncio
from collections.abc import Mapping

import orjson
from sqlalchemy import bindparam, delete, insert, select

from bridge.store.database import Store, Write
from bridge.store.ledger import now_ms
from bridge.store.tables import drawers

SOON_S = 0.5
"""A state that changes with every picture is written this often at most."""

_TAKE_OUT = delete(drawers).where(
    drawers.c.drawer == bindparam("drawer"), drawers.c.key == bindparam("key")
)
_PUT_IN = insert(drawers)


class Drawer:
    """The drawer with this name, e.g. `health`; states are plain JSON objects."""

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name
        self._changed: dict[str, Mapping[str, object]] = {}

    def save(self, key: str, state: Mapping[str, object]) -> None:
        """Replace what lies under `key`, soon; a crash may take the last moment's."""
        if not self._changed:
            asyncio.get_running_loop().call_later(SOON_S, self.flush)
        self._changed[key] = state

    def flush(self) -> None:
        """Put in line what was saved and is not yet: before the store closes."""
        places = [{"drawer": self._name, "key": key} for key in self._changed]
        states = [orjson.dumps(state).decode() for state in self._changed.values()]
        self._changed = {}
        rows = [
            {**place, "state": state, "updated": now_ms()}
            for place, state in zip(places, states, strict=True)
        ]
        if rows:
            taken_out = (Write(_TAKE_OUT, place) for place in places)
            self._store.put(*taken_out, *(Write(_PUT_IN, row) for row in rows))

    async def load(self) -> dict[str, Mapping[str, object]]:
        """All that lies in the drawer, by key, with what was written so far."""
        rows = await self._store.fetch(
            select(drawers.c.key, drawers.c.state).where(drawers.c.drawer == self._name)
        )
        return {key: orjson.loads(state) for key, state in rows}
