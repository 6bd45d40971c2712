"""Which places a text hints at: rare words count more, from an index made once per list."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from heapq import nsmallest
from math import log
from typing import Final

from bridge.summarizer.places import CuratedPlace

_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_ENDING: Final = re.compile(r"(?:(?<=\w{4})(?:ing|ed|es|e)|(?<=\w\w[^\Ws])s)$")
_HINT: Final = 0.5
"""The least score of a hint: one naming word that few places share, or several weak ones."""
_STRONG: Final = 1.0
_WEAK: Final = 0.3
"""Of a word in the line or an activity: one alone is no hint."""


class PlaceIndex:
    """Finds places by words; knows nothing of which were used."""

    def __init__(self, places: Sequence[CuratedPlace]) -> None:
        self.places = places
        self._by_group: dict[str, list[CuratedPlace]] = defaultdict(list)
        weights: dict[str, dict[int, float]] = defaultdict(dict)
        for at, place in enumerate(places):
            self._by_group[place.group].append(place)
            for word, weight in _weighed(place):
                weights[word][at] = max(weight, weights[word].get(at, 0.0))
        self._weights: Mapping[str, Sequence[tuple[int, float]]] = {
            word: [(at, weight * _rarity(len(found), len(places))) for at, weight in found.items()]
            for word, found in weights.items()
        }

    def scores(self, text: str, names: Iterable[str] = ()) -> dict[str, float]:
        """By id, of places that share a word with the text; `names` are people, not hints."""
        known = {stem for name in names for stem in _stems(name)}
        scores: dict[int, float] = defaultdict(float)
        for stem in set(_stems(text)) - known:
            for at, weight in self._weights.get(stem, ()):
                scores[at] += weight
        return {self.places[at].id: score for at, score in scores.items()}

    def fitting(self, scores: Mapping[str, float]) -> list[CuratedPlace]:
        """Places that the text hints at, best first, then the rest of the best one's group."""
        hinted = [place for place in self.places if scores.get(place.id, 0.0) >= _HINT]
        hinted.sort(key=lambda place: -scores[place.id])
        rest = self._by_group[hinted[0].group] if hinted else []
        return list({place.id: place for place in (*hinted, *rest)}.values())


def shortlist(
    fitting: Sequence[CuratedPlace],
    scores: Mapping[str, float],
    fresh: Collection[CuratedPlace],
    *,
    size: int = 8,
) -> list[CuratedPlace]:
    """What an LLM may pick from: unused places that fit; all that fit, when none of them is left;
    where nothing is hinted, those of the next ones that share most with the text.
    """
    if fitting:
        unused = {place.id for place in fresh}
        return ([place for place in fitting if place.id in unused] or list(fitting))[:size]
    return nsmallest(size, fresh, key=lambda place: -scores.get(place.id, 0.0))


def _weighed(place: CuratedPlace) -> Iterator[tuple[str, float]]:
    tags = place.tags
    strong = " ".join((*tags.words, tags.weather))
    weak = " ".join((*tags.activity, tags.mood, place.text))
    yield from ((stem, _STRONG) for stem in _stems(strong))
    yield from ((stem, _WEAK) for stem in _stems(weak))


def _rarity(count: int, of: int) -> float:
    """1 for a word of one place, 0 for a word of all."""
    return log(of / count) / log(of) if of > 1 else 1.0


def _stems(text: str) -> list[str]:
    return [_ENDING.sub("", word) for word in _WORD.findall(text.casefold())]
