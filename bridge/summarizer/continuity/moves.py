"""Who comes and goes, and where all of them move to."""

import re
from dataclasses import dataclass, field
from typing import Final

from bridge.summarizer.continuity.clauses import Clause
from bridge.summarizer.continuity.spots import again, first_place, noun_of, phrase, places_in, words
from bridge.summarizer.continuity.stage import Stage
from bridge.summarizer.people import SIGN
from bridge.summarizer.words import listed, one_of, read

_WORDS: Final = read("continuity")


def _any(*names: str) -> str:
    return rf"(?<![\w-])(?:{one_of([word for name in names for word in _WORDS[name]])})(?![\w-])"


_APART: Final = re.compile(_any("apart"), re.IGNORECASE)
_UNREAL: Final = re.compile(
    r"\b(?:would|could|might|should|will|shall|may|must|if|can|cannot|wants? to|ought|asks? to|about to"
    r"|going to|promis\w+|plans?|never|nobody|no one|neither|not|n['’]t)\b|n['’]t\b|['’]ll\b|['’]d\b",
    re.IGNORECASE,
)
_ELSEWHERE: Final = re.compile(
    r"\b(?:had (?!on\b|his\b|her\b|a\b|the\b)(?:\w+ed|been|gone|come|left|taken|said)|is away|is not|isn['’]t|was not|wasn['’]t"
    r"|is (?:still )?(?:upstairs|downstairs|abroad|nowhere|out)\b|has (?:gone|left)|are away)",
    re.IGNORECASE,
)
_MOTION: Final = re.compile(_any("motions"), re.IGNORECASE)
_LEAD: Final = re.compile(
    rf"{_any('leads')}\s(?P<whom>(?:{SIGN}|him|her|them|you|me|us)(?: both| all)?(?! (?:{one_of(_WORDS['furniture'])})))\b",
    re.IGNORECASE,
)
_LED: Final = re.compile(r"(?:\b(?:him|her|them|you|me|us)\b|[\ue000-\uf8ff])")
_TO: Final = re.compile(
    r"\b(?:into|onto|to|inside|through|across|down|up|aboard|as far as|in|on|at|out)\s(?:to |into |onto |in |at |on )?$", re.I
)
_ARRIVES: Final = re.compile(r"\b(?:enters?|entered|reach(?:es|ed)?|cross(?:es|ed)?|into)\s$", re.I)
_TO_ANY: Final = re.compile(
    r"\b(?:(?:out|down|up|over|back|across|as far)\s)?(?:to|into|onto|as|on to)\s(?P<what>(?:the|an?)\s(?:[\w’'-]+\s){0,2}?(?P<noun>[\w’'-]+)|(?-i:[A-Z][\w’'-]*(?:\s[A-Z][\w’'-]*)*))(?=$|\s(?:to|with|for|under|behind|together|again|at|in)\b)",
    re.IGNORECASE,
)
_STAYS: Final = re.compile(_any("stays"), re.IGNORECASE)
_WITHIN: Final = re.compile(r"(?:in|on) (?:it|them)\b|it shows\b", re.IGNORECASE)
_THROUGH: Final = frozenset(_WORDS["through"])
_NO_GOALS: Final = frozenset((*_WORDS["furniture"], *listed("things"), *listed("animals")))
_LEAVES: Final = re.compile(_any("leave_phrases") + r"(?!\sof\s(?:his|her|my|it)\b)", re.IGNORECASE)
_RETURNS: Final = re.compile(_any("return_phrases"), re.IGNORECASE)
_FOLLOWS: Final = re.compile(_any("follow_phrases"), re.IGNORECASE)
_SHUT_BEHIND: Final = re.compile(
    rf"\bdoor\b.*\b(?:shuts?|closes?|closed|slams?|slammed|bangs?(?: shut)?|clicks? shut|swings? (?:shut|to)|falls? shut)\b.*\bbehind (?P<who>{SIGN}|her|him|them)",
    re.IGNORECASE,
)
_GONE_BACK: Final = re.compile(r"\b(?:has|have|had)\sgone\b|\b(?:heads?|headed|goes|went|sets?) (?:out|off|back)\b", re.IGNORECASE)
_LEFT_WITH: Final = re.compile(rf"\bleav(?:ing|es?)\s(?P<who>{SIGN})(?:\s(?:with|behind|to|alone|in|at)\b|$)", re.I)
_OUTSIDE: Final = re.compile(r"\b(?:outside|outdoors|into the (?:rain|snow|night|open|dark))\b", re.I)
_FOUND: Final = re.compile(r"\b(?:found|finds|find|saw|sees|sat) (?:them(?:selves)?|us|ourselves)\b", re.I)


