"""Where a moment is: the place that it names, or the one that follows from the things in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from bridge.scene import Place
from bridge.summarizer.people import SIGN
from bridge.summarizer.words import listed, one_of, read

_WORDS: Final = read("places")
_PLACES: Final = frozenset([*_WORDS["inside"], *_WORDS["outside"]])
_PREPOSITIONS: Final = frozenset([*listed("prepositions"), "of", "aboard"])
_DETERMINERS: Final = frozenset(_WORDS["determiners"])
_NO_ADJECTIVE: Final = _PREPOSITIONS | frozenset([*listed("pronouns"), *_WORDS["no_adjectives"]])
_FURNITURE: Final = frozenset(_WORDS["furniture"])
"""`the cellar shelf`: in the cellar."""
_NOUNS: Final = frozenset(
    [
        *(word for name in ("things", "garments", "animals") for word in listed(name)),
        *(word for heads in read("people")["heads"].values() for word in heads),
    ]
) - {"barefoot"}
"""After a place they make it a compound: `the bus driver`."""
_VEHICLES: Final = frozenset(_WORDS["vehicles"])
_PARTS: Final = frozenset(_WORDS["parts"])
"""Of a place rather than one."""
_BROAD: Final = frozenset(_WORDS["broad"])
"""Places that hold other places: `the city`, `the house`."""
_BEING_IN: Final = frozenset(_WORDS["being_in"])
_ABOARD: Final = frozenset(_WORDS["aboard"])
"""`at the rail of the ferry`."""
_ON: Final = ("on", "onto", "up", "down")
"""`on the roof`: then the roof is the place."""
_NEVER: Final = ("wall", "floor", "ledge")
"""Things hang on a wall."""
_FAR: Final = frozenset(_WORDS["being_far"])
_OPENS: Final = re.compile(r"[.!?:]\s+(?:all (?:along|round|over)\s+)?$", re.IGNORECASE)
_IS_TOPIC: Final = re.compile(rf"(?: of (?:the )?[\w-]+)?\s(?:{one_of(_WORDS['makes_topic'])})\b")
_ASIDE: Final = re.compile(
    r"\b(?:photograph|picture|painting|portrait|postcard|film) (?:shows?|showed) [^.;]*"
    r"|\b(?:where s?he|where they|when (?:s?he|they) (?:was|were|had|left|caught|came|went)) [^.,]*"
    r"|\blike an? [^.,;]*|\bwhole\b "
)
"""What is pictured in the picture, what is over, what is only compared."""
_WORD: Final = re.compile(rf"(?:{SIGN}(?=['’]s\b))?[\w’'-]+")
_OF_NAMED: Final = re.compile(
    r"\s(?:of|at) (?:the )?(?:[A-Z][\w’'-]+ ){0,2}[A-Z][\w’'-]+|\sof the [\w’'-]+(?=[.,;!?]|$)"
)
_JOINS: Final = re.compile(r"\s(?:of|at|above|below|over|outside|in|on|by|beside|behind|under)\s")
_OPENING: Final = 24
"""Characters before a phrase in which its sentence may begin."""
_MOST_ADJECTIVES: Final = 3
_OF_ANOTHER: Final = -9
"""Weight of what is no place by itself: a boat that passes, but `the hold of the boat`."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A place in a text: where its phrase begins and ends, and how sure it is."""

    noun: str
    start: int
    end: int
    weight: int


def place_of(text: str) -> Place:
    """The place that a moment names; `implied` by its furniture; else unstated.

    In `text` people are signs or plain nouns.
    """
    text = _ASIDE.sub("", text)
    found = list(_named(text))
    best = max(found, key=lambda one: (one.weight, -one.start), default=None)
    if best and best.weight > _OF_ANOTHER:
        return Place("", "explicit", _phrase(text, best, found))
    return _implied(text)


def _implied(text: str) -> Place:
    """The place with the most things of its kind in the text."""
    counts = {place: len(cue.findall(text)) for place, cue in _cues().items()}
    best = max(counts, key=lambda place: counts[place])
    article = "an" if best[0] in "aeiou" else "a"
    return Place("", "implied", f"{article} {best}") if counts[best] else Place()


@cache
def _cues() -> dict[str, re.Pattern[str]]:
    """What is found at each place; built when first a text names none."""
    led = r"\b(?:the|an?|his|her|their|my|your|its|one)\s(?:[\w-]+\s){0,2}?"
    return {
        place: re.compile(rf"{led}(?:{one_of(cues)})\b", re.IGNORECASE)
        for place, cues in _WORDS["implied"].items()
    }


