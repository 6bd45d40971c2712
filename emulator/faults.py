"""Which misfortune strikes which request, and how often."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from emulator.ledger import matches

OF_FILES = frozenset({"redirect", "expired", "not_a_picture", "huge"})
"""Kinds that strike downloads unless `match` says otherwise."""


@dataclass(eq=False, slots=True)
class Fault:
    """One misfortune.

    `cloud`: a cloud's name, or `*`.
    `kind`: see `emulator.weather`, and the `kinds` of the cloud.
    `match`: a stage (`paid`, `status`, `file`, …) or a regexp for the path.
    `times`: how many requests it strikes; None for all.
    `args`: what the kind wants to know.
    """

    id: int
    cloud: str
    kind: str
    match: str = "paid"
    times: int | None = 1
    args: dict[str, Any] = field(default_factory=dict)
    struck: int = 0
    lifted: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the fault is removed: what it holds goes on."""

    @property
    def spent(self) -> bool:
        """Whether it strikes no more."""
        return self.times is not None and self.struck >= self.times

    def as_json(self) -> dict[str, Any]:
        """For the control routes."""
        names = ("id", "cloud", "kind", "match", "times", "args", "struck")
        return {name: getattr(self, name) for name in names}


class Faults:
    """The faults in force. The first that fits strikes; one request meets one fault."""

    def __init__(self, kinds: Iterable[str]) -> None:
        self._kinds = frozenset(kinds)
        self._faults: dict[int, Fault] = {}
        self._numbers = count(1)

    def add(
        self,
        cloud: str,
        kind: str,
        *,
        match: str | None = None,
        times: int | None = 1,
        **args: Any,
    ) -> Fault:
        """A new fault; ValueError when no cloud knows the kind."""
        if kind not in self._kinds:
            raise ValueError(f"no such fault: {kind}; there are {', '.join(sorted(self._kinds))}")
        where = match or ("file" if kind in OF_FILES else "paid")
        fault = Fault(next(self._numbers), cloud, kind, where, times, args)
        self._faults[fault.id] = fault
        return fault

    def take(self, cloud: str, stage: str, path: str) -> Fault | None:
        """The fault that strikes this request, counted."""
        for fault in self._faults.values():
            fits = fault.cloud in {"*", cloud} and matches(fault.match, stage, path)
            if fits and not fault.spent:
                fault.struck += 1
                return fault
        return None

    def remove(self, fault_id: int) -> None:
        """Lift a fault; KeyError when there is none of this id."""
        self._faults.pop(fault_id).lifted.set()

    def clear(self) -> None:
        """Lift all faults."""
        for fault_id in list(self._faults):
            self.remove(fault_id)

    def as_json(self) -> list[dict[str, Any]]:
        """All faults, struck out or not."""
        return [fault.as_json() for fault in self._faults.values()]
