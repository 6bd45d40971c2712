"""Addresses that open without a password: signed for one path, until a moment."""

from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from hmac import new as hmac
from secrets import token_bytes
from time import time

from bridge.errors import DoorError

LIFE_S = 3600
"""How long an address opens, in seconds."""


class Unsigned(DoorError):
    """The address is not one that this server gave away."""

    status = 403


class Expired(DoorError):
    """It was, and its time is over."""

    status = 410


@dataclass(frozen=True, slots=True)
class Signer:
    """With a secret of this process: a restart ends every address that is out."""

    _secret: bytes = field(default_factory=lambda: token_bytes(32), repr=False)

    def query(self, path: str) -> str:
        """What is put behind `path?`."""
        until = str(int(time()) + LIFE_S)
        return f"until={until}&signature={self._signature(path, until)}"

    def check(self, path: str, until: str, signature: str) -> None:
        """Unsigned or Expired, unless `query` gave these for `path` and the time is not over."""
        if not compare_digest(signature.encode(), self._signature(path, until).encode()):
            raise Unsigned("this address was not given away here, or before a restart")
        if int(until) < time():
            raise Expired("this address has expired; the picture is in the gallery")

    def _signature(self, path: str, until: str) -> str:
        return hmac(self._secret, f"{path}\0{until}".encode(), sha256).hexdigest()
