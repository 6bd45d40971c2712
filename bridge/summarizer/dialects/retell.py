"""Tells a prompt's sentences anew, so that no eight words in a row are the story's own.

A record may hold whole clauses of the text. Where a run of them is too long, one little word is
left out or gives way to another: the one that a reader misses least. Where there is none, the end
of the clause goes.
"""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from typing import Final

from bridge.summarizer.dialects.copied import ANYTHING, LONGEST_RUN, Run
from bridge.summarizer.dialects.little_words import How, Words, is_many, language, may_go, reads

_BEFORE: Final = (How.JOINED, How.RIGHT)
"""They put a word before one, which stays and may begin another run."""
_ELSEWHERE: Final = (How.NONE, How.DROPPED, How.JOINED, How.LISTED)
"""The order in other languages than English, in which an ending may hang on a little word."""
_SUBORDINATE: Final = frozenset(
    {"where", "that", "when", "until", "till", "which", "who", "as", "while", "because", "if"}
)
"""Before a subject whose verb must stay as it is."""
_OPENERS: Final = frozenset(
    {"that", "which", "who", "where", "when", "while", "because", "as", "to", "from", "with", "for",
     "in", "on", "at", "by", "into", "over", "under", "through", "without"}
)  # fmt: skip
"""With them begins what a clause can do without."""
_LEAST: Final = 2
"""Words of a run that stay."""
_STOPS: Final = re.compile(r"[,.;:!?]")
_REACH: Final = 6
"""Words before a verb in which its subject begins."""
_TOKEN: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[\W_]+")
_PIECE: Final = re.compile(r"[^\W_]+")
_THERE_IS: Final = re.compile(r"(?:(?<=[.!?] )|^)There (?:is|are|was|were) (\w)")
_SENTENCE: Final = re.compile(r"(?<=[.!?]) ")


def retold(
    text: str,
    exact: Iterable[str] = (),
    *,
    story: Container[Run] = ANYTHING,
    foreign: bool = True,
) -> str:
    """`text` with a little word changed in every run that `story` has; see `copied`.

    `exact` phrases keep every letter; without `foreign` only English is touched.
    """
    text = _THERE_IS.sub(lambda found: found[1].upper(), text)
    tokens = _tokens(text, _spans(text, exact))
    start = 0
    while run := _copied(tokens, story, start, foreign=foreign):
        how, best = _best(tokens, run)
        if how:
            _change(tokens, best, how)
        else:
            _cut_short(tokens, run)
        start = best if how in _BEFORE else best + 1
    return "".join(token.text for token in tokens)


def _copied(
    tokens: list["_Token"], story: Container[Run], start: int, *, foreign: bool
) -> list[int]:
    """The tokens of the first run from `start` on that stands in the story; none: empty."""
    run: list[tuple[int, str]] = []
    for at in range(start, len(tokens)):
        token = tokens[at]
        if not token.weight:
            continue
        if not (foreign or token.words.is_english):
            run = []
            continue
        is_ours = story is ANYTHING and " " in token.text  # a word was put before it
        pieces = _PIECE.findall(token.text.lower())
        run = [(at, pieces[-1])] if is_ours else run + [(at, piece) for piece in pieces]
        while len(run) > LONGEST_RUN:
            if tuple(piece for _, piece in run[: LONGEST_RUN + 1]) in story:
                return list(dict.fromkeys(one for one, _ in run[: LONGEST_RUN + 1]))
            del run[0]
        if token.is_fixed and story is ANYTHING:
            run = []
    return []


def _best(tokens: list["_Token"], run: list[int]) -> tuple[How, int]:
    """The change that reads best, and where; NONE at the first word when there is none."""
    found = [(_how(tokens, one), one) for one in run]
    helping = [each for each in found if each[0] and not (each[0] in _BEFORE and each[1] == run[0])]
    return max(helping, key=lambda each: _order(tokens, *each), default=(How.NONE, run[0]))


def _cut_short(tokens: list["_Token"], run: list[int]) -> None:
    """Where no little word helps, the clause ends before the run does."""
    for at in reversed(run[_LEAST:]):
        end = next(
            (one for one in range(at, len(tokens)) if _STOPS.match(tokens[one].text)), len(tokens)
        )
        tail = tokens[at:end]
        is_bound = any(one.is_fixed or not one.words.is_english for one in tail)
        if tokens[at].text.lower() in _OPENERS and tokens[at - 1].text == " " and not is_bound:
            tokens[at - 1 : end] = [_gap(one, "") for one in tokens[at - 1 : end]]
            return


def _order(tokens: list["_Token"], how: How, at: int) -> tuple[int, bool, int]:
    """Greater is better: not at a sentence's start, and late, so that few changes do."""
    token = tokens[at]
    worth = how if token.words.is_english else _ELSEWHERE.index(how)
    return worth, token.text.islower(), at


