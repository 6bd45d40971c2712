"""A real engine on real sockets and a real store, with the emulator as the world."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select

from bridge.domain import LoraUse, Ready
from bridge.engine.adopt import Hosts
from bridge.engine.attempt import Attempt, Outcome
from bridge.engine.contract import Adapter, Model
from bridge.engine.control import Control
from bridge.engine.keep import Keeper
from bridge.engine.pace import Pace
from bridge.engine.run import Engine
from bridge.engine.size import nearest_size
from bridge.engine.slots import Slots
from bridge.events import Bus
from bridge.store.blobs import Folder
from bridge.store.database import Store
from bridge.store.history import History
from bridge.store.ledger import Ledger
from bridge.store.tables import attempts
from bridge.transport.client import Transport
from emulator.app import Running, running

SCALE = 0.02
MOMENT_S = 0.05


async def until(holds: Callable[[], object]) -> None:
    """Wait for what another task brings about, however slow the machine is."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110  # it has no event
            await asyncio.sleep(0.01)


class Shelf:
    """Uploads, remembered in memory."""

    def __init__(self) -> None:
        self.handles: dict[tuple[str, str], str] = {}
        self.uploads: dict[tuple[str, str], Mapping[str, str]] = {}

    def handle(self, account: str, url: str, sha256: str = "") -> str:
        return self.handles.get((account, url), "") or self.handles.get((account, sha256), "")

    def upload(self, account: str, url: str, sha256: str = "") -> Mapping[str, str]:
        return self.uploads.get((account, url), {})

    async def uploading(
        self, account: str, url: str, ticket: Mapping[str, str], sha256: str = ""
    ) -> None:
        self.uploads[account, url] = ticket

    async def adopted(self, account: str, url: str, handle: str, sha256: str = "") -> None:
        self.handles[account, url] = self.handles[account, sha256 or url] = handle

    async def failed(self, account: str, url: str, reason: str) -> None:
        self.uploads.pop((account, url), None)
        self.handles.pop((account, url), None)


@dataclass
class Chamber:
    """What a test of an adapter needs."""

    emulator: Running
    engine: Engine
    store: Store
    ledger: Ledger
    history: History
    blobs: Folder
    keeper: Keeper
    shelf: Shelf
    transport: Transport

    def host_with(self, hosts: Hosts) -> None:
        """From now on LoRA files may be taken over."""
        self.engine = Engine(
            self.transport, self.keeper, Slots(), self.shelf, self.engine.pace, hosts
        )

    def attempt(self, adapter: Adapter, model: Model, **changes: object) -> Attempt:
        """An attempt at a job that the model can express, not yet begun."""
        ready = replace(plain(model), **changes)  # type: ignore[arg-type]
        return Attempt(adapter, model, ready, "job-1", Control(), {"prompt": ready.prompt})

    async def run(self, attempt: Attempt, *, seconds: float = 5.0) -> Outcome:
        """Begin and wait."""
        self.engine.begin(attempt, seconds=seconds)
        return await self.engine.wait(attempt, seconds=seconds)

    async def give_up(self, attempt: Attempt) -> Outcome:
        """Begin, and wait a moment longer than until the cloud has the job, and we its ticket."""
        jobs, card = self.emulator.ledger.jobs, attempt.adapter.card
        before, held = len(jobs(card.name)), card.recovery == "none" or attempt.model.held
        self.engine.begin(attempt, seconds=30.0)
        await until(lambda: attempt.ticket or (held and len(jobs(card.name)) > before))
        return await self.engine.wait(attempt, seconds=MOMENT_S)

    async def states(self) -> list[str]:
        """How the attempts are booked, in their order."""
        await self.keeper.drain(5)
        await self.store.keep()  # stands in line behind what was put before
        rows = await self.store.fetch(select(attempts.c.state).order_by(attempts.c.created))
        return [state for (state,) in rows]

    def paid(self, cloud: str) -> int:
        """Submits that reached the cloud."""
        return len(self.emulator.ledger.requests(cloud, "paid"))


def plain(model: Model) -> Ready:
    """A job within what the model can express: 512x768, or what is nearest to it."""
    width, height = nearest_size(512, 768, model.sizes)
    return Ready(
        model=model.id,
        family=model.family,
        prompt="a red fox in fresh snow",
        width=width,
        height=height,
        seed=None if model.seeds is None else 42,
        steps=None if model.steps is None else int(model.steps.usual or model.steps.low),
        guidance=None if model.guidance is None else model.guidance.usual,
        init_image=None,
    )


def lora(name: str, model: Model, weight: float = 0.8) -> LoraUse:
    """A LoRA as fit hands it on."""
    low, high = model.loras.weights if model.loras else (weight, weight)
    weight = min(max(weight, low), high)
    return LoraUse(name, f"https://loras.example/{model.family}/{name}.safetensors", weight)


def everything_told(error: BaseException, attempt: Attempt) -> str:
    """All that is shown or stored of a failed attempt: no key may stand in it."""
    ticket = attempt.ticket.fields if attempt.ticket else {}
    return f"{error} {error.args} {vars(error)} {ticket} {attempt.recipe}"


@asynccontextmanager
async def chamber(folder: Path, *, picture_cap: int = 4 << 20) -> AsyncIterator[Chamber]:
    """Everything started, and closed again."""
    async with running(time_scale=0.005) as emulator:
        store = Store.open(str(folder / "bridge.sqlite3"))
        ledger, history, blobs = Ledger(store), History(store), Folder(folder / "pictures")
        keeper, shelf = Keeper(ledger, history, blobs, Bus()), Shelf()
        transport = Transport(picture_cap=picture_cap)
        engine = Engine(transport, keeper, Slots(), shelf, Pace(SCALE))
        try:
            yield Chamber(emulator, engine, store, ledger, history, blobs, keeper, shelf, transport)
        finally:
            emulator.faults.clear()
            await engine.aclose(1.0)
            await transport.aclose()
            await store.close()
