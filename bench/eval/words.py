"""How texts are compared: content words with their endings cut off, runs of words in common."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final

_LITTLE: Final = frozenset(
    Path(__file__).with_name("little.txt").read_text(encoding="utf-8").split()
)
_ENDINGS: Final = ("ingly", "edly", "ing", "ies", "ied", "ed", "es", "s", "ly", "y", "e")
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SHORT: Final = 3
"""Letters up to which a word must match whole."""


def words(text: str) -> list[str]:
    """Words in small letters, apostrophes made straight."""
    return _WORD.findall(unicodedata.normalize("NFC", text).replace("’", "'").casefold())


def stem(word: str) -> str:
    """A word without its commonest endings; `running` and `runs` become one."""
    word = word.removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORT:
            word = word.removesuffix(ending)
            break
    return word[:-1] if len(word) > _SHORT and word[-1] == word[-2] else word


def content(text: str) -> set[str]:
    """The stems of all words but the little ones."""
    return {stem(word) for word in words(text) if word not in _LITTLE and len(word) > 1}


def kept(fact: str, have: set[str], names: Iterable[str]) -> float:
    """Share of a fact's content words, names aside, that `have` holds, also in a longer word.

    `stand` is kept by `standing`, `book` by `bookshelf`: that is as far as paraphrase goes here.
    """
    wanted = content(fact) - set(names)
    return sum(any(_same(one, word) for word in have) for one in wanted) / len(wanted or "1")


def _same(one: str, other: str) -> bool:
    is_long = len(one) > _SHORT and len(other) > _SHORT
    return one == other or (is_long and (one.startswith(other) or other.startswith(one)))


def f1(told: str, label: str) -> float:
    """Harmonic mean of precision and recall of content words; 1.0 for two empty texts."""
    had, wanted = content(told), content(label)
    if not (had and wanted):
        return float(had == wanted)
    both = len(had & wanted)
    return 2 * both / (len(had) + len(wanted))


def run_in_common(told: str, text: str) -> int:
    """Words of the longest passage of `text` that stands in `told` word for word."""
    left, right = words(text), words(told)
    return SequenceMatcher(None, left, right, autojunk=False).find_longest_match().size
