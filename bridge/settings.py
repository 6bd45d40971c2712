"""The environment, read once into frozen records; a .env file counts as environment."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_type_hints
from urllib.parse import urlsplit

import msgspec
from dotenv import dotenv_values

from bridge.domain import Decode, PromptMode, Rating
from bridge.engine.contract import Account, Card
from bridge.errors import BadRequest
from bridge.keys import accounts, all_secrets, chosen
from bridge.routing.order import Order
from bridge.styles import USUAL
from bridge.transport.llm.configured import endpoint, llms
from bridge.transport.llm.endpoint import Endpoint

PLAIN: Mapping[Any, str] = {int: "a whole number is expected", float: "a number is expected"}
HOSTS_OF_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


def setting(env: str, default: Any, about: str, *, secret: bool = False) -> Any:
    """A field that is read from `env`."""
    return field(default=default, metadata={"env": env, "about": about, "secret": secret})


@dataclass(frozen=True, slots=True)
class Settings:
    """All that can be set; the clouds' own keys stand on their cards."""

    host: str = setting("BRIDGE_HOST", "127.0.0.1", "address to listen on")
    port: int = setting("BRIDGE_PORT", 7861, "port to listen on")
    auth: str = setting(
        "BRIDGE_AUTH", "", "user:password that clients must send (Basic, or as Bearer)",
        secret=True,
    )  # fmt: skip
    cors_origins: tuple[str, ...] = setting(
        "BRIDGE_CORS_ORIGINS", (),
        "web pages that may ask, e.g. https://lite.koboldai.net; null is one; no other page may",
    )  # fmt: skip
    hosts: tuple[str, ...] = setting(
        "BRIDGE_HOSTS", ("host.docker.internal",),
        "names by which clients may call this server, besides localhost and BRIDGE_HOST",
    )  # fmt: skip
    public_url: str = setting(
        "BRIDGE_PUBLIC_URL", "",
        "this server as clouds can reach it, e.g. https://pictures.example; they tell it when done",
    )  # fmt: skip
    data: Path = setting("BRIDGE_DATA", Path("data"), "folder for the database and the pictures")
    database_url: str = setting(
        "DATABASE_URL", "", "a Postgres address; empty: SQLite in the data folder", secret=True
    )
    providers: tuple[str, ...] = setting(
        "BRIDGE_PROVIDERS", (), "clouds to use, best first, e.g. runware,fal,fal_2; empty: all"
    )
    order: Order = setting(
        "BRIDGE_ORDER", "ranked", "ranked (by order and health) or fixed (by order alone)"
    )
    deadline: float = setting("BRIDGE_DEADLINE", 600.0, "seconds within which a picture must come")
    rating: Literal["general", "suggestive", "mature"] = setting(
        "BRIDGE_RATING", "general", "the ceiling: general, suggestive, mature"
    )
    prompt_mode: PromptMode = setting(
        "BRIDGE_PROMPT_MODE", "auto", "turn texts into scenes: auto (by their looks), always, never"
    )
    decode: Decode = setting(
        "BRIDGE_DECODE", "auto", "take out pictures that models hide in carriers: auto, off"
    )
    infotext: Literal["full", "prompt", "none"] = setting(
        "BRIDGE_INFOTEXT", "full", "what a picture's file says of itself: full, prompt, none"
    )
    lora_dict: Path = setting(
        "BRIDGE_LORA_DICT", Path("master_lora_dict.json"), "the LoRA dictionary"
    )
    places: str = setting(
        "BRIDGE_PLACES", "", "your own list of places (JSON); empty: the 300 that come along"
    )
    styles: Path = setting(
        "BRIDGE_STYLES", USUAL, "A1111's styles.csv: words that requests add by name"
    )
    body_size_limit: int = setting(
        "BODY_SIZE_LIMIT", 64 * 1024 * 1024, "largest request body in bytes"
    )
    max_pictures: int = setting("BRIDGE_MAX_PICTURES", 4, "most pictures in one request")
    log: Literal["text", "json"] = setting("BRIDGE_LOG", "text", "log lines as text or json")
    time_scale: float = setting(
        "BRIDGE_TIME_SCALE", 1.0, "all waits of ours times this (tests scale them down)"
    )
    llm_timeout: float = setting("BRIDGE_LLM_TIMEOUT", 6.0, "seconds for a scene, in all")
    llm_check_model: str = setting(
        "BRIDGE_LLM_CHECK_MODEL", "",
        "a cheaper model that is asked whether anything changed, as MODEL or ENDPOINT/MODEL",
    )  # fmt: skip
    s3_endpoint: str = setting("S3_ENDPOINT", "", "keep pictures in this S3 service, not a folder")
    s3_bucket: str = setting("S3_BUCKET", "", "its bucket")
    s3_access_key_id: str = setting("S3_ACCESS_KEY_ID", "", "its key id", secret=True)
    s3_secret_access_key: str = setting("S3_SECRET_ACCESS_KEY", "", "its secret", secret=True)
    s3_region: str = setting("S3_REGION", "", "its region")
    rehost_loras: Literal["off", "on"] = setting(
        "BRIDGE_REHOST_LORAS", "off",
        "on: a LoRA file that a cloud cannot fetch is put into the S3 bucket for it",
    )  # fmt: skip
    lora_keys: tuple[str, ...] = setting(
        "BRIDGE_LORA_KEYS", (),
        "keys to fetch LoRA files with, e.g. huggingface.co=hf_…,civitai.com=…", secret=True,
    )  # fmt: skip
    accounts: tuple[Account, ...] = ()
    """The clouds that have what they need, in the order of `providers`."""
    llms: tuple[Endpoint, ...] = ()
    """What writes scenes, first choice first; none: rules alone."""
    vision: Endpoint | None = None
    """What looks at pictures."""
    hidden: tuple[str, ...] = ()
    """Keys of all clouds, also of those that are not used: never to be shown."""

    @property
    def ceiling(self) -> Rating:
        """The highest rating that this server shows."""
        return Rating.named(self.rating)

    @property
    def is_public(self) -> bool:
        """Whether other machines can reach the server."""
        return self.host not in HOSTS_OF_THIS_MACHINE

    @property
    def public_names(self) -> tuple[str, ...]:
        """The name by which clouds call this server, where one is set."""
        name = urlsplit(self.public_url).hostname
        return (name,) if name else ()

    @property
    def keys_of_hosts(self) -> Mapping[str, str]:
        """`lora_keys` by host, in lower case."""
        pairs = (pair.partition("=") for pair in self.lora_keys)
        return {host.strip().lower(): key.strip() for host, _, key in pairs}

    @property
    def store_url(self) -> str:
        """Where the database lies."""
        return self.database_url or f"sqlite:///{self.data / 'bridge.sqlite3'}"


