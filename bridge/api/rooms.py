"""What the doors need of the rooms behind them, and how they are set."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bridge.domain import Decode, Job, Lora, Made, Picture, PromptMode, Rating, Style
from bridge.engine.card import Option
from bridge.engine.control import Control
from bridge.summarizer.continuity.chat import Line
from bridge.summarizer.continuity.own import Own

Infotext = Literal["full", "prompt", "none"]
"""The whole recipe, the prompt alone, or no text at all."""


class Pipeline(Protocol):
    """Makes one picture."""

    async def make(self, job: Job, control: Control) -> Made:
        """The finished picture; raises `bridge.errors`."""
        ...


class Routes(Protocol):
    """The ways to a picture that a client may choose from."""

    def names(self) -> list[str]:
        """`auto` first, then `provider/model`; never empty."""
        ...

    def known(self, name: str) -> bool:
        """Whether a job may carry `name` as its route."""
        ...

    def upscalers(self) -> Sequence[str]:
        """Those of `names` that make a finished picture larger."""
        ...

    def options(self, route: str) -> Sequence[Option]:
        """The knobs of all models behind `route`; models may have the same, or differ."""
        ...


class Loras(Protocol):
    """The dictionary of LoRAs."""

    def listing(self) -> Sequence[Lora]:
        """All of them as they are now."""
        ...


class Desk(Protocol):
    """What the one who runs the server wants to know."""

    def metrics(self) -> bytes:
        """Prometheus' text format; slow the first time."""
        ...

    async def status(self) -> Mapping[str, object]:
        """Plain JSON."""
        ...

    async def pictures(self, before: int | None, limit: int) -> Sequence[Mapping[str, object]]:
        """The gallery, newest first, as plain JSON."""
        ...

    async def picture(self, number: int) -> tuple[bytes, str]:
        """Bytes and kind; NotFound when there is none of this id."""
        ...

    async def kept(self, ref: str) -> bool:
        """Whether the picture of an attempt is in the gallery; waits some seconds for it."""
        ...

    async def shown(self, ref: str) -> tuple[bytes, str]:
        """Bytes and kind of an attempt's picture; NotFound when there is none."""
        ...


class Viewer(Protocol):
    """A model that looks at pictures."""

    async def describe(self, picture: Picture) -> str:
        """One paragraph; AttemptError when nobody answers."""
        ...


class ChatDesk(Protocol):
    """What the stories of chats stand at."""

    async def listing(self) -> Sequence[Mapping[str, object]]:
        """The chats that changed last, latest first."""
        ...

    async def state(self, id: str) -> Mapping[str, object]:
        """People, clothes, place, time; NotFound when there is no such chat."""
        ...

    async def amend(self, id: str, lines: Sequence[Line], own: Own | None) -> Mapping[str, object]:
        """Messages that changed, then what a person set; the state after both."""
        ...

    async def forget(self, id: str) -> None:
        """All of a chat; NotFound when there is no such chat."""
        ...


@dataclass(frozen=True, slots=True)
class Rooms:
    """Handed in by the composition root."""

    pipeline: Pipeline
    routes: Routes
    loras: Loras
    desk: Desk | None = None
    viewer: Viewer | None = None
    chats: ChatDesk | None = None
    wake: Callable[[str, str], bool] | None = None
    """Of account and ref: look after that attempt now; False when nobody waits for it."""


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """How the doors behave."""

    auth: str | None = None
    """`user:password`; None lets everybody in."""
    cors_origins: tuple[str, ...] = ()
    """Of web pages that may ask."""
    hosts: tuple[str, ...] = ()
    """Names of this server in the Host header, besides the loopback's."""
    body_limit: int = 64 * 1024 * 1024
    """Bytes of one request."""
    rating: Rating = Rating.GENERAL
    """The ceiling for every job; a request may lower it."""
    prompt_mode: PromptMode = "auto"
    """For requests that do not say."""
    decode: Decode = "auto"
    """For requests that do not say."""
    max_pictures: int = 4
    """In one request."""
    version: str = ""
    """Shown in infotexts and lists."""
    llms: tuple[str, ...] = ()
    """Names of the language models that a request may choose from."""
    styles: Mapping[str, Style] = field(default_factory=dict)
    """By name."""
    infotext: Infotext = "full"
    """What a picture's file says of itself."""
