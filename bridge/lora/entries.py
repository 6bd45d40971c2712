"""The shape of `master_lora_dict.json` as people write it, and the LoRAs that it means."""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from bridge.domain import Category, Family, Lora, LoraFile, Rating

Words = list[str] | str | None
"""A list, or a string with commas."""


class Config(Struct):
    """The `config` part."""

    base: Family = "flux1"
    """The family of a LoRA that names none: old dictionaries were written for FLUX.1."""
    permanent_loras: list[str] | None = None
    caps: dict[Category, int] | None = None
    default_negative_prompt: str | None = None
    default_steps: int | None = None
    default_guidance_scale: float | None = None


class File(Struct):
    """One of an entry's `bases`."""

    url: str
    weight: float | None = None
    sha256: str | None = None
    """Of the file's bytes, 64 hex digits: two addresses of one file then share an upload."""


class Entry(Struct):
    """One of `loras`; `null` is as good as leaving out."""

    name: str | None = None
    url: str | None = None
    weight: float = 1.0
    rank: int = 100
    category: Category = "misc"
    trigger_words: Words = None
    keywords: Words = None
    aliases: Words = None
    exclude_keywords: Words = None
    exclusive_group: str | None = None
    prepend_prompt: str | None = None
    append_prompt: str | None = None
    negative_prompt: str | None = None
    look_text: str | None = None
    rating: Literal["general", "suggestive", "mature"] = "general"
    bases: dict[str, Any] | None = None
    """A `File`, or just its url, by family. Where `bases` stands, the top `url` is no file of its
    own: nobody says its family."""


def lora_of(ident: str, entry: Entry, bases: Mapping[str, File], base: Family) -> Lora:
    """The LoRA that an entry with these `bases` means, in a dictionary written for `base`."""
    return Lora(
        id=ident,
        name=entry.name or ident,
        category=entry.category,
        rank=entry.rank,
        files=_files(entry, bases, base),
        keywords=_words(entry.keywords),
        aliases=_words(entry.aliases),
        trigger_words=_words(entry.trigger_words),
        exclude_keywords=_words(entry.exclude_keywords),
        exclusive_group=entry.exclusive_group or "",
        prepend_prompt=entry.prepend_prompt or "",
        append_prompt=entry.append_prompt or "",
        negative_prompt=entry.negative_prompt or "",
        look_text=entry.look_text or "",
        rating=Rating.named(entry.rating),
    )


def _files(entry: Entry, bases: Mapping[str, File], base: Family) -> Mapping[str, LoraFile]:
    if not bases:
        return {base: LoraFile(entry.url, entry.weight)} if entry.url else {}
    return {
        family: LoraFile(
            file.url,
            entry.weight if file.weight is None else file.weight,
            (file.sha256 or "").lower(),
        )
        for family, file in bases.items()
    }


def _words(words: Words) -> tuple[str, ...]:
    listed = words.split(",") if isinstance(words, str) else words or ()
    return tuple(dict.fromkeys(stripped for word in listed if (stripped := word.strip())))
