"""A large answer goes out in its pieces, a small one in one."""

import pytest
from starlette.types import Message

from bridge.api.pieces import JOINED, Pieces


@pytest.mark.parametrize(("size", "bodies"), [(JOINED + 1, 3), (10, 1)])
async def test_pieces(size: int, bodies: int) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    parts: list[bytes | memoryview] = [b"<", memoryview(b"x" * size), b">"]
    await Pieces(parts, {"X-Bridge-Model": "m"}, "application/json")({}, receive, send)
    start, *rest = sent
    assert dict(start["headers"]) == {
        b"x-bridge-model": b"m",
        b"content-length": str(size + 2).encode(),
        b"content-type": b"application/json",
    }
    assert b"".join(part["body"] for part in rest) == b"<" + b"x" * size + b">"
    assert [part["more_body"] for part in rest] == [True] * (bodies - 1) + [False]
