"""The emulated clouds, one folder each with a `cloud.py`, found by the folders that lie here."""

from importlib import import_module
from pkgutil import iter_modules

from emulator.cloud import Cloud


def _found() -> tuple[type[Cloud], ...]:
    modules = [
        import_module(f"{__name__}.{folder.name}.cloud") for folder in iter_modules(__path__)
    ]
    things = [thing for module in modules for thing in vars(module).values()]
    return tuple(
        thing
        for thing in things
        if isinstance(thing, type) and issubclass(thing, Cloud) and "name" in vars(thing)
    )


CLOUDS = _found()
