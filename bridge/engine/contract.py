"""What an adapter is: a card that declares, and verbs that translate; the engine does the rest.

A verb is a generator: it yields `Call`s, is sent `Reply`s, and returns its result. So it can
take several calls and still never does I/O. Exactly one `Call` of `submit` is `paid`. A `Local`
that is yielded is drawn in a thread, and what it draws comes back as `Reply.raw`.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from bridge.domain import Family, Ready
from bridge.engine.calls import (
    Call,
    DataUri,
    Entry,
    Inline,
    Local,
    Part,
    Raw,
    RefusedOne,
    Remote,
    Request,
    SdkCall,
)
from bridge.engine.card import Account, Card, LoraRule, Model, Option, Setting, Sizes, Span, Word
from bridge.transport.reply import Reply

__all__ = [
    "Account", "Adapter", "Asset", "Call", "Card", "DataUri", "Entry", "Finished", "Handle",
    "Inline", "Local", "LoraRule", "Model", "Option", "Part", "Raw", "RefusedOne", "Remote",
    "Request", "SdkCall", "Setting", "Sizes", "Span", "Ticket", "Waiting", "Watch", "Word",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ticket:
    """What is needed to ask for the job again, by another process on another day."""

    fields: Mapping[str, str]
    patience: float = 0.0
    """Seconds to wait beyond what is usual: the cloud has said that this one will take longer."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not there yet."""

    progress: float | None = None
    """0 … 1."""
    retry_after: float | None = None
    """Seconds until the next look makes sense."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The job's end. The first picture that is one is the job's."""

    pictures: tuple[Entry, ...]
    cost: int | None = None
    """Micro-dollars, the cloud's own figure."""
    seed: int | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Watch:
    """A websocket on which the cloud tells how a job gets on; the polls go on beside it."""

    url: str
    """A path below the base URL, or absolute; http(s), the engine turns it into ws(s)."""
    read: Callable[[Mapping[str, object]], Waiting | None]
    """Of one JSON message: a progress; `Waiting(retry_after=0)` means look now; None: nothing."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A LoRA to be taken in by a cloud that names LoRAs by its own ids."""

    url: str
    family: Family
    name: str
    triggers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Handle:
    """What the cloud calls an asset."""

    id: str


class Adapter:
    """Base of all adapters; a cloud's file overrides what the cloud has."""

    card: ClassVar[Card]

    def __init__(self, account: Account) -> None:
        self.account = account

    def models(self) -> tuple[Model, ...]:
        """The models that this account offers: those with what they need, or the `only` one."""
        options = self.account.options
        offered = tuple(m for m in self.card.models if not m.option or m.option in options)
        if only := options.get("only"):
            known = tuple(m for m in offered if only in (m.id, m.name))
            heirs = tuple(replace(m, instead_of=only) for m in offered if only in m.formerly)
            unknown = (replace(m, id=only, name=only, tokens=None) for m in offered[:1])
            return known or heirs or tuple(unknown)
        return offered

    def credentials(self) -> dict[str, str]:
        """The header that carries the account's key."""
        return {self.card.key_header: self.card.auth.format(key=self.account.key)}

    def submit(self, job: Ready, ref: str) -> Generator[Request, Reply, Ticket | Finished]:
        """Ask for the picture; `ref` is the attempt's id (a UUID) for clouds that take one."""
        raise AssertionError(f"{self.card.name} has no submit")
        yield  # makes this a generator

    def check(self, ticket: Ticket) -> Generator[Request, Reply, Waiting | Finished]:
        """Look after a submitted job; free, so it may be repeated."""
        raise AssertionError(f"{self.card.name} answers a submit with the picture itself")
        yield  # makes this a generator

    def watch(self, ticket: Ticket) -> Watch | None:
        """Where progress can be listened to, if anywhere; the truth is always asked of `check`."""
        return None

    def peek(self, ref: str) -> Generator[Request, Reply, Waiting]:
        """Progress of a submit that is still open, where the card `peeks`."""
        yield from ()
        return Waiting()

    def inquire(self) -> Generator[Request, Reply, Mapping[str, str]]:
        """What a free call tells of the account (balance, user, models), to try its key.

        Empty where the cloud has no such call.
        """
        yield from ()
        return {}

    def hook(self, ref: str) -> str:
        """Where the cloud may tell that the attempt is over; empty when nothing is set up."""
        home = self.account.hooks
        return f"{home.rstrip('/')}/bridge/v1/hooks/{self.account.name}/{ref}" if home else ""

    def cancel(self, ref: str, ticket: Ticket | None) -> Generator[Request, Reply, None]:
        """Stop a job; where the cloud has no such call, nothing happens."""
        yield from ()

    def find(self, ref: str) -> Generator[Request, Reply, Ticket | None]:
        """The ticket of a submit whose answer was lost, by our own ref."""
        yield from ()
        return None

    def adopt(self, asset: Asset) -> Generator[Request, Reply, Handle | Ticket]:
        """Upload a LoRA; free and repeatable. A Ticket means that it takes a while."""
        yield from ()
        return Handle(asset.url)

    def adopted(self, ticket: Ticket) -> Generator[Request, Reply, Handle | Waiting]:
        """Look after an upload under way."""
        yield from ()
        return Handle(ticket.fields["id"])
