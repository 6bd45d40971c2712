"""What an adapter declares: its account's settings, its models' capabilities, its card."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bridge.domain import Family
from bridge.errors import AttemptError


@dataclass(frozen=True, slots=True)
class Setting:
    """An environment variable that an account is made of."""

    env: str
    about: str
    option: str
    """`key`, `base_url`, or a name of the adapter's own in `Account.options`."""
    required: bool = False
    secret: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """One key at one cloud."""

    provider: str
    base_url: str
    key: str = ""
    label: str = ""
    """Tells several accounts of one cloud apart; empty for the first."""
    options: Mapping[str, str] = field(default_factory=dict)
    hooks: str = ""
    """Our own public address, where the operator has set one: clouds may call back there."""
    secrets: tuple[str, ...] = ()
    """Those of the options' values that must never be shown."""

    @property
    def name(self) -> str:
        """`runware`, or `runware_2` for a second account."""
        return f"{self.provider}_{self.label}" if self.label else self.provider


@dataclass(frozen=True, slots=True)
class Span:
    """A range, and the value that is sent when nothing is asked for."""

    low: float
    high: float
    usual: float | None = None
    """None: left to the cloud unless asked for."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Pixels a side: smallest, largest, and the step both sides keep; or a fixed list."""

    low: int = 256
    high: int = 2048
    step: int = 16
    fixed: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class LoraRule:
    """How many LoRAs a model takes and how it is told which."""

    most: int
    named: Literal["url", "handle"] = "url"
    """By the file's address, or by the cloud's own id (then `adopt` uploads it)."""
    least: int = 0
    weights: tuple[float, float] = (-4.0, 4.0)


@dataclass(frozen=True, slots=True)
class Option:
    """A knob of a model that only this cloud has, asked for by its name."""

    name: str
    kind: Literal["number", "whole", "switch", "choice", "text"]
    about: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """What one model at one cloud can express. A field moves the request iff it is declared."""

    id: str
    """The cloud's own name for it."""
    name: str
    """Ours, as in the route `provider/name`."""
    family: Family
    sizes: Sizes = Sizes()
    loras: LoraRule | None = None
    negative: bool = False
    steps: Span | None = None
    guidance: Span | None = None
    seeds: tuple[int, int] | None = None
    """Lowest and highest seed; None: the cloud takes no seed."""
    image_to_image: bool = False
    strength: bool = False
    """Whether `image_to_image` has a strength."""
    mask: bool = False
    references: int = 0
    hires: Literal["none", "upscale", "second-pass"] = "none"
    """What the cloud makes of `Ready.hires`: nothing, a plain upscale, or a second pass."""
    options: tuple[Option, ...] = ()
    carriers: bool = False
    """Its PNGs may hide the real picture (see the room stego)."""
    needs_mask: bool = False
    """An inpainting model: no use without a picture and a mask."""
    rating: Literal["general", "suggestive", "mature"] = "general"
    """The most that the cloud's policy lets it show."""
    price: int = 0
    """Micro-dollars for one picture of a million pixels: the estimate before the cloud's figure."""
    p95: float = 30.0
    """Seconds within which 95 % of pictures come, until learnt."""
    held: bool = False
    """Its submit is held open until the picture is there, at a cloud whose others have tickets."""
    option: str = ""
    """The account option that must be set for this model to be offered."""


@dataclass(frozen=True, slots=True)
class Word:
    """A cloud's own word for a failure: a regular expression, any case, found in its error text."""

    pattern: str
    means: type[AttemptError]


@dataclass(frozen=True, slots=True)
class Card:
    """What a cloud is and can do; the reference pages are generated from it."""

    name: str
    title: str
    docs: str
    base_url: str
    models: tuple[Model, ...]
    settings: tuple[Setting, ...] = ()
    recovery: Literal["ticket", "ref", "none"] = "none"
    """How a paid job is found again after a crash: by its ticket, by our own ref, not at all."""
    at_once: int = 4
    """Pictures under way per account."""
    auth: str = "Bearer {key}"
    """What `key_header` says; empty: no such header."""
    key_header: str = "Authorization"
    hosts: tuple[str, ...] = ()
    """Further hosts that get the key, with their subdomains: `bfl.ai`. https only."""
    peeks: bool = False
    """`peek` tells the progress of a submit that is still open."""
    words: tuple[Word, ...] = ()
    cancel_stops_bill: bool = False
    dry_run: bool = False
    """Makes no real picture: asked only by name, or when nothing else is configured."""
    verified: str = "emulator only"
    """How sure we are of the wire format."""
