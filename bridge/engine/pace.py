"""How long things are waited for; tests scale it all down."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """All waits in seconds, times `scale`."""

    scale: float = 1.0

    def seconds(self, seconds: float) -> float:
        """A wait of ours, scaled."""
        return seconds * self.scale

    def patience(self, p95: float) -> float:
        """How long one attempt is waited for while another cloud could be asked: 20–120 s."""
        return self.seconds(min(max(2 * p95, 20.0), 120.0))

    def looks(self) -> Iterator[float]:
        """Waits between two looks after a job: at once, then from 0.25 s growing to 2 s."""
        yield 0.0
        wait = 0.25
        while True:
            yield self.seconds(wait)
            wait = min(wait * 1.3, 2.0)
