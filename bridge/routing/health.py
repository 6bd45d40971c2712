"""How well each cloud is: time-decayed counts with priors, rests that grow, one probe at a time.

Windows that count calls never fill here (a request a minute), so counts fade with time instead;
they are kept over restarts.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import time

import msgspec

from bridge.engine.card import Model
from bridge.errors import AttemptError, Rest

HALF_LIFE_S = 1800.0
PRIOR_GOOD, PRIOR_BAD = 3.0, 0.5
"""What an unknown cloud is worth: mostly good."""
BRIEF_S, BRIEF_MOST_S = 5.0, 300.0
TOLD_S = 3600.0
"""A key or model that failed is tried again once an hour: somebody may have acted."""
ASKED_MOST_S = 3600.0
LIMIT_S = 30 * 24 * 3600.0
"""After a month the card's number of LoRAs is tried again."""
ENOUGH = 5
"""Pictures from which a learnt p95 is believed."""


@dataclass
class Record:
    """What is known of one account or one route; plain JSON, and saved as its `vars`."""

    good: float = 0.0
    bad: float = 0.0
    counted: float = 0.0
    """When `good` and `bad` were last faded, epoch seconds."""
    rest_until: float = 0.0
    rests: int = 0
    """Rests in a row, without a success between them."""
    told: bool = False
    """The rest lasts until somebody acts."""
    reason: str = ""
    seconds: list[float] = field(default_factory=list)
    """The last 32 durations."""
    most_loras: int | None = None
    """What the cloud itself said, or was seen to take; None: nothing but the card's figure."""
    limited: float = 0.0
    """When that was learnt, epoch seconds."""


class Health:
    """One record per account (rests) and per route `account/model` (success and duration)."""

    def __init__(
        self,
        scale: float = 1.0,
        save: Callable[[str, Mapping[str, object]], None] = lambda key, state: None,
        clock: Callable[[], float] = time,
    ) -> None:
        self._records: defaultdict[str, Record] = defaultdict(Record)
        self._probing: set[str] = set()
        self._scale = scale
        self._save = save
        self._clock = clock

    def restore(self, states: Mapping[str, Mapping[str, object]]) -> None:
        """Take up what an earlier process saved.

        Rests that waited for somebody to act are over: a restart is what acting looks like.
        """
        self._records.update(remembered(states))
        for record in self._records.values():
            if record.told:
                record.told, record.rests, record.rest_until = False, 0, 0.0

    def success(self, route: str) -> float:
        """0 … 1: the share of good outcomes, faded over time towards the prior."""
        record = self._faded(route)
        return (record.good + PRIOR_GOOD) / (record.good + record.bad + PRIOR_GOOD + PRIOR_BAD)

    def p95(self, route: str, model: Model) -> float:
        """Seconds within which 95 % of pictures come: learnt, or the card's."""
        seconds = self._records[route].seconds
        if len(seconds) < ENOUGH:
            return model.p95
        return sorted(seconds)[int(0.95 * (len(seconds) - 1) + 0.5)]

    def most_loras(self, route: str) -> int | None:
        """The number of LoRAs that the cloud was seen to take, within the last month."""
        record = self._records[route]
        if record.most_loras is None or self._clock() >= record.limited + LIMIT_S:
            return None
        return record.most_loras

    def learn_limit(self, route: str, most: int) -> None:
        """The cloud takes no more than `most` LoRAs."""
        record = self._records[route]
        record.most_loras, record.limited = most, self._clock()
        self._save(route, vars(record))

    def rest_of(self, *keys: str) -> float:
        """Seconds until all of `keys` are rested; 0 when they may be asked now."""
        until = self.rest_until(*keys)
        return max(0.0, until - self._clock()) if until else 0.0

    def rest_until(self, *keys: str) -> float:
        """When all of `keys` are rested, in epoch seconds; 0 when they may be asked now."""
        until = max([self._records[key].rest_until for key in keys])
        return until if until and until > self._clock() else 0.0

    def reason(self, key: str) -> str:
        """Why `key` rests, in a sentence."""
        return self._records[key].reason

    def told(self, *keys: str) -> bool:
        """Whether one of `keys` rests until somebody acts."""
        return any([self._records[key].told for key in keys])

    def may_probe(self, key: str) -> bool:
        """Whether a cloud just out of a rest may be tried: by one job at a time."""
        return not (self._records[key].rests and key in self._probing)

    def begin(self, *keys: str) -> None:
        """An attempt begins: where a rest has just ended, it is the probe."""
        for key in keys:
            if self._records[key].rests:
                self._probing.add(key)

    def good(self, account: str, route: str, seconds: float) -> None:
        """A picture came after `seconds`."""
        record = self._faded(route)
        record.good += 1
        record.seconds = [*record.seconds, round(seconds, 3)][-32:]
        self._save(route, vars(record))
        for key in (account, route):
            known = self._records[key]
            if known.reason:
                known.rests, known.rest_until, known.reason, known.told = 0, 0.0, "", False
                self._save(key, vars(known))
        self.release(account, route)

    def bad(self, account: str, route: str, error: AttemptError, *, parks: str) -> float:
        """An attempt failed; `parks` (account or route) rests as the error says, for the seconds
        that are returned.
        """
        if error.rest is not Rest.NONE:
            self._faded(route).bad += 1
        rest = self._rest_for(self._records[parks], error)
        if rest:
            record = self._records[parks]
            record.rests += 1
            record.told = error.rest is Rest.TOLD
            record.rest_until = self._clock() + rest
            record.reason = f"{error.name}: {error.text}"
        for key in {account, route}:
            self._save(key, vars(self._records[key]))
        self.release(account, route)
        return rest

    def release(self, *keys: str) -> None:
        """An attempt ended without telling anything of the cloud's health."""
        self._probing.difference_update(keys)

    def _rest_for(self, record: Record, error: AttemptError) -> float:
        brief = min(BRIEF_S * 2.0**record.rests, BRIEF_MOST_S)
        match error.rest:
            case Rest.NONE:
                return 0.0
            case Rest.TOLD:
                return TOLD_S * self._scale
            case Rest.ASKED if error.retry_after is not None:
                return min(error.retry_after, ASKED_MOST_S) * self._scale
        return brief * self._scale

    def _faded(self, key: str) -> Record:
        record, now = self._records[key], self._clock()
        fade = 0.5 ** (max(0.0, now - record.counted) / HALF_LIFE_S)
        record.good, record.bad, record.counted = record.good * fade, record.bad * fade, now
        return record


def remembered(states: Mapping[str, Mapping[str, object]]) -> dict[str, Record]:
    """What an earlier process saved."""
    return {key: msgspec.convert(state, Record) for key, state in states.items()}
