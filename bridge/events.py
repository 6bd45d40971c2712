"""Facts told outward, and the bus that tells them: to the log, the metrics, the live dashboard.

No event carries a prompt: where one must be recognised again, it carries `hashed(prompt)`.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

log = logging.getLogger(__name__)


def hashed(text: str) -> str:
    """16 hex digits that stand for a text (blake2b, 8 bytes)."""
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class AttemptBegan:
    """A cloud is being asked for a picture."""

    job_id: str
    ref: str
    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class AttemptEnded:
    """What came of asking; every AttemptBegan has one."""

    job_id: str
    ref: str
    provider: str
    model: str
    outcome: str
    """`ok` or the error's class name."""
    seconds: float
    cost: int | None = None
    """Micro-dollars; None when the cloud does not say."""
    notes: tuple[str, ...] = ()
    """Codes."""


@dataclass(frozen=True, slots=True)
class PictureKept:
    """A picture is in the gallery."""

    job_id: str
    ref: str
    provider: str
    model: str
    kind: str
    bytes: int
    cost: int | None = None
    """Micro-dollars."""
    late: bool = False
    """Whoever asked for it had left before."""


@dataclass(frozen=True, slots=True)
class JobEnded:
    """The one who asked has an answer, or is gone."""

    job_id: str
    outcome: str
    """`ok` or the error's class name."""
    seconds: float
    attempts: int
    prompt: str
    """Hashed."""
    provider: str = ""
    model: str = ""
    cost: int | None = None
    """Micro-dollars."""
    notes: tuple[str, ...] = ()
    """Codes."""


@dataclass(frozen=True, slots=True)
class LlmAsked:
    """A language model was asked, and what came of it."""

    endpoint: str
    model: str
    purpose: str
    outcome: str
    """`ok` or the error's class name."""
    seconds: float
    tokens_in: int = 0
    tokens_out: int = 0
    cost: int = 0
    """Micro-dollars."""


@dataclass(frozen=True, slots=True)
class Rested:
    """An account or a route is left alone for a while."""

    key: str
    """`runware`, or `runware/flux1-dev`."""
    why: str
    """The error's class name."""
    seconds: float


@dataclass(frozen=True, slots=True)
class LimitLearnt:
    """A cloud takes fewer LoRAs than its card says; the card wants an edit if this lasts."""

    route: str
    most: int


@dataclass(frozen=True, slots=True)
class LoraHosted:
    """A LoRA file that a cloud could not fetch was put into our own bucket, or could not be."""

    file: str
    """Host and path."""
    bytes: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Adopted:
    """An attempt that another process left behind is looked after again."""

    job_id: str
    ref: str
    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class CatalogChanged:
    """The LoRA dictionary was edited: it is in force, or refused with line and reason."""

    loras: int
    """In force now."""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class StoreFailed:
    """Something nobody waited for could not be written down."""

    text: str


Event = (
    AttemptBegan
    | AttemptEnded
    | PictureKept
    | JobEnded
    | LlmAsked
    | Rested
    | LimitLearnt
    | LoraHosted
    | Adopted
    | CatalogChanged
    | StoreFailed
)
Listener = Callable[[Event], None]


class Bus:
    """Tells every listener, at once and in order, on the caller's thread: the event loop's."""

    def __init__(self) -> None:
        self._listeners: tuple[Listener, ...] = ()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Hear every event from now on; calling what is returned ends that."""
        self._listeners += (listener,)
        return lambda: self._leave(listener)

    def tell(self, event: Event) -> None:
        """Never raises, whatever a listener does."""
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:  # a listener's trouble is not the teller's
                log.exception("a listener failed at %s", type(event).__name__)

    def _leave(self, listener: Listener) -> None:
        self._listeners = tuple(one for one in self._listeners if one is not listener)
