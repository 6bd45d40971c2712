"""`a1111-bridge imagine "text" -o file`: one picture through the whole chain."""

import argparse
import asyncio
import logging
import random
import re
import sys
from pathlib import Path
from uuid import uuid4

from bridge.app import running
from bridge.cli.wiring import configured
from bridge.domain import Job, Made
from bridge.engine.control import Control
from bridge.errors import BadRequest
from bridge.observe.log import install
from bridge.observe.redact import Redactor
from bridge.settings import Settings, secrets


def run(options: argparse.Namespace) -> int:
    """0 with the picture in its file; what was done about it goes to stderr."""
    settings = configured()
    install(settings.log, Redactor(secrets(settings)))
    logging.getLogger("bridge").setLevel(logging.WARNING)
    if not options.output.absolute().parent.is_dir():
        raise BadRequest(f"-o {options.output}: there is no such folder")
    made = asyncio.run(_make(settings, _job(options, settings)))
    output: Path = options.output
    output.write_bytes(made.picture.raw)
    route = f"{made.provider}/{made.model}"
    cost = "" if made.cost is None else f", ${made.cost / 1e6:.4f}"
    print(f"{output}: {route}, seed {made.seed}, {made.seconds:.1f} s{cost}", file=sys.stderr)
    for note in made.notes:
        print(f"  {note.code}: {note.text}", file=sys.stderr)
    return 0


async def _make(settings: Settings, job: Job) -> Made:
    async with running(settings, adopts=False) as bridge:
        if not bridge.router.known(job.route):
            names = ", ".join(bridge.router.names())
            raise BadRequest(f"--route {job.route}: there is {names}")
        return await bridge.pipeline.make(job, Control())


def _job(options: argparse.Namespace, settings: Settings) -> Job:
    size = re.fullmatch(r"(\d{2,5})x(\d{2,5})", options.size)
    if not size:
        raise BadRequest(f"--size {options.size}: it is WIDTHxHEIGHT, e.g. 1024x1024")
    seed = options.seed if options.seed >= 0 else random.getrandbits(32)
    return Job(
        id=str(uuid4()),
        text=options.text,
        seed=seed % 2**32,
        width=int(size[1]),
        height=int(size[2]),
        rating=settings.ceiling,
        prompt_mode=settings.prompt_mode,
        route=options.route,
        decode=settings.decode == "auto",
        caller="command line",
    )
