"""A fault at a cloud and what it must come to: told alike for all clouds, tried alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from bridge.engine.contract import Adapter, Model
from bridge.errors import AttemptError, Rest
from tests.providers.chamber import Chamber, everything_told

Row = tuple[str, Mapping[str, Any], type[AttemptError], Rest, str]
"""The fault with its arguments; the error, its rest, how the attempt is booked."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One row."""

    kind: str
    args: Mapping[str, Any]
    error: type[AttemptError]
    rest: Rest
    state: str = "failed"
    """Empty: nothing was booked, for nothing was to be paid yet."""

    def __str__(self) -> str:
        return " ".join([self.kind, *map(str, self.args.values())])


def each(rows: Iterable[Row]) -> pytest.MarkDecorator:
    """The test once for each row, as its argument `fault`."""
    return pytest.mark.parametrize("fault", [Fault(*row) for row in rows], ids=str)


async def failed(
    room: Chamber, fault: Fault, adapter: Adapter, model: Model, *, submits: int = 1, **has: object
) -> AttemptError:
    """Let it strike a job that `has` these: class, rest and books are checked, and what is told."""
    cloud = adapter.card.name
    room.emulator.faults.add(cloud, fault.kind, **fault.args)
    attempt = room.attempt(adapter, model, **has)
    with pytest.raises(AttemptError) as raised:
        await room.run(attempt)
    error = raised.value
    assert (type(error), error.rest) == (fault.error, fault.rest)
    assert await room.states() == ([fault.state] if fault.state else [])
    assert room.paid(cloud) == submits
    assert attempt.ready.prompt not in error.text
    assert adapter.account.key not in everything_told(error, attempt)
    return error
