"""The bridge as it is served, but with pictures kept nowhere and clouds that take all at once.

    python -m bench.unkept PORT [kept] [limited] [unbooked]

What is kept is measured by itself: `kept` leaves the folder in place, and `limited` the clouds'
limits. `unbooked` writes nothing at all into the books, to show what they cost. Whatever is not the
way of a picture through the bridge, such as a cloud's limit of pictures at once, is out of the way.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from unittest.mock import Mock, patch

from bridge.cli import main as run
from bridge.domain import PictureKind
from bridge.providers import adapters
from bridge.store.database import Store

AT_ONCE = 256


class Nowhere:
    """Blobs that hold nothing."""

    async def save(self, raw: bytes | memoryview, kind: PictureKind) -> str:
        """A digest of nothing."""
        return "0" * 64

    async def load(self, digest: str, kind: PictureKind) -> bytes:
        """There are none."""
        raise FileNotFoundError(digest)


async def nothing(*writes: object) -> None:
    """In place of a commit."""


def main(arguments: Sequence[str]) -> int:
    """Serve until a signal."""
    if "unbooked" in arguments:
        for name, instead in {"put": Mock(), "keep": nothing, "keep_lazily": nothing}.items():
            setattr(Store, name, instead)
    for kind in () if "limited" in arguments else adapters().values():
        kind.card = replace(kind.card, at_once=AT_ONCE)
    serve = ["serve", "--port", arguments[0]]
    if "kept" in arguments:
        return run(serve)
    with patch("bridge.app.pictures", lambda settings: Nowhere()):
        return run(serve)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
