"""People whom no dictionary knows, as signs: unknown names that act, and roles (`an old man`)."""

import re
from collections.abc import Sequence
from typing import Final

from bridge.summarizer.people import SIGN, Cast, Gender, Kind, Person, name_pattern
from bridge.summarizer.words import alternatives, listed, one_of, read

_NUMBERS: Final = read("english")["numbers"]
_CAPITALS: Final = r"[A-ZÀ-Þ][a-zà-ÿ]+(?:['’-][A-Za-z]+)?"
_VERBS: Final = (
    r"(?:(?!this\b|his\b|its\b)[a-z]{2,}(?:s|ed)"
    r"|is|was|has|had|stood|sat|held|took|lay|ran|came|went|knelt|leaned)"
)
_AFTER: Final = "|".join(
    (
        alternatives("prepositions"),
        alternatives("pronouns"),
        one_of(list(_NUMBERS)),
        r"\w+ly|as|and",
    )
)
_ACTS: Final = rf"(?=\s(?:the\s\w+\s)?{_VERBS}(?:[.!?,]|$|\s(?:{_AFTER})\b))"
_OPENING: Final = re.compile(
    rf"^(?:(?:and|but|then|so)\s)?({_CAPITALS}(?:\s{_CAPITALS})?)(?:{_ACTS}|(?=,\s))", re.MULTILINE
)
_NOT_AFTER: Final = "".join(
    rf"(?<!\b{word} )" for word in ("the", "of", "in", "at", "from", "near", "to", "on", "a", "an")
)
"""What stands before the name of a place rather than of a person."""
_INSIDE: Final = re.compile(
    rf"(?<=[a-zà-ÿ,:;] ){_NOT_AFTER}({_CAPITALS}(?:\s{_CAPITALS})?)(?:{_ACTS}"
    rf"|(?=[.,;:!?]|$|\s(?:or|out|back|away|who|[a-z]+ing|and|{alternatives('prepositions')})\b))"
)
_GIVEN: Final = re.compile(
    r"\b(?:hand|giv|gave|pass|throw|threw|show|turn|nod|wav|smil|bow|lean|whisper|clos|next|back)"
    rf"\w*\b[^.,;]*?\bto ({_CAPITALS})(?=[.,;!?]|$|\s(?:who|and)\b)"
)
_JOINED: Final = re.compile(rf"{SIGN} and ({_CAPITALS})")
_OWNER: Final = re.compile(rf"(?<![\w’'-])({_CAPITALS})(?=['’]s\b)")
_GENDERS: Final = {
    head: gender for gender, heads in read("people")["heads"].items() for head in heads
}
_TITLED: Final = re.compile(r"[A-ZÀ-Þ][\w’'-]*\s$")
_REACH: Final = 200
"""Characters after a name in which a pronoun tells whether it is a woman's or a man's."""


def mark_unknown(texts: Sequence[str], cast: Cast) -> list[str]:
    """Sentences with capitalised names that act or own as signs (`Brenna the mechanic watched`).

    A sentence that begins with a bare singular and its verb begins with a name or with a stuff
    (`Dust turns`); the stuffs are a list.
    """
    marked = list(texts)
    common = {*listed("common_capitals"), *listed("nature")}
    for pattern in (_OPENING, _INSIDE, _GIVEN, _JOINED, _OWNER):
        whole = "\n".join(marked)
        for found in list(pattern.finditer(whole)):
            name = found[1]
            if _TITLED.search(whole[: found.start(1)]):
                continue
            if not common & set(name.casefold().split()) and not _is_things(name):
                marked = _join(name, marked, cast)
    return marked


def _is_things(name: str) -> bool:
    things = {*listed("things"), *listed("animals"), *listed("garments")}
    return name.casefold() in things or name.casefold().removesuffix("s") in things


def _join(name: str, marked: list[str], cast: Cast) -> list[str]:
    whole = " ".join(marked)
    after = whole[whole.find(name) :][:_REACH]
    taken_up = re.search(r"\b(he|she|his|her)\b", after, re.IGNORECASE)
    titles = (_GENDERS.get(word.casefold(), "person") for word in name.split())
    gender = next((one for one in titles if one != "person"), _gender(taken_up))
    forms = tuple(dict.fromkeys((name, *name.split())))
    sign = cast.add(Person(name, f"a {gender}", "person", gender, gender, 1, forms))
    return [name_pattern(forms, any_case=False).sub(sign, text) for text in marked]


def _gender(pronoun: re.Match[str] | None) -> Gender:
    if pronoun is None:
        return "person"
    return "woman" if pronoun[1].casefold() in ("she", "her") else "man"


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
_ROLE: Final = re.compile(
    rf"(?<![\w’'-])(?P<number>{one_of(list(_NUMBERS))}) (?P<adjectives>(?:{_ADJECTIVE}){{0,3}}?)"
    rf"(?P<noun>{_NOUNS})(?![\w’'-])",
    re.IGNORECASE,
)
_NOT_THERE: Final = re.compile(
    r"\b(?:like|as|than|every|for|if|not|no)\s+(?:\w+\s)?$", re.IGNORECASE
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
        if head in (person.head, person.noun) or same_gender or same_kind:
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
