"""`make live`: one small picture from every configured account, with real keys and a cap on money.

Not part of any test run: what it asks for is paid. Nothing is begun whose estimate would pass
the cap; an account whose price nobody knows is left out unless `--unpriced` is said.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from uuid import uuid4

from bridge.app import Bridge, running
from bridge.cli.wiring import configured
from bridge.domain import Job
from bridge.engine.control import Control
from bridge.errors import BridgeError
from bridge.observe.log import install
from bridge.observe.redact import Redactor
from bridge.routing.order import Route
from bridge.settings import Settings, secrets

SIDE = 512
PROMPT = "a red fox asleep in fresh snow, morning light"


@dataclass(frozen=True, slots=True)
class Line:
    """What came of one account; money in micro-dollars."""

    route: str
    outcome: str
    estimate: int
    cost: int | None = None
    seconds: float = 0.0
    text: str = ""


def main(arguments: Sequence[str]) -> int:
    """0 when every account that was asked made its picture, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="make live", description=__doc__)
    parser.add_argument("--max-usd", type=float, required=True, help="stop before this is spent")
    parser.add_argument("--unpriced", action="store_true", help="ask those without a price too")
    options = parser.parse_args(arguments)
    settings = configured()
    install(settings.log, Redactor(secrets(settings)))
    lines = asyncio.run(_asked(settings, round(options.max_usd * 1e6), options.unpriced))
    for line in table(lines):
        print(line)
    asked = [line for line in lines if line.outcome != "left out"]
    return 0 if asked and all(line.outcome == "ok" for line in asked) else 1


async def _asked(settings: Settings, cap: int, unpriced: bool) -> list[Line]:
    lines: list[Line] = []
    spent = 0
    async with running(replace(settings, order="fixed"), adopts=False) as bridge:
        for route in smallest(bridge.router.routes):
            estimate = estimated(route)
            if not estimate and not unpriced:
                lines.append(Line(route.name, "left out", 0, text="its price is not known"))
            elif spent + estimate > cap:
                why = f"${(spent + estimate) / 1e6:.4f} would pass the cap"
                lines.append(Line(route.name, "left out", estimate, text=why))
            else:
                lines.append(await _picture(bridge, route, estimate))
                spent += max(estimate, lines[-1].cost or 0)
    return lines


def smallest(routes: Sequence[Route]) -> Iterator[Route]:
    """The cheapest model of each account that needs nothing but a prompt."""
    real = [route for route in routes if not route.adapter.card.dry_run]
    for account in dict.fromkeys(route.account for route in real):
        plain = [r for r in real if r.account == account and _is_plain(r)]
        if plain:
            yield min(plain, key=estimated)


def _is_plain(route: Route) -> bool:
    model, rule = route.model, route.model.loras
    return not (model.needs_mask or model.upscales or (rule and rule.least))


def estimated(route: Route) -> int:
    """Micro-dollars for the picture that is asked for, at the smallest size on offer above it."""
    sizes = route.model.sizes
    fixed = min((width * height for width, height in sizes.fixed), default=0)
    return -(-route.model.price * (fixed or max(SIDE, sizes.low) ** 2) // 1_000_000)


async def _picture(bridge: Bridge, route: Route, estimate: int) -> Line:
    job = Job(
        id=str(uuid4()), text=PROMPT, seed=7, width=SIDE, height=SIDE, prompt_mode="never",
        route=route.name, caller="make live",
    )  # fmt: skip
    begun = monotonic()
    try:
        made = await bridge.pipeline.make(job, Control())
    except BridgeError as error:
        seconds = monotonic() - begun
        return Line(route.name, error.name, estimate, None, seconds, error.text)
    size = f"{made.picture.width}x{made.picture.height} {made.picture.kind}"
    return Line(route.name, "ok", estimate, made.cost, made.seconds, size)


def table(lines: Sequence[Line]) -> Iterator[str]:
    """For people: a line an account, and the sum."""
    wide = max((len(line.route) for line in lines), default=5)
    yield f"{'route':{wide}}  {'outcome':18}  {'estimate':>8}  {'told':>8}  {'s':>5}"
    for line in lines:
        told = "" if line.cost is None else f"${line.cost / 1e6:.4f}"
        money = f"${line.estimate / 1e6:.4f}"
        figures = f"{money:>8}  {told:>8}  {line.seconds:5.1f}"
        yield f"{line.route:{wide}}  {line.outcome:18}  {figures}  {line.text}"
    made = [line for line in lines if line.outcome == "ok"]
    spent = sum(line.estimate if line.cost is None else line.cost for line in made)
    yield f"{len(made)} of {len(lines)} made a picture, about ${spent / 1e6:.4f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
