"""What came to chats, line by line; nothing is changed, only added or forgotten as a whole."""

from collections.abc import Mapping, Sequence

import orjson
from sqlalchemy import bindparam, delete, func, insert, select

from bridge.store.database import Store
from bridge.store.hand import Write
from bridge.store.ledger import now_ms
from bridge.store.tables import chat_lines

MOST = 200
"""Chats in a listing."""
_ADD = insert(chat_lines)
_FORGET = delete(chat_lines).where(chat_lines.c.chat == bindparam("own_chat"))
_LOAD = (
    select(chat_lines.c.line)
    .where(chat_lines.c.chat == bindparam("own_chat"))
    .order_by(chat_lines.c.id)
)
_UPDATED = func.max(chat_lines.c.created)
_NAMES = (
    select(chat_lines.c.chat, func.count(), _UPDATED)
    .group_by(chat_lines.c.chat)
    .order_by(_UPDATED.desc(), chat_lines.c.chat)
    .limit(MOST)
)


class Chats:
    """The lines of chats, by chat."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def load(self, chat: str) -> Sequence[Mapping[str, object]]:
        """The lines of a chat, oldest first; Unstored when the database is gone."""
        rows = await self._store.fetch(_LOAD, {"own_chat": chat})
        return [orjson.loads(line) for (line,) in rows]

    def put(self, chat: str, line: Mapping[str, object]) -> None:
        """Add a line, soon; a failure is told as StoreFailed."""
        row = {"chat": chat, "line": orjson.dumps(line).decode(), "created": now_ms()}
        self._store.put(Write(_ADD, row))

    def forget(self, chat: str) -> None:
        """Take all lines of a chat away, soon."""
        self._store.put(Write(_FORGET, {"own_chat": chat}))

    async def names(self) -> Sequence[Mapping[str, object]]:
        """The 200 chats that changed last, latest first: `id`, `lines`, `updated` (ms)."""
        rows = await self._store.fetch(_NAMES)
        return [{"id": chat, "lines": count, "updated": at} for chat, count, at in rows]
