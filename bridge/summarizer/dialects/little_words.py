"""The little words of each language, and how one may be changed where it stands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any, Final

from bridge.summarizer.clauses import ing
from bridge.summarizer.words import listed, read


class How(IntEnum):
    """How a word is changed; what reads better is greater."""

    NONE = 0
    JOINED = 1
    """Another word before it."""
    DROPPED = 2
    """Left out, though it is missed."""
    LISTED = 3
    """A comma for `and`."""
    OWNER = 4
    """`the` for `her`."""
    RIGHT = 5
    """`right up` for `up`."""
    PRONOUN = 6
    """`the man` for `he`, `a pair of` for `two`."""
    UPON = 7
    """A stiffer word."""
    ARTICLE = 8
    """`the` for `a`."""
    PLURAL = 9
    """`the` left out before many things."""
    GOING = 10
    """`going` for `goes`."""
    SWAPPED = 11
    """Another word that means the same."""
    FILLER = 12
    """Left out: it says nothing."""


_KINDS: Final = {
    "filler": How.FILLER, "swap": How.SWAPPED, "article": How.ARTICLE, "upon": How.UPON,
    "pronoun": How.PRONOUN, "right": How.RIGHT, "owner": How.OWNER,
}  # fmt: skip
"""The lists of `retold.json`."""
_PIECE: Final = re.compile(r"[^\W_]+")
_NOUN: Final = re.compile(r"(?!(?:it|there|he|she|they|that|this|who|which|what|and)$)[a-z]{3,}")
_MANY: Final = re.compile(r"(?!.*(?:ss|us|is|as)$)[a-z]{3,}s")
_LEADS: Final = frozenset({"the", "a", "an", "his", "her", "its", "their"})
_COUNTED: Final = frozenset(
    {"few", "little", "lot", "bit", "hundred", "thousand", "dozen", "minute", "moment", "while",
     "quarter", "year", "day", "pair", "half", "third", "hand's", "hand’s", "time", "single"}
)  # fmt: skip
"""After `a`, which belongs to them."""
_NO_ARTICLE: Final = frozenset(
    {"like", "as", "such", "what", "half", "quite", "many", "is", "was", "are", "were", "than"}
)
"""Before `a`, for which `the` would mean something else."""
_AFTER_HER: Final = frozenset(
    {"a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "of", "off", "on", "over",
     "the", "through", "to", "under", "up", "down", "out", "with", "while", "back"}
)  # fmt: skip
"""What shows that `her` was no possessive."""
_NOT_BEFORE: Final = frozenset(
    {"the", "of", "only", "these", "those", "or", "by", "and", "at", "each", "every"}
)
"""Beside `two` and `one`, which belong to them."""
_NOT_BEFORE_RIGHT: Final = frozenset(
    {"to", "of", "from", "straight", "up", "right", "upside", "far", "long", "given", "gave"}
)
_LIMBS: Final = frozenset(
    {"hand", "arm", "leg", "foot", "eye", "ear", "knee", "hip", "finger", "shoulder", "end", "side"}
)
"""Of which one has more: `one hand` is not `a single hand`."""
_COPULAS: Final = frozenset({"is", "are", "was", "were"})
_SUBJECTS: Final = frozenset(
    {"it", "there", "he", "she", "they", "that", "this", "which", "who", "what", "here"}
)
"""What needs its copula."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's little words."""

    drop: frozenset[str]
    listing: tuple[str, ...]
    join: str
    changes: Mapping[str, tuple[How, str]]
    """How else a word may be changed, and into what."""
    signs: frozenset[str]
    """What the language is known by: these and other common words."""
    is_english: bool


def reads(how: How, before: str, after: str) -> bool:
    """Whether a change of an English word reads well between its neighbours."""
    return {
        How.FILLER: before not in _NO_ARTICLE,
        How.SWAPPED: after != "of",
        How.GOING: bool(_NOUN.fullmatch(before)),
        How.ARTICLE: after not in _COUNTED and before not in _NO_ARTICLE,
        How.UPON: after in _LEADS,
        How.RIGHT: before not in _NOT_BEFORE_RIGHT and before not in _LEADS,
        How.PRONOUN: before not in _NOT_BEFORE and after not in _NOT_BEFORE | _LIMBS,
        How.OWNER: after not in _AFTER_HER,
    }.get(how, True)


def may_go(words: Words, word: str, before: str, after: str) -> bool:
    """Whether a little word can be spared between its neighbours."""
    if word not in words.drop or not after:
        return False
    if word in _COPULAS:
        return before not in _SUBJECTS
    return after not in (_AFTER_HER if word == "her" else _COUNTED)


def is_many(word: str) -> bool:
    """Whether a noun looks like a plural."""
    return bool(_MANY.fullmatch(word))


def language(sentence: str) -> Words:
    """The language whose little words are the most in a sentence; English in doubt."""
    found = set(_PIECE.findall(sentence.lower()))
    best = max(_lists().values(), key=lambda one: len(found & one.signs))
    is_sure = not sentence.isascii() or len(found & best.signs) > 1
    return best if is_sure else _lists()["en"]


@cache
def _lists() -> Mapping[str, Words]:
    raw: Mapping[str, Any] = read("retold")
    return {name: _read(one, is_english=name == "en") for name, one in raw.items()}


def _read(raw: Mapping[str, Any], *, is_english: bool) -> Words:
    changes = {
        word: (how, new) for name, how in _KINDS.items() for word, new in raw.get(name, {}).items()
    }
    if is_english:
        changes |= {deed: (How.GOING, ing(deed)) for deed in listed("deeds")}
    drop, listing = frozenset(raw["drop"]), tuple(raw["list"])
    signs = drop.union(listing, raw.get("signs", ()))
    return Words(drop, listing, raw["join"], changes, signs, is_english)
