"""An attempt: one job at one model of one account, and what came of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import uuid4

from bridge.domain import Picture, Ready
from bridge.engine.contract import Adapter, Model, Ticket
from bridge.engine.control import Control
from bridge.errors import Interrupted


@dataclass(frozen=True, slots=True)
class Outcome:
    """A picture that came, and what the cloud told about it."""

    picture: Picture
    ref: str
    """Of the attempt."""
    cost: int | None
    """Micro-dollars, the cloud's own figure."""
    seed: int | None
    facts: Mapping[str, str] = field(default_factory=dict)
    more: tuple[Picture, ...] = ()
    """Further pictures that lay in the same carrier."""


@dataclass(slots=True)
class Attempt:
    """What the engine knows of an attempt while it runs."""

    adapter: Adapter
    model: Model
    ready: Ready
    job_id: str
    control: Control
    recipe: Mapping[str, object] = field(default_factory=dict)
    """How the picture can be made again; plain JSON, stored with it."""
    ref: str = field(default_factory=lambda: str(uuid4()))
    """Ours, sent along to clouds that take one."""
    decode: bool = True
    """Whether a picture hidden in a carrier is taken out."""
    ticket: Ticket | None = None
    placed: bool = False
    """It has left the line and has a place at the account."""
    booked: bool = False
    """The intent is (being) written: from here on money may flow."""
    finished: bool = False
    """The cloud says that the job is done, so it is paid."""
    given_up: bool = False
    """Nobody waits for it any more."""
    cost: int | None = None
    sealed: Outcome | None = None
    """A paid carrier that could not be opened."""
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when somebody says that a look is worth it now."""
    task: asyncio.Task[Outcome] | None = None

    @property
    def title(self) -> str:
        """The cloud's name for people."""
        return self.adapter.card.title

    def check_wanted(self) -> None:
        """Interrupted when nobody waits any more: then the paid call does not leave."""
        if self.given_up or self.control.left or self.control.stop.is_set():
            raise Interrupted(f"{self.title}: the client was gone before the submit left")
