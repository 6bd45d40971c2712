"""What was asked of clouds for money: the intent before, the ticket after, and how it ended."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import time
from typing import Any, Literal

import orjson
from sqlalchemy import Row, bindparam, case, func, insert, select, update

from bridge.errors import Unstored
from bridge.store.database import Store
from bridge.store.hand import Write
from bridge.store.tables import attempts

State = Literal["intent", "ticket", "kept", "paid", "failed", "uncertain", "cancelled"]
"""`paid` is a finished job whose pictures the cloud held back; `uncertain` is perhaps paid.

An attempt is open as `intent` and as `ticket`.
"""

_own = attempts.c.ref == bindparam("own_ref")
_BEGIN = insert(attempts)
_TICKET = (
    update(attempts)
    .where(_own)
    .values({name: bindparam(name) for name in ("state", "ticket", "updated")})
)
_SETTLE = (
    update(attempts)
    .where(_own)
    .values({name: bindparam(name) for name in ("state", "cost", "error", "updated")})
)
_BY_STATE = select(attempts).order_by(attempts.c.created)
# a failure without a figure cost nothing; everything else costs its estimate until a figure comes
_PAID = case(
    (attempts.c.state.in_(("failed", "cancelled")), func.coalesce(attempts.c.cost, 0)),
    else_=func.coalesce(attempts.c.cost, attempts.c.estimate),
)


@dataclass(frozen=True, slots=True)
class Intent:
    """An attempt that is about to be paid for; money in micro-dollars, `recipe` plain JSON."""

    ref: str
    job_id: str
    provider: str
    account: str
    model: str
    estimate: int
    recipe: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """An intent without its end, with its ticket if it has one; `created` in milliseconds."""

    intent: Intent
    ticket: Mapping[str, str] | None
    created: int
    error: str = ""


class Ledger:
    """The books. Only the intent, and the ticket before the first wait, are waited for."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def intent(self, intent: Intent) -> None:
        """On disk before the submit leaves; Unstored when it is not."""
        now = now_ms()
        row = {
            "ref": intent.ref,
            "job_id": intent.job_id,
            "provider": intent.provider,
            "account": intent.account,
            "model": intent.model,
            "state": "intent",
            "error": "",
            "estimate": intent.estimate,
            "recipe": orjson.dumps(intent.recipe).decode(),
            "created": now,
            "updated": now,
        }
        await self._store.keep(Write(_BEGIN, row))

    def ticket(self, ref: str, fields: Mapping[str, str]) -> None:
        """On its way to the disk, where it is after `caught_up`."""
        ticket = orjson.dumps(fields).decode()
        row = {"own_ref": ref, "state": "ticket", "ticket": ticket, "updated": now_ms()}
        self._store.put(Write(_TICKET, row))

    async def caught_up(self) -> None:
        """All that was written so far is on disk; what failed has been told."""
        with suppress(Unstored):
            await self._store.keep()

    async def settle(self, ref: str, state: State, cost: int | None, error: str = "") -> None:
        """How the attempt ended, on disk. `cost` None: the cloud gave no figure."""
        await self._store.keep(settling(ref, state, cost, error))

    def note(self, ref: str, state: State, cost: int | None, error: str = "") -> None:
        """How the attempt ended, written soon: what a crash takes is asked again at the start."""
        self._store.put(settling(ref, state, cost, error))

    async def open(self) -> list[OpenAttempt]:
        """What was begun and has no end, oldest first."""
        return await self._in("intent", "ticket")

    async def uncertain(self) -> list[OpenAttempt]:
        """What was perhaps paid, oldest first."""
        return await self._in("uncertain")

    async def spent(self, since_ms: int) -> int:
        """Micro-dollars since then: figures, and estimates for what is open or uncertain."""
        since = attempts.c.created >= since_ms
        rows = await self._store.fetch(select(func.sum(_PAID)).where(since))
        return int(rows[0][0] or 0)

    async def _in(self, *states: State) -> list[OpenAttempt]:
        rows = await self._store.fetch(_BY_STATE.where(attempts.c.state.in_(states)))
        return [_opened(row) for row in rows]


def settling(ref: str, state: State, cost: int | None, error: str = "") -> Write:
    """The write that ends an attempt, for whoever has more to write in the same commit."""
    # Postgres takes no NUL in a text
    row = {"state": state, "cost": cost, "error": error.replace("\0", ""), "updated": now_ms()}
    return Write(_SETTLE, {"own_ref": ref, **row})


def now_ms() -> int:
    """Milliseconds since 1970."""
    return int(time() * 1000)


def _opened(row: Row[*tuple[Any, ...]]) -> OpenAttempt:
    known = row._mapping
    return OpenAttempt(
        Intent(
            known["ref"],
            known["job_id"],
            known["provider"],
            known["account"],
            known["model"],
            known["estimate"],
            orjson.loads(known["recipe"]),
        ),
        known["ticket"] and orjson.loads(known["ticket"]),
        known["created"],
        known["error"],
    )