def bare(phrase: str) -> str:
    """`phrase` without any little word that can be spared, as in a list of tags."""
    tokens = _tokens(phrase, [])
    for at in range(len(tokens)):
        if _may_go(tokens, at):
            _change(tokens, at, How.DROPPED)
    return "".join(token.text for token in tokens)


def shortened(text: str, exact: Iterable[str], over: int) -> str:
    """`text` with up to `over` little words less, the last ones first."""
    tokens = _tokens(text, _spans(text, exact))
    for at in range(len(tokens) - 1, 0, -1):
        if over > 0 and tokens[at].words.is_english and _may_go(tokens, at):
            _change(tokens, at, How.DROPPED)
            over -= 1
    return "".join(token.text for token in tokens)


@dataclass(frozen=True, slots=True)
class _Token:
    """A word, or what stands between two."""

    text: str
    weight: int
    """How many words a reader may count in it."""
    words: Words
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
        words = language(free[start : start + len(sentence)])
        for found in _TOKEN.finditer(sentence):
            at = start + found.start()
            weight = 1 if found[0].isalnum() else len(_PIECE.findall(found[0]))
            is_fixed = weight > 0 and free[at] == " "
            done.append(_Token(found[0], weight, words, is_fixed))
        start += len(sentence) + 1
        done.append(_Token(" " if start < len(text) else "", 0, words, False))
    return done


def _how(tokens: list[_Token], at: int) -> How:
    """How a word may best be changed where it stands."""
    words, word = tokens[at].words, tokens[at].text.lower()
    before, after = _beside(tokens, at, -1), _beside(tokens, at, 1)
    if tokens[at].is_fixed:
        return How.NONE
    how, _ = words.changes.get(word, (How.NONE, ""))
    is_bound = how is How.GOING and not _SUBORDINATE.isdisjoint(_before(tokens, at))
    if how and after and not is_bound and reads(how, before, after):
        return how
    if words.is_english and word == "the" and is_many(after):
        return How.PLURAL
    is_after_comma = at > 1 and tokens[at - 1].text == ", "
    if word in words.listing and after:
        return How.DROPPED if is_after_comma else How.LISTED if before else How.NONE
    if _may_go(tokens, at):
        return How.DROPPED
    return How.JOINED if (is_after_comma and after) or _starts(tokens, at) else How.NONE


def _may_go(tokens: list[_Token], at: int) -> bool:
    token, before, after = tokens[at], _beside(tokens, at, -1), _beside(tokens, at, 1)
    return not token.is_fixed and may_go(token.words, token.text.lower(), before, after)


def _starts(tokens: list[_Token], at: int) -> bool:
    """Whether a word begins a sentence that is not the first."""
    return at > 2 and tokens[at - 1].text == " " and tokens[at - 2].text == "."


def _beside(tokens: list[_Token], at: int, way: int) -> str:
    """The next word that way, where only a space lies between."""
    there = at + 2 * way
    if not 0 <= there < len(tokens) or tokens[at + way].text != " ":
        return ""
    return tokens[there].text.lower() if tokens[there].weight else ""


def _before(tokens: list[_Token], at: int) -> list[str]:
    """The words before one, as far as a subject reaches."""
    words = [token.text.lower() for token in tokens[max(0, at - 2 * _REACH) : at] if token.weight]
    return words[-_REACH:]


def _change(tokens: list[_Token], at: int, how: How) -> None:
    token = tokens[at]
    _, new = token.words.changes.get(token.text.lower(), (How.NONE, ""))
    if how is How.LISTED:
        tokens[at - 1], tokens[at] = _gap(tokens[at - 1], ""), _gap(token, ",")
    elif how is How.JOINED:
        is_name = token.text[1:2].isupper()
        rest = token.text if is_name else f"{token.text[0].lower()}{token.text[1:]}"
        tokens[at] = replace(token, text=f"{_like(token.text, token.words.join)} {rest}")
    elif new and how > How.LISTED and (how is not How.OWNER or _beside(tokens, at, -1)):
        tokens[at] = replace(token, text=_like(token.text, new), weight=len(new.split()))
    else:
        after = tokens[at + 2]
        tokens[at + 2] = replace(after, text=_like(token.text, after.text))
        tokens[at], tokens[at + 1] = _gap(token, ""), _gap(tokens[at + 1], "")


def _gap(token: _Token, text: str) -> _Token:
    return replace(token, text=text, weight=0)


def _like(old: str, new: str) -> str:
    """`new` with a capital where `old` had one."""
    return f"{new[0].upper()}{new[1:]}" if old[0].isupper() else new
