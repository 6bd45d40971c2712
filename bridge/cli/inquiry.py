"""Asks accounts whether their keys are good, by calls that cost nothing, and what was learnt."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing
from time import time

from bridge.app import configured_adapters
from bridge.cli.advice import advice
from bridge.cli.findings import Finding
from bridge.engine.contract import Adapter
from bridge.engine.pace import Pace
from bridge.engine.talk import Talk
from bridge.errors import AttemptError, BadRequest, BridgeError
from bridge.events import Bus
from bridge.routing.health import LIMIT_S, remembered
from bridge.settings import Settings
from bridge.store.database import Store
from bridge.store.drawer import Drawer
from bridge.transport.client import Transport

PATIENCE_S = 15.0
"""For all the calls of one account."""
ALL = "all"


async def inquiries(settings: Settings, name: str) -> list[Finding]:
    """What each account answers that is `name`, or at the cloud `name`; BadRequest for nobody."""
    adapters = [a for a in configured_adapters(settings.accounts) if not a.card.dry_run]
    asked = [a for a in adapters if name in (ALL, a.account.name, a.card.name)]
    if not asked:
        known = ", ".join(a.account.name for a in adapters)
        if not known:
            raise BadRequest("--provider: no account is configured; doctor alone says what to set")
        raise BadRequest(f"--provider {name}: no such account is configured; there is {known}")
    async with aclosing(Transport()) as transport:
        return list(await asyncio.gather(*(_asked(adapter, transport) for adapter in asked)))


async def _asked(adapter: Adapter, transport: Transport) -> Finding:
    who = adapter.account.name
    if type(adapter).inquire is Adapter.inquire:
        return Finding("todo", f"{who}: cannot be tried without spending; ask for a small picture")
    talk = Talk(adapter, transport, Pace())
    try:
        async with asyncio.timeout(PATIENCE_S):
            told = await talk.drive(adapter.inquire(), seconds=PATIENCE_S)
    except (AttemptError, TimeoutError) as error:
        return Finding("wrong", f"{who}: {_said(error)}; {advice(adapter, error)}")
    facts = ", ".join(f"{key} {value}" for key, value in told.items()) or "it answers"
    return Finding("ok", f"{who}: {facts}")


def _said(error: Exception) -> str:
    if isinstance(error, BridgeError):
        return f"{error.name}: {error.text}"
    return f"no answer within {PATIENCE_S:.0f} s"


async def learnt(settings: Settings) -> Sequence[Finding]:
    """Rests and limits that a server on this data folder has written down."""
    if not settings.database_url and not (settings.data / "bridge.sqlite3").exists():
        return ()
    store = await asyncio.to_thread(Store.open, settings.store_url, Bus())
    try:
        return list(_lines(await Drawer(store, "health").load()))
    finally:
        await store.close()


def _lines(states: Mapping[str, Mapping[str, object]]) -> Iterator[Finding]:
    now = time()
    for key, record in sorted(remembered(states).items()):
        if (left := record.rest_until - now) > 0:
            until = "until somebody acts" if record.told else f"for {left:.0f} s more"
            yield Finding("todo", f"{key}: rests {until}: {record.reason}")
        if record.most_loras is not None and now < record.limited + LIMIT_S:
            yield Finding("todo", f"{key}: was seen to take {record.most_loras} LoRAs at most")