@dataclass(slots=True)
class Mover:
    """Gathers who goes where in a message, and settles it at its end."""

    stage: Stage
    goal: str = ""
    goers: set[str] = field(default_factory=set)
    leavers: list[str] = field(default_factory=list)
    is_moving: bool = False
    is_under_way: bool = False
    """They went, and it is not yet told where to."""
    is_apart: bool = False
    is_alone: bool = False
    listed: bool = False
    """The story names those who go."""
    seen: set[str] = field(default_factory=set)
    """Who is told of when the way is over."""

    def take(self, clause: Clause) -> None:
        """What a clause says of coming and going."""
        is_real = not (self.is_elsewhere(clause) or _UNREAL.search(clause.text))
        self._entering(clause, is_real=is_real)
        if not is_real:
            self.is_moving = False
            return
        self._leaving(clause)
        self._going(clause)

    def is_elsewhere(self, clause: Clause) -> bool:
        """Told of a picture, a dream, a call; `In it` goes on with the one before."""
        if clause.is_first and not _WITHIN.match(clause.sentence):
            self.is_apart = False
        self.is_apart = self.is_apart or bool(_APART.search(clause.sentence))
        return self.is_apart

    def settle(self) -> str:
        """At the end of the message: the place of a common move or empty; some may have left."""
        stage = self.stage
        present = stage.present
        leavers = [one for one in dict.fromkeys(self.leavers) if one in present]
        if self.goal and self._all_go(present):
            was = set(stage.before.present) - self.goers - self.seen
            stage.leave(was if self.listed or self.is_alone or len(present) > 2 else ())
            return self.goal
        if leavers and set(leavers) | self.goers >= set(present):
            return self.goal or f"outside {stage.before.place}".strip()
        gone = leavers or [one for one in self.goers if self.goal and len(present) > 2]
        stage.leave([one for one in gone if one in present])
        return ""

    def _all_go(self, present: list[str]) -> bool:
        if self.goers >= set(present) or self.listed:
            return True
        if self.stage.message.user in self.goers:
            return True
        return len(present) <= 2 and bool(self.goers) and not self.leavers

    def _entering(self, clause: Clause, *, is_real: bool) -> None:
        if is_real and clause.kind in ("persons", "group") and not _ELSEWHERE.search(clause.text):
            self.stage.enter(clause.subjects)
            self.seen |= set(clause.subjects) if self.goal else set()

    def _leaving(self, clause: Clause) -> None:
        who = [one for one in clause.subjects if clause.kind != "owned"]
        if shut := _SHUT_BEHIND.search(clause.text):
            self.leavers += self._persons(shut["who"], clause, other=False)
        elif left := _LEFT_WITH.search(clause.text):
            self.stage.leave([self.stage.of(left["who"])])
        elif _RETURNS.search(clause.text):
            self.leavers = [one for one in self.leavers if one not in who]
        elif _FOLLOWS.search(clause.text) and (self.leavers or self.goers):
            self.goers |= {*who, *self.leavers}
        elif clause.kind != "thing" and (_LEAVES.search(clause.text) or _GONE_BACK.search(clause.text)):
            if not self._destination(clause):
                self.leavers += who

    def _persons(self, word: str, clause: Clause, *, other: bool = True) -> list[str]:
        if re.match(SIGN, word):
            return [self.stage.of(word)]
        if word.casefold() == "them":
            return self.stage.present
        meant = self.stage.meant(word, clause.subjects, other=other)
        return [meant] if meant else []

    def _going(self, clause: Clause) -> None:
        goers = set(clause.subjects) if clause.kind in ("persons", "group", "carried") else set()
        led = _LEAD.search(clause.text)
        if led:
            whom = led["whom"].split()
            if any(word in ("both", "all", "them", "us") for word in whom):
                goers = set(self.stage.present)
            else:
                goers |= set(self._persons(whom[0], clause))
        elif _FOUND.search(clause.text):
            goers = set(self.stage.present)
        if company := re.search(rf"\bfollow(?:s|ed|ing)?\s(?P<whom>{SIGN}|him|her|them|you|me)\b", clause.text):
            goers |= set(self._persons(company["whom"], clause))
        is_motion = bool(led or _MOTION.search(clause.text))
        is_motion = is_motion or (self.is_moving and clause.kind == "carried")
        if is_motion and led:
            self.goers |= goers
        goal = self._destination(clause) if is_motion else ""
        is_group = clause.kind == "group" or len(goers) > 1 or bool(_FOUND.search(clause.text))
        if not goal and is_motion and is_group:
            goal = self._any_goal(clause)
        if not goal and (self.is_under_way or is_group) and clause.kind in ("persons", "group"):
            goal = self._standing(clause)
        if not goal and is_group and (_STAYS.search(clause.text) or _FOUND.search(clause.text)):
            goal = self._standing(clause)
        if goal and goal == self.stage.before.place and not goers & set(self.stage.before.present):
            goal = ""  # they come in
        if goal:
            self.goal = goal
            self.goers |= goers
            self.is_alone = bool(re.search(r"\balone\b", clause.sentence))
            self.listed = self.listed or len(clause.subjects) > 1
        self.is_moving = is_motion
        self.is_under_way = self.is_under_way or is_motion and is_group and not goal

    def _destination(self, clause: Clause) -> str:
        goal = ""
        for found in places_in(clause.text):
            before = clause.text[: found.start()]
            is_to = _TO.search(before) or _ARRIVES.search(before)
            if is_to and noun_of(found) not in _THROUGH:
                goal = self._named(phrase(found), noun_of(found))
        for known in self.stage.before.places:
            if not goal and re.search(rf"\b(?:to|into|in) (?:the )?{re.escape(_tail(known))}\b", clause.text):
                goal = known
        return goal

    def _any_goal(self, clause: Clause) -> str:
        found = _TO_ANY.search(clause.text)
        if not found or (found["noun"] or "").casefold() in _NO_GOALS:
            return "outside" if _OUTSIDE.search(clause.text) else ""
        return self._named(re.sub(r"^(?:the|an?)\s", "", re.sub(SIGN, "", found["what"])), found["noun"] or "")

    def _standing(self, clause: Clause) -> str:
        for found in places_in(clause.text):
            before = clause.text[: found.start()]
            if re.search(r"\b(?:in|at|inside|aboard|on)\s$", before, re.I):
                noun = noun_of(found)
                if noun in words(self.stage.before.place):
                    return ""
                return self._named(phrase(found), noun)
        return ""

    def _named(self, place: str, noun: str) -> str:
        return again(place, noun.casefold(), self.stage.before.places)


def _tail(place: str) -> str:
    """What a place is called by when one comes back: `Deck Four` of `laboratory on Deck Four`."""
    found = re.search(r"(?:[A-Z][\w’'-]*\s?)+$", place)
    return found[0] if found else place
