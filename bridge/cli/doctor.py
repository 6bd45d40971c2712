"""`a1111-bridge doctor`: what is configured, what is missing, what to do."""

import argparse
import asyncio
import os
import re
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.request import urlopen

from bridge.cli.findings import Finding, report
from bridge.cli.inquiry import inquiries, learnt
from bridge.engine.contract import Adapter, Card
from bridge.errors import BridgeError
from bridge.keys import accounts, numbers, with_number
from bridge.lora.catalog import load
from bridge.providers import adapters
from bridge.settings import Settings, environment, read
from bridge.styles import read_styles
from bridge.summarizer.places import load as load_places


def run(options: argparse.Namespace) -> int:
    """0: pictures can be made at a real cloud, or with --provider: nothing is wrong with the
    accounts that were asked; 1: something is to be done first.
    """
    env = environment()
    kinds = [kind.card for kind in adapters().values()]
    try:
        settings = read(env, kinds)
    except BridgeError as error:
        print(f"wrong  {error.text}")
        return 1
    known = asyncio.run(learnt(settings))
    if options.provider:
        return 0 if report((*asyncio.run(inquiries(settings, options.provider)), *known)) else 1
    findings = [
        *clouds(settings, env), *server(settings), *loras(settings), *styles(settings),
        *writer(settings), *own_places(settings),
    ]  # fmt: skip
    well = report((*findings, *known))
    real = any(not card.dry_run for card in kinds if configured(card, settings))
    if not real:
        print("\nNo cloud is configured: every picture will be the sketch's prompt card.")
        print("Put a key into .env (env.example lists them), e.g. RUNWARE_API_KEY=…")
    return 0 if well and real else 1


def configured(card: Card, settings: Settings) -> bool:
    """Whether an account of this cloud is ready to be used."""
    return any(known.provider == card.name for known in settings.accounts)


def clouds(settings: Settings, env: Mapping[str, str]) -> Iterator[Finding]:
    """Each account with its models, or with what it misses."""
    for kind in adapters().values():
        if not kind.card.dry_run:
            yield from _accounts(kind, settings, env)
    used = {known.name for known in settings.accounts}
    for name in settings.providers:
        if re.search(r"_\d+$", name) and name not in used:
            yield Finding("wrong", f"BRIDGE_PROVIDERS: {name} has no key")


def _accounts(kind: type[Adapter], settings: Settings, env: Mapping[str, str]) -> Iterator[Finding]:
    card, found = kind.card, list(accounts(kind.card, env))
    required = [s.env for s in card.settings if s.required]
    if not any(not known.label for known in found):
        yield Finding("todo", f"{card.title}: not configured; set {', '.join(required)}")
    for number in numbers(card, env):
        if number not in {known.label for known in found}:
            names = ", ".join(with_number(number, name) for name in required)
            yield Finding("wrong", f"{card.title} {number}: a part only; set {names}")
    for known in found:
        who = f"{card.title} {known.label}".strip()
        if known.name not in {used.name for used in settings.accounts}:
            yield Finding("todo", f"{who}: has a key, but BRIDGE_PROVIDERS leaves it out")
        elif models := kind(known).models():
            names = ", ".join(model.name for model in models)
            yield Finding("ok", f"{who}: {names} at {known.base_url}")
        else:
            needed = {model.option for model in card.models}
            wanted = [s.env for s in card.settings if s.option in needed]
            yield Finding("wrong", f"{who}: a key but no model; set {' or '.join(wanted)}")


def server(settings: Settings) -> Iterator[Finding]:
    """Address, password, data folder."""
    url = f"http://{settings.host}:{settings.port}"
    if settings.is_public and not settings.auth:
        yield Finding("wrong", f"{url}: others can reach it without a password; set BRIDGE_AUTH")
    else:
        yield _port(url, settings)
    folder = settings.data
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if os.access(nearest, os.W_OK):
        yield Finding("ok", f"{folder.absolute()}: database and pictures")
    else:
        yield Finding("wrong", f"{folder.absolute()}: cannot be written; set BRIDGE_DATA")
    if settings.rehost_loras == "on" and not settings.s3_bucket:
        yield Finding("wrong", "BRIDGE_REHOST_LORAS is on, but there is no bucket; set S3_BUCKET")


def loras(settings: Settings) -> Iterator[Finding]:
    """The dictionary and what was read past in it."""
    path = settings.lora_dict.absolute()
    try:
        catalog = load(path)
    except BridgeError as error:
        yield Finding("wrong", error.text)
        return
    if not path.exists():
        yield Finding("todo", f"{path}: no LoRA dictionary; set BRIDGE_LORA_DICT")
        return
    yield Finding("ok", f"{path}: {len(catalog.loras)} LoRAs")
    for warning in catalog.warnings:
        yield Finding("todo", f"{path.name}: {warning}")


def own_places(settings: Settings) -> Iterator[Finding]:
    """The list of places, where it is one's own."""
    if not settings.places:
        return
    try:
        count = len(load_places(Path(settings.places)))
    except BridgeError as error:
        yield Finding("wrong", f"BRIDGE_PLACES: {error.text}")
    else:
        yield Finding("ok", f"{settings.places}: {count} places")


def styles(settings: Settings) -> Iterator[Finding]:
    """The styles, where there are any."""
    try:
        found = read_styles(settings.styles)
    except BridgeError as error:
        yield Finding("wrong", error.text)
        return
    if found:
        yield Finding("ok", f"{settings.styles.absolute()}: {len(found)} styles")


def writer(settings: Settings) -> Iterator[Finding]:
    """Who writes scenes."""
    if not settings.llms:
        yield Finding("todo", "scenes are written by rules; set BRIDGE_LLM_BASE_URL for an LLM")
    for llm in settings.llms:
        if llm.model:
            yield Finding("ok", f"scenes are written by {llm.name} ({llm.model}), else by rules")
        else:
            yield Finding("wrong", f"{llm.base_url}: {llm.name} needs a model (BRIDGE_LLM_MODEL)")


def _port(url: str, settings: Settings) -> Finding:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        if probe.connect_ex((settings.host, settings.port)):
            return Finding("ok", f"{url}: free")
    try:
        with urlopen(f"{url}/internal/ping", timeout=1) as answer:
            if answer.status == 200:
                return Finding("ok", f"{url}: a bridge is running there")
    except OSError:
        pass
    return Finding("wrong", f"{url}: something else listens there; set BRIDGE_PORT")
