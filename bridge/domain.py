"""The nouns that travel through the rooms; frozen records that import nothing of ours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Literal

from bridge.question import LlmWish, Writing
from bridge.scene import ChatRef, Scene

Family = Literal[
    "flux1", "flux2-dev", "flux2-klein", "z-image", "sdxl", "gpt-image", "gemini", "ideogram3",
    "ideogram4", "wan", "any",
]  # fmt: skip
"""Model families; `any` is the prompt card's, which takes whatever there is."""

PromptMode = Literal["auto", "always", "never"]
"""Whether a text is turned into a scene: by its looks, always, or never."""

Decode = Literal["auto", "off"]
"""Whether pictures hidden in carriers are taken out, where a model is known to hide them."""

Category = Literal["character", "style", "expression", "general", "misc"]
"""What a LoRA is for; caps are per category."""

PictureKind = Literal["png", "jpeg", "webp"]


class Rating(IntEnum):
    """How much a picture may show; ordered, so that the lower of two is `min`."""

    GENERAL = 0
    SUGGESTIVE = 1
    MATURE = 2

    @classmethod
    def named(cls, name: str) -> "Rating":
        """From `general`, `suggestive` or `mature`; KeyError otherwise."""
        return cls[name.upper()]

    @property
    def label(self) -> str:
        """`general`, `suggestive` or `mature`."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was changed, cut or left out, said to the person who asked."""

    code: str
    """Short and stable, e.g. `lora-family`."""
    text: str


@dataclass(frozen=True, slots=True)
class LoraFile:
    """One LoRA file: for one model family, at one weight."""

    url: str
    weight: float
    sha256: str = ""
    """Of its bytes, where known: the same file under another address is known by it."""


@dataclass(frozen=True, slots=True)
class Lora:
    """A LoRA of the dictionary (`master_lora_dict.json`), with defaults filled in."""

    id: str
    name: str
    category: Category
    rank: int
    """Lower goes first and wins in its exclusive group."""
    files: Mapping[str, LoraFile]
    """By model family."""
    keywords: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    trigger_words: tuple[str, ...] = ()
    exclude_keywords: tuple[str, ...] = ()
    exclusive_group: str = ""
    prepend_prompt: str = ""
    append_prompt: str = ""
    negative_prompt: str = ""
    look_text: str = ""
    """Stands in where the LoRA cannot be used."""
    rating: Rating = Rating.GENERAL


@dataclass(frozen=True, slots=True)
class Style:
    """Words under a name (`styles.csv`): around the prompt at `{prompt}`, else behind it."""

    name: str
    prompt: str = ""
    negative: str = ""


@dataclass(frozen=True, slots=True)
class Hires:
    """A second pass at a larger size, as A1111 asks for it."""

    width: int
    """Of the finished picture."""
    height: int
    strength: float | None = None
    """How much the second pass may change, 0 … 1."""
    guidance: float | None = None
    steps: int | None = None
    upscaler: str = ""  # a route that makes finished pictures larger; empty: as the card has it


@dataclass(frozen=True, slots=True)
class Job:
    """One picture with one seed, as it was asked for."""

    id: str
    text: str
    seed: int
    """0 … 2³²−1, decided at the door."""
    negative: str = ""
    width: int = 1024
    height: int = 1024
    steps: int | None = None  # None: the model's own default
    guidance: float | None = None
    init_image: bytes | None = None
    mask: bytes | None = None  # white is repainted
    strength: float | None = None  # 0 keeps the init image, 1 forgets it
    references: tuple[bytes, ...] = ()
    rating: Rating = Rating.GENERAL
    """The ceiling for this job."""
    shows: Rating = Rating.GENERAL
    """What the text and the scene amount to; never above `rating`."""
    prompt_mode: PromptMode = "auto"
    route: str = "auto"
    """`auto`, a provider, or `provider/model`."""
    caller: str = ""
    """Who asked: keeps one user's progress and interrupt from another's."""
    llm: LlmWish = field(default_factory=LlmWish)
    chat: ChatRef = field(default_factory=ChatRef)
    scene: Scene | None = None  # None: `text` is a finished prompt
    writing: Writing = field(default_factory=Writing)
    tags: str = ""  # quality tags around a story; for families that read them
    own_loras: tuple[Lora, ...] = ()  # which the request brings along, before any is picked
    loras: tuple[Lora, ...] = ()
    styles: tuple[Style, ...] = ()
    lost_loras: Mapping[str, str] = field(default_factory=dict)
    """Those that the cloud being asked cannot get at: by id, the code of the note that says why."""
    hires: Hires | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    """A cloud's own knobs by the names on its card, asked for by name."""
    decode: bool = True
    """Whether a picture hidden in a carrier is taken out."""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class LoraUse:
    """A LoRA in the form that one cloud takes."""

    id: str
    url: str
    weight: float
    handle: str = ""
    """The cloud's own id for it, where it names LoRAs so."""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """A Job cut to one model: everything in it can be expressed there."""

    model: str
    """The cloud's id of the model."""
    family: Family
    prompt: str
    width: int
    height: int
    negative: str = ""
    seed: int | None = None
    steps: int | None = None
    guidance: float | None = None
    loras: tuple[LoraUse, ...] = ()
    init_image: bytes | None = None
    mask: bytes | None = None
    strength: float | None = None
    references: tuple[bytes, ...] = ()
    hires: Hires | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    scene: Scene | None = None  # for the prompt card; no cloud is sent it
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """Bytes that have been proved to be a picture."""

    raw: bytes | memoryview
    kind: PictureKind
    width: int
    height: int
    b64: bytes | memoryview | None = None
    """The cloud's own base64 of `raw`, when it came so: handed on without encoding again."""
    held: object = None  # what keeps the received bytes counted


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One line of the trace: who was asked and what came of it."""

    provider: str
    model: str
    outcome: str
    """`ok` or the error's class name."""
    seconds: float
    text: str = ""
    cost: int | None = None
    """Micro-dollars; None when the cloud does not say."""


@dataclass(frozen=True, slots=True)
class Made:
    """A finished picture and how it came about."""

    picture: Picture
    provider: str
    model: str
    ready: Ready
    seed: int
    """The seed the cloud used."""
    cost: int | None
    """Micro-dollars."""
    seconds: float
    attempts: tuple[AttemptRecord, ...] = ()
    notes: tuple[Note, ...] = ()
    scene: Scene | None = None
    loras: tuple[str, ...] = ()
    """Ids of the LoRAs that were really used."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What else the cloud told: request ids, delay times, scores."""
    ref: str = ""
    """Of the attempt; with `/2` … for further pictures. The gallery knows the picture by it."""
    more: tuple[Picture, ...] = ()
    """Further pictures that lay in the same carrier."""

    def each(self) -> "Iterator[Made]":
        """One record for each picture."""
        yield self
        for place, picture in enumerate(self.more, 2):
            yield replace(self, picture=picture, ref=f"{self.ref}/{place}", more=())
