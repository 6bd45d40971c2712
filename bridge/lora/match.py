"""Finds the LoRAs that a text calls for, in one pass whatever the dictionary's size."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import ahocorasick_rs

from bridge.domain import Lora
from bridge.lora.catalog import Catalog
from bridge.lora.edges import stands_alone
from bridge.lora.fold import fold, folded_term
from bridge.lora.mention import Mention, Story, story
from bridge.lora.sense import is_elsewhere, is_meant

_PLAIN_NAME: Final = re.compile(r"(?:[^\W\d_]|[ .])+")
_ARTICLE: Final = re.compile(r"(?:the|an?) ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hit:
    """A LoRA that a text calls for."""

    lora: Lora
    words: tuple[str, ...]
    """The keywords, aliases and trigger words found, as the dictionary writes them."""
    position: int
    """Offset in the text of the last one."""


@dataclass(frozen=True, slots=True)
class _Term:
    """What a pattern of the automaton stands for."""

    lora: Lora
    word: str
    proper: str = ""
    excludes: bool = False


class Matcher:
    """Matches texts against one catalogue; its automaton is built at the first text.

    An `exclude_keyword` anywhere in a text takes its LoRA out of it.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def match(self, text: str) -> tuple[Hit, ...]:
        """The LoRAs that `text` calls for, best rank first; before caps, groups and ratings.

        The text is taken as it stands: a chat message goes through `visible` first.
        """
        folded = fold(text)
        found: defaultdict[str, list[Mention]] = defaultdict(list)
        excluded: set[str] = set()
        told: Story | None = None
        for term, start, end in self._terms_in(folded.text):
            if term.excludes:
                excluded.add(term.lora.id)
                continue
            told = told or story(text, folded)
            mention = Mention(told, term.lora, term.word, term.proper, start, end)
            found[term.lora.id].append(mention)
        if not found:
            return ()
        mentions = {
            ident: meant
            for ident, each in found.items()
            if (meant := [one for one in _longest(each) if is_meant(one)])
        }
        left = _left_behind(mentions)
        return tuple(
            hit
            for ident in sorted(mentions.keys() - excluded - left, key=self._order.__getitem__)
            if (hit := _hit(mentions[ident]))
        )

    def _terms_in(self, folded: str) -> Iterator[tuple[_Term, int, int]]:
        automaton, owners = self._index
        for pattern, start, end in automaton.find_matches_as_indexes(folded, overlapping=True):
            if stands_alone(folded, start, end):
                for term in owners[pattern]:
                    yield term, start, end

    @cached_property
    def _order(self) -> Mapping[str, int]:
        return {ident: place for place, ident in enumerate(self.catalog.loras)}

    @cached_property
    def _index(self) -> tuple[ahocorasick_rs.AhoCorasick, list[list[_Term]]]:
        terms: defaultdict[str, list[_Term]] = defaultdict(list)
        for lora in self.catalog.loras.values():
            for word in dict.fromkeys((*lora.keywords, *lora.aliases, *lora.trigger_words)):
                terms[folded_term(word)].append(_Term(lora, word, _proper(lora, word)))
            for word in lora.exclude_keywords:
                terms[folded_term(word)].append(_Term(lora, word, excludes=True))
        terms.pop("", None)
        return ahocorasick_rs.AhoCorasick(list(terms)), list(terms.values())


@lru_cache(maxsize=2)
def matcher(catalog: Catalog) -> Matcher:
    """The matcher of a catalogue, kept while that catalogue is in use."""
    return Matcher(catalog)


def _longest(mentions: Sequence[Mention]) -> list[Mention]:
    """Without those inside a longer one: `Grace` in `Sister Grace`."""
    kept: list[Mention] = []
    for one in sorted(mentions, key=lambda one: (one.start, -one.end)):
        widest = kept[-1] if kept else one
        if one.end > widest.end or (one.start == widest.start and one.end == widest.end):
            kept.append(one)
    return kept


def _left_behind(mentions: Mapping[str, list[Mention]]) -> set[str]:
    """Those named only before the last jump in time, when somebody else is named after it."""
    named = {ident: found for ident, found in mentions.items() if found[0].is_name}
    before = {
        ident
        for ident, found in named.items()
        if all(mention.position < mention.story.turn for mention in found)
    }
    return before if before != named.keys() else set()


def _hit(mentions: list[Mention]) -> Hit | None:
    last = max(mentions, key=lambda mention: mention.start)
    if is_elsewhere(last):
        return None
    words = tuple(dict.fromkeys(mention.word for mention in mentions))
    return Hit(last.lora, words, last.position)


def _proper(lora: Lora, word: str) -> str:
    """The capitals without which a keyword is no name: those of plain words in a person's name.

    A keyword in small letters takes them from the LoRA's name, for many people write all keywords
    small. `K-7` and `D'arvit` are no ordinary words however they are written.
    """
    if lora.category != "character" or not _PLAIN_NAME.fullmatch(word):
        return ""
    shown = fold(word).cased.strip()
    if shown.islower():
        name = fold(lora.name)
        at = name.text.find(shown)
        if at < 0 or not stands_alone(name.text, at, at + len(shown)):
            return ""
        shown = name.cased[at : at + len(shown)]
    shown = _ARTICLE.sub(lambda article: article.group().lower(), shown, count=1)
    return "" if shown.islower() else shown