def environment(folder: Path = Path()) -> dict[str, str]:
    """`.env` in `folder`, overruled by the real environment; empty values count as not set."""
    merged = {**dotenv_values(folder / ".env"), **os.environ}
    return {name: value.strip() for name, value in merged.items() if value and value.strip()}


def read(env: Mapping[str, str], cards: Sequence[Card]) -> Settings:
    """Settings from `env`; BadRequest names the variable that is wrong and why."""
    types = get_type_hints(Settings)
    values = {
        f.name: _value(f, types[f.name], env[f.metadata["env"]])
        for f in fields(Settings)
        if f.metadata and f.metadata["env"] in env
    }
    settings = Settings(**values)
    if wrong := [origin for origin in settings.cors_origins if not _is_origin(origin)]:
        raise BadRequest(
            f"BRIDGE_CORS_ORIGINS: {wrong[0]!r} is no origin, as https://lite.koboldai.net is one"
        )
    if any(not host or not key for host, key in settings.keys_of_hosts.items()):
        raise BadRequest("BRIDGE_LORA_KEYS: each is host=key, e.g. huggingface.co=hf_…")
    if settings.public_url and not _is_address(settings.public_url):
        raise BadRequest(f"BRIDGE_PUBLIC_URL: {settings.public_url!r} is no http(s) address")
    known = [replace(a, hooks=settings.public_url) for card in cards for a in accounts(card, env)]
    wanted = chosen(settings.providers, [card.name for card in cards], known)
    return Settings(
        **values, accounts=wanted, hidden=tuple(all_secrets(cards, env)), llms=llms(env),
        vision=endpoint(env, "BRIDGE_VISION_", "vision"),
    )  # fmt: skip


def secrets(settings: Settings) -> list[str]:
    """Every value that must never be shown."""
    own = [getattr(settings, f.name) for f in fields(Settings) if f.metadata.get("secret")]
    plain = (value for value in own if isinstance(value, str))
    models = (one.api_key for one in (*settings.llms, settings.vision) if one)
    keys = (*settings.keys_of_hosts.values(), *models)
    return [value for value in (*plain, *keys, *settings.hidden) if value]


def _is_origin(text: str) -> bool:
    """Whether a browser could send `text` as Origin."""
    parts = urlsplit(text.rstrip("/"))
    return text == "null" or bool(parts.netloc and parts.geturl().endswith(f"://{parts.netloc}"))


def _is_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _value(f: "Field[Any]", kind: Any, text: str) -> Any:
    raw: object = text
    if kind == tuple[str, ...]:
        raw = [part.strip() for part in text.split(",") if part.strip()]
    try:
        return msgspec.convert(raw, kind, strict=False, dec_hook=lambda t, v: t(v))
    except msgspec.ValidationError as error:
        wanted = PLAIN.get(kind) or str(error)
        raise BadRequest(f"{f.metadata['env']}={text!r}: {wanted}") from None
