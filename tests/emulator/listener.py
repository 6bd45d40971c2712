"""Somebody whom the clouds' webhooks reach."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web


@asynccontextmanager
async def listener(*statuses: int) -> AsyncIterator[tuple[str, asyncio.Queue[Any]]]:
    """Somebody who is told, and answers with these statuses in turn."""
    heard: asyncio.Queue[Any] = asyncio.Queue()
    left = list(statuses)

    async def hear(request: web.Request) -> web.Response:
        await heard.put(await request.json())
        return web.Response(status=left.pop(0))

    app = web.Application()
    app.router.add_post("/hook", hear)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", heard
    finally:
        await runner.cleanup()
