"""The guard's word lists (`words/guard/*.json`, one a language) as one automaton over readings.

Keys of a file: `minors`, `schools` (where minors are), `never` (refused alone), `nudity`, `sex`,
`suggestive`, `gore` (these rate a text), `charged` (no rating, but not beside a minor), `people`
and `nudify` (real persons), `roles` (of real persons, before a name), `harmless` (phrases that only
look alike: what lies inside one does not count); the rest is for ages, see `guard_ages`. Terms are
written without punctuation, accents do not count, and a `*` at the end stands for any ending.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Final

import ahocorasick_rs

from bridge.summarizer.guard_fold import folded_term
from bridge.summarizer.words import read

_LANGUAGES: Final = ("en", "de", "fr", "es", "it", "pt", "ru", "pl", "nl", "ja", "zh", "ko")
_RULES: Final = (
    "minors", "schools", "never", "nudity", "sex", "suggestive", "gore", "charged", "people",
    "nudify", "harmless",
)  # fmt: skip
_FIRST_SOLID: Final = "\u2e80"
"""From here on scripts write without spaces, or glue particles on: a term counts anywhere."""
_SHORTEST_SPELLED: Final = 3


def terms(key: str) -> list[str]:
    """One key of all languages, folded; `*` kept."""
    found = (term for language in _LANGUAGES for term in read(f"guard/{language}").get(key, ()))
    return list(dict.fromkeys(map(folded_term, found)))


class Terms:
    """Finds which rules' terms are in a reading."""

    def __init__(self) -> None:
        owners: defaultdict[str, set[str]] = defaultdict(set)
        spelled: defaultdict[str, set[str]] = defaultdict(set)
        for rule in _RULES:
            for term in terms(rule):
                owners[_pattern(term)].add(rule)
                bare = term.rstrip("*").replace(" ", "")
                if (rule != "harmless" and len(bare) >= _SHORTEST_SPELLED) or bare >= _FIRST_SOLID:
                    spelled[bare].add(rule)
        self._owners = list(owners.values())
        self._automaton = ahocorasick_rs.AhoCorasick(list(owners))
        self._spelled_owners = list(spelled.values())
        self._spelled = ahocorasick_rs.AhoCorasick(list(spelled))

    def rules(self, reading: str) -> set[str]:
        """The rules whose terms stand in `reading` outside of harmless phrases."""
        hits = self._automaton.find_matches_as_indexes(reading, overlapping=True)
        if not hits:
            return set()
        spans = [(start, end) for at, start, end in hits if "harmless" in self._owners[at]]
        return {
            rule
            for at, start, end in hits
            if not any(first <= start and end <= last for first, last in spans)
            for rule in self._owners[at]
        }

    def spelled(self, words: Iterable[str]) -> set[str]:
        """The rules whose terms stand anywhere in words that were spelled out."""
        return {
            rule
            for word in words
            for at, _, _ in self._spelled.find_matches_as_indexes(word, overlapping=True)
            for rule in self._spelled_owners[at]
        } - {"harmless"}


@cache
def all_terms() -> Terms:
    """The automaton of all languages, built once."""
    return Terms()


def _pattern(term: str) -> str:
    if term >= _FIRST_SOLID:
        return term
    return f" {term.removesuffix('*')}" if term.endswith("*") else f" {term} "
