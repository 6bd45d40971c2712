"""Figures for Prometheus: attempts, pictures, seconds, dollars, rests, and what is under way.

Counted in plain dictionaries, because prometheus-client takes 60 ms to import: it is asked for
only when somebody reads.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from bridge.events import (
    AttemptBegan,
    AttemptEnded,
    Event,
    JobEnded,
    LlmAsked,
    PictureKept,
    Rested,
    StoreFailed,
)

SERIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "bridge_attempts": ("Attempts at clouds, by how they ended", ("provider", "model", "outcome")),
    "bridge_cost_dollars": ("What the clouds say they charged", ("provider", "model")),
    "bridge_pictures_kept": ("Pictures taken into the gallery", ("provider", "model")),
    "bridge_jobs": ("Jobs, by how they ended", ("outcome",)),
    "bridge_llm_calls": ("Language models asked", ("endpoint", "model", "purpose", "outcome")),
    "bridge_llm_tokens": ("Tokens read and written", ("endpoint", "model", "side")),
    "bridge_llm_cost_dollars": ("What language models cost", ("endpoint", "model")),
    "bridge_rests": ("Rests of accounts and routes", ("key", "why")),
    "bridge_store_failures": ("Writes that were lost", ()),
}
SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 240.0)
"""Upper bounds of the histogram's buckets; there is one more for what takes longer."""


class Metrics:
    """A listener for the bus, and what it has counted since the start."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[tuple[str, ...]]] = {name: Counter() for name in SERIES}
        self._under_way: dict[str, str] = {}
        self._buckets: defaultdict[tuple[str, str], list[int]] = defaultdict(
            lambda: [0] * (len(SECONDS) + 1)
        )
        self._seconds: defaultdict[tuple[str, str], float] = defaultdict(float)

    def __call__(self, event: Event) -> None:
        """Count a fact."""
        match event:
            case AttemptBegan(ref=ref, provider=provider):
                self._under_way[ref] = provider
            case AttemptEnded():
                self._ended(event)
            case PictureKept(provider=provider, model=model):
                self._counts["bridge_pictures_kept"][provider, model] += 1
            case JobEnded(outcome=outcome):
                self._counts["bridge_jobs"][outcome,] += 1
            case LlmAsked():
                self._asked(event)
            case Rested(key=key, why=why):
                self._counts["bridge_rests"][key, why] += 1
            case StoreFailed():
                self._counts["bridge_store_failures"][()] += 1

    def render(self) -> bytes:
        """Prometheus' text format; the first time takes long enough to want a thread."""
        from prometheus_client import CollectorRegistry, generate_latest

        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry)

    def collect(self) -> Iterator[Any]:
        """The figures as prometheus-client's families."""
        from prometheus_client import metrics_core as families

        for name, (about, labels) in SERIES.items():
            counter = families.CounterMetricFamily(name, about, labels=labels)
            scale = 1e-6 if name.endswith("_dollars") else 1
            for values, count in self._counts[name].copy().items():
                counter.add_metric(values, count * scale)
            yield counter
        gauge = families.GaugeMetricFamily(
            "bridge_attempts_under_way", "Attempts that have not ended", labels=["provider"]
        )
        for provider, count in Counter(self._under_way.copy().values()).items():
            gauge.add_metric([provider], count)
        yield gauge
        histogram = families.HistogramMetricFamily(
            "bridge_picture_seconds", "From asking to the picture", labels=["provider", "model"]
        )
        bounds = [*map(str, SECONDS), "+Inf"]
        for route, counts in self._buckets.copy().items():
            buckets = list(zip(bounds, accumulate(counts), strict=True))
            histogram.add_metric(route, buckets, self._seconds[route])
        yield histogram

    def _asked(self, event: LlmAsked) -> None:
        route = event.endpoint, event.model
        self._counts["bridge_llm_calls"][(*route, event.purpose, event.outcome)] += 1
        self._counts["bridge_llm_cost_dollars"][route] += event.cost
        for side, count in (("in", event.tokens_in), ("out", event.tokens_out)):
            self._counts["bridge_llm_tokens"][(*route, side)] += count

    def _ended(self, event: AttemptEnded) -> None:
        route = event.provider, event.model
        self._under_way.pop(event.ref, None)
        self._counts["bridge_attempts"][(*route, event.outcome)] += 1
        self._counts["bridge_cost_dollars"][route] += event.cost or 0
        if event.outcome == "ok":
            self._buckets[route][bisect_left(SECONDS, event.seconds)] += 1
            self._seconds[route] += event.seconds
