"""Names that no dictionary knows, as signs: they act, own, are given things, or stand in pairs.

A sentence that begins with a bare singular and its verb begins with a name or with a stuff (`Dust
turns`); the stuffs are a list, and a pronoun that follows speaks for a name.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from bridge.summarizer.moment import sentences_of
from bridge.summarizer.people import SIGN, Cast, Gender, Person, name_pattern
from bridge.summarizer.words import alternatives, listed, one_of, read

_PEOPLE: Final = read("people")
_PLACE_NOUNS: Final = frozenset((*read("places")["inside"], *read("places")["outside"]))
_NUMBERS: Final = read("english")["numbers"]
_HONORIFICS: Final[dict[str, Gender]] = _PEOPLE["honorifics"]
_CAPITALS: Final = r"[A-ZÀ-Þ][a-zà-ÿ]+(?:(?:['’](?!s\b)|-)[A-Za-z]+)?"
_NAME: Final = rf"(?:(?:{one_of(list(_HONORIFICS))})\s)?{_CAPITALS}(?:\s{_CAPITALS})?"
_VERBS: Final = (
    r"(?:(?!this\b|his\b|its\b)[a-z]{2,}(?:s|ed)"
    rf"|is|was|has|had|{one_of(list(read('english')['irregular']))})"
)
_AFTER: Final = "|".join(
    (
        alternatives("prepositions"),
        alternatives("pronouns"),
        one_of(list(_NUMBERS)),
        alternatives("after_verbs"),
        r"\w+ly|as|and|not|never|out|open|shut",
    )
)
_ACTS: Final = (
    rf"(?=\s(?:the\s\w+\s)?{_VERBS}(?:[.!?,]|$|\s(?:{_AFTER})\b)|\s(?:is|has|was|had)\s\w+)"
)
_DOES: Final = rf"(?=,?\s(?:\w+ly\s)?{_VERBS}\b)"
_APPOSED: Final = (
    r"an?|the|his|her|in|with|who|whose|asleep|awake|alone|barefoot|still|already|now|half|too|\w+ing"
    r"|(?!mostly\b)\w+ly|\w+ed|(?:not|never) \w+"
)
"""What follows a name and a comma; `Forty, mostly red` is nobody."""
_START: Final = r"^(?:(?i:and|but|then|so|only|now|even|here|still)\s)?"
_OPENING: Final = re.compile(rf"{_START}({_NAME})(?:{_ACTS}|(?=,\s(?:{_APPOSED})\b))", re.MULTILINE)
_TAKEN_UP: Final = re.compile(
    rf"{_START}({_NAME}){_DOES}(?=[^\n]*?\b(?:he|she|his|her|him|hers)\b)", re.MULTILINE
)
"""A weaker sign of a name, with a pronoun in the same sentence."""
_PAIR: Final = re.compile(rf"{_START}({_CAPITALS})(?= and {_CAPITALS} [a-z])", re.MULTILINE)
_NOT_AFTER: Final = "".join(
    rf"(?<!\b{word} )" for word in ("the", "of", "in", "at", "from", "near", "to", "on", "a", "an")
)
"""What stands before the name of a place rather than of a person."""
_INSIDE: Final = re.compile(
    rf"(?<=[a-zà-ÿ,:;] ){_NOT_AFTER}({_NAME})(?:{_ACTS}"
    rf"|(?=[.,;:!?]|$|\s(?:or|out|back|away|who|[a-z]+ing|and|{alternatives('prepositions')})\b))"
)
_GIVEN: Final = re.compile(
    r"\b(?:hand|giv|gave|pass|throw|threw|show|turn|nod|wav|smil|bow|lean|whisper|clos|next|back)"
    rf"\w*\b[^.,;]*?\bto ({_CAPITALS})(?=[.,;!?]|$|\s(?:who|and)\b)"
)
_RANKS: Final = {"Major", "Coach", "Chief"}
"""Honorifics that also stand before other words."""
_TITLED_NAME: Final = re.compile(
    rf"(?<![\w’'-])((?:{one_of(sorted(_HONORIFICS.keys() - _RANKS))})\s{_CAPITALS})"
)
_JOINED: Final = re.compile(rf"{SIGN} and ({_CAPITALS})")
_OWNER: Final = re.compile(rf"(?<![\w’'-])({_CAPITALS})(?=['’]s\b)")
_PATTERNS: Final = (
    _TITLED_NAME,
    _OPENING,
    _TAKEN_UP,
    _PAIR,
    _INSIDE,
    _GIVEN,
    _JOINED,
    _OWNER,
)
_CAPITALISED_BEFORE: Final = re.compile(r"[A-ZÀ-Þ][\w’'-]*\s$")
_LAST_WORDS: Final = re.compile(r"(?:[\w'’-]+ ){1,3}$")
_NEXT_WORD: Final = re.compile(r" ([^\W\d_]+)\b")
_WORD: Final = 40
"""Characters before a name in which the word before it lies."""
_GIVEN_NAMES: Final[dict[str, Gender]] = {
    name: gender for gender in ("woman", "man") for name in _PEOPLE[gender]
}
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_COMMON: Final = frozenset(
    [
        *listed("common_capitals"),
        *listed("nature"),
        *listed("prepositions"),
        *listed("pronouns"),
        *listed("poses"),
        *listed("styles"),
        *_NUMBERS,
        *(f"{day}s" for day in _DAYS),
    ]
)
_PRONOUNS: Final = frozenset(listed("pronouns"))
_THINGS: Final = frozenset(
    [*listed("things"), *listed("animals"), *listed("garments"), *read("places")["inside"]]
)
_REACH: Final = 200
"""Characters after a name in which a pronoun tells whether it is a woman's or a man's."""


def mark_names(texts: Sequence[str], cast: Cast) -> list[str]:
    """Sentences with unknown names as signs; each joins the cast (`Brenna watched`)."""
    marked = list(texts)
    for pattern in _PATTERNS:
        for name in _found(pattern, "\n".join(marked)):
            marked = _joined(name, marked, cast)
    return marked


def names_in(marked: str, signs: int) -> list[str]:
    """The unknown names of a text in which the first `signs` signs stand for others.

    An uncommon one must do more than be: `Service is over` names nobody.
    """
    cast = Cast([Person() for _ in range(signs)])
    told = " ".join(mark_names(sentences_of(marked), cast))
    return [
        person.name
        for person in cast.people[signs:]
        if given(person.name) or re.search(rf"{cast.sign(person)}(?!\s(?:is|was)\b)", told)
    ]


def given(name: str) -> Gender | None:
    """The gender that a title or a common given name tells; else None."""
    told = (_HONORIFICS.get(word, _GIVEN_NAMES.get(word)) for word in name.split())
    return next((gender for gender in told if gender and gender != "person"), None)


def look_of(name: str, text: str = "") -> str:
    """`a woman` or `a man`, as a name or the pronoun that follows it in `text` tells; or empty."""
    gender = _gender(name, text)
    return "" if gender == "person" else f"a {gender}"


def _found(pattern: re.Pattern[str], whole: str) -> Iterator[str]:
    for found in list(pattern.finditer(whole)):
        name = found[1]
        first, _, rest = name.partition(" ")
        if first.replace("’", "'").partition("'")[0].casefold() in _PRONOUNS:
            continue  # `They'd`
        bare = rest if first in _HONORIFICS and rest else name
        capital = _CAPITALISED_BEFORE.search(whole[: found.start(1)][-_WORD:])
        if not bare or (capital and capital[0].strip().casefold() not in _COMMON):
            continue
        if _is_of_a_place(whole, found.start(1), found.end(1)):
            continue
        if not _COMMON & set(bare.casefold().split()) and not _is_thing(bare):
            yield name


def _is_of_a_place(whole: str, start: int, end: int) -> bool:
    """`the Rose` is a ship or an inn, `meeting room Saturn` a room, `Carver Street` no Carver."""
    before = _LAST_WORDS.search(whole[:start][-_WORD:].casefold())
    words = before[0].split() if before else []
    if words[-1:] == ["the"] or any(" ".join(words[-n:]) in _PLACE_NOUNS for n in (1, 2, 3)):
        return True
    after = _NEXT_WORD.match(whole, end)
    return bool(after and after[1].istitle() and after[1].casefold() in _PLACE_NOUNS)


def _is_thing(name: str) -> bool:
    low = name.casefold()
    if (
        low.endswith(("ly", "ing", "tlight", "mplight", "nlight", "relight", "lelight"))
        and name not in _GIVEN_NAMES
    ):
        return True  # an adverb or a participle that begins a sentence
    if name not in _GIVEN_NAMES and low.split()[-1] in _PLACE_NOUNS:
        return True
    return low in _THINGS or low.removesuffix("s") in _THINGS or name in _HONORIFICS


def _joined(name: str, marked: list[str], cast: Cast) -> list[str]:
    parts = [part for part in name.split() if part not in _HONORIFICS]
    forms = tuple(dict.fromkeys((name, *parts)))
    pattern = name_pattern(forms, any_case=False)
    if not any(map(pattern.search, marked)):
        return marked
    gender = _gender(name, " ".join(marked))
    sign = cast.add(Person(name, f"a {gender}", "person", gender, gender, 1, forms))
    return [pattern.sub(sign, text) for text in marked]


def _gender(name: str, whole: str) -> Gender:
    """By title, by a common given name, else by the first pronoun that follows."""
    if gender := given(name):
        return gender
    after = whole[whole.find(name) :][:_REACH]
    pronoun = re.search(r"\b(he|she|his|her|they|their)\b", after, re.IGNORECASE)
    if pronoun is None or pronoun[1].casefold() in ("they", "their"):
        return "person"
    return "woman" if pronoun[1].casefold() in ("she", "her") else "man"
