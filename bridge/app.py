"""The composition root: who gets what, start and stop. No other place joins rooms."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bridge.domain import Ready
from bridge.engine.attempt import Attempt
from bridge.engine.contract import Account, Adapter, Ticket
from bridge.engine.control import Control
from bridge.engine.keep import Keeper
from bridge.engine.pace import Pace
from bridge.engine.run import Engine
from bridge.engine.slots import Slots
from bridge.events import Adopted, Bus, CatalogChanged
from bridge.lora.catalog import CatalogFile
from bridge.lora.hosting import Hosting
from bridge.lora.mapping import LoraMapping
from bridge.lora.shelf import Shelf
from bridge.observe.log import write_down
from bridge.observe.metrics import Metrics
from bridge.overview import Overview
from bridge.pipeline import Pipeline, Prompter
from bridge.providers import adapters
from bridge.routing.health import Health
from bridge.routing.llms import LlmChain
from bridge.routing.router import Router
from bridge.settings import Settings
from bridge.store.blobs import S3, Blobs, Folder
from bridge.store.chats import Chats
from bridge.store.database import Store
from bridge.store.drawer import Drawer
from bridge.store.history import History
from bridge.store.ledger import Ledger, OpenAttempt
from bridge.summarizer.continuity.book import ChatBook
from bridge.summarizer.places import CuratedPlace, curated
from bridge.summarizer.places import load as load_places
from bridge.summarizer.places_book import States
from bridge.summarizer.summarize import Summarizer
from bridge.summarizer.vision import Viewer
from bridge.transport.client import Transport
from bridge.transport.llm.client import Llm

DRAIN_S = 10.0
"""How long a stop waits for pictures that are being kept."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """The rooms, joined and running."""

    settings: Settings
    pipeline: Pipeline
    router: Router
    loras: CatalogFile
    overview: Overview
    wake: Callable[[str, str], bool]
    """Of account and ref: a cloud has told that this attempt is over."""
    chats: ChatBook
    viewer: Viewer | None = None


@asynccontextmanager
async def running(settings: Settings, *, adopts: bool = True) -> AsyncIterator[Bridge]:
    """Everything started; with `adopts`, what an earlier process left open is looked after again.

    Only one process on a store may adopt: it cannot tell what another is still waiting for.
    """
    configured = configured_adapters(settings.accounts)
    settings.data.mkdir(parents=True, exist_ok=True)
    listed = places(settings)
    bus, metrics = Bus(), Metrics()
    bus.listen(write_down)
    bus.listen(metrics)
    store = await asyncio.to_thread(Store.open, settings.store_url, bus)
    ledger, history, blobs = Ledger(store), History(store), pictures(settings)
    transport = Transport()
    engine = engine_of(settings, Keeper(ledger, history, blobs, bus), blobs, transport, bus)
    drawer = Drawer(store, "health")
    health = Health(settings.time_scale, drawer.save)
    health.restore(await drawer.load())
    router = Router(
        configured, engine, health, bus, order=settings.order, deadline=settings.deadline
    )
    loras = CatalogFile(settings.lora_dict)
    chats = await remembered(store)
    for left in await ledger.open() if adopts else ():
        adopt(engine, configured, left, bus)

    try:
        speakers = language_models(settings, health, bus, Drawer(store, "llm"))
        async with speakers as (writers, viewer), watched(loras, bus):
            places_used = Drawer(store, "places")
            prompts = prompter(settings, loras, writers, listed, places_used, chats)
            pipeline = Pipeline(prompts, router, bus)
            overview = Overview(router, loras, ledger, history, blobs, metrics, writers)
            yield Bridge(settings, pipeline, router, loras, overview, engine.wake, chats, viewer)
    finally:
        await engine.aclose(DRAIN_S)
        await transport.aclose()
        drawer.flush()
        await store.close()


@asynccontextmanager
async def watched(loras: CatalogFile, bus: Bus) -> AsyncIterator[None]:
    """Edits of the dictionary are taken up, and told."""

    def told() -> None:
        bus.tell(CatalogChanged(len(loras.current.loras), loras.problem))

    told()
    watch = asyncio.create_task(loras.watch(told))
    try:
        yield
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch


def configured_adapters(accounts: Sequence[Account]) -> list[Adapter]:
    """One adapter an account; the sketch is always there, for dry runs."""
    kinds = adapters()
    names = {account.provider for account in accounts}
    dry = [Account(k, "") for k, kind in kinds.items() if kind.card.dry_run and k not in names]
    return [kinds[account.provider](account) for account in (*accounts, *dry)]


def pictures(settings: Settings) -> Blobs:
    """S3 when it is configured, else the data folder."""
    if settings.s3_bucket:
        return S3(
            bucket=settings.s3_bucket,
            access_key=settings.s3_access_key_id,
            secret_key=settings.s3_secret_access_key,
            endpoint=settings.s3_endpoint,
            region=settings.s3_region,
        )
    return Folder(settings.data / "pictures")


@asynccontextmanager
async def language_models(
    settings: Settings, health: Health, bus: Bus, learnt: Drawer | None = None
) -> AsyncIterator[tuple[LlmChain, Viewer | None]]:
    """Who writes scenes, and who looks at pictures; what they can is remembered in the drawer."""
    known = await learnt.load() if learnt else {}
    learn = learnt.save if learnt else lambda key, state: None
    transport = Transport()
    llms = [Llm(one, transport, known, learn) for one in settings.llms]
    eyes = [Llm(one, transport, known, learn) for one in (settings.vision,) if one]
    writers = LlmChain(llms, health, bus, check=settings.llm_check_model)
    viewers = LlmChain(eyes, health, bus)
    try:
        yield writers, Viewer(viewers.ask) if eyes else None
    finally:
        await writers.aclose()
        await viewers.aclose()
        await transport.aclose()
        if learnt:
            learnt.flush()


def engine_of(
    settings: Settings, keeper: Keeper, blobs: Blobs, transport: Transport, bus: Bus
) -> Engine:
    """The engine, with what is known of LoRAs at their clouds."""
    mapping = LoraMapping(settings.data / "lora_mapping.json", seed=Path("lora_mapping.json"))
    hosts = hosting(settings, mapping, blobs, transport, bus)
    return Engine(transport, keeper, Slots(), Shelf(mapping), Pace(settings.time_scale), hosts)


def hosting(
    settings: Settings, mapping: LoraMapping, blobs: Blobs, transport: Transport, bus: Bus
) -> Hosting | None:
    """Our bucket for LoRA files that clouds cannot fetch, where that is wished and there is one."""
    if settings.rehost_loras == "off" or not isinstance(blobs, S3):
        return None
    keys = settings.keys_of_hosts
    return Hosting(mapping, blobs, transport.download_to, keys, bus, settings.data)


async def remembered(store: Store) -> ChatBook:
    """What the stories of chats stand at, the latest in memory."""
    book = ChatBook(Chats(store))
    await book.warm()
    return book


def places(settings: Settings) -> Sequence[CuratedPlace]:
    """One's own list when it is configured, else the built-in one. Raises BadPlaces."""
    return load_places(Path(settings.places)) if settings.places else curated()


