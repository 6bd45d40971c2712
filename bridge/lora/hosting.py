"""LoRA files that clouds cannot fetch, put into our own bucket for them."""

import asyncio
import hashlib
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Final, Protocol
from urllib.parse import urlsplit

from bridge.errors import BridgeError, Garbled
from bridge.events import Bus, LoraHosted
from bridge.lora.mapping import LoraMapping, private
from bridge.transport.client import Headers

MOST_BYTES: Final = 2 << 30
FETCH_S: Final = 1800.0
GOOD_FOR_S: Final = 12 * 3600
"""An address may wait in a cloud's queue, or for an upload that the cloud begins late."""


class Bucket(Protocol):
    """An S3 service."""

    async def hold(self, name: str, file: BinaryIO) -> None:
        """Keep the file's bytes under this name."""

    async def address(self, name: str, seconds: int) -> str:
        """Where anybody may read it for so long."""


class Download(Protocol):
    """The transport's guarded way to a file."""

    async def __call__(
        self, file: BinaryIO, url: str, headers: Headers, *, cap: int, timeout: float
    ) -> None:
        """Its bytes into `file`; AttemptError."""


class Hosting:
    """Takes files over, and remembers which; `keys` are Bearer tokens by host."""

    def __init__(
        self, mapping: LoraMapping, bucket: Bucket, download: Download, keys: Mapping[str, str],
        bus: Bus, folder: Path,
    ) -> None:  # fmt: skip
        self._mapping = mapping
        self._bucket = bucket
        self._download = download
        self._keys = keys
        self._bus = bus
        self._folder = folder
        self._turn = asyncio.Lock()
        """One file at a time: each may be large, and the disk is not."""

    def has(self, url: str) -> bool:
        """Whether the file was taken over."""
        return bool(self._mapping.hosted(url))

    async def address(self, url: str) -> str:
        """Where a cloud can read the file: in our bucket, else at `url` itself.

        Empty where it is not taken over yet and `url` has a key in it, which no cloud is shown.
        """
        if name := self._mapping.hosted(url):
            return await self._bucket.address(name, GOOD_FOR_S)
        return "" if private(url) else url

    async def take(self, url: str) -> None:
        """Fetch the file and keep it in the bucket; what fails is told as an event."""
        parts = urlsplit(url)
        place = f"{parts.hostname}{parts.path}"
        try:
            async with self._turn:
                size = await self._take(url)
        except (BridgeError, OSError) as error:
            self._bus.tell(LoraHosted(place, 0, str(error)))
        else:
            self._bus.tell(LoraHosted(place, size))

    async def _take(self, url: str) -> int:
        with TemporaryFile(dir=self._folder) as file:
            await self._download(file, url, self._headers, cap=MOST_BYTES, timeout=FETCH_S)
            size, digest = await asyncio.to_thread(_checked, file)
            name = f"loras/{digest}.safetensors"
            if not self._mapping.holds(name):
                await self._bucket.hold(name, file)
        await self._mapping.host(url, name)
        return size

    def _headers(self, url: str) -> Mapping[str, str]:
        """The key goes to its own host alone, and never in the clear."""
        parts = urlsplit(url)
        key = self._keys.get((parts.hostname or "").lower())
        return {"Authorization": f"Bearer {key}"} if key and parts.scheme == "https" else {}


def _checked(file: BinaryIO) -> tuple[int, str]:
    """(bytes, sha256) of a safetensors file, which then stands at its start; Garbled otherwise.

    Hosts that want a login send a page in its place. The format: 8 bytes that tell the length of
    a JSON object, then the object (https://github.com/huggingface/safetensors#format).
    """
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(9)
    if len(head) < 9 or head[8:] != b"{" or int.from_bytes(head[:8], "little") > size:
        raise Garbled("the file is no safetensors file")
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.seek(0)
    return size, digest
