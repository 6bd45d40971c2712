"""The shuffle of places: each caller's laps through the list, over restarts and processes.

A lap is a permutation made from the caller and the lap's number. What was used, and in which
order, lies in a state that is read and replaced in one step; so two processes never give the same
place in one lap.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from random import Random
from typing import Final, Protocol

from bridge.summarizer.places import CuratedPlace

State = Mapping[str, object]
APART: Final = 100
"""Places between two uses of the same one, also over the border of two laps."""


class States(Protocol):
    """Where laps are remembered; the store's drawer is one."""

    async def find(self, key: str) -> State:
        """What lies under `key`; empty when nothing does."""
        ...

    async def change(self, key: str, step: Callable[[State], State]) -> State:
        """Replace what lies under `key` by what `step` makes of it, in one step for everybody."""
        ...


class InMemory:
    """Forgets with the process: for the command line and for tests."""

    def __init__(self) -> None:
        self._states: dict[str, State] = {}

    async def find(self, key: str) -> State:
        """What lies under `key`."""
        return self._states.get(key, {})

    async def change(self, key: str, step: Callable[[State], State]) -> State:
        """Nothing is awaited in between."""
        self._states[key] = step(self._states.get(key, {}))
        return self._states[key]


class PlaceBook:
    """Which places a caller may get next."""

    def __init__(self, places: Sequence[CuratedPlace], states: States) -> None:
        self._places = {place.id: place for place in places}
        self._states = states

    async def fresh(self, caller: str) -> list[CuratedPlace]:
        """Unused in this lap and not lately, in the order in which they would be given."""
        key = _key(caller)
        lap = _Lap.read(await self._states.find(key), self._places)
        return [self._places[id] for id in lap.fresh(key, tuple(self._places))]

    async def take(
        self, caller: str, wanted: Sequence[str] = (), *, repeats: bool = False
    ) -> CuratedPlace:
        """The first fresh one of `wanted`; with `repeats` else the one of them that was used
        longest ago; else the next of the lap. Unstored when the store fails.
        """
        key, ids = _key(caller), tuple(self._places)

        def step(state: State) -> State:
            lap = _Lap.read(state, self._places)
            return lap.after(lap.pick(key, ids, wanted, repeats=repeats)).state()

        used = _Lap.read(await self._states.change(key, step), self._places).used
        return self._places[used[-1]]


@dataclass(frozen=True, slots=True)
class _Lap:
    number: int
    taken: int
    """So many of the last in `used` belong to this lap."""
    used: tuple[str, ...]
    """Each place once, by its last use, latest last."""

    @classmethod
    def read(cls, state: State, known: Mapping[str, object]) -> "_Lap":
        """From a state that may be empty or be of another list."""
        number, taken, used = (state.get(name) for name in ("lap", "taken", "used"))
        if not (isinstance(number, int) and isinstance(taken, int) and isinstance(used, list)):
            return cls(0, 0, ())
        now = [id for id in used[max(0, len(used) - taken) :] if id in known]
        if len(now) == len(known):
            number, now = number + 1, []
        return cls(number, len(now), tuple(id for id in used if id in known))

    def state(self) -> State:
        return {"lap": self.number, "taken": self.taken, "used": list(self.used)}

    def fresh(self, key: str, ids: tuple[str, ...]) -> list[str]:
        # both the lap's places and the last hundred stand at the end of `used`
        last = max(self.taken, min(APART, len(ids) // 3))
        blocked = set(self.used[max(0, len(self.used) - last) :])
        return [id for id in _permutation(key, self.number, ids) if id not in blocked]

    def pick(self, key: str, ids: tuple[str, ...], wanted: Sequence[str], *, repeats: bool) -> str:
        fresh = self.fresh(key, ids)
        free = set(fresh)
        if one := next((id for id in wanted if id in free), ""):
            return one
        if repeats and wanted:
            # whatever is not fresh was used
            return min(wanted, key=self.used.index)
        return fresh[0]

    def after(self, one: str) -> "_Lap":
        is_new = one not in self.used[len(self.used) - self.taken :]
        used = (*(id for id in self.used if id != one), one)
        return _Lap(self.number, self.taken + is_new, used)


@lru_cache(maxsize=64)
def _permutation(key: str, lap: int, ids: tuple[str, ...]) -> tuple[str, ...]:
    mixed = list(ids)
    Random(f"{key} {lap}").shuffle(mixed)
    return tuple(mixed)


def _key(caller: str) -> str:
    """Callers are told apart by addresses and names, which are nobody's business on the disk."""
    return blake2b(caller.encode(errors="surrogatepass"), digest_size=16).hexdigest()
