"""`a1111-bridge scene`: the scene of each text, and what one model family would be told."""

import argparse
import asyncio
from dataclasses import replace
from typing import get_args

from bridge.app import language_models, places, prompter
from bridge.cli.lines import tell, texts
from bridge.cli.wiring import configured, named_dict
from bridge.domain import Family, Job
from bridge.engine.card import LoraRule, Model
from bridge.errors import BadRequest, BridgeError
from bridge.events import Bus
from bridge.lora.catalog import CatalogFile
from bridge.pipeline import Prompter
from bridge.routing.health import Health
from bridge.settings import Settings
from bridge.summarizer.scene_json import dump


def run(options: argparse.Namespace) -> int:
    """A line out for each line in; a text that is refused has `error` instead of a scene."""
    if options.dialect not in get_args(Family):
        raise BadRequest(f"--dialect {options.dialect}: there is {', '.join(get_args(Family))}")
    settings = configured()
    settings = replace(settings, lora_dict=named_dict(options) or settings.lora_dict)
    if options.offline:
        settings = replace(settings, llms=())
    return asyncio.run(_scenes(settings, options.dialect))


async def _scenes(settings: Settings, family: Family) -> int:
    async with language_models(settings, Health(), Bus()) as (writers, _):
        write = prompter(settings, CatalogFile(settings.lora_dict), writers, places(settings))
        return await _told(write, settings, family)


async def _told(write: Prompter, settings: Settings, family: Family) -> int:
    model = Model(
        id=family, name=family, family=family, loras=LoraRule(most=99), negative=True,
        seeds=(0, 2**32 - 1),
    )  # fmt: skip
    refused = 0
    for ident, text in texts():
        job = Job(id=str(ident), text=text, seed=0, rating=settings.ceiling, prompt_mode="always")
        try:
            job = await write.prepare(job)
            ready = write.render(job, model)
        except BridgeError as error:
            tell({"id": ident, "error": error.text})
            refused += 1
            continue
        notes = [{"code": n.code, "text": n.text} for n in (*job.notes, *ready.notes)]
        scene = dump(job.scene) if job.scene else None
        said = {"scene": scene, "prompt": ready.prompt, "negative": ready.negative}
        tell({"id": ident, **said, "notes": notes})
    return 1 if refused else 0
