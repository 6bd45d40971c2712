"""The cloud's own bytes of every picture, kept under their blake3 in a folder or a bucket."""

import asyncio
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from time import time
from typing import Any, BinaryIO, Protocol

from blake3 import blake3

from bridge.domain import PictureKind
from bridge.errors import Unstored


class Blobs(Protocol):
    """Where the bytes are. Both raise Unstored when the disk or bucket does not answer."""

    async def save(self, raw: bytes | memoryview, kind: PictureKind) -> str:
        """The digest to find them by, 64 hex digits, once they are safe; may be repeated."""
        ...

    async def load(self, digest: str, kind: PictureKind) -> bytes:
        """FileNotFoundError when there are none."""
        ...


class Folder:
    """Files `ab/abcdef….png` below a folder of our own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._parts = path / "parts"
        for part in self._parts.glob("*.part"):  # a kill left it; nobody writes for an hour
            if part.stat().st_mtime < time() - 3600:
                part.unlink(missing_ok=True)

    async def save(self, raw: bytes | memoryview, kind: PictureKind) -> str:
        """Written beside, then renamed: a file is whole or not there."""
        return await asyncio.to_thread(self._save, raw, kind)

    async def load(self, digest: str, kind: PictureKind) -> bytes:
        """The bytes as the cloud sent them."""
        path = self._path / _name(digest, kind)
        return await asyncio.to_thread(path.read_bytes)

    def _save(self, raw: bytes | memoryview, kind: PictureKind) -> str:
        digest = blake3(raw).hexdigest()
        path = self._path / _name(digest, kind)
        try:
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                self._parts.mkdir(exist_ok=True)
                _write_whole(path, raw, self._parts)
        except OSError as error:
            raise Unstored(f"the picture could not be kept: {error}") from error
        return digest


class S3:
    """Objects of the same names in a bucket of any S3-like service."""

    def __init__(
        self, *, bucket: str, access_key: str, secret_key: str, endpoint: str = "", region: str = ""
    ) -> None:
        self._bucket = bucket
        self._account: dict[str, Any] = {
            "aws_access_key_id": access_key,
            "aws_secret_access_key": secret_key,
            "endpoint_url": endpoint or None,
            "region_name": region or "us-east-1",
        }
        self._made: Any = None
        self._lock = Lock()

    async def save(self, raw: bytes | memoryview, kind: PictureKind) -> str:
        """One PUT; the service acknowledges only what is safe."""
        return await asyncio.to_thread(self._save, raw, kind)

    async def load(self, digest: str, kind: PictureKind) -> bytes:
        """One GET."""
        return await asyncio.to_thread(self._load, _name(digest, kind))

    async def hold(self, name: str, file: BinaryIO) -> None:
        """A large file from where it stands, in parts; Unstored."""
        await asyncio.to_thread(self._hold, name, file)

    async def address(self, name: str, seconds: int) -> str:
        """An address that anybody may read the object at for so long."""
        return await asyncio.to_thread(self._address, name, seconds)

    def _hold(self, name: str, file: BinaryIO) -> None:
        with self._client() as client:
            client.upload_fileobj(file, self._bucket, name)

    def _address(self, name: str, seconds: int) -> str:
        what = {"Bucket": self._bucket, "Key": name}
        with self._client() as client:
            return str(client.generate_presigned_url("get_object", what, ExpiresIn=seconds))

    def _save(self, raw: bytes | memoryview, kind: PictureKind) -> str:
        digest = blake3(raw).hexdigest()
        what = {"Key": _name(digest, kind), "ContentType": f"image/{kind}"}
        with self._client() as client:
            client.put_object(Bucket=self._bucket, Body=bytes(raw), **what)
        return digest

    def _load(self, name: str) -> bytes:
        with self._client() as client:
            raw: bytes = client.get_object(Bucket=self._bucket, Key=name)["Body"].read()
        return raw

    @contextmanager
    def _client(self) -> Iterator[Any]:
        # boto3 takes half a second to import, and time to make a client: in this thread, once
        failures = import_module("botocore.exceptions")
        with self._lock:
            client = self._made = self._made or self._connected()
        try:
            yield client
        except client.exceptions.NoSuchKey as error:
            raise FileNotFoundError(str(error)) from error
        except (failures.BotoCoreError, failures.ClientError, *_of_parts()) as error:
            raise Unstored(f"the bucket does not answer: {error}") from error

    def _connected(self) -> Any:
        config = import_module("botocore.config").Config(
            signature_version="s3v4",
            connect_timeout=5,
            read_timeout=60,
            retries={"mode": "standard", "max_attempts": 3},
            # not every S3-like service knows the newer checksums and host names
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path"} if self._account["endpoint_url"] else {},
        )
        return import_module("boto3").client("s3", config=config, **self._account)


def _of_parts() -> tuple[type[Exception], ...]:
    """What a transfer in parts fails with, which is no error of the client's own family."""
    return (import_module("boto3.exceptions").Boto3Error,)


def _name(digest: str, kind: PictureKind) -> str:
    if not re.fullmatch("[0-9a-f]{64}", digest):
        raise FileNotFoundError(f"{digest!r} is no digest")
    return f"{digest[:2]}/{digest}.{kind}"


def _write_whole(path: Path, raw: bytes | memoryview, parts: Path) -> None:
    """On disk with its name, also after a power cut."""
    with NamedTemporaryFile(dir=parts, suffix=".part", delete=False) as part:
        try:
            part.write(raw)
            part.flush()
            os.fsync(part.fileno())
        except OSError:
            Path(part.name).unlink(missing_ok=True)
            raise
    Path(part.name).replace(path)
    if os.name == "posix":  # elsewhere a folder cannot be opened
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
