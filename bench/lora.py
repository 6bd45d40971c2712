"""What matching costs with a small and a large dictionary, in turns.

python -m bench.lora
"""

import statistics
from time import perf_counter

from bridge.domain import Lora, LoraFile
from bridge.lora.catalog import Catalog
from bridge.lora.match import Matcher

TEXT = (
    "Rose stands at the great lens with a polishing cloth, sleeves rolled above the elbow, "
    "while rain beats on the glass and a lantern swings from the beam. "
) * 16
"""About 400 words."""


def catalog(size: int) -> Catalog:
    """`size` LoRAs; two of them are in the text."""
    words = [
        ["Rose"],
        ["lantern", "lanterns"],
        *([f"Nomen{n}", f"alias {n}"] for n in range(size - 2)),
    ]
    file = {"flux1": LoraFile("https://loras.example/x.safetensors", 0.8)}
    loras = (
        Lora(f"lora{n}", f"Lora {n}", "misc", n, file, keywords=tuple(keys))
        for n, keys in enumerate(words)
    )
    return Catalog({lora.id: lora for lora in loras})


def main() -> None:
    """Median milliseconds per text, and the ratio of neighbours."""
    matchers = {size: Matcher(catalog(size)) for size in (100, 10_000)}
    for matcher in matchers.values():
        assert len(matcher.match(TEXT)) == 2
    rounds: dict[int, list[float]] = {size: [] for size in matchers}
    for _ in range(200):
        for size, matcher in matchers.items():
            begun = perf_counter()
            matcher.match(TEXT)
            rounds[size].append((perf_counter() - begun) * 1000)
    for size, times in rounds.items():
        print(f"{size:>6} LoRAs: {statistics.median(times):.3f} ms a text")
    ratios = [large / small for small, large in zip(*rounds.values(), strict=True)]
    print(f"ratio: {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
