"""`a1111-bridge serve`: the doors open until a signal closes them."""

import argparse
import asyncio
import gc
import logging
import socket
from dataclasses import replace

import uvicorn

from bridge import __version__
from bridge.api.rooms import DoorSettings, Rooms
from bridge.api.site import build
from bridge.app import Bridge, running
from bridge.cli.allocator import settle
from bridge.cli.exchange import Exchange
from bridge.cli.wiring import configured
from bridge.errors import BadRequest
from bridge.observe.log import install
from bridge.observe.redact import Redactor
from bridge.settings import Settings, secrets
from bridge.styles import read_styles

log = logging.getLogger("bridge")
COLLECTED_AFTER = 10_000
"""Objects more than before: a request makes a thousand, of which nearly all go by themselves."""
GRACE_S = 10
"""How long a stop waits for pictures that clients wait for."""


def run(options: argparse.Namespace) -> int:
    """0 after a signal, 1 when the port is taken."""
    settle()
    settings = configured()
    port = settings.port if options.port is None else options.port
    settings = replace(settings, host=options.host or settings.host, port=port)
    install(settings.log, Redactor(secrets(settings)))
    door = listening(settings.host, settings.port)
    with door, asyncio.Runner(loop_factory=_loop()) as runner:
        return runner.run(_serve(settings, door))


async def _serve(settings: Settings, door: socket.socket) -> int:
    async with running(settings) as bridge:
        site = build(rooms(bridge), door_settings(settings))
        server = uvicorn.Server(
            uvicorn.Config(
                site, host=settings.host, port=settings.port, log_config=None, lifespan="off",
                access_log=False, server_header=False, timeout_graceful_shutdown=GRACE_S,
                http=Exchange,
            )
        )  # fmt: skip
        names = ", ".join(bridge.router.names())
        log.info("a1111-bridge on http://%s:%d, routes: %s", settings.host, settings.port, names)
        if settings.is_public and not settings.auth:
            log.warning("reachable from other machines without a password: set BRIDGE_AUTH")
        gc.freeze()  # what is loaded stays: no collection need walk through it again
        gc.set_threshold(COLLECTED_AFTER, 10, 10)
        await server.serve(sockets=[door])
        return 0 if server.started else 1


def listening(host: str, port: int) -> socket.socket:
    """The door's socket, taken before anything is started: two bridges on one port is a mistake.

    It listens at once, for two that are only bound do not see each other. Who knocks early waits.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
        door.listen()
    except OSError as error:
        door.close()
        raise BadRequest(
            f"cannot listen on {host}:{port}: {error.strerror}; BRIDGE_PORT names another port"
        ) from None
    return door


def rooms(bridge: Bridge) -> Rooms:
    """What the doors are handed."""
    return Rooms(
        bridge.pipeline, bridge.router, bridge.loras, bridge.overview, bridge.viewer, bridge.chats,
        bridge.wake,
    )  # fmt: skip


def door_settings(settings: Settings) -> DoorSettings:
    """How the doors behave."""
    return DoorSettings(
        auth=settings.auth or None,
        cors_origins=settings.cors_origins,
        hosts=(settings.host, *settings.hosts, *settings.public_names),
        body_limit=settings.body_size_limit,
        rating=settings.ceiling,
        prompt_mode=settings.prompt_mode,
        decode=settings.decode,
        max_pictures=settings.max_pictures,
        version=__version__,
        infotext=settings.infotext,
        llms=tuple(llm.name for llm in settings.llms),
        styles=read_styles(settings.styles),
    )


def _loop() -> "type[asyncio.AbstractEventLoop] | None":
    try:
        import uvloop
    except ImportError:  # not made for Windows
        return None
    return uvloop.Loop
