"""The gallery's books: every picture that came, with the recipe that made it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import orjson
from sqlalchemy import Row, bindparam, insert, select

from bridge.domain import PictureKind
from bridge.store.database import Store
from bridge.store.hand import Write
from bridge.store.ledger import settling
from bridge.store.tables import pictures

_ADD = insert(pictures)
_BY_REF = select(pictures).where(pictures.c.ref == bindparam("own_ref"))
_NEWEST = select(pictures).order_by(pictures.c.id.desc())


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A picture in the gallery; its bytes lie in the blobs under `blake3`."""

    ref: str
    """Of the attempt that made it."""
    job_id: str
    provider: str
    model: str
    blake3: str
    kind: PictureKind
    width: int
    height: int
    bytes: int
    seed: int | None
    cost: int | None
    """Micro-dollars."""
    created: int
    """Milliseconds since 1970."""
    recipe: Mapping[str, object]
    """Plain JSON."""
    id: int = 0
    """Given by the store; later pictures have higher ones."""


_COLUMNS = tuple(each.name for each in fields(PictureRow) if each.name != "id")


class History:
    """Pictures, newest first; no answer takes longer because there are many."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, picture: PictureRow) -> None:
        """Book the picture and settle its attempt as kept, in one commit."""
        row = {name: getattr(picture, name) for name in _COLUMNS}
        row["recipe"] = orjson.dumps(picture.recipe).decode()
        settled = settling(picture.ref, "kept", picture.cost)
        await self._store.keep_lazily(Write(_ADD, row), settled)

    async def page(self, before: int | None = None, limit: int = 50) -> list[PictureRow]:
        """Up to `limit` pictures older than the one with the id `before`."""
        query = _NEWEST if before is None else _NEWEST.where(pictures.c.id < before)
        return [_picture(row) for row in await self._store.fetch(query.limit(limit))]

    async def by_id(self, id: int) -> PictureRow | None:
        """None: there is no such picture."""
        rows = await self._store.fetch(select(pictures).where(pictures.c.id == id))
        return _picture(rows[0]) if rows else None

    async def by_ref(self, ref: str) -> PictureRow | None:
        """The picture that this attempt made; None: there is none yet."""
        rows = await self._store.fetch(_BY_REF, {"own_ref": ref})
        return _picture(rows[0]) if rows else None


def _picture(row: Row[*tuple[Any, ...]]) -> PictureRow:
    known = dict(row._mapping)
    return PictureRow(**known | {"recipe": orjson.loads(known["recipe"])})
