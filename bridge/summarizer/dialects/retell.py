"""Tells a prompt's sentences anew, so that no eight words in a row are the story's own.

A record may hold whole clauses of the text. An image model needs neither articles nor copulas, so
one of these is left out before a run grows too long, the one that is missed least.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from bridge.summarizer.words import read

LONGEST_RUN: Final = 7
"""Words in a row that are left as they stand."""
DROPPED, LISTED, JOINED, SWAPPED = 4, 3, 2, 1
"""A little word left out; a comma for `and`; `also` before a word; another word for one."""
_TOKEN: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[\W_]+")
_PIECE: Final = re.compile(r"[^\W_]+")
_THERE_IS: Final = re.compile(r"(?:(?<=[.!?] )|^)There (?:is|are|was|were) (\w)")
_SENTENCE: Final = re.compile(r"(?<=[.!?]) ")
_COUNTED: Final = frozenset(
    {"few", "little", "lot", "bit", "hundred", "thousand", "dozen", "minute", "moment", "while"}
)
"""After `a`, which belongs to them."""
_AFTER_HER: Final = frozenset(
    {"a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "of", "off", "on", "over",
     "the", "through", "to", "under", "up", "down", "out", "with", "while", "back"}
)  # fmt: skip
"""What shows that `her` was no possessive."""
_COPULAS: Final = frozenset({"is", "are", "was", "were"})
_SUBJECTS: Final = frozenset(
    {"it", "there", "he", "she", "they", "that", "this", "which", "who", "what", "here"}
)
"""What needs its copula."""


@dataclass(frozen=True, slots=True)
class _Words:
    """One language's little words."""

    drop: frozenset[str]
    listing: tuple[str, ...]
    join: str
    swap: Mapping[str, str]
    signs: frozenset[str]
    """What the language is known by: these and other common words."""
    is_english: bool


def retold(text: str, exact: Iterable[str] = (), *, foreign: bool = True) -> str:
    """`text` with a little word less in every run of eight; `exact` phrases keep every letter.

    Without `foreign` only English is touched.
    """
    text = _THERE_IS.sub(lambda found: found[1].upper(), text)
    tokens = _tokens(text, _spans(text, exact))
    run: list[int] = []
    for at, token in enumerate(tokens):
        if not token.weight:
            continue
        is_kept = token.is_fixed or not (foreign or token.words.is_english)
        run = [] if is_kept else [*run, at]
        while sum(tokens[one].weight for one in run) > LONGEST_RUN:
            worth, best = _best(tokens, run)
            if worth:
                _change(tokens, best, worth)
            run = run[run.index(best) + (worth != JOINED) :]
    return "".join(token.text for token in tokens)


def _best(tokens: list["_Token"], run: list[int]) -> tuple[int, int]:
    """The change that reads best, and where; 0 at the first word when there is none."""
    found = [(_worth(tokens, one), one) for one in run]
    helping = [each for each in found if each[0] and each != (JOINED, run[0])]
    return max(helping, key=lambda each: _order(tokens, *each), default=(0, run[0]))


def _order(tokens: list["_Token"], worth: int, at: int) -> tuple[int, bool, int]:
    """Greater is better: not at a sentence's start, and late, so that few changes do.

    In other languages than English an ending may hang on the word that would be left out.
    """
    token = tokens[at]
    return worth if token.words.is_english else -worth, token.text.islower(), at


def bare(phrase: str) -> str:
    """`phrase` without any little word that can be spared, as in a list of tags."""
    tokens = _tokens(phrase, [])
    for at, token in enumerate(tokens):
        if token.text.lower() in token.words.drop and _worth(tokens, at) == DROPPED:
            _change(tokens, at, DROPPED)
    return "".join(token.text for token in tokens)


@dataclass(frozen=True, slots=True)
class _Token:
    """A word, or what stands between two."""

    text: str
    weight: int
    """How many words a reader may count in it."""
    words: _Words
    is_fixed: bool


def _spans(text: str, exact: Iterable[str]) -> list[tuple[int, int]]:
    """Where the exact phrases stand, whatever their case."""
    lower = text.lower() if len(text.lower()) == len(text) else text
    spans = []
    for phrase in filter(None, (one.lower() for one in exact)):
        at = lower.find(phrase)
        while at >= 0:
            spans.append((at, at + len(phrase)))
            at = lower.find(phrase, at + len(phrase))
    return spans