def _named(text: str) -> Iterator[_Found]:
    """Every place noun with its adjectives and its determiner or preposition."""
    tokens = list(_WORD.finditer(text))
    words = [token[0].casefold().replace("’", "'") for token in tokens]
    last = -1
    for index in range(len(tokens)):
        length = _length(words, index)
        if not length or index <= last:
            continue
        last = index + length - 1
        if one := _judged(text, tokens, words, index, length):
            yield one


def _length(words: list[str], index: int) -> int:
    """Words of the longest place noun that begins at `index`; 0 if none does."""
    for length in (3, 2, 1):
        noun = " ".join(words[index : index + length])
        if index + length <= len(words) and (noun in _PLACES or noun.removesuffix("'s") in _PLACES):
            return length
    return 0


def _judged(
    text: str, tokens: list[re.Match[str]], words: list[str], index: int, length: int
) -> _Found | None:
    noun = " ".join(words[index : index + length])
    noun = noun if noun in _PLACES else noun.removesuffix("'s")
    end = tokens[index + length - 1].end()
    first = _first(text, tokens, words, index)
    start = tokens[first].start()
    is_led = words[first] in _DETERMINERS or text[start] >= SIGN[1]
    before = words[first - 1] if first and text[tokens[first - 1].end() : start] == " " else ""
    opens = bool(_OPENS.search(f". {text}"[max(0, start - _OPENING) : start + 2]))
    if not (is_led or before in _BEING_IN or opens):
        return None
    following = words[index + length] if index + length < len(words) else ""
    if text[end : end + 1] != " ":
        following = ""
    is_compound = following.rstrip("s") in _NOUNS or following in _NOUNS
    if is_compound and following not in _FURNITURE and following not in _PREPOSITIONS:
        return None
    is_topic = opens and bool(_IS_TOPIC.match(text[end:]))
    is_within = before in _BEING_IN or (before == "of" and words[first - 2] in _ABOARD)
    is_bare = noun == "room" and index - first < 2
    if is_bare or (noun in _VEHICLES and not (is_within or is_topic or following in _FURNITURE)):
        return _Found(noun, start, end, _OF_ANOTHER)  # a place only for who is in it
    weight = _weight(noun, before, following in _FURNITURE, is_topic) - 2 * (not is_led)
    return _Found(noun, start, end, weight)


def _first(text: str, tokens: list[re.Match[str]], words: list[str], index: int) -> int:
    """Index of the determiner, else of the first adjective next to the noun."""
    nearest = index
    for at in range(index - 1, max(-1, index - 2 - _MOST_ADJECTIVES), -1):
        if text[tokens[at].end() : tokens[at + 1].start()] != " ":
            break
        if words[at] in _DETERMINERS or text[tokens[at].start()] >= SIGN[1]:
            return at
        if words[at] in _NO_ADJECTIVE:
            break
        nearest = index - 1
    return nearest


def _weight(noun: str, before: str, has_furniture: bool, is_topic: bool) -> int:
    weight = 4 if before in _BEING_IN else 0 if before in _FAR else 2
    weight += 3 * is_topic - has_furniture
    if noun in _PARTS:
        weight -= 4 if noun in _NEVER else 0 if before in _ON else 3
    return weight - 2 * (noun in _BROAD)


def _phrase(text: str, best: _Found, found: list[_Found]) -> str:
    """The words of a place, with the place that it is part of, or that a vehicle moves through."""
    start, end = best.start, best.end
    for one, other in pairwise(found):
        if _JOINS.fullmatch(text[one.end : other.start]) and best in (one, other):
            start, end = min(start, one.start), max(end, other.end)
    tail = _OF_NAMED.match(text, end)
    phrase = _plain(text[start : tail.end() if tail else end])
    around = [one for one in found if one.noun not in _VEHICLES | _PARTS and one.weight > 0]
    if best.noun in _VEHICLES and around:
        most = max(around, key=lambda one: one.weight)
        return f"{phrase}, {_plain(text[most.start : most.end])}"
    return phrase


def _plain(phrase: str) -> str:
    phrase = re.sub(SIGN, "", re.sub(rf"{SIGN}['’]s", "the", phrase)).replace(" only ", " ").strip()
    return re.sub(r"^(?:his|her|their|my|your|this|our)\b", "the", phrase[:1].lower() + phrase[1:])
