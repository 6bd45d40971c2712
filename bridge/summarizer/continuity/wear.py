"""Clothes: what a clause says is worn, put on, taken off, or handed over."""

import re
from dataclasses import replace
from typing import Final, Literal

from bridge.summarizer.continuity import wear_signs as signs
from bridge.summarizer.continuity.clauses import Clause
from bridge.summarizer.continuity.garments import Told, mentions, thing_of
from bridge.summarizer.continuity.stage import Stage
from bridge.summarizer.continuity.state import Garment
from bridge.summarizer.people import SIGN

Deed = Literal["on", "off", "change", "worn", "to", "lost", "none"]
_WORN: Final = frozenset({"on", "worn", "change", "to"})
_BAREFOOT: Final = Garment("feet", "barefoot", "barefoot")
_BARE_FEET: Final = re.compile(r"\bbarefoot(?:ed)?\b|\b(?:in|on|and|with) bare feet\b")
_BENEATH: Final = re.compile(r"\s(?:over|on top of)\s")


class Dresser:
    """Goes through the clauses of a message; what was done last is done to the next things too."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.deed: Deed = "none"
        self.target = ""

    def take(self, clause: Clause) -> None:
        """What a clause says of clothes."""
        if around := signs.AROUND.search(clause.text):
            # of the thing spoken of before, not of what shows beneath it
            self._tail(f"tied round the {around['what']}")
        told = list(mentions(self.stage, clause))
        for number, one in enumerate(told):
            self.deed = self._deed(one, clause, is_first=number == 0)
            self._do(self.deed, one, clause)
        self._manners(clause)
        if not told and clause.kind in ("persons", "group", "thing"):
            self.deed = "none"

    def _deed(self, one: Told, clause: Clause, *, is_first: bool) -> Deed:
        if self._is_given(one, clause):
            return "lost"
        if _is_beside(one, clause):
            return "none"
        if (placed := signs.ONTO.match(one.after)) and signs.PLACES_ON.search(one.before):
            self.target = self._wearer(placed, clause)
            return "to"
        shows = one.is_new and signs.UNDER_IT.match(one.after)
        if not shows and self._is_off(one, clause):
            return "off"
        if shows or self._is_on(one, clause, is_first=is_first):
            return "change" if signs.CHANGES.search(one.before) else "on"
        is_held = signs.HELD.search(one.before) or signs.LIES.match(one.after)
        is_bed = (one.found["noun"] or "").casefold() in signs.BEDDING
        return "worn" if one.is_theirs and not (is_held or is_bed) else "none"

    def _is_given(self, one: Told, clause: Clause) -> bool:
        given = signs.GIVEN.search(one.before)
        if not given and signs.HANDS.search(one.before):
            given = signs.TO.match(one.after)
        if given:
            self.target = self._person(given["target"], clause)
        return given is not None

    def _is_off(self, one: Told, clause: Clause) -> bool:
        if signs.THROWN.match(one.after):
            return True
        if signs.OFF_BEFORE.search(one.before) or (one.is_theirs and signs.LIES.match(one.after)):
            return True
        if after := signs.OFF_AFTER.match(one.after):
            if after["owner"]:
                one.owner = self._person(after["owner"], clause)
            return bool(signs.OFF_VERB.search(one.before))
        if signs.DOWN_VERB.search(one.before) and signs.DOWN_AFTER.match(one.after):
            return True
        return self.deed == "off" and _continues(one, clause)

    def _is_on(self, one: Told, clause: Clause, *, is_first: bool) -> bool:
        is_put = signs.HAS.search(one.before) and signs.ON_AFTER.match(one.after)
        if one.found["pronoun"]:
            return bool(is_put or signs.PUTS_ON.search(one.before))
        is_worn = signs.ON_BEFORE.search(one.before) and not signs.ONTO.match(one.after)
        if is_put or is_worn or signs.REVEALS.search(one.before):
            return True
        if clause.kind == "thing" and signs.FINITE.search(clause.text):
            return False
        if signs.IN.search(one.before) and not one.is_theirs:
            return not signs.HELD.search(one.before)
        return self._goes_on(one, clause, is_first=is_first)

    def _goes_on(self, one: Told, clause: Clause, *, is_first: bool) -> bool:
        """What was said of the thing before holds of this one too."""
        is_beneath = one.is_new and signs.OVER.search(one.before)
        if is_beneath and signs.AROUND.search(one.before):
            return True
        if self.deed in _WORN:
            is_joined = not is_first and signs.JOINED.search(one.before)
            if is_joined or _continues(one, clause):
                return True
        is_apposed = clause.kind in ("carried", "thing") and not one.before
        is_apposed = is_apposed and (not clause.is_first or _is_list(one, clause))
        return is_apposed and not signs.LIES.match(one.after)

    def _do(self, deed: Deed, one: Told, clause: Clause) -> None:
        thing = thing_of(self.stage, one)
        if thing is None or not one.owner:
            return
        owner, garment = thing
        self.stage.thing, self.stage.spoken = (owner, garment.noun), garment
        if deed in ("off", "lost") or (deed == "to" and self.target not in ("", owner)):
            self._take_off(owner, garment)
        if deed == "to" and self.target:
            self._put_on(self.target, garment, one, "worn")
            # `it` is still the thing of whoever gave it
            self.stage.thing = (owner, garment.noun)
        elif deed in ("on", "worn", "change"):
            wearer = (clause.subjects or [owner])[0] if one.found["pronoun"] else one.owner
            if (
                clause.subjects
                and wearer not in clause.subjects
                and (signs.ON_BEFORE.search(one.before) or _is_in_anothers(one))
            ):
                self._take_off(wearer, garment)
                wearer = clause.subjects[0]  # `She is wearing his coat`
            self._put_on(wearer, garment, one, deed)

    def _put_on(self, wearer: str, garment: Garment, one: Told, deed: Deed) -> None:
        gives_way = self._giving_way(wearer, garment, one, deed)
        kept = []
        for other in self.stage.worn(wearer):
            is_over = (wearer, other.noun) not in self.stage.fresh
            is_gone = is_over and (deed == "change" or other.slot in gives_way)
            if other.noun not in (garment.noun, _BAREFOOT.noun) or garment.slot != "feet":
                kept.append(replace(other, on=other.on and not is_gone))
        kept = [other for other in kept if other.noun != garment.noun]
        self.stage.wardrobe(wearer, [*kept, replace(garment, on=True)])
        self.stage.fresh.add((wearer, garment.noun))

    def _giving_way(self, wearer: str, garment: Garment, one: Told, deed: Deed) -> frozenset[str]:
        """The slots whose things are off when this is on: none for what is worn already."""
        is_beneath = _BENEATH.search(one.after) or signs.UNDER_IT.match(one.after)
        is_beneath = is_beneath or signs.OVER.search(one.before)
        is_worn = (
            any(each.on and each.noun == garment.noun for each in self.stage.worn(wearer))
            and not one.is_new
        )
        if is_beneath or is_worn or (deed == "worn" and not one.is_new):
            return frozenset()
        return signs.REPLACES.get(garment.slot, frozenset())

    def _take_off(self, owner: str, garment: Garment) -> None:
        garments = [one for one in self.stage.worn(owner) if one.noun != garment.noun]
        garments.append(replace(garment, on=False, tail=""))
        if garment.slot == "feet":
            garments.append(_BAREFOOT)
        self.stage.wardrobe(owner, garments)

    def _manners(self, clause: Clause) -> None:
        """How the thing spoken of last is worn: tied by its sleeves, rolled up, barefoot."""
        wearer = clause.subjects[0] if clause.subjects else ""
        if wearer and _BARE_FEET.search(clause.text):
            kept = [one for one in self.stage.worn(wearer) if one.slot != "feet"]
            self.stage.wardrobe(wearer, [*kept, _BAREFOOT])
        if clause.kind == "carried" and (hung := signs.HUNG.match(clause.text)):
            self._tail(" ".join(hung[0].split()[: signs.LONGEST_TAIL]))
        if peeled := signs.PEELED.search(clause.text):
            self._tail(f"peeled to the {peeled['what']}")
        if signs.ROLLED.search(clause.text):
            self._tail("with rolled sleeves")

    def _tail(self, tail: str) -> None:
        if self.stage.thing is None:
            return
        owner, noun = self.stage.thing
        self.stage.wardrobe(
            owner,
            [
                replace(one, tail=tail, on=True) if one.noun == noun else one
                for one in self.stage.worn(owner)
            ],
        )

    def _wearer(self, placed: re.Match[str], clause: Clause) -> str:
        """`round her` is somebody else, `round her shoulders` may be one's own."""
        if placed["owner"]:
            return self._person(placed["owner"], clause, other=False)
        return self._person(placed["target"], clause)

    def _person(self, word: str, clause: Clause, *, other: bool = True) -> str:
        if re.match(SIGN, word):
            return self.stage.of(word[0])
        return self.stage.meant(word, clause.subjects, other=other)


def _is_beside(one: Told, clause: Clause) -> bool:
    """What is sat upon, what is covered `coat and all`, one of a pair."""
    if signs.RESTS_ON.search(one.before) or signs.AND_ALL.match(one.after):
        return True
    if one.found["noun"] and not one.is_new and signs.TURNED.match(one.found["noun"] + one.after):
        return True
    return one.determiner == "one" and "the other" not in clause.sentence


def _is_in_anothers(one: Told) -> bool:
    """`in Ann's second-best nightgown`."""
    return bool(signs.IN.search(one.before) and re.match(SIGN, one.determiner))


def _is_list(one: Told, clause: Clause) -> bool:
    """`Flannel shirt, cut-off jeans.` after a sentence of somebody."""
    return bool(signs.LISTED.match(one.after)) and not signs.SAID_OF.search(clause.sentence)


def _continues(one: Told, clause: Clause) -> bool:
    is_bare = clause.kind in ("carried", "thing") and not one.before.strip()
    return is_bare and not signs.FINITE.search(one.after)
