"""Small state that a room wants to find again after a restart: one drawer a room, by key."""

import asyncio
from collections.abc import Callable, Mapping

import orjson
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bridge.store.database import Store
from bridge.store.hand import Write
from bridge.store.ledger import now_ms
from bridge.store.tables import drawers

SOON_S = 0.5
"""A state that changes with every picture is written this often at most."""

State = Mapping[str, object]

_here = (drawers.c.drawer == bindparam("own_drawer"), drawers.c.key == bindparam("own_key"))
_TAKE_OUT = delete(drawers).where(*_here)
_PUT_IN = insert(drawers)
_LOOK = select(drawers.c.state).where(*_here)
_LOCK = _LOOK.with_for_update()
_CHANGE = update(drawers).where(*_here)


class Drawer:
    """The drawer with this name, e.g. `health`; states are plain JSON objects."""

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name
        self._changed: dict[str, State] = {}

    def save(self, key: str, state: State) -> None:
        """Replace what lies under `key`, soon; a crash may take the last moment's."""
        if not self._changed:
            asyncio.get_running_loop().call_later(SOON_S, self.flush)
        self._changed[key] = state

    def flush(self) -> None:
        """Put in line what was saved and is not yet: before the store closes."""
        changed, self._changed = self._changed, {}
        rows = [{"drawer": self._name, "key": key, **_row(s)} for key, s in changed.items()]
        if rows:
            taken_out = (Write(_TAKE_OUT, self._here(key)) for key in changed)
            self._store.put(*taken_out, *(Write(_PUT_IN, row) for row in rows))

    async def load(self) -> dict[str, State]:
        """All that lies in the drawer, by key, with what was written so far."""
        rows = await self._store.fetch(
            select(drawers.c.key, drawers.c.state).where(drawers.c.drawer == self._name)
        )
        return {key: orjson.loads(state) for key, state in rows}

    async def find(self, key: str) -> State:
        """What lies under `key`, with what was written so far; empty when nothing does."""
        rows = await self._store.fetch(_LOOK, self._here(key))
        return _state(rows[0][0]) if rows else {}

    async def change(self, key: str, step: Callable[[State], State]) -> State:
        """Replace what lies under `key` by what `step` makes of it, and return that, on disk.

        Nobody, of whatever process on this database, comes in between. Not for keys that are
        saved. `step` may be called twice. Unstored when it is not on disk.
        """

        def run(connection: Connection) -> State:
            found: str | None = connection.scalar(_LOCK, self._here(key))
            state = step(_state(found) if found else {})
            if found is None:
                # on Postgres two may do so at once: the second fails, and is run again
                place = {"drawer": self._name, "key": key}
                connection.execute(_PUT_IN, place | _row(state))
            else:
                connection.execute(_CHANGE, self._here(key) | _row(state))
            return state

        return await self._store.change(run)

    def _here(self, key: str) -> dict[str, object]:
        return {"own_drawer": self._name, "own_key": key}


def _row(state: State) -> dict[str, object]:
    return {"state": orjson.dumps(state).decode(), "updated": now_ms()}


def _state(text: str) -> State:
    state: State = orjson.loads(text)
    return state
