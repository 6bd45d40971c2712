"""What Prometheus reads: counted facts, in its own format."""

import subprocess
import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from bridge.events import (
    AttemptBegan,
    AttemptEnded,
    Bus,
    Event,
    JobEnded,
    PictureKept,
    Rested,
    StoreFailed,
)
from bridge.observe.metrics import Metrics

ROUTE = {"provider": "runware", "model": "flux1-dev"}


def ended(outcome: str, seconds: float, cost: int | None = None) -> AttemptEnded:
    return AttemptEnded("j", "r", "runware", "flux1-dev", outcome, seconds, cost)


def read(*events: Event) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    metrics, bus = Metrics(), Bus()
    bus.listen(metrics)
    for event in events:
        bus.tell(event)
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(metrics.render().decode())
        for sample in family.samples
    }


def of(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


def test_attempts_and_their_cost_are_counted() -> None:
    figures = read(ended("ok", 1, 1300), ended("ok", 1, 1300), ended("Limited", 0.1))
    assert figures[of("bridge_attempts_total", outcome="ok", **ROUTE)] == 2
    assert figures[of("bridge_attempts_total", outcome="Limited", **ROUTE)] == 1
    assert round(figures[of("bridge_cost_dollars_total", **ROUTE)], 9) == 0.0026


def test_seconds_of_pictures_fall_into_buckets() -> None:
    figures = read(ended("ok", 1.0), ended("ok", 6.0), ended("ok", 900.0), ended("TimedOut", 20.0))

    def up_to(bound: str) -> float:
        return figures[of("bridge_picture_seconds_bucket", le=bound, **ROUTE)]

    assert [up_to(bound) for bound in ("0.5", "1.0", "4.0", "8.0", "240.0", "+Inf")] == [
        0,
        1,
        1,
        2,
        2,
        3,
    ]
    assert figures[of("bridge_picture_seconds_sum", **ROUTE)] == 907
    assert figures[of("bridge_picture_seconds_count", **ROUTE)] == 3


def test_what_is_under_way_goes_up_and_down() -> None:
    began = [AttemptBegan("j", ref, "runware", "flux1-dev") for ref in ("r", "s", "t")]
    figures = read(*began, ended("Unavailable", 0.1), ended("Unavailable", 0.1))
    assert figures[of("bridge_attempts_under_way", provider="runware")] == 2


def test_the_rest_is_counted() -> None:
    figures = read(
        PictureKept("j", "r", "runware", "flux1-dev", "png", 1500),
        JobEnded("j", "AllProvidersFailed", 3.0, 2, "0011"),
        Rested("runware", "Limited", 5.0),
        StoreFailed("disk full"),
    )
    assert figures[of("bridge_pictures_kept_total", **ROUTE)] == 1
    assert figures[of("bridge_jobs_total", outcome="AllProvidersFailed")] == 1
    assert figures[of("bridge_rests_total", key="runware", why="Limited")] == 1
    assert figures[of("bridge_store_failures_total")] == 1


def test_counting_does_not_import_prometheus_client() -> None:
    script = (
        "import sys; from bridge.events import StoreFailed;"
        "from bridge.observe.metrics import Metrics; Metrics()(StoreFailed('x'));"
        "sys.exit('prometheus_client' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == 0