def prompter(
    settings: Settings,
    loras: CatalogFile,
    llms: LlmChain,
    listed: Sequence[CuratedPlace],
    states: States | None = None,
    chats: ChatBook | None = None,
) -> Prompter:
    """The rooms that write prompts; they need no cloud, and without the last two no store."""
    ask = llms.ask if settings.llms else None
    summarizer = Summarizer(
        ask, timeout=settings.llm_timeout, places=listed, states=states, checks=llms.can_check
    )
    return Prompter(loras, summarizer, settings.prompt_mode, chats)


def adopt(engine: Engine, configured: Sequence[Adapter], left: OpenAttempt, bus: Bus) -> None:
    """Look after an attempt that an earlier process left open; its cloud may be gone by now."""
    intent = left.intent
    for adapter in configured:
        for model in adapter.models():
            if (adapter.account.name, model.name) == (intent.account, intent.model):
                ready = Ready(model.id, model.family, str(intent.recipe.get("prompt", "")), 0, 0)
                attempt = Attempt(
                    adapter, model, ready, intent.job_id, Control(), intent.recipe, intent.ref,
                    ticket=Ticket(left.ticket) if left.ticket else None,
                )  # fmt: skip
                engine.adopt(attempt)
                bus.tell(Adopted(intent.job_id, intent.ref, intent.account, intent.model))
                return
