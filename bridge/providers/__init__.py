"""One file a cloud, nothing else: each translates between our nouns and a wire format."""

from importlib import import_module
from pkgutil import iter_modules

from bridge.engine.contract import Adapter


def adapters() -> dict[str, type[Adapter]]:
    """Every adapter by its card's name, found by the files that lie here."""
    found: dict[str, type[Adapter]] = {}
    for module in iter_modules(__path__):
        for thing in vars(import_module(f"{__name__}.{module.name}")).values():
            if isinstance(thing, type) and issubclass(thing, Adapter) and "card" in vars(thing):
                found[thing.card.name] = thing
    return found
