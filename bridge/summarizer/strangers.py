"""People without a name, as signs: those that are told by what they are (`an old man`)."""

import re
from collections.abc import Sequence
from typing import Final

from bridge.summarizer.people import SIGN, Cast, Kind, Person
from bridge.summarizer.words import listed, one_of, read

_NUMBERS: Final = read("english")["numbers"]
_GENDERS: Final = {
    head: gender for gender, heads in read("people")["heads"].items() for head in heads
}
_PLURALS: Final = read("people")["plurals"]
_KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(_GENDERS, "person"),
    **dict.fromkeys(listed("animals"), "animal"),
    **dict.fromkeys(listed("creatures"), "creature"),
    **dict.fromkeys(listed("machines"), "machine"),
}
_NOUNS: Final = one_of([*_KINDS, *(f"{head}s" for head in _KINDS), *_PLURALS])
_NO_ADJECTIVE: Final = one_of(
    [*listed("prepositions"), *listed("pronouns"), *_NUMBERS, "and", "of", "is", "was"]
)
_ADJECTIVE: Final = rf"(?!(?:{_NO_ADJECTIVE})\b)[\w-]+ "
_BELONGS: Final = one_of(
    sorted(
        {
            *listed("things"),
            *listed("garments"),
            *read("places")["furniture"],
            *read("places")["inside"],
        }
    )
)
"""`the passenger seat`, `a biker jacket`: nobody is there."""
_SAID: Final = r"(?:said|told|asked|warned|promised|called|written|claimed)\b"
_ROLE: Final = re.compile(
    rf"(?<![\w’'-])(?P<number>{one_of(list(_NUMBERS))}) (?P<adjectives>(?:{_ADJECTIVE}){{0,3}}?)"
    rf"(?P<noun>{_NOUNS})(?![\w’'-])(?!\s(?:{_BELONGS})\b)"
    rf"(?!\s(?:had(?:[.,]|$| (?:once )?{_SAID})|call it|say\b))",
    re.IGNORECASE,
)
_SHAPE: Final = (
    r"(?:size|shape|face|air|voice|hands|look|manner|build|gait|patience|smile|eyes|portrait"
    r"|picture|photo|photograph|painting|statue|bust|name|story|memory|dream|sign|drawing|grace)"
)
_NOT_THERE: Final = re.compile(
    r"\b(?:like|as|than|every|(?<!but )for|if|not|no|about|without)\s+(?:\w+\s)?$"
    rf"|\b{_SHAPE}\s(?:of|shows|showed)\s$",
    re.IGNORECASE,
)
_APPOSED: Final = re.compile(rf"({SIGN})(?: of the \w+)?(?:,\s+$|\s+$)")
_HEADS_A_CLAUSE: Final = re.compile(
    r"(?:^|[,;:]\s|\b(?:and|then|where|while|as)\s)(?:[A-Z]\w+ \w+ )?$"
)


def mark_roles(texts: Sequence[str], cast: Cast) -> list[str]:
    """Texts with people without a name as signs (`an elderly man`, `three men`).

    Animals and machines only where they begin a clause, for there they act.
    """
    return [_mark_roles(text, cast) for text in texts]


def _mark_roles(text: str, cast: Cast) -> str:
    done, position = "", 0
    for found in _ROLE.finditer(text):
        done += text[position : found.start()]
        done += _role(found, done, cast)
        position = found.end()
    return done + text[position:]


def _role(found: re.Match[str], before: str, cast: Cast) -> str:
    noun, number = found["noun"].casefold(), found["number"].casefold()
    head = noun if noun in _KINDS else _PLURALS.get(noun, noun.removesuffix("s"))
    if named := re.match(rf" ({SIGN})", found.string[found.end() :]):
        _describe(cast.of(named[1]), head, False)
        return ""
    is_theirs = number in ("his", "her", "their") and head == "person"
    if is_theirs or _NOT_THERE.search(before):
        return found[0]
    if apposed := _APPOSED.search(before):
        is_bare = not apposed[0].rstrip().endswith(",")
        _describe(cast.of(apposed[1]), head, is_bare and number == "the")
        return "" if is_bare and number == "the" else found[0]
    if _KINDS[head] != "person" and not _HEADS_A_CLAUSE.search(before):
        return _known_role(head, number, cast) or found[0]
    return _known_role(head, number, cast) or _new_role(found, head, cast)


def _describe(person: Person, head: str, is_bare: bool) -> None:
    """An apposition tells what kind of person it was (`Brenna the mechanic`)."""
    if is_bare and not person.look.endswith(head):
        person.look = f"{person.look} {head}".strip()
    gender = _GENDERS.get(head)
    if person.gender == "person" and gender in ("woman", "man"):
        person.gender = gender
        if person.look in ("", "a person"):
            person.look, person.noun = f"a {gender}", gender


def _known_role(head: str, number: str, cast: Cast) -> str:
    """The sign of somebody already met: `the cat`, `the knight`."""
    if number not in ("the", "his", "her", "their"):
        return ""
    for person in cast.people:
        same_gender = head in ("woman", "man") and person.gender == head
        same_kind = person.kind == _KINDS[head] != "person" and head in f"{person.look} machine"
        is_called = number == "the" and head in person.look.casefold().split()
        if head in (person.head, person.noun) or is_called or same_gender or same_kind:
            return cast.sign(person)
    return ""


def _new_role(found: re.Match[str], head: str, cast: Cast) -> str:
    said, noun = found[0].casefold(), found["noun"].casefold()
    count = _NUMBERS[found["number"].casefold()]
    bare = f"{found['adjectives']}{found['noun']}".casefold()
    look = said if count > 1 else f"{'an' if bare[0] in 'aeiou' else 'a'} {bare}"
    if noun != head and count == 1:
        look, count = bare, 2
    gender = _GENDERS.get(head, "person")
    called = said if count > 1 else bare
    return cast.add(Person("", look, _KINDS[head], called, gender, count, (), head))
