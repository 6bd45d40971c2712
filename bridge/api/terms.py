"""What every door reads alike: the name of a route, how many pictures, how large."""

from collections.abc import Iterable
from dataclasses import replace
from random import Random, randrange
from typing import get_args

from bridge.api.rooms import Routes
from bridge.domain import Job, Note, PromptMode, Rating
from bridge.errors import BadRequest

SEEDS = 2**32
SIDES = 64, 4096
"""Smallest and largest side, in pixels."""
_IDS = Random()
"""Asks the system for chance once; ids are no secrets."""
_MODES: tuple[PromptMode, ...] = get_args(PromptMode)


def route_named(routes: Routes, name: str) -> str | None:
    """The route with this title or, as A1111 also accepts, this `model_name`, in any case."""
    return name if routes.known(name) else _titled(name, routes.names())


def upscaler_named(routes: Routes, name: str) -> str | None:
    """The cloud's upscaler with this title or `model_name`, in any case; None for all others."""
    return _titled(name, routes.upscalers())


def _titled(name: str, titles: Iterable[str]) -> str | None:
    plain = model_name(name).lower()
    return next((title for title in titles if model_name(title).lower() == plain), None)


def model_name(title: str) -> str:
    """A1111's name without separators."""
    return title.replace("/", "_")


def within_sides(width: float, height: float) -> tuple[int, int]:
    """The size in whole pixels, each side brought into `SIDES`."""
    low, high = SIDES
    return round(min(high, max(low, width))), round(min(high, max(low, height)))


def size_note(width: float, height: float) -> tuple[Note, ...]:
    """A word about a size that `within_sides` has to change."""
    across, down = within_sides(width, height)
    if (across, down) == (round(width), round(height)):
        return ()
    return (Note("size", f"{width:g}x{height:g} was asked for; {across}x{down} can be"),)


def fanned_out(first: Job, count: int, most: int, field: str) -> tuple[Job, ...]:
    """`first` and more like it, `count` in all, with consecutive seeds; BadRequest has `field`."""
    if not 1 <= count <= most:
        raise BadRequest(
            f"body.{field}: {count} pictures; 1 to {most} can be asked (BRIDGE_MAX_PICTURES)"
        )
    seeds = [(first.seed + place) % SEEDS for place in range(1, count)]
    return (first, *[replace(first, id=new_id(), seed=seed) for seed in seeds])


def new_id() -> str:
    """A job's, 32 hexadecimal digits."""
    return f"{_IDS.getrandbits(128):032x}"


def seed_from(asked: int) -> int:
    """0 … 2³²−1; drawn where `asked` is negative."""
    return asked % SEEDS if asked >= 0 else randrange(SEEDS)


def rating_within(wanted: str | None, ceiling: Rating) -> Rating:
    """What a request may ask for: never above `ceiling`; BadRequest for what is no rating."""
    if not wanted:
        return ceiling
    try:
        return min(ceiling, Rating.named(wanted))
    except KeyError:
        raise BadRequest(f"body.rating: {wanted[:40]!r} is no rating") from None


def prompt_mode_of(wanted: str | None, usual: PromptMode) -> PromptMode:
    """What a request says, else `usual`; BadRequest for what is no mode."""
    if not wanted:
        return usual
    for mode in _MODES:
        if wanted == mode:
            return mode
    raise BadRequest(f"body.prompt_mode: {wanted[:40]!r} is not auto, always or never")
