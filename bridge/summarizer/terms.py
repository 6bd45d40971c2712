"""Patterns of many terms, asked only about texts in which one of their terms can be."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

import ahocorasick_rs


class Glossary:
    """Lists of terms by name; one pass over a text tells of all of them.

    It costs less than one of the patterns, and most texts hold none of the terms.
    """

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        names: defaultdict[str, set[str]] = defaultdict(set)
        for name, terms in lists.items():
            for term in terms:
                names[max(term.split(), key=len)].add(name)  # what stands between words may vary
        self._names = list(names.values())
        self._words = ahocorasick_rs.AhoCorasick(list(names))
        self.lists_in = lru_cache(maxsize=4)(self._lists_in)

    def _lists_in(self, text: str) -> frozenset[str]:
        """Those of whose terms at least a word is in `text`."""
        found = self._words.find_matches_as_indexes(text, overlapping=True)
        return frozenset().union(*(self._names[word] for word, _, _ in found))


class Terms:
    """A pattern whose every match holds a term of the list `name`, word for word."""

    def __init__(self, pattern: re.Pattern[str], name: str, glossary: Glossary) -> None:
        self._pattern = pattern
        self._name = name
        self._glossary = glossary

    def search(self, text: str) -> re.Match[str] | None:
        """As the pattern's own."""
        if self._name not in self._glossary.lists_in(text):
            return None
        return self._pattern.search(text)

    def sub(self, instead: str, text: str) -> str:
        """As the pattern's own."""
        if self._name not in self._glossary.lists_in(text):
            return text
        return self._pattern.sub(instead, text)
