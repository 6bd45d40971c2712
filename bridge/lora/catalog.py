"""Reads `master_lora_dict.json`: which LoRAs there are, and keeps up with its edits."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar, get_args

import msgspec
from watchfiles import awatch

from bridge.domain import Category, Family, Lora
from bridge.errors import BadRequest
from bridge.lora.entries import Config, Entry, File, lora_of
from bridge.lora.where import line_of

_FAMILIES: Final = frozenset(get_args(Family)) - {"any"}
_COMPLAINT: Final = re.compile(r"(.*?)(?: - at (?:`key` in )?`\$(.*)`)?")
_STEP: Final = re.compile(r"\.(\w+)|\[(\d+)\]")
_Shape = TypeVar("_Shape")


class BadCatalog(BadRequest):
    """The dictionary cannot be used; the text says file, line and reason."""


@dataclass(frozen=True, slots=True, eq=False)
class Catalog:
    """A dictionary of LoRAs; equal only to itself, so that what is built of it can be kept."""

    loras: Mapping[str, Lora] = field(default_factory=dict)
    """By id, best rank first."""
    permanent: tuple[str, ...] = ()
    caps: Mapping[Category, int] = field(default_factory=dict)
    """At most so many LoRAs of a category in one picture; no entry: no cap."""
    default_negative: str = ""
    default_steps: int | None = None
    default_guidance: float | None = None
    warnings: tuple[str, ...] = ()
    """What was read past: unknown keys, unknown families, entries without a file."""


def load(path: Path) -> Catalog:
    """The catalogue in `path`; empty when there is no such file.

    Raises BadCatalog.
    """
    try:
        source = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Catalog()
    except (OSError, UnicodeDecodeError) as error:
        raise BadCatalog(f"{path.name}: {error}") from error
    return parse(source, path.name)


def parse(source: str, name: str) -> Catalog:
    """The catalogue in a JSON text; `name` is what complaints call it. Raises BadCatalog."""
    try:
        tree = json.loads(source)
    except ValueError as error:
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        reason = getattr(error, "msg", str(error))
        raise BadCatalog(f"{name}, line {line}, column {column}: {reason}") from error
    parts = _Reader(source, name)
    top = parts.read(tree, dict[str, Any], ())
    settings = parts.read(top.get("config", {}), dict[str, Any], ("config",))
    config = parts.read(settings, Config, ("config",))
    listed = parts.read(top.get("loras", {}), dict[str, dict[str, Any]], ("loras",))
    loras = [parts.lora(ident, raw, config.base) for ident, raw in listed.items()]
    loras.sort(key=lambda lora: lora.rank)
    by_id = {lora.id: lora for lora in loras}
    permanent = tuple(dict.fromkeys(config.permanent_loras or ()))
    return Catalog(
        loras=by_id,
        permanent=tuple(ident for ident in permanent if ident in by_id),
        caps=config.caps or {},
        default_negative=config.default_negative_prompt or "",
        default_steps=config.default_steps,
        default_guidance=config.default_guidance_scale,
        warnings=(
            *_unknown_keys(settings, Config, "config"),
            *(f"permanent_loras: there is no {ident}" for ident in permanent if ident not in by_id),
            *(text for i, raw in listed.items() for text in _unknown_keys(raw, Entry, i)),
            *(text for lora in loras for text in _file_warnings(lora)),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    source: str
    name: str

    def read(self, value: Any, shape: type[_Shape], path: tuple[str, ...]) -> _Shape:
        try:
            return msgspec.convert(value, shape)
        except msgspec.ValidationError as error:
            self._complain(str(error), path)

    def lora(self, ident: str, raw: Mapping[str, Any], base: Family) -> Lora:
        path = ("loras", ident)
        entry = self.read(raw, Entry, path)
        bases: dict[str, File] = {}
        for family, file in (entry.bases or {}).items():
            written = {"url": file} if isinstance(file, str) else file
            bases[family] = self.read(written, File, (*path, "bases", family))
        return lora_of(ident, entry, bases, base)

    def _complain(self, text: str, path: Sequence[str | int]) -> NoReturn:
        found = _COMPLAINT.fullmatch(text)
        reason, where = found.groups("") if found else (text, "")
        full = (*path, *(name or int(index) for name, index in _STEP.findall(where)))
        place = ".".join(map(str, full)) or "the whole"
        raise BadCatalog(f"{self.name}, line {line_of(self.source, full)}: {place}: {reason}")


def _unknown_keys(raw: Mapping[str, Any], shape: type[msgspec.Struct], where: str) -> Iterator[str]:
    for key in raw:
        if key not in shape.__struct_fields__:
            yield f"{where}: nobody reads {key!r}"


def _file_warnings(lora: Lora) -> Iterator[str]:
    if not lora.files:
        yield f"{lora.id}: has no url, only its words are used"
    for family in lora.files:
        if family not in _FAMILIES:
            yield f"{lora.id}: there is no family {family!r}"


class CatalogFile:
    """A dictionary that people edit while it is used.

    An edit is live at once. A broken or vanished file leaves the last good catalogue in force
    and says so in `problem`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.current = Catalog()
        self.problem = ""
        """Why the last edit was refused; empty when all is well."""
        self.reload()

    def reload(self) -> None:
        """Read the file again, if it can be read."""
        if self.current.loras and not self.path.exists():
            self.problem = f"{self.path.name} is gone: its last version stays in force"
            return
        try:
            self.current = load(self.path)
        except BadCatalog as error:
            self.problem = error.text
        else:
            self.problem = ""

    def listing(self) -> tuple[Lora, ...]:
        """All LoRAs as they are now, best rank first."""
        return tuple(self.current.loras.values())

    async def watch(self, told: Callable[[], None] = lambda: None) -> None:
        """Reload at every edit, and call `told` after it, until cancelled."""
        name = self.path.name
        folder = self.path.absolute().parent
        # The folder is watched, not the file: editors replace the file by another one.
        async for _ in awatch(
            folder,
            watch_filter=lambda _, changed: Path(changed).name == name,
            debounce=200,
            step=100,
            recursive=False,
        ):
            await asyncio.to_thread(self.reload)
            told()
