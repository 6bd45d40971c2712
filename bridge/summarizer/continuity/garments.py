"""Mentions of clothes in a clause, and the garment that each means."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from bridge.summarizer.continuity import wear_signs as signs
from bridge.summarizer.continuity.clauses import Clause
from bridge.summarizer.continuity.stage import Stage
from bridge.summarizer.continuity.state import Garment
from bridge.summarizer.people import SIGN
from bridge.summarizer.words import read

_COLOURS: Final = frozenset(read("english")["colours"])
_POSSESSIVE: Final = re.compile(rf"{SIGN}['’]s?|his|her|my|your|their", re.IGNORECASE)
_TO_THE: Final = re.compile(r"\s(?:up )?to (?:the|his|her) (\w+)")


@dataclass(slots=True)
class Told:
    """One mention of a garment in a clause."""

    found: re.Match[str]
    before: str
    after: str
    owner: str
    """Who wears it, as far as the words tell; else of whom the clause tells."""

    @property
    def determiner(self) -> str:
        """`a`, `her`, a sign with an apostrophe, or nothing."""
        return (self.found["det"] or "").casefold()

    @property
    def is_new(self) -> bool:
        """`a coat` rather than `the coat`."""
        return self.determiner in ("a", "an", "another", "two")

    @property
    def is_put_on(self) -> bool:
        """`ties the apron on`: what somebody else still wears is not meant."""
        return bool(signs.HAS.search(self.before) or signs.ON_BEFORE.search(self.before)) and bool(
            self.after.startswith(" on") or signs.ON_BEFORE.search(self.before)
        )

    @property
    def is_theirs(self) -> bool:
        """A possessive or a name says whose it is."""
        return bool(_POSSESSIVE.fullmatch(self.determiner))


def mentions(stage: Stage, clause: Clause) -> Iterator[Told]:
    """Every garment, `it` and `them` of a clause."""
    for found in signs.THING.finditer(clause.text):
        determiner = found["det"] or ""
        owner = clause.subjects[0] if clause.subjects else ""
        if re.match(SIGN, determiner):
            owner = stage.of(determiner[0])
        elif _POSSESSIVE.fullmatch(determiner) and determiner.casefold() != "their":
            owner = stage.meant(determiner, clause.subjects)
        yield Told(found, clause.text[: found.start()], clause.text[found.end() :], owner)


def thing_of(stage: Stage, one: Told) -> tuple[str, Garment] | None:
    """Whose garment is meant, and which; a new one where nobody has such a thing."""
    if one.found["pronoun"]:
        if stage.thing is None:
            return _last_on(stage, one)
        owner, noun = stage.thing
        spoken = stage.spoken if stage.spoken and stage.spoken.noun == noun else None
        known = _known(stage, owner, noun) or spoken
        return (owner, known) if known else None
    noun = one.found["noun"].casefold()
    adjectives = one.found["adjectives"].casefold().split()
    if not one.is_new:
        for name in [one.owner, *(stage.present if not one.is_theirs else [])]:
            if name and (known := _known(stage, name, noun)) and _fits(known, adjectives):
                if name != one.owner and known.on and one.is_put_on:
                    continue  # there is another one
                return name, _described(known, one)
    if not one.owner:
        return None
    return one.owner, _described(Garment(signs.SLOTS[noun], noun, noun), one)


def _last_on(stage: Stage, one: Told) -> tuple[str, Garment] | None:
    """`She shrugs it off`: what was put on last, in a message before."""
    is_off = signs.OFF_VERB.search(one.before) and signs.OFF_AFTER.match(one.after)
    worn = [each for each in stage.worn(one.owner) if each.on] if one.owner and is_off else []
    return (one.owner, worn[-1]) if worn else None


def _known(stage: Stage, name: str, noun: str) -> Garment | None:
    by_noun = [one for one in stage.worn(name) if _is_same(one.noun, noun)]
    return next((one for one in by_noun if one.on), by_noun[-1] if by_noun else None)


def _is_same(known: str, noun: str) -> bool:
    """`coat` is the tailcoat that is known, `suit` the flight suit, `glove` one of the gloves."""
    last = noun.rsplit(maxsplit=1)[-1]
    return known == f"{noun}s" or known.endswith((noun, last))


def _fits(known: Garment, adjectives: list[str]) -> bool:
    """Whether `the black coat` may be the coat that is known."""
    have = known.phrase.casefold()
    return not any(word in _COLOURS and word not in have for word in adjectives)


def _described(garment: Garment, one: Told) -> Garment:
    """With the fuller of both descriptions, and how it is worn now."""
    phrase = re.sub(r"\b(?:same|own|other)\s", "", one.found["phrase"].strip().lower())
    if one.determiner == "two":
        phrase = f"two {phrase}"
    text = phrase if len(phrase.split()) > len(garment.text.split()) else garment.text
    tail = garment.tail
    if found := signs.TAIL.match(one.after):
        tail = " ".join(signs.TAIL_END.sub("", found["tail"]).split()[: signs.LONGEST_TAIL])
        tail = re.sub(SIGN, "", tail)
    elif zipped := signs.ZIP.search(one.before):
        tail = signs.OPENED[zipped["how"].casefold()[:3]]
        if to := _TO_THE.match(one.after):
            tail = f"{tail.removesuffix(' up')} to the {to[1]}"
    return replace(garment, text=text, tail=tail)
