"""The emulator as an aiohttp application, and as something that a test starts and asks."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from emulator import control
from emulator.cloud import STRUCK, Cloud, Refusal, answer, parsed
from emulator.clouds import CLOUDS
from emulator.faults import Faults
from emulator.ledger import Call, Ledger
from emulator.reach import look
from emulator.settings import Settings
from emulator.weather import AFTER, BEFORE, Strike
from emulator.world import World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LARGEST_REQUEST = 64 * 1024 * 1024


class Emulator:
    """The clouds and the world they share."""

    def __init__(self, **settings: Any) -> None:
        kinds = {*BEFORE, *AFTER}.union(*(cloud.kinds for cloud in CLOUDS))
        self.world = World({cloud.name: cloud.defaults for cloud in CLOUDS}, kinds)
        self.world.settings.change(settings)
        self.clouds = {kind.name: kind(self.world) for kind in CLOUDS}

    def clear(self) -> None:
        """Forget jobs, files, uploads, faults and the ledger; settings stay."""
        self.world.clear()
        for cloud in self.clouds.values():
            cloud.clear()

    def cloud_of(self, path: str) -> Cloud | None:
        """Whose address this is; files belong to the cloud that offers them."""
        parts = path.removeprefix("/files").split("/")
        return self.clouds.get(parts[1]) if len(parts) > 1 else None

    async def meet(self, request: web.Request, go_on: Handler) -> web.StreamResponse:
        """Enter the request in the raw log, let a fault strike it, and answer it."""
        cloud = self.cloud_of(request.path)
        if cloud is None:
            return await go_on(request)
        is_file = request.path.startswith("/files/")
        stage = "file" if is_file else cloud.stage(request, parsed(await request.read()))
        if not is_file:
            await look(await request.read(), self.world.settings.hosts)
        call = Call(cloud.name, request.method, request.path_qs, stage)
        self.world.ledger.calls.append(call)
        fault = self.world.faults.take(cloud.name, stage, request.path_qs)
        if fault is None:
            response = await told(request, go_on)
        else:
            call.fault = fault.kind
            request[STRUCK] = fault
            strike = Strike(self.world, cloud, request, fault)
            response = await struck(strike, request, go_on)
        lost = request.transport is None or request.transport.is_closing()
        call.status = 0 if lost else response.status
        return response


async def told(request: web.Request, go_on: Handler) -> web.StreamResponse:
    """The cloud's answer, a refusal included."""
    try:
        return await go_on(request)
    except Refusal as wrong:
        return answer(wrong.body, wrong.status, wrong.headers)


async def struck(strike: Strike, request: web.Request, go_on: Handler) -> web.StreamResponse:
    """What becomes of the request under a fault."""
    kind = strike.fault.kind
    if kind in BEFORE:
        early = await BEFORE[kind](strike)
        if early is not None:
            return early
    response = await told(request, go_on)
    if kind in AFTER and isinstance(response, web.Response):
        return await AFTER[kind](strike, response)
    return response


def build(emulator: Emulator | None = None, **settings: Any) -> web.Application:
    """All routes; `settings` as in `emulator.settings`."""
    emulator = emulator or Emulator(**settings)

    @web.middleware
    async def meet(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await emulator.meet(request, handler)

    async def serve_file(request: web.Request) -> web.StreamResponse:
        return emulator.world.files.serve(request.path, emulator.world.now())

    async def close(app: web.Application) -> None:
        emulator.clear()

    app = web.Application(middlewares=[meet], client_max_size=LARGEST_REQUEST)
    app.add_routes([web.get("/files/{cloud}/{name}", serve_file)])
    for cloud in emulator.clouds.values():
        app.add_routes(cloud.routes())
    app.add_routes(control.routes(emulator.world, emulator.clouds, emulator.clear))
    app.on_shutdown.append(close)
    return app


@dataclass(frozen=True, slots=True)
class Running:
    """An emulator that listens."""

    url: str
    """Without a slash at its end; a cloud lives at `{url}/{name}`."""
    emulator: Emulator

    @property
    def ledger(self) -> Ledger:
        """What was accepted and billed."""
        return self.emulator.world.ledger

    @property
    def faults(self) -> Faults:
        """Where to order misfortune."""
        return self.emulator.world.faults

    @property
    def settings(self) -> Settings:
        """Speed, keys, expiry."""
        return self.emulator.world.settings

    def reset(self) -> None:
        """Forget everything but the settings."""
        self.emulator.clear()


@asynccontextmanager
async def running(
    port: int = 0, *, time_scale: float = 0.01, **settings: Any
) -> AsyncIterator[Running]:
    """An emulator on a loopback port, free if 0, a hundred times faster than life."""
    emulator = Emulator(time_scale=time_scale, **settings)
    runner = web.AppRunner(build(emulator), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        bound = runner.addresses[0][1]
        yield Running(f"http://127.0.0.1:{bound}", emulator)
    finally:
        await runner.cleanup()
