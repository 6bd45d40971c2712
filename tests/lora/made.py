"""Dictionaries and texts made up for tests and for measuring."""

import random
import time
from collections.abc import Sequence

from bridge.domain import Category, Lora, LoraFile
from bridge.lora.catalog import Catalog
from bridge.lora.match import Matcher

SYLLABLES = ("ka", "ri", "mo", "len", "tas", "vor", "il", "da", "ne", "shu", "bra", "fen", "ol")


def lora(
    ident: str, *keywords: str, category: Category = "misc", rank: int = 50, **more: object
) -> Lora:
    files = {"flux1": LoraFile(f"https://x.example/{ident}.safetensors", 0.8)}
    fields = {"name": ident, "files": files, **more}
    return Lora(id=ident, category=category, rank=rank, keywords=keywords, **fields)  # type: ignore[arg-type]


def catalog(*loras: Lora, **more: object) -> Catalog:
    by_rank = sorted(loras, key=lambda lora: lora.rank)
    return Catalog(loras={lora.id: lora for lora in by_rank}, **more)  # type: ignore[arg-type]


def found(loras: Sequence[Lora], text: str) -> set[str]:
    return {hit.lora.id for hit in Matcher(catalog(*loras)).match(text)}


def many(count: int, seed: int = 1) -> Catalog:
    """A dictionary of `count` LoRAs with invented names."""
    chance = random.Random(seed)

    def name() -> str:
        return "".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))).capitalize()

    kinds: tuple[Category, ...] = ("character", "misc", "general")
    return catalog(
        *(
            lora(f"l{n}", name(), name(), category=chance.choice(kinds), aliases=(f"{name()} {n}",))
            for n in range(count)
        )
    )


def seconds_per_text(loras: Catalog, text: str, rounds: int = 200) -> tuple[float, float]:
    """(seconds to build the automaton, seconds a text once it is built)."""
    matcher = Matcher(loras)
    begun = time.perf_counter()
    matcher.match("")
    built = time.perf_counter()
    for _ in range(rounds):
        matcher.match(text)
    return built - begun, (time.perf_counter() - built) / rounds
