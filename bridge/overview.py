"""What the one who runs the server wants to know: clouds, books, gallery."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from time import time

from bridge.errors import NotFound
from bridge.lora.catalog import CatalogFile
from bridge.observe.metrics import Metrics
from bridge.routing.llms import LlmChain
from bridge.routing.router import Router
from bridge.store.blobs import Blobs
from bridge.store.history import History, PictureRow
from bridge.store.ledger import Ledger, OpenAttempt

DAY_MS = 24 * 3600 * 1000
KEPT_S = 5.0
"""How long a disk may take over a picture."""
LOOK_S = 0.02


class Overview:
    """Reads; changes nothing."""

    def __init__(
        self, router: Router, loras: CatalogFile, ledger: Ledger, history: History, blobs: Blobs,
        metrics: Metrics, llms: LlmChain,
    ) -> None:  # fmt: skip
        self._router = router
        self._loras = loras
        self._ledger = ledger
        self._history = history
        self._blobs = blobs
        self._metrics = metrics
        self._llms = llms

    def metrics(self) -> bytes:
        """Prometheus' text format; slow the first time."""
        return self._metrics.render()

    async def status(self) -> Mapping[str, object]:
        """Plain JSON; money in micro-dollars, times in seconds."""
        return {
            "routes": list(self._routes()),
            "llms": list(self._llms.states()),
            "loras": {"count": len(self._loras.current.loras), "problem": self._loras.problem},
            "open": [_told(left) for left in await self._ledger.open()],
            "uncertain": [_told(left) for left in await self._ledger.uncertain()],
            "spent_last_day": await self._ledger.spent(int(time() * 1000) - DAY_MS),
        }

    def _routes(self) -> Iterator[Mapping[str, object]]:
        health = self._router.health
        for route in self._router.routes:
            yield {
                "name": route.name,
                "family": route.model.family,
                "success": round(health.success(route.name), 3),
                "p95": health.p95(route.name, route.model),
                "most_loras": route.model.loras.most if route.model.loras else 0,
                "learnt_most_loras": health.most_loras(route.name),
                "rests_for": round(health.rest_of(route.account, route.name), 1),
                "reason": health.reason(route.account) or health.reason(route.name),
            }

    async def pictures(self, before: int | None, limit: int) -> Sequence[Mapping[str, object]]:
        """The gallery, newest first."""
        return [asdict(row) for row in await self._history.page(before, limit)]

    async def picture(self, number: int) -> tuple[bytes, str]:
        """Bytes and kind; NotFound when there is none of this id."""
        row = await self._history.by_id(number)
        if row is None:
            raise NotFound(f"there is no picture {number}")
        return await self._bytes(row)

    async def kept(self, ref: str) -> bool:
        """Whether the attempt's picture is in the gallery, where it is put beside the answer."""
        for _ in range(round(KEPT_S / LOOK_S)):
            if await self._history.by_ref(ref):
                return True
            await asyncio.sleep(LOOK_S)
        return False

    async def shown(self, ref: str) -> tuple[bytes, str]:
        """Bytes and kind of the attempt's picture; NotFound when there is none."""
        row = await self._history.by_ref(ref)
        if row is None:
            raise NotFound("the picture is not in the gallery any more")
        return await self._bytes(row)

    async def _bytes(self, row: PictureRow) -> tuple[bytes, str]:
        try:
            return await self._blobs.load(row.blake3, row.kind), row.kind
        except FileNotFoundError:
            raise NotFound(f"the file of picture {row.id} was taken away") from None


def _told(left: OpenAttempt) -> Mapping[str, object]:
    intent = left.intent
    return {
        "ref": intent.ref,
        "route": f"{intent.account}/{intent.model}",
        "estimate": intent.estimate,
        "created": left.created,
        "ticket": left.ticket,
        "error": left.error,
    }
