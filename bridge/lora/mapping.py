"""Remembers what each cloud calls a LoRA that it has taken in (`lora_mapping.json`)."""

import asyncio
import json
import os
import re
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import time_ns
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

OLD_FILE: Final = "runware_lora_mapping.json"
"""What single-file bridges left behind: urls and Runware's AIR ids."""
_SECRET: Final = re.compile(
    r"token|key|sig|auth|secret|pass|credential|policy|expires|^x-(?:amz|goog)-|^s[a-z]{1,2}$",
    re.IGNORECASE,
)


_KEY: Final = re.compile(r"token|key|auth|secret|pass", re.IGNORECASE)
_SIGNATURE: Final = re.compile(r"(?:x-(?:amz|goog)-)?sig(?:nature)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A LoRA file at one account of a cloud. Times are milliseconds since 1970."""

    handle: str = ""
    """The cloud's id for it."""
    state: Literal["ready", "pending", "failed"] = "ready"
    ref: Mapping[str, str] = field(default_factory=dict)
    """The ticket of an upload under way."""
    sha256: str = ""
    """Of the file, where known."""
    updated: int = 0
    """Set when it is remembered."""
    expires: int | None = None
    """None: it lasts."""
    reason: str = ""
    """Why an upload failed."""


class _Shelves(msgspec.Struct):
    """The file."""

    accounts: dict[str, dict[str, Entry]] = msgspec.field(default_factory=dict)
    """By account, then by url without its secrets."""
    hosted: dict[str, str] = msgspec.field(default_factory=dict)
    """Names in our own bucket, by url without its secrets."""
    imported: list[str] = msgspec.field(default_factory=list)
    """Names of old files that have been read once."""


class LoraMapping:
    """The live copy of `lora_mapping.json`.

    The live copy stands at `path`. Until there is one the `seed` counts. An old file beside either
    is taken over once.
    """

    def __init__(self, path: Path, seed: Path | None = None) -> None:
        self._path = path
        self.problem = ""
        """Why the file could not be read; it is kept beside the new one."""
        self._shelves = self._read(path if path.exists() or seed is None else seed)
        self._writing = threading.Lock()
        self._version = self._written = 0
        if self._take_over(
            [path.with_name(OLD_FILE), *([seed.with_name(OLD_FILE)] if seed else [])]
        ):
            self._write(*self._next())

    def known(self, account: str, url: str, sha256: str = "") -> Entry | None:
        """What is remembered of a file and not expired: by its url, else by its content."""
        shelf = self._shelves.accounts.get(account, {})
        entry = shelf.get(_without_secrets(url))
        if (entry is None or entry.state == "failed") and sha256:
            same = [e for e in shelf.values() if e.sha256 == sha256 and e.state != "failed"]
            entry = min(same, key=lambda e: e.state != "ready", default=entry)
        if entry and entry.expires is not None and entry.expires <= _now():
            return None
        return entry

    async def remember(self, account: str, url: str, entry: Entry) -> None:
        """Known at once; on disk when this returns."""
        shelf = self._shelves.accounts.setdefault(account, {})
        shelf[_without_secrets(url)] = replace(entry, updated=_now())
        await asyncio.to_thread(self._write, *self._next())

    def hosted(self, url: str) -> str:
        """The name of the file in our own bucket; empty when it is not there."""
        return self._shelves.hosted.get(_without_secrets(url), "")

    def holds(self, name: str) -> bool:
        """Whether our bucket has it, from whatever address."""
        return name in self._shelves.hosted.values()

    async def host(self, url: str, name: str) -> None:
        """Our bucket holds the file as `name`; on disk when this returns."""
        self._shelves.hosted[_without_secrets(url)] = name
        await asyncio.to_thread(self._write, *self._next())

    def _read(self, path: Path) -> _Shelves:
        try:
            return msgspec.json.decode(path.read_bytes(), type=_Shelves)
        except FileNotFoundError:
            return _Shelves()
        except msgspec.DecodeError as error:
            self.problem = f"{path.name} cannot be read and is begun anew: {error}"
            if path == self._path:
                path.replace(path.with_suffix(".broken"))
            return _Shelves()

    def _take_over(self, olds: list[Path]) -> bool:
        old = next((path for path in olds if path.exists()), None)
        if old is None or OLD_FILE in self._shelves.imported:
            return False
        try:
            airs = list(_airs(json.loads(old.read_text(encoding="utf-8-sig"))))
        except ValueError as error:
            self.problem = f"{old.name} cannot be read: {error}"
            return False
        shelf = self._shelves.accounts.setdefault("runware", {})
        for url, air in airs:
            shelf.setdefault(_without_secrets(url), Entry(air, updated=_now()))
        self._shelves.imported.append(OLD_FILE)
        return True

    def _next(self) -> tuple[int, bytes]:
        """A new version, as bytes: made on the event loop, so that no thread sees half a change."""
        self._version += 1
        return self._version, msgspec.json.format(msgspec.json.encode(self._shelves), indent=1)

    def _write(self, version: int, content: bytes) -> None:
        """To disk, unless a later version is there already."""
        with self._writing:
            if version > self._written:
                _replace(self._path, content)
                self._written = version


def _replace(path: Path, content: bytes) -> None:
    """The whole new file or the whole old one, whenever the machine stops."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
        new = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            new.unlink()
            raise
    new.replace(path)
    if os.name == "posix":  # Elsewhere a folder cannot be opened, and needs no sync of its own.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _airs(tree: Any) -> Iterator[tuple[str, str]]:
    """(url, AIR id) from `{url: air}`, `{url: {"air" or "model": …}}` or `{id: {"url": …, …}}`."""
    for key, value in tree.items() if isinstance(tree, dict) else ():
        fields = value if isinstance(value, dict) else {"air": value}
        url = fields.get("url") or key
        air = fields.get("air") or fields.get("model")
        if isinstance(air, str) and isinstance(url, str) and url.startswith("http"):
            yield url, air


def private(url: str) -> bool:
    """It has somebody's key or password in it; what is signed is meant to be handed on."""
    parts = urlsplit(url)
    names = [name for name, _ in parse_qsl(parts.query)]
    signed = any(map(_SIGNATURE.fullmatch, names))
    return "@" in parts.netloc or (any(map(_KEY.search, names)) and not signed)


def _without_secrets(url: str) -> str:
    """The url as a key: no user, no fragment, no token or signature in its query."""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query) if not _SECRET.search(name)]
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, urlencode(query), ""))


def _now() -> int:
    return time_ns() // 1_000_000
