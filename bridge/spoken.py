"""Whether a name in a spoken line is called or only talked of, and whether a word is painted.

Rules look at the line alone, in small letters; where in doubt whoever is named is there. The words
are in `spoken.json`.
"""

import json
import re
from pathlib import Path
from typing import Final

_WORDS: Final[dict[str, list[str]]] = json.loads(
    Path(__file__).with_suffix(".json").read_text(encoding="utf-8")
)
_ANY: Final = {name: f"(?:{'|'.join(words)})" for name, words in _WORDS.items()}
_QUOTED: Final = re.compile(r'"([^"]*)"|“([^“”]*)”')
_INNER: Final = re.compile(r"(?<!\w)'([^']*(?:(?<=\w)'(?=\w)[^']*)*(?<=[.,!?…—-]))'(?!\w)")
"""Single quotes frame speech where there are no double ones."""
_CALLED_BEFORE: Final = re.compile(rf"(?:^|[,.!?…;:—-]\s?|\b{_ANY['calling']} )$")
_CALLED_AFTER: Final = re.compile(r"[,.!?…;:\"”—-]|$")
_OF_BEFORE: Final = re.compile(rf"\b{_ANY['of']} $")
_OF_AFTER: Final = re.compile(rf",? (?:[a-z]+ed|{_ANY['did']})\b|'(?:ll|d) ")
_CAPITALS: Final = re.compile(r"(?:\b[A-Z][A-Z'’&-]+\b[,.]? )+$")
_MORE_CAPITALS: Final = re.compile(r"(?:'S)?,?(?: [A-Z][A-Z'’&-]+\b| I\b)+")
_WRITTEN: Final = re.compile(
    rf"\b{_ANY['written']}\b(?: [\w-]+){{0,3}}[:,]? ?[\"“'(]?$|\([\"“]?$", re.IGNORECASE
)
_SHOWN: Final = re.compile(rf"\b{_ANY['shown']} $")
_SIGHT: Final = 64
_SHORTEST: Final = 3
"""Letters; `AI` is always written so."""


def lines(text: str) -> tuple[tuple[int, int], ...]:
    """Where the spoken lines of a text begin and end; none where its quotes do not match."""
    if text.count('"') % 2:
        return ()
    found = list(_QUOTED.finditer(text)) or list(_INNER.finditer(text))
    return tuple((one.start() + 1, one.end() - 1) for one in found)


def is_lettering(cased: str, start: int, end: int) -> bool:
    """`"HOPE YOU LIKE IT" runs down the van`: capitals that nobody shouts are painted."""
    word, before, after = cased[start:end], cased[max(0, start - _SIGHT) : start], cased[end:]
    if not word.isupper() or len(word) < _SHORTEST:
        return False
    more = _MORE_CAPITALS.match(after)
    if after[more.end() if more else 0 :].startswith("!"):
        return False
    is_last = _CAPITALS.search(before) and _CALLED_AFTER.match(after)
    return bool(more or is_last or _WRITTEN.search(before))


def is_called(before: str, after: str) -> bool:
    """What a line says before and after a name, in small letters: `Rose, come here`."""
    return bool(_CALLED_BEFORE.search(before) and _CALLED_AFTER.match(after))


def is_talked_of(before: str, after: str) -> bool:
    """What a line says before and after a name: `tell me about Rose`, `Rose sold it to you`."""
    if is_called(before, after):
        return False
    return bool(_OF_BEFORE.search(before) or (_OF_AFTER.match(after) and not _SHOWN.search(before)))
