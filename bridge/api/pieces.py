"""An answer in pieces that are never joined, so that a large picture is not copied once more."""

from collections.abc import Iterator, Mapping, Sequence

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

JOINED = 1 << 18
"""Bytes up to which one write costs less than not copying saves."""


def _joined(parts: Sequence[bytes | memoryview]) -> Iterator[bytes | memoryview]:
    """Small neighbours together, large pieces as they are."""
    small: list[bytes | memoryview] = []
    for part in parts:
        if len(part) <= JOINED:
            small.append(part)
            continue
        if small:
            yield b"".join(small)
        small = []
        yield part
    if small:
        yield b"".join(small)


class Pieces(Response):
    """Pieces with a known length; each is let go once the client has taken it.

    `held` is kept until the last may leave: what counts the bytes that the pieces look at.
    """

    def __init__(
        self, parts: Sequence[bytes | memoryview], headers: Mapping[str, str], media_type: str,
        held: object = None,
    ) -> None:  # fmt: skip
        self._held = held
        length = sum(map(len, parts))
        self._parts = list(_joined(parts))
        told = {**headers, "content-length": str(length)}
        super().__init__(None, 200, told, media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As Starlette asks for it."""
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        self._parts.reverse()
        while self._parts:
            part = self._parts.pop()
            await send({"type": "http.response.body", "body": part, "more_body": bool(self._parts)})
