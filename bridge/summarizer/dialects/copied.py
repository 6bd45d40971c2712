"""The runs of words that a story has: what a prompt may not repeat."""

import re
from collections.abc import Container, Iterator
from functools import lru_cache
from typing import Final

from bridge.visible import visible

LONGEST_RUN: Final = 7
"""Words in a row that are left as they stand."""
_PIECE: Final = re.compile(r"[^\W_]+")

Run = tuple[str, ...]


class _All:
    """Every run: where it is not known what the story says."""

    def __contains__(self, run: object) -> bool:
        return True


ANYTHING: Final[Container[Run]] = _All()


@lru_cache(maxsize=8)  # a story goes to several clouds
def told_in(story: str) -> Container[Run]:
    """All runs of a story that are too long to stand in a prompt; ANYTHING for no story."""
    if not story:
        return ANYTHING
    texts = dict.fromkeys((story, visible(story)))
    return frozenset(run for text in texts for run in _runs(_PIECE.findall(text.lower())))


def _runs(words: list[str]) -> Iterator[Run]:
    for at in range(len(words) - LONGEST_RUN):
        yield tuple(words[at : at + LONGEST_RUN + 1])
