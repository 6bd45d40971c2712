from dataclasses import dataclass

from bridge.engine.card import Model
from bridge.errors import Limited, Refused, Unavailable, Unpayable
from bridge.routing.health import BRIEF_S, HALF_LIFE_S, TOLD_S, Health

MODEL = Model(id="m", name="m", family="flux1", p95=30)


@dataclass
class Clock:
    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_success_fades_back_to_the_prior() -> None:
    clock = Clock()
    health = Health(clock=clock)
    fresh = health.success("a/m")
    for _ in range(5):
        health.bad("a", "a/m", Unavailable("down"), parks="a")
    low = health.success("a/m")
    clock.now += HALF_LIFE_S
    middle = health.success("a/m")
    clock.now += 20 * HALF_LIFE_S
    assert low < middle < fresh
    assert abs(health.success("a/m") - fresh) < 0.001


def test_rests_grow_and_end_with_a_success() -> None:
    clock = Clock()
    health = Health(clock=clock)
    rests = [health.bad("a", "a/m", Unavailable("down"), parks="a") for _ in range(3)]
    assert rests == [BRIEF_S, 2 * BRIEF_S, 4 * BRIEF_S]
    assert health.rest_of("a") == 4 * BRIEF_S
    assert health.rest_of("a/m") == 0
    health.good("a", "a/m", 3.0)
    assert health.rest_of("a", "a/m") == 0


def test_retry_after_is_honoured() -> None:
    health = Health(clock=Clock())
    assert health.bad("a", "a/m", Limited("slow", retry_after=77), parks="a") == 77


def test_a_refusal_says_nothing_of_the_clouds_health() -> None:
    health = Health(clock=Clock())
    before = health.success("a/m")
    assert health.bad("a", "a/m", Refused("no"), parks="a") == 0
    assert health.success("a/m") == before


def test_one_probe_at_a_time_after_a_rest() -> None:
    clock = Clock()
    health = Health(clock=clock)
    assert health.may_probe("a")
    health.bad("a", "a/m", Unavailable("down"), parks="a")
    clock.now += 100
    assert health.may_probe("a")
    health.begin("a", "a/m")
    assert not health.may_probe("a")
    health.good("a", "a/m", 1.0)
    assert health.may_probe("a")


def test_it_survives_a_restart_but_a_told_rest_does_not() -> None:
    clock = Clock()
    saved: dict[str, dict[str, object]] = {}
    health = Health(save=lambda key, state: saved.update({key: dict(state)}), clock=clock)
    for seconds in range(1, 8):
        health.good("a", "a/m", float(seconds))
    health.bad("a", "a/m", Limited("slow", retry_after=60), parks="a")
    assert health.bad("b", "b/m", Unpayable("key"), parks="b") == TOLD_S
    again = Health(clock=clock)
    again.restore(saved)
    assert again.rest_of("a") == 60
    assert again.rest_of("b") == 0
    assert again.p95("a/m", MODEL) == 7.0
    assert again.success("a/m") == health.success("a/m")


def test_p95_is_the_cards_until_learnt() -> None:
    health = Health(clock=Clock())
    health.good("a", "a/m", 1.0)
    assert health.p95("a/m", MODEL) == 30
