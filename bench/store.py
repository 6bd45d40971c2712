"""What the books cost: a row put, a row kept at one and at 64 at once.

python -m bench.store [DATABASE_URL]
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from time import perf_counter

from bridge.store.database import Store
from bridge.store.ledger import Intent, Ledger

RECIPE = {"prompt": "x" * 600}
NUMBERS = count()


def intent() -> Intent:
    """One that was never there before."""
    return Intent(f"bench-{perf_counter()}-{next(NUMBERS)}", "j", "c", "c", "m", 1300, RECIPE)


async def each(rounds: int, at_once: int, work: Callable[[], Awaitable[None]]) -> float:
    """Microseconds for one of `at_once`, over `rounds`."""
    begun = perf_counter()
    for _ in range(rounds):
        await asyncio.gather(*(work() for _ in range(at_once)))
    return (perf_counter() - begun) / rounds / at_once * 1e6


async def measure(url: str) -> None:
    """Print a table."""
    store = Store.open(url)
    ledger = Ledger(store)
    print(f"kept, 1 at once    {await each(300, 1, lambda: ledger.intent(intent())):8.1f} µs")
    print(f"kept, 64 at once   {await each(30, 64, lambda: ledger.intent(intent())):8.1f} µs each")
    begun = perf_counter()
    for number in range(20_000):
        ledger.note(f"{number}", "failed", None, "")
    put = perf_counter()
    await store.keep()
    print(f"put, on the caller {(put - begun) / 20_000 * 1e6:8.1f} µs")
    print(f"put, through       {(perf_counter() - begun) / 20_000 * 1e6:8.1f} µs")
    await store.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(sys.argv[1] if len(sys.argv) > 1 else str(Path(folder) / "b.sqlite")))
