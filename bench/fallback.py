"""What a dead first cloud costs: seconds over the good cloud alone, pair by pair.

    python -m bench.fallback [PAIRS]

Both clouds are emulated in a process of their own; pictures take no time there. Every request gets
a fresh memory of the clouds' health, so that the dead one is asked each time.
"""

import asyncio
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from bench.start import ask, emulator, free_port
from bridge.app import configured_adapters
from bridge.domain import Job, Ready
from bridge.engine.contract import Account, Adapter, Model
from bridge.engine.control import Control
from bridge.engine.fit import fit
from bridge.engine.keep import Keeper
from bridge.engine.pace import Pace
from bridge.engine.run import Engine
from bridge.engine.slots import Slots
from bridge.events import Bus
from bridge.lora.mapping import LoraMapping
from bridge.lora.shelf import Shelf
from bridge.routing.health import Health
from bridge.routing.router import Router
from bridge.store.blobs import Folder
from bridge.store.database import Store
from bridge.store.history import History
from bridge.store.ledger import Ledger
from bridge.transport.client import Transport


def render(job: Job, model: Model) -> Ready:
    """The prompt as it is."""
    cut = fit(job, model).job
    return Ready(model.id, model.family, job.text, cut.width, cut.height, seed=job.seed)


async def seconds(engine: Engine, accounts: Sequence[Account]) -> float:
    """One picture with these accounts, in this order."""
    adapters: list[Adapter] = configured_adapters(accounts)
    router = Router(adapters, engine, Health(), Bus(), order="fixed", deadline=30)
    begun = perf_counter()
    made = await router.make(Job("j", "a fox", 7, width=512, height=512), Control(), render)
    assert made.provider == "runpod", made.attempts
    return perf_counter() - begun


async def measure(url: str, folder: Path, pairs: int) -> None:
    """Print milliseconds for each way of being dead."""
    store, transport = Store.open(str(folder / "bench.sqlite3")), Transport()
    keeper = Keeper(Ledger(store), History(store), Folder(folder), Bus())
    shelf = Shelf(LoraMapping(folder / "lora_mapping.json"))
    # looks after jobs fifty times as often as in life, so that only the detour is measured
    engine = Engine(transport, keeper, Slots(), shelf, Pace(0.02))
    good = Account("runpod", f"{url}/runpod/v2", "emu-runpod-key", options={"z-image": "zimage"})
    refused = Account("runware", f"http://127.0.0.1:{free_port()}/v1", "test-key")
    failing = Account("runware", f"{url}/runware/v1", "test-key")
    for name, dead in (("connection refused", refused), ("answers 500", failing)):
        added = []
        for _ in range(pairs):
            alone = await seconds(engine, [good])
            added.append((await seconds(engine, [dead, good]) - alone) * 1000)
        told = f"median of {pairs}, {min(added):.1f} … {max(added):.1f}"
        print(f"{name:20} {statistics.median(added):6.1f} ms more ({told})")
    await engine.aclose(5)
    await transport.aclose()
    await store.close()


def main(pairs: int) -> None:
    """Start the clouds, measure."""
    with tempfile.TemporaryDirectory() as name, emulator(Path(name)) as url:
        fast = {"time_scale": 0.0001, "clouds": {"runpod": {"run_s": 0, "queue_s": 0}}}
        ask(f"{url}/_emulator/settings", fast)
        fault = {"cloud": "runware", "kind": "status", "times": None, "args": {"status": 500}}
        ask(f"{url}/_emulator/faults", fault)
        asyncio.run(measure(url, Path(name), pairs))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
