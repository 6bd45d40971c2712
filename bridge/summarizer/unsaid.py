"""What a message holds that no picture may: spoken lines, notes between players, status blocks.

Known by runs of four words within one phrase, which two texts share only where one has them from
the other; little words do not count, for the dialects leave them out or put others in their place.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from bridge.summarizer.tidy import tidy
from bridge.summarizer.words import listed, read

RUN: Final = 4
"""Words in a row."""
_RETOLD: Final = read("retold")["en"]
_LITTLE: Final = frozenset(
    [
        *listed("prepositions"),
        *listed("pronouns"),
        *_RETOLD["drop"],
        *_RETOLD["list"],
        *_RETOLD["signs"],
        *(word for name in ("filler", "swap", "upon", "right") for word in _RETOLD[name]),
        *("next", "close", "right", "all", "man", "woman"),
    ]
)
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_PHRASE: Final = re.compile(r"[^,.;:!?。]+")
_PIECE: Final = re.compile(r"(?<=[.;!?。])\s*|(?<=,)\s+")

Runs = frozenset[tuple[str, ...]]


@lru_cache(maxsize=8)  # one message goes to several clouds
def unsaid(text: str) -> Runs:
    """The runs of words of a message that are no part of its narration."""
    return runs(text) - runs(tidy(text).story)


def runs(text: str) -> Runs:
    """All runs of a text."""
    words = [word for word, _ in _words(text)]
    return frozenset(tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1))


def leaked(text: str, forbidden: Runs) -> list[str]:
    """Where `text` has forbidden runs, each as it stands there; a list of things has none."""
    phrases = [_words(one[0]) for one in _PHRASE.finditer(text)] if forbidden else []
    windows = (words[at : at + RUN] for words in phrases for at in range(len(words) - RUN + 1))
    return [
        window[0][1].string[window[0][1].start() : window[-1][1].end()]
        for window in windows
        if tuple(word for word, _ in window) in forbidden
    ]


def _words(text: str) -> list[tuple[str, re.Match[str]]]:
    words = ((found[0].casefold().replace("’", "'"), found) for found in _WORD.finditer(text))
    return [(word, found) for word, found in words if word not in _LITTLE]


def without(text: str, strings: Iterable[str]) -> str:
    """`text` without the sentences and phrases that have a part in one of `strings`."""
    spans = [
        (found.start(), found.end())
        for string in strings
        for found in re.finditer(re.escape(string), text, re.IGNORECASE)
    ]
    kept, start = "", 0
    for end in (*(cut.end() for cut in _PIECE.finditer(text)), len(text)):
        if not any(first < end and start < last for first, last in spans):
            kept += text[start:end]
        elif kept and text[:end].rstrip().endswith((".", "!", "?", "。")):
            kept = f"{kept.rstrip(' ,;.')}. "  # the sentence whose last phrase went
        start = end
    return kept.strip(" ,;")
