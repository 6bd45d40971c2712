"""People without a name, as signs: those that are told by what they are (`an old man`)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bridge.summarizer.people import SIGN, Cast, Gender, Kind, Person
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
_NO_ADJECTIVE: Final = frozenset(
    [
        *listed("prepositions"),
        *listed("pronouns"),
        *_NUMBERS,
        "and",
        "of",
        "is",
        "was",
        "as",
        "than",
        "like",
        "that",
        "are",
        "were",
        "has",
        "had",
        "way",
    ]
)
_GROUNDS: Final = (
    "yard",
    "market",
    "pound",
    "house",
    "bay",
    "pen",
    "race",
    "fair",
    "show",
    "pit",
    "track",
)
"""`the mech yard`."""
_BELONGS: Final = frozenset(
    [
        *listed("things"),
        *listed("garments"),
        *read("places")["furniture"],
        *read("places")["inside"],
        *_GROUNDS,
    ]
)
"""`the passenger seat`, `a biker jacket`: nobody is there."""
_NUMBER: Final = re.compile(rf"(?<![\w’'-])(?:{one_of(list(_NUMBERS))})(?= )", re.IGNORECASE)
_WORD: Final = re.compile(r" ([\w-]+(?:[’']s)?)(?![\w’'-])")
_TOLD_BY: Final = re.compile(
    r" (?:had(?:[.,]|$| (?:once )?(?:said|told|asked|warned|promised|called|written|claimed)\b)"
    r"|call it\b|say\b|used to\b|(?:is|was|are|were) (?:long )?(?:dead|gone|away)\b)"
)
"""Who `had said` something, or what old men `say`."""
_TRADES: Final = re.compile(
    r"[a-z-]{2,}(?:men|man|women|woman|keeper|maker|smith|monger|bearer|ringer|player|dealer|seller)s?"
)
_NO_TRADE: Final = re.compile(
    r"(?:snow|gingerbread|straw)m[ae]n|h(?:u|o)mans?|romans?|germans?|omens?|lumen|acumen|abdomen"
    r"|(?:speci|regi|sta|cycla|ra)mens?|talismans?|ottomans?|caimans?"
)
_MOST_ADJECTIVES: Final = 3
_SHAPE: Final = (
    r"(?:size|shape|face|air|voice|hands|look|manner|build|gait|patience|smile|eyes|portrait"
    r"|picture|photo|photograph|painting|statue|bust|name|story|memory|dream|sign|drawing|grace)"
)
_NOT_THERE: Final = re.compile(
    r"\b(?:being|like|as|than|every|(?<!but )for|if(?: there)?|not|no|about|without)\s+(?:\w+\s)?$"
    rf"|\b{_SHAPE}\s(?:of|shows|showed)\s$"
    rf"|{SIGN}(?:,[^,.;]{{0,40}},)? (?:is|was) (?:only |just |also |still )?$"
    rf"|(?:\b(?:s?he|I|you|they)(?:['’](?:s|m|re|d)| is| was| am| are| were| has been| had been)"
    r"|\b(?:become|became|becomes|plays?|played|playing|makes?) )(?: only| just| also| still)? ?$",
    re.IGNORECASE,
)
_APPOSED: Final = re.compile(rf"({SIGN})(?: of the \w+)?(?:,\s+$|\s+$)")
_IS_NAMED: Final = re.compile(
    rf"(?: (?:of|at|from|in) the (?:[\w-]+ ){{0,2}}[\w-]+)?,?"
    r" (?:(?:is|was) (?:an? (?:[\w-]+ ){1,3})?)?"
    rf"(?:(?:named|called) )?({SIGN})(?=[.,;:!?]|$| (?:and|who)\b)"
)
"""`the captain of the team is a dentist named Prue` tells of one."""
_LISTED: Final = re.compile(r",? and (?:an?|the|one|two|three) |, an? [\w -]{1,30}?,? and an? ")
"""`a nun, a drummer and a clerk` are three."""
_ELSEWHERE: Final = re.compile(r" (?:opposite|across from|next to|beside|at the (?:next|other))\b")
"""`the woman opposite` is none whose name is known."""
_LIKE_ONE: Final = frozenset(["a", "an", "the", "his", "her", "their"])
_GAME: Final = re.compile(r"\b(?:cards?|deck|chess|chessboard|pawns?|aces?)\b", re.IGNORECASE)
_PIECES: Final = frozenset(["king", "queen", "jack", "knight", "bishop", "knave", "joker"])
_HEADS_A_CLAUSE: Final = re.compile(
    r"(?:^|[,;:]\s|\b(?:and|then|where|while|as)\s)(?:[A-Z]\w+ \w+ )?$"
)


@dataclass(frozen=True, slots=True)
class _Role:
    """`three tall guards` in a sentence."""

    text: str
    number: str
    adjectives: str
    noun: str
    head: str
    start: int
    end: int

    @property
    def said(self) -> str:
        """The words as they stand there."""
        return self.text[self.start : self.end]


def mark_roles(texts: Sequence[str], cast: Cast) -> list[str]:
    """Texts with people without a name as signs (`an elderly man`, `three men`).

    Animals and machines only where they begin a clause, for there they act.
    """
    is_game = bool(_GAME.search(" ".join(texts)))
    return [_mark_roles(text, cast, is_game=is_game) for text in texts]


def _mark_roles(text: str, cast: Cast, *, is_game: bool) -> str:
    done, position = "", 0
    for found in _NUMBER.finditer(text):
        role = _role_at(text, found) if found.start() >= position else None
        if role and not (is_game and role.head in _PIECES):
            done += text[position : role.start]
            done += _role(role, done, cast)
            position = role.end
    return done + text[position:]


def _role_at(text: str, number: re.Match[str]) -> _Role | None:
    """The person or animal that a number or article leads to."""
    at = number.end()
    for _ in range(_MOST_ADJECTIVES + 1):
        word = _WORD.match(text, at)
        if word is None or word[1].casefold() in _NO_ADJECTIVE:
            return None
        head = _head(word[1].casefold())
        is_one = head == word[1].casefold()
        if head and not _is_owned(text, word.end(), is_one=is_one):
            adjectives = text[number.end() + 1 : word.start(1)]
            said = number[0].casefold()
            return _Role(text, said, adjectives, word[1], head, number.start(), word.end())
        at = word.end()
    return None


def _head(word: str) -> str:
    """The noun in the singular when it says what somebody is: `guards` → `guard`."""
    for one in (word, _PLURALS.get(word, ""), word.removesuffix("s")):
        if one in _KINDS:
            return one
    if not _TRADES.fullmatch(word) or _NO_TRADE.fullmatch(word):
        return ""
    return re.sub(r"men$", "man", word.removesuffix("s"))


def _is_owned(text: str, end: int, *, is_one: bool) -> bool:
    """What follows makes it a thing (`seat`; but two boys `hold`), or somebody quoted."""
    following = _WORD.match(text, end)
    is_thing = is_one and following is not None and following[1].casefold() in _BELONGS
    return is_thing or bool(_TOLD_BY.match(text, end))


def _role(role: _Role, before: str, cast: Cast) -> str:
    number, head = role.number, role.head
    if named := re.match(rf" ({SIGN})", role.text[role.end :]):
        _describe(cast.of(named[1]), head, False)
        return ""
    if named := _IS_NAMED.match(role.text, role.end):
        _describe(cast.of(named[1]), head, False)
        return role.said
    is_theirs = number in ("his", "her", "their") and head == "person"
    if is_theirs or _NOT_THERE.search(before):
        return role.said
    apposed = _APPOSED.search(before)
    if apposed and not cast.of(apposed[1]).name and _LISTED.match(role.text, role.end):
        apposed = None
    if apposed and number in _LIKE_ONE and cast.of(apposed[1]).count == 1:
        is_bare = not apposed[0].rstrip().endswith(",")
        _describe(cast.of(apposed[1]), head, is_bare and number == "the")
        return "" if is_bare and number == "the" else role.said
    if _KINDS.get(head, "person") != "person" and not _HEADS_A_CLAUSE.search(before):
        return _known_role(head, number, cast) or role.said
    is_other = bool(_ELSEWHERE.match(role.text, role.end))
    return _known_role(head, number, cast, is_other=is_other) or _new_role(role, cast)


def _describe(person: Person, head: str, is_bare: bool) -> None:
    """An apposition tells what kind of person it was (`Brenna the mechanic`)."""
    if is_bare and not person.look.endswith(head):
        person.look = f"{person.look} {head}".strip()
    gender = _GENDERS.get(head)
    if person.gender == "person" and gender in ("woman", "man"):
        person.gender = gender
        if person.look in ("", "a person"):
            person.look, person.noun = f"a {gender}", gender


def _known_role(head: str, number: str, cast: Cast, *, is_other: bool = False) -> str:
    """The sign of somebody already met: `the cat`, `the knight`."""
    if number not in ("the", "his", "her", "their"):
        return ""
    met = [one for one in cast.people if head and one.head == head]
    if is_other and not met:
        return ""
    for person in (*met, *cast.people):
        same_gender = head in ("woman", "man") and person.gender == head
        same_kind = person.kind == _KINDS.get(head) != "person" and head in f"{person.look} machine"
        is_called = number == "the" and head in person.look.casefold().split()
        if head in (person.head, person.noun) or is_called or same_gender or same_kind:
            return cast.sign(person)
    return ""


def _new_role(role: _Role, cast: Cast) -> str:
    head, noun = role.head, role.noun.casefold()
    count = _NUMBERS[role.number]
    said, bare = role.said.casefold(), f"{role.adjectives}{noun}".casefold()
    look = said if count > 1 else f"{'an' if bare[0] in 'aeiou' else 'a'} {bare}"
    if noun != head and count == 1:
        return role.said  # a crowd, which nobody counts
    gender = _GENDERS.get(head) or _gender(head)
    called = said if count > 1 else bare
    return cast.add(Person("", look, _KINDS.get(head, "person"), called, gender, count, (), head))


def _gender(trade: str) -> Gender:
    if trade.endswith("woman"):
        return "woman"
    return "man" if trade.endswith("man") else "person"
