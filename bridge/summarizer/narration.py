"""Whose every phrase of the narration is: the person's who does it, or the surroundings'."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bridge.summarizer.clauses import participle, phrases, split_deed
from bridge.summarizer.people import SIGN, Cast, Person
from bridge.summarizer.presence import LIMBS, is_there
from bridge.summarizer.setting import Pov
from bridge.summarizer.words import alternatives, listed

_PREPOSITIONS: Final = frozenset(listed("prepositions"))
_SUBJECT: Final = re.compile(
    rf"^(?P<lead>(?:[\w'’-]+ ){{0,6}}?)(?P<sign>{SIGN})(?P<owns>['’]s?\b)?(?:\s*,)?\s*(?P<rest>.*)$"
)
_SMALL_WORDS: Final = frozenset([*listed("common_capitals"), *listed("pronouns"), *_PREPOSITIONS])
_WITH: Final = re.compile(rf"^and ({SIGN})\s*")
_RELATIVE: Final = ("who", "that", "which")
_PRONOUN: Final = re.compile(
    r"^(?P<lead>(?:(?:when|while|as)\s)?)(?P<who>he|she|it|they)(?:['’]s)?(?:$|\s+)"
    r"(?P<adverb>(?:only|just|already|still|also|then|herself|himself|slowly)\s+)?(?P<rest>.*)$",
    re.IGNORECASE,
)
_ADVERB: Final = re.compile(
    r"^(?:herself|himself|itself|themselves|only|just|already|still|also|then|now|finally|slowly)\s",
    re.IGNORECASE,
)
_OWN_CLAUSE: Final = re.compile(
    r"^(?:(?:the|an?|there)\s(?:[\w-]+\s){0,4}?(?:is|are|was|were|has|had|have|rains?)"
    r"|it\s(?:is|was|has|rains?)|its\s\w+ing)\b",
    re.IGNORECASE,
)
_POSSESSIVE: Final = re.compile(r"^(?P<whose>his|her|its)\s", re.IGNORECASE)
_BODY: Final = re.compile(
    rf"\b(?:{alternatives('garments')}|{alternatives('faces')}|{LIMBS})\b", re.IGNORECASE
)
_VIEWED: Final = re.compile(
    r"^(?:(?:when|while|as|then|from \w+|so that|now)\b.*?)?\b(?:I|you)\b(?:[^,;:]*?\band\b)?"
    r"(?:['’]m|['’]re|\s(?:can|could|am|are|was|were|must|have))?"
    rf"\s(?:{alternatives('view_verbs')})\s(?:(?:up |down )?at\s)?(?:that\s)?(?=.)",
    re.IGNORECASE,
)
_VIEWER: Final = re.compile(r"^(?:when |as |while |then )?(?:I|you|we)\b", re.IGNORECASE)
_PAST_THEM: Final = re.compile(rf"^(?:past (?:them|it|him|her) )?(?:at )?(?={SIGN})", re.IGNORECASE)
_WORDS_OF_VIEWER: Final = (
    (re.compile(r"\b(?:my|your|our)\b", re.I), "the viewer's"),
    (re.compile(r"\b(?:me|you|us|myself|yourself)\b", re.I), "the viewer"),
)


@dataclass(slots=True)
class Telling:
    """Narration sorted: phrases stand with the cast, the rest is surroundings."""

    marked: Sequence[str]
    pov: Pov
    surroundings: list[str] = field(default_factory=list)
    absent: list[Person] = field(default_factory=list)
    viewers: list[str] = field(default_factory=list)
    """What the viewer does: shown only when there is nothing else."""
    joint: list[tuple[Person, Person, str]] = field(default_factory=list)
    """What two do together."""

    def is_seen(self, person: Person) -> bool:
        """In the picture: not just an owner of things, not an animal that does nothing."""
        together = [one for first, second, _ in self.joint for one in (first, second)]
        is_idle = not person.phrases and person not in together
        is_bystander = not person.name and person.kind != "person" and is_idle
        return not is_bystander and person not in self.absent


def tell(
    marked: Sequence[str],
    cast: Cast,
    pov: Pov,
    narrator: Person | None = None,
    there: Sequence[Person] = (),
) -> Telling:
    """Sort the phrases of marked sentences.

    `narrator` is who says `I` and is seen; `there` are others who need no name to be there: whoever
    speaks, and last whom the first pronoun means.
    """
    if narrator is not None and pov == "first":
        marked = [_in_third_person(one, narrator, cast) for one in marked]
    whole = " ".join(marked)
    telling = Telling(marked, pov)
    telling.absent = [
        one
        for one in cast.people
        if one not in (narrator, *there) and not is_there(whole, cast, one)
    ]
    teller = _Teller(cast, telling)
    teller.recent += [one for one in (narrator, *there) if one]
    for sentence in marked:
        teller.take(sentence)
    return telling


def _in_third_person(sentence: str, narrator: Person, cast: Cast) -> str:
    sign = cast.sign(narrator)
    own = {"woman": "her", "man": "his"}.get(narrator.gender, "their")
    sentence = re.sub(r"\bI(?:['’]m| am)\b", f"{sign} is", sentence)
    sentence = re.sub(r"\bI (\w+(?:s|sh|ch|x))\b", rf"{sign} \1es", sentence)
    sentence = re.sub(r"\bI (\w+)\b", rf"{sign} \1s", sentence)
    return re.sub(r"\b[Mm]y\b", own, re.sub(r"\b(?:I|me|myself)\b", sign, sentence))


class _Teller:
    """Goes through the sentences and keeps in mind whom a pronoun means."""

    def __init__(self, cast: Cast, telling: Telling) -> None:
        self.cast = cast
        self.telling = telling
        self.recent: list[Person] = []
        self.pair: tuple[Person, Person] | None = None
        """Who acts together in this sentence."""

    def take(self, sentence: str) -> None:
        """Sort the phrases of one sentence."""
        owner: Person | None = None
        self.pair = None
        rest: list[str] = []
        is_viewers = False
        for number, (whole, visible_part) in enumerate(phrases(sentence)):
            view = _VIEWED.match(whole)
            if view is None and _VIEWER.match(whole):
                owner, is_viewers = None, True
                self.telling.viewers.append(_for_viewer(_VIEWER.sub("", visible_part).strip()))
                continue
            piece = (visible_part or whole)[view.end() if view else 0 :]
            owner, phrase = self._owned(piece, owner, is_first=number == 0)
            is_viewers = is_viewers and owner is None and not _OWN_CLAUSE.match(piece)
            if visible_part and phrase and not is_viewers:
                self._put(phrase, owner, rest)
        if len(" ".join(rest).split()) > 1:
            self.telling.surroundings.append(", ".join(rest))
        self.recent += [self.cast.of(sign) for sign in re.findall(SIGN, sentence)]

    def _put(self, phrase: str, owner: Person | None, rest: list[str]) -> None:
        if self.pair and owner is self.pair[0]:
            self.telling.joint.append((*self.pair, _for_viewer(phrase)))
        elif owner is not None and owner not in self.telling.absent:
            owner.phrases.append(_for_viewer(phrase))
        else:
            rest.append(_for_viewer(self._of_nobody(phrase)))

    def _of_nobody(self, phrase: str) -> str:
        """Things of somebody who is not there are just things."""
        for person in self.telling.absent:
            phrase = re.sub(rf"{self.cast.sign(person)}['’]s?\b", "the", phrase)
        return phrase

    def _owned(
        self, piece: str, owner: Person | None, *, is_first: bool
    ) -> tuple[Person | None, str]:
        piece = _uncapitalised(_PAST_THEM.sub("", piece))
        if (found := _SUBJECT.match(piece)) and self._begins(found["lead"]):
            return self._by_sign(found, piece)
        found = _PRONOUN.match(piece)
        person = self._meant(found["who"]) if found else None
        is_other = found is not None and found["who"].casefold() in ("he", "she") and not person
        if _OWN_CLAUSE.match(piece) or is_other:  # of somebody else than the sentence so far
            return None, piece
        if found and person:
            self.recent.append(person)
            return person, participle(found["rest"], certain=True)
        if (found := _POSSESSIVE.match(piece)) and is_first:
            return self._meant({"his": "he", "her": "she"}.get(found["whose"].lower(), "it")), piece
        if is_first:
            return None, piece
        return owner, participle(piece) if owner else piece

    def _begins(self, lead: str) -> bool:
        words = lead.casefold().split()
        return not words or (
            words[-1] not in _PREPOSITIONS
            and words[0] in _PREPOSITIONS | {"then", "while", "as", "when"}
        )

    def _by_sign(self, found: re.Match[str], piece: str) -> tuple[Person | None, str]:
        person = self.cast.of(found["sign"])
        self.recent.append(person)
        lead, rest = found["lead"].strip().lower(), found["rest"]
        if found["owns"] and person in self.telling.absent:
            return None, f"{lead} the {rest}".strip()
        if found["owns"]:
            is_own = _BODY.search(" ".join(rest.split()[:5]))
            own = {"woman": "her", "man": "his"}.get(
                person.gender, "its" if person.kind != "person" else "their"
            )
            return (person, f"{own} {rest}") if is_own else (None, piece)
        self.pair = None
        if found_other := _WITH.match(rest):
            other = self.cast.of(found_other[1])
            is_here = person not in self.telling.absent and other not in self.telling.absent
            self.pair = (person, other) if is_here else None
            rest = rest[found_other.end() :]
        phrase = _told_of(_ADVERB.sub("", rest))
        where = lead if lead.split()[:1] and lead.split()[0] in _PREPOSITIONS else ""
        return person, ", ".join(filter(None, (phrase.rstrip(" ,"), where)))

    def _meant(self, pronoun: str) -> Person | None:
        """The last one whom a pronoun can mean."""
        who = pronoun.casefold()
        if who == "they":
            return None
        wanted = {"he": "man", "she": "woman"}.get(who)
        for person in reversed(self.recent):
            if wanted is None and person.kind != "person":
                return person
            if wanted and person.gender == wanted:
                return person
        if wanted is None:
            return None
        return next((one for one in reversed(self.recent) if one.gender == "person"), None)


def _told_of(rest: str) -> str:
    """What follows somebody: `with one eye polishes a mug`, `who limps climbs down`."""
    first = rest.split(" ", maxsplit=1)[0].casefold()
    if first in _RELATIVE:
        rest, deed = split_deed(participle(rest.partition(" ")[2], certain=True))
    elif first in _PREPOSITIONS:
        rest, deed = split_deed(rest)
    else:
        return participle(rest, certain=True)
    return ", ".join(filter(None, (rest, deed and participle(deed, certain=True))))


def _uncapitalised(piece: str) -> str:
    """Inside a phrase a sentence's first word needs no capital, unless it may be a name."""
    first = piece.split(" ", maxsplit=1)[0]
    return piece[0].lower() + piece[1:] if first.casefold() in _SMALL_WORDS else piece


def _for_viewer(phrase: str) -> str:
    for pattern, word in _WORDS_OF_VIEWER:
        phrase = pattern.sub(word, phrase)
    return phrase