def _tokens(text: str, spans: list[tuple[int, int]]) -> list[_Token]:
    done: list[_Token] = []
    start, free = 0, text
    for first, last in spans:
        free = free[:first] + " " * (last - first) + free[last:]
    for sentence in _SENTENCE.split(text):
        words = _language(free[start : start + len(sentence)])
        for found in _TOKEN.finditer(sentence):
            at = start + found.start()
            weight = 1 if found[0].isalnum() else len(_PIECE.findall(found[0]))
            is_fixed = weight > 0 and free[at] == " "
            done.append(_Token(found[0], weight, words, is_fixed))
        start += len(sentence) + 1
        done.append(_Token(" " if start < len(text) else "", 0, words, False))
    return done


def _worth(tokens: list[_Token], at: int) -> int:
    """How well a change at a word reads, of the numbers below; 0 where there is none."""
    words, word = tokens[at].words, tokens[at].text.lower()
    before, after = _beside(tokens, at, -1), _beside(tokens, at, 1)
    is_after_comma = at > 1 and tokens[at - 1].text == ", "
    if tokens[at].is_fixed:
        return 0
    if word in words.drop and after and not _is_bound(word, before, after):
        return DROPPED
    if word in words.listing and after and is_after_comma:
        return DROPPED
    if word in words.listing and after and before:
        return LISTED
    if tokens[at].weight and ((is_after_comma and after) or _starts(tokens, at)):
        return JOINED
    return SWAPPED if word in words.swap else 0


def _starts(tokens: list[_Token], at: int) -> bool:
    """Whether a word begins a sentence that is not the first."""
    return at > 2 and tokens[at - 1].text == " " and tokens[at - 2].text == "."


def _is_bound(word: str, before: str, after: str) -> bool:
    """Whether a little word cannot be spared where it stands."""
    if word in _COPULAS:
        return before in _SUBJECTS
    return after in (_AFTER_HER if word == "her" else _COUNTED)


def _beside(tokens: list[_Token], at: int, way: int) -> str:
    """The next word that way, where only a space lies between."""
    there = at + 2 * way
    if not 0 <= there < len(tokens) or tokens[at + way].text != " ":
        return ""
    return tokens[there].text.lower() if tokens[there].weight else ""


def _change(tokens: list[_Token], at: int, worth: int) -> None:
    token = tokens[at]
    if worth == DROPPED:
        after = tokens[at + 2]
        tokens[at + 2] = replace(after, text=_like(token.text, after.text))
        tokens[at], tokens[at + 1] = replace(token, text=""), replace(token, text="", weight=0)
    elif worth == LISTED:
        tokens[at - 1], tokens[at] = replace(token, text="", weight=0), replace(token, text=",")
    elif worth == SWAPPED:
        new = token.words.swap[token.text.lower()]
        tokens[at] = replace(token, text=_like(token.text, new))
    elif worth == JOINED:
        is_name = token.text[1:2].isupper()
        rest = token.text if is_name else f"{token.text[0].lower()}{token.text[1:]}"
        text = f"{_like(token.text, token.words.join)} {rest}"
        tokens[at] = replace(token, text=text)


def _like(old: str, new: str) -> str:
    """`new` with a capital where `old` had one."""
    return f"{new[0].upper()}{new[1:]}" if old[0].isupper() else new


def _language(sentence: str) -> _Words:
    """The language whose little words are the most in a sentence; English in doubt."""
    found = set(_PIECE.findall(sentence.lower()))
    best = max(_lists().values(), key=lambda one: len(found & one.signs))
    is_sure = not sentence.isascii() or len(found & best.signs) > 1
    return best if is_sure else _lists()["en"]


@cache
def _lists() -> Mapping[str, _Words]:
    raw: Mapping[str, Any] = read("retold")
    return {name: _read(one, is_english=name == "en") for name, one in raw.items()}


def _read(raw: Mapping[str, Any], *, is_english: bool) -> _Words:
    drop, listing = frozenset(raw["drop"]), tuple(raw["list"])
    signs = drop.union(listing, raw.get("signs", ()))
    return _Words(drop, listing, raw["join"], raw.get("swap", {}), signs, is_english)
