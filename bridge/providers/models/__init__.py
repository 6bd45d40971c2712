"""Model ids, capabilities and prices are data: one JSON file a cloud."""

from functools import cache
from pathlib import Path

import msgspec

from bridge.engine.card import Model


@cache
def models(cloud: str) -> tuple[Model, ...]:
    """The models in `<cloud>.json`; a wrong field or type is an error that names it."""
    raw = Path(__file__).with_name(f"{cloud}.json").read_bytes()
    return msgspec.json.decode(raw, type=tuple[Model, ...])
