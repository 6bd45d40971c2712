"""What every carrier holds: a header, perhaps a lock, and a file that says itself what it is."""

import re
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from bridge.errors import Sealed
from bridge.stego.png import opened

FRONT = 96
"""Bytes that hold the longest header and the payload's magic."""
_MAGIC = 16
_SALT, _LOCK = 16, 48
_VIDEO_WIDTH = 512
"""Pixels; the width of a PNG whose samples are the bytes of a video."""
_EXTENSION = re.compile(rb"\.?([A-Za-z0-9]{2,8})(?:\.binpng)?")
_KINDS: tuple[tuple[re.Pattern[bytes], tuple[str, ...]], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), ("png",)),
    (re.compile(rb"\xff\xd8\xff"), ("jpg", "jpeg")),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), ("webp",)),
    (re.compile(rb"GIF8[79]a"), ("gif",)),
    (re.compile(rb".{4}ftyp", re.DOTALL), ("mp4", "mov", "m4v", "avif", "heic")),
    (re.compile(rb"\x1aE\xdf\xa3"), ("webm", "mkv")),
    (re.compile(rb"RIFF.{4}AVI ", re.DOTALL), ("avi",)),
)
"""First bytes of a file, and the extensions that go with them; the first is the usual one."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """A file that was hidden in a carrier."""

    raw: bytes
    extension: str
    """In small letters, without a dot, always one that fits the first bytes."""


@dataclass(frozen=True, slots=True)
class Header:
    """Where a carrier's file stands, checked against the carrier's room."""

    extension: str
    at: int
    """The file's first byte, counted from the beginning of the carrier's bytes."""
    size: int
    """Bytes of the file."""
    lock: bytes = b""
    """SHA-256 of password and salt, then the salt; empty when there is no password."""

    @property
    def end(self) -> int:
        """Behind the file's last byte."""
        return self.at + self.size


def header(stream: bytes, *, room: int) -> Header | None:
    """Read the front of `stream`: 32-bit length, perhaps a flag and a lock, extension, size.

    `room` is how many bytes the carrier has. A byte below 2 behind the length is the flag: no
    extension is as short. A length may cover the header alone, but leaves nothing over.
    """
    length = 4 + int.from_bytes(stream[:4])
    if length > room:
        return None
    flag = stream[4:5]
    lock = stream[5 : 5 + _LOCK] if flag == b"\1" else b""
    found = named(stream, 4 + (flag < b"\2") + len(lock), room=room, lock=lock)
    return found if found and found.at <= length <= found.end else None


def named(stream: bytes, at: int, *, room: int, lock: bytes = b"") -> Header | None:
    """The common end of all headers, at `at`: extension and size, then the file begins."""
    begin = at + 1 + int.from_bytes(stream[at : at + 1])
    extension = stream[at + 1 : begin]
    if not _EXTENSION.fullmatch(extension):
        return None
    found = Header(
        extension.decode("latin-1").lstrip(".").lower(), begin + 4,
        int.from_bytes(stream[begin : begin + 4]), lock,
    )  # fmt: skip
    fits = found.size and found.end <= room
    if not fits or not (lock or kind(stream[found.at : found.at + _MAGIC])):
        return None
    return found


def kind(raw: bytes) -> tuple[str, ...]:
    """The extensions that fit the first bytes of a picture or video; empty for anything else."""
    return next((names for magic, names in _KINDS if magic.match(raw)), ())


def unlocked(found: Header, raw: bytes, password: str) -> Hidden | None:
    """The file of `raw`; None when it is no picture or video, Sealed when it needs a password."""
    extension = found.extension
    if found.lock:
        raw = with_key(raw, _key(found.lock, password))
    if extension.endswith("binpng"):
        extension, raw = extension.removesuffix("binpng").rstrip("."), _video(raw)
    names = kind(raw[:_MAGIC])
    if not names:
        return None
    return Hidden(raw, extension if extension in names else names[0])


def locked(password: str, salt: bytes) -> tuple[bytes, bytes]:
    """The lock for a header (hash, salt), and the key for `with_key`."""
    key = f"{password}{salt.hex()}".encode("utf-8", "surrogatepass")
    return sha256(key).digest() + salt, key


def with_key(raw: bytes, key: bytes) -> bytes:
    """`raw` locked, or what was locked in the clear: XOR with SHA-256(key, counter)."""
    start, stream = sha256(key), bytearray()
    for counter in range(-(-len(raw) // 32)):
        block = start.copy()
        block.update(b"%d" % counter)
        stream += block.digest()
    return (np.frombuffer(raw, np.uint8) ^ np.frombuffer(stream, np.uint8, len(raw))).tobytes()


def _key(lock: bytes, password: str) -> bytes:
    expected, key = locked(password, lock[-_SALT:])
    if expected != lock:
        how = "this password does not open it" if password else "it needs a password"
        raise Sealed(f"the picture is locked inside a carrier: {how}")
    return key


def _video(raw: bytes) -> bytes:
    """The samples of a PNG, less the zeros at the end; nothing when `raw` is no such PNG."""
    png = opened(raw)
    if png is None or png.width != _VIDEO_WIDTH:
        return b""
    values = png.upper(png.height)
    return b"" if values is None else values.tobytes().rstrip(b"\0")
