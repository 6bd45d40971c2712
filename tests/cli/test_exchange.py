"""What is written in one turn leaves in one call, and nothing is left behind."""

import asyncio
from typing import cast

from bridge.cli.exchange import SENT_AT_ONCE, Gathering


class Socket:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.calls: list[object] = []

    def writelines(self, parts: list[bytes]) -> None:
        self.calls.append([bytes(part) for part in parts])

    def close(self) -> None:
        self.calls.append("close")

    def is_closing(self) -> bool:
        return "close" in self.calls


def gathering() -> tuple[Gathering, Socket]:
    socket = Socket()
    return Gathering(cast("asyncio.Transport", socket)), socket


async def test_one_turn_is_one_call() -> None:
    transport, socket = gathering()
    transport.write(b"head")
    transport.write(memoryview(b"body"))
    assert socket.calls == []
    await asyncio.sleep(0)
    transport.write(b"next")
    await asyncio.sleep(0)
    assert socket.calls == [[b"head", b"body"], [b"next"]]


async def test_what_is_written_leaves_before_the_end() -> None:
    transport, socket = gathering()
    transport.write(b"last words")
    transport.close()
    await asyncio.sleep(0)
    assert socket.calls == [[b"last words"], "close"]
    assert transport.is_closing()


async def test_much_does_not_wait_for_more() -> None:
    transport, socket = gathering()
    transport.write(b"head")
    transport.write(bytes(SENT_AT_ONCE))
    assert len(socket.calls) == 1
    transport.write(b"next")
    await asyncio.sleep(0)
    assert socket.calls[1:] == [[b"next"]]
