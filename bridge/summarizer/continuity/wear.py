"""Clothes: what a clause says is worn, put on, taken off, or handed over."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from bridge.summarizer.continuity.clauses import Clause
from bridge.summarizer.continuity.stage import Stage
from bridge.summarizer.continuity.state import Garment
from bridge.summarizer.people import SIGN
from bridge.summarizer.words import alternatives, one_of, read

_WORDS: Final = read("continuity")
_SLOTS: Final[dict[str, str]] = {
    noun: slot for slot, nouns in read("garments").items() for noun in nouns
}
_NOUN: Final = one_of(list(_SLOTS))


def _verbs(*names: str) -> str:
    return one_of([verb for name in names for verb in _WORDS[name]])


_NO_ADJECTIVE: Final = one_of(
    sorted({
        *read("english")["prepositions"], *read("english")["pronouns"], "and", "or", "of", "is",
        "was", "are", "were", "has", "have", "had", "on", "off", "out", "back", "with", "the", "a",
        "an", "his", "her", "my", "your", "their", "its", "one", "two", "both", "away", "open",
        *_WORDS["wear_verbs"], *_WORDS["undo_verbs"], *_WORDS["off_verbs"], *_WORDS["on_verbs"],
        *_WORDS["held_verbs"], *_WORDS["hand_verbs"], *_WORDS["place_on_verbs"],
    })
)  # fmt: skip
_THING: Final = re.compile(
    rf"(?<![\w{SIGN[1:-1]}-])(?:(?P<pronoun>it|them)(?![\w’'])|(?:(?P<det>{SIGN}['’]s?|his|her|my|your|their|the|an?|one|two"
    rf"|both|another)\s)?(?P<phrase>(?P<adjectives>(?:(?!(?:{_NO_ADJECTIVE})\b)[\w'’-]+\s){{0,4}}?)"
    rf"(?<![\w])(?P<noun>{_NOUN}))(?![\w-]|['’]s|\s(?:{_NOUN})\b))",
    re.IGNORECASE,
)
_TAIL: Final = re.compile(
    rf"^(?:\s(?:is|are|was|were))?(?:\s(?:already|still|now|all|too))?\s(?P<tail>(?:with\s(?!{SIGN}|him|her\b|them|great|a\s)"
    r"|tied|buttoned|unbuttoned|done up|zipped|unzipped|belted|rolled|stained|soaked|torn|turned up"
    r"|black|white|grey|gray|green|red|blue|brown|pushed|pulled|thrown|slung)\b[^,.;]*)",
    re.IGNORECASE,
)
_HUNG: Final = re.compile(r"(?:done up|unbuttoned|buttoned|unzipped|zipped|belted|open)\b(?!.*\b(?:it|them)\b).*")
_TAIL_END: Final = re.compile(
    rf"\s(?:over|and|under|beneath|as|by|which|while)\b.*|\s(?:with )?(?:an?|his|her|the) (?:[\w-]+ )?(?:{_NOUN})\b.*"
)
_LONGEST_TAIL: Final = 6
_BODY: Final = r"(?:shoulders?|neck|head|back|waist|arms|knees|hips|lap|face|eyes|ears)"
_TARGET: Final = (
    rf"(?:(?P<owner>{SIGN}['’]s?|his|her|your|my|their)\s(?:own\s)?{_BODY}\b"
    rf"|(?P<target>{SIGN}|him|her|you|me|them)(?=$|[,.;]|\s(?:and|over|again|like|so|with|too|before)\b))"
)
_ONTO: Final = re.compile(rf"\s(?:back )?(?:up )?(?:round|around|over|on|onto|about|to)\s{_TARGET}", re.IGNORECASE)
_TO: Final = re.compile(rf"\s(?:back\s)?(?:over )?to\s(?P<target>{SIGN}|him|her|you|me)\b", re.IGNORECASE)
_GIVEN: Final = re.compile(
    rf"\b(?:{_verbs('hand_verbs')})\s(?P<target>{SIGN}|him|her|you|me)\s(?:back\s)?$", re.IGNORECASE
)
_OFF_BEFORE: Final = re.compile(
    rf"\b(?:(?:{_verbs('off_verbs')})\s(?:back\s)?off|off with|(?:{_verbs('undo_verbs')})(?:\soff)?|out of"
    rf"|(?:{_verbs('off_verbs')})\saway)\s$", re.IGNORECASE,
)  # fmt: skip
_OFF_VERB: Final = re.compile(rf"\b(?:{_verbs('off_verbs', 'put_down_verbs')})\s(?:both\s)?$", re.I)
_OFF_AFTER: Final = re.compile(
    rf"^\s(?:(?:right )?off\b|over (?:his|her|my|your|{SIGN}['’]s?) head\b"
    rf"|(?:up )?from (?P<owner>{SIGN}['’]s|his|her|my|your) {_BODY})", re.IGNORECASE,
)  # fmt: skip
_DOWN_VERB: Final = re.compile(rf"\b(?:{_verbs('put_down_verbs')})\s$", re.IGNORECASE)
_DOWN_AFTER: Final = re.compile(
    rf"^\s(?:on|onto|over|in|into|at|across|by|beside|aside|away|down)(?!\w)(?!\s(?:{SIGN}|him|her|his|you|your|me|my)\b)",
    re.IGNORECASE,
)
_LIES: Final = re.compile(
    r"^\s(?:hangs?|hung|lies|lay|is (?:in|on) the|are (?:in|on) the|falls?|fell|drops?|comes? off|is off|are off|is gone)\b"
    r"|^\s(?:from|on|off) the (?:hook|peg|chair|rack|rail|line|nail|floor|shelf|bed)\b",
    re.IGNORECASE,
)
_ON_BEFORE: Final = re.compile(
    rf"\b(?:(?:{_verbs('on_verbs')})\s(?:back\s)?on|(?:{_verbs('wear_verbs')})|on with"
    r"|(?:chang\w+|slip\w*|shrug\w*|get\w*|got|climb\w*|wriggl\w+|step\w*|struggl\w+|squirm\w*|back|is|are|was) into)\s$",
    re.IGNORECASE,
)
_IN: Final = re.compile(r"(?:^|\b(?:\w+\s)?)in\s$", re.IGNORECASE)
_ON_AFTER: Final = re.compile(
    r"^(?:\s(?:back|still|all))?\s(?:on(?!\s(?:the|a|his|her|my)\b)\b|in place|back in place|shut|closed|tight)", re.IGNORECASE
)
_HAS: Final = re.compile(rf"\b(?:{_verbs('on_verbs')}|with)\s(?:both\s)?$", re.IGNORECASE)
_HELD: Final = re.compile(
    rf"\b(?:{_verbs('held_verbs')})\b[^,]*$|\b(?:for|without|hook for|like)\s$", re.IGNORECASE
)
_REVEALS: Final = re.compile(
    r"\b(?:under|beneath|underneath)(?:neath)? (?:it|them|that|the \w+|all that)[, ]*(?:(?:is|are|was|were|there is)"
    r"|(?:s?he|I) (?:is|was) in)\s(?:only\s|nothing but\s)?$",
    re.IGNORECASE,
)
_FINITE: Final = re.compile(r"\b(?:is|are|was|were|hangs?|hung|lies|lay|stands?|stood|falls?|waits?)\b")
_AROUND: Final = re.compile(
    rf"\b(?:ties?|tied|knots?|knotted) (?:the |its |his |her |their |my )?(?:sleeves|arms|it|them) (?:round|around|about) (?:the|his|her|my|{SIGN}['’]s) (?P<what>waist|hips|neck|shoulders)\b",
    re.IGNORECASE,
)
_ZIP: Final = re.compile(
    r"\b(?P<how>zips?|zipped|buttons?|buttoned|unzips?|unbuttons?)\s(?:up\s)?$", re.IGNORECASE
)
_OPENED: Final = {"zip": "zipped up", "but": "buttoned", "unz": "unzipped", "unb": "unbuttoned"}
_ROLLED: Final = re.compile(r"\brolls?(?:ed)? (?:up )?(?:the |her |his |my )?(?:sleeves|cuffs)(?: up)?(?: of)?\b|\bsleeves rolled\b", re.IGNORECASE)
_REPLACES: Final = {
    "full": {"full", "top", "layer", "bottom"},
    "top": {"top", "full"},
    "layer": {"layer", "full"},
    "bottom": {"bottom", "full"},
    "outer": {"outer"},
    "over": {"over"},
    "feet": {"feet"},
    "head": {"head"},
}
Deed = Literal["on", "off", "change", "worn", "to", "lost", "none"]


@dataclass(slots=True)
class _Told:
    """One mention of a garment in a clause."""

    found: re.Match[str]
    before: str
    after: str
    owner: str
    is_theirs: bool
    """A possessive or a name says whose it is."""

    @property
    def is_new(self) -> bool:
        """`a coat` rather than `the coat`."""
        return (self.found["det"] or "").casefold() in ("a", "an", "another", "two")


class Dresser:
    """Goes through the clauses of a message; what was done last is done to the next things too."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.deed: Deed = "none"
        self.target = ""

    def take(self, clause: Clause) -> None:
        """What a clause says of clothes."""
        if around := _AROUND.search(clause.text):
            # of the thing spoken of before, not of what shows beneath it
            self._tail(f"tied round the {around['what']}")
        told = list(self._mentions(clause))
        for number, one in enumerate(told):
            deed = self._deed(one, clause, number)
            self._do(deed, one, clause)
            self.deed = deed
        self._manners(clause)
        if not told and clause.kind in ("persons", "group", "thing"):
            self.deed = "none"

    def _mentions(self, clause: Clause) -> Iterator[_Told]:
        for found in _THING.finditer(clause.text):
            determiner = found["det"] or ""
            owner = clause.subjects[0] if clause.subjects else ""
            if re.match(SIGN, determiner):
                owner = self.stage.of(determiner[0])
            elif determiner.casefold() in ("his", "her", "my", "your"):
                owner = self.stage.meant(determiner, clause.subjects)
            is_theirs = determiner.casefold() in ("his", "her", "my", "your", "their") or bool(
                re.match(SIGN, determiner)
            )
            before, after = clause.text[: found.start()], clause.text[found.end() :]
            yield _Told(found, before, after, owner, is_theirs)

    def _deed(self, one: _Told, clause: Clause, number: int) -> Deed:
        if handed := _GIVEN.search(one.before) or (
            re.search(rf"\b(?:{_verbs('hand_verbs')})\s$", one.before, re.I)
            and _TO.match(one.after)
        ):
            self.target = self._person(handed["target"], clause)
            return "lost"
        if (one.found["det"] or "").casefold() == "one" and "the other" not in clause.sentence:
            return "none"
        if (placed := _ONTO.match(one.after)) and re.search(
            rf"\b(?:{_verbs('place_on_verbs')})\s(?:the\s|back\s)?$", one.before, re.I
        ):
            self.target = self._wearer(placed, clause)
            return "to"
        if self._is_off(one, clause):
            return "off"
        if self._is_on(one, clause, number):
            return "change" if re.search(r"\bchang\w+ into\s$", one.before, re.I) else "on"
        if _HELD.search(one.before) or _LIES.match(one.after):
            return "none"
        return "worn" if one.is_theirs else "none"

    def _is_off(self, one: _Told, clause: Clause) -> bool:
        if _OFF_BEFORE.search(one.before) or (one.is_theirs and _LIES.match(one.after)):
            return True
        if after := _OFF_AFTER.match(one.after):
            if after["owner"]:
                one.owner = self._person(after["owner"], clause)
            return bool(_OFF_VERB.search(one.before))
        if _DOWN_VERB.search(one.before) and _DOWN_AFTER.match(one.after):
            return True
        return self.deed == "off" and self._continues(one, clause)

    def _is_on(self, one: _Told, clause: Clause, number: int) -> bool:
        if one.found["pronoun"]:
            return bool(_HAS.search(one.before) and _ON_AFTER.match(one.after)) or bool(
                re.search(rf"\b(?:{_verbs('on_verbs')})\son\s$", one.before, re.I)
            )
        if _REVEALS.search(one.before) or (_ON_BEFORE.search(one.before) and not _ONTO.match(one.after)):
            return True
        if _HAS.search(one.before) and _ON_AFTER.match(one.after):
            return True
        if _FINITE.search(clause.text) and clause.kind == "thing":
            return False
        if _IN.search(one.before) and not one.is_theirs:
            return not _HELD.search(one.before)
        is_worn_so_far = self.deed in ("on", "worn", "change", "to")
        if is_worn_so_far and number and re.search(r"\b(?:over|under|and|with|beneath|of)\s(?:only\s)?$", one.before):
            return True
        if one.is_new and re.search(r"\bover\s$", one.before) and _AROUND.search(one.before):
            return True
        if is_worn_so_far and self._continues(one, clause):
            return True
        is_apposed = clause.kind in ("carried", "thing") and not one.before and not clause.is_first
        return is_apposed and not _LIES.match(one.after)

    def _continues(self, one: _Told, clause: Clause) -> bool:
        return clause.kind in ("carried", "thing") and not one.before.strip(" ") and not _FINITE.search(
            one.after
        )

    def _do(self, deed: Deed, one: _Told, clause: Clause) -> None:
        thing = self._thing(one)
        if thing is None or not one.owner:
            return
        owner, garment = thing
        match deed:
            case "on" | "worn" | "change":
                wearer = one.owner if not one.found["pronoun"] else (clause.subjects or [owner])[0]
                self._put_on(wearer, garment, one, deed)
            case "off":
                self._take_off(owner, garment)
            case "to" if self.target:
                if self.target != owner:
                    self._take_off(owner, garment)
                self._put_on(self.target, garment, one, "worn")
            case "lost":
                self._take_off(owner, garment)
        self.stage.thing = (owner, garment.noun)

    def _thing(self, one: _Told) -> tuple[str, Garment] | None:
        if one.found["pronoun"]:
            if self.stage.thing is None:
                return None
            owner, noun = self.stage.thing
            known = self._known(owner, noun)
            return (owner, known) if known else None
        noun = one.found["noun"].casefold()
        adjectives = one.found["adjectives"].casefold().split()
        if not one.is_new:
            for name in [one.owner, *(self.stage.present if not one.is_theirs else [])]:
                if name and (known := self._known(name, noun)) and _fits(known, adjectives):
                    return name, _described(known, one)
        if not one.owner:
            return None
        return one.owner, _described(Garment(_SLOTS[noun], noun, noun), one)

    def _known(self, name: str, noun: str) -> Garment | None:
        garments = self.stage.worn(name)
        by_noun = [one for one in garments if _is_same(one.noun, noun)]
        return next((one for one in by_noun if one.on), by_noun[-1] if by_noun else None)

    def _put_on(self, wearer: str, garment: Garment, one: _Told, deed: Deed) -> None:
        fresh = self.stage.fresh
        beneath = re.search(r"\s(?:over|on top of)\s", one.after) or re.search(r"\bover\s$", one.before)
        is_old = (garment.on and one.found["pronoun"]) or (
            not one.is_new and any(garment.noun == each.noun and each.on for each in self.stage.worn(wearer))
        )
        gives_way = set() if beneath or is_old or deed == "worn" and not one.is_new else _REPLACES.get(garment.slot, set())
        kept = []
        for other in self.stage.worn(wearer):
            if other.noun == garment.noun:
                continue
            is_over = (wearer, other.noun) not in fresh
            if is_over and (deed == "change" or other.slot in gives_way):
                other = replace(other, on=False)
            kept.append(other)
        if garment.slot == "feet":
            kept = [other for other in kept if other.noun != "barefoot"]
        self.stage.wardrobe(wearer, [*kept, replace(garment, on=True)])
        fresh.add((wearer, garment.noun))
        self.stage.thing = (wearer, garment.noun)

    def _take_off(self, owner: str, garment: Garment) -> None:
        garments = [one for one in self.stage.worn(owner) if one.noun != garment.noun]
        garments.append(replace(garment, on=False, tail=""))
        if garment.slot == "feet":
            garments.append(Garment("feet", "barefoot", "barefoot"))
        self.stage.wardrobe(owner, garments)

    def _manners(self, clause: Clause) -> None:
        """How the thing spoken of last is worn: tied by its sleeves, rolled up, barefoot."""
        wearer = clause.subjects[0] if clause.subjects else ""
        if wearer and re.search(r"\bbarefoot(?:ed)?\b", clause.text):
            bare = Garment("feet", "barefoot", "barefoot")
            kept = [one for one in self.stage.worn(wearer) if one.slot != "feet"]
            self.stage.wardrobe(wearer, [*kept, bare])
        if clause.kind == "carried" and (hung := _HUNG.match(clause.text)):
            self._tail(" ".join(hung[0].split()[:_LONGEST_TAIL]))
        if peeled := re.search(r"\b(?:peel|push|pull|roll)(?:s|ed)\s.*?\b(?:down )?to (?:the|his|her|my) (hips?|waist)\b", clause.text):
            self._tail(f"peeled to the {peeled[1]}")
        if _ROLLED.search(clause.text):
            self._tail("with rolled sleeves")

    def _tail(self, tail: str) -> None:
        if self.stage.thing is None:
            return
        owner, noun = self.stage.thing
        garments = self.stage.worn(owner)
        self.stage.wardrobe(
            owner,
            [replace(one, tail=tail, on=True) if one.noun == noun else one for one in garments],
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


def _is_same(known: str, noun: str) -> bool:
    """`coat` is the tailcoat that is known, and `glove` one of the gloves."""
    if known == f"{noun}s":
        return True
    return known == noun or known.split()[-1].endswith(noun) or known.endswith(noun.split()[-1])


def _fits(known: Garment, adjectives: list[str]) -> bool:
    """Whether `the black coat` may be the coat that is known."""
    have = known.phrase.casefold()
    colours = set(read("english")["colours"])
    return not any(word in colours and word not in have for word in adjectives)


def _described(garment: Garment, one: _Told) -> Garment:
    """With the fuller of both descriptions, and how it is worn now."""
    if one.found["pronoun"]:
        return garment
    phrase = re.sub(r"\b(?:same|own|other)\s", "", one.found["phrase"].strip().lower())
    if (one.found["det"] or "").casefold() == "two":
        phrase = f"two {phrase}"
    text = phrase if len(phrase.split()) > len(garment.text.split()) else garment.text
    tail = garment.tail
    if found := _TAIL.match(one.after):
        tail = " ".join(_TAIL_END.sub("", found["tail"]).split()[:_LONGEST_TAIL])
        tail = re.sub(SIGN, "", tail)
    elif zipped := _ZIP.search(one.before):
        tail = _OPENED[zipped["how"].casefold()[:3]]
        if to := re.match(r"\s(?:up )?to (?:the|his|her) (\w+)", one.after):
            tail = f"{tail.removesuffix(' up')} to the {to[1]}"
    return replace(garment, text=text, tail=tail)
