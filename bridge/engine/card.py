"""What an adapter declares: its account's settings, its models' capabilities, its card."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bridge.domain import Family
from bridge.errors import AttemptError, TooManyLoras


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
    area: tuple[int, int] | None = None
    """Fewest and most pixels of the whole picture, where they are limited too."""
    ratio: float | None = None
    """The longer side is at most so many times the shorter one."""
    like_init: bool = False
    """No size is sent: the picture comes as large as the init image."""
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
    """The cloud's own name for it."""
    kind: Literal["number", "whole", "switch", "choice", "text"]
    about: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TokenPrices:
    """Micro-dollars a token, which is dollars a million tokens."""

    text: float
    """Of the prompt."""
    image: float
    """Of pictures that are sent along."""
    made: float
    """Of what comes back."""

    def cost(self, text: float, image: float, made: float) -> int:
        """Micro-dollars for so many tokens of each kind."""
        return round(self.text * text + self.image * image + self.made * made)


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
    hides: bool = False
    """Its input picture must come inside a carrier: the engine hides it (TT v1)."""
    upscales: bool = False
    """Makes the init image larger and reads no prompt: asked only by its own name."""
    needs_mask: bool = False
    """An inpainting model: no use without a picture and a mask."""
    rating: Literal["general", "suggestive", "mature"] = "general"
    """The most that the cloud's policy lets it show."""
    price: int = 0
    """Micro-dollars for one picture of a million pixels: the estimate before the cloud's figure."""
    tokens: TokenPrices | None = None
    """Where the cloud tells how many tokens it bills."""
    formerly: tuple[str, ...] = ()
    """Names of retired models that people still ask for: they mean this one, with a note."""
    instead_of: str = ""
    """The retired name that the operator has set; said with every picture."""
    p95: float = 30.0
    """Seconds within which 95 % of pictures come, until learnt."""
    held: bool = False
    """Its submit is held open until the picture is there, at a cloud whose others have tickets."""
    option: str = ""
    """The account option that must be set for this model to be offered."""
    notice: str = ""
    """What people should know who ask for it, after its name: `will be shut down in May`."""


@dataclass(frozen=True, slots=True)
class Word:
    """A cloud's own word for a failure: a regular expression, any case, found in its error text."""

    pattern: str
    means: type[AttemptError]


MANY_LORAS = Word(
    r"too many lora|max\w*loras?\w*exceed|maximum number of lora"
    r"|(at most|no more than|maximum of|up to|only) \d+ lora"
    r"|lora[^;]{0,60}(at most|no more than|maximum of) \d+ (item|element|entr|of )",
    TooManyLoras,
)
"""How clouds put it that there are too many LoRAs; looked for before a card's own words."""


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
