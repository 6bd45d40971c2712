"""Who comes and goes, and where all of them move to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bridge.presence import SIGHT, is_gone, is_told_of
from bridge.summarizer.continuity import move_signs as signs
from bridge.summarizer.continuity.clauses import Clause
from bridge.summarizer.continuity.spots import again, noun_of, phrase, places_in, words
from bridge.summarizer.continuity.stage import Stage
from bridge.summarizer.people import SIGN


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
    followed: set[str] = field(default_factory=set)
    has_moved: bool = False
    """Somebody was under way in this message."""
    seen: set[str] = field(default_factory=set)
    """Who is told of when the way is over."""

    def take(self, clause: Clause) -> None:
        """What a clause says of coming and going."""
        is_real = not (self.is_elsewhere(clause) or signs.UNREAL.search(clause.text))
        self._entering(clause, is_real=is_real)
        if not is_real:
            self.is_moving = False
            return
        self._leaving(clause)
        self._going(clause)

    def is_elsewhere(self, clause: Clause) -> bool:
        """Told of a picture, a dream, a call; `In it` goes on with the one before."""
        if clause.is_first and not signs.WITHIN.match(clause.sentence):
            self.is_apart = False
        is_told = signs.WITHIN.match(clause.sentence) or signs.APART.search(clause.sentence)
        self.is_apart = self.is_apart or bool(is_told)
        return self.is_apart

    def settle(self) -> str:
        """At the end of the message: the place of a common move or empty; some may have left."""
        stage = self.stage
        present = stage.present
        leavers = [one for one in dict.fromkeys(self.leavers) if one in present]
        if self.goal and self._all_go(present):
            was = set(stage.before.present) - self.goers - self.seen - {stage.message.name}
            stage.leave(was if self.listed or self.is_alone or len(present) > 2 else ())
            return self.goal
        if leavers and set(leavers) | self.goers >= set(present):
            return self.goal or f"outside {stage.before.place}".strip()
        were = self.goers & set(stage.before.present)
        gone = leavers or [one for one in were if self.goal and len(present) > 2]
        stage.leave([one for one in gone if one in present])
        return ""

    def _all_go(self, present: list[str]) -> bool:
        if self.goers >= set(present) or self.listed:
            return True
        if self.stage.message.user in self.goers:
            return True
        return len(present) <= 2 and bool(self.goers) and not self.leavers

    def _entering(self, clause: Clause, *, is_real: bool) -> None:
        if (
            is_real
            and clause.kind in ("persons", "group")
            and not signs.ELSEWHERE.search(clause.text)
        ):
            self.stage.enter(name for name in clause.subjects if not self._only_told(name, clause))
            self.seen |= set(clause.subjects) if self.goal else set()

    def _only_told(self, name: str, clause: Clause) -> bool:
        """A letter from them, a picture of them, eight miles away: every mention says so."""
        low = clause.sentence.lower()
        found = [at for at, sign in enumerate(low) if re.match(SIGN, sign)
                 and self.stage.of(sign) == name]  # fmt: skip
        spans = [(low[max(0, at - SIGHT) : at], low[at + 1 : at + 1 + SIGHT]) for at in found]
        return bool(spans) and all(is_told_of(*span) or is_gone(span[1]) for span in spans)

    def _leaving(self, clause: Clause) -> None:
        who = clause.subjects if clause.kind not in ("owned", "thing") else []
        if shut := signs.SHUT_BEHIND.search(clause.text):
            self.leavers += self._persons(shut["who"], clause, other=False)
        elif sent := signs.SENT.search(clause.text):
            self.leavers += self._persons(sent["who"], clause)
        elif left := signs.LEFT_WITH.search(clause.text):
            self.stage.leave([self.stage.of(left["who"])])
        elif signs.RETURNS.search(clause.text) or signs.COMES_OVER.match(clause.text):
            self._returning(who)
        elif signs.FOLLOWS.search(clause.text) and (self.leavers or self.goers):
            self.goers |= {*who, *self.leavers}
        elif empty := signs.EMPTY.search(clause.text):
            self.leavers.append(self.stage.of(empty["who"]))
        elif self._is_off(clause) and not self._destination(clause):
            self.leavers += who

    def _returning(self, who: Sequence[str]) -> None:
        if self.goers <= set(who):
            self.goal, self.goers = "", set()
        self.leavers = [one for one in self.leavers if one not in who]

    def _is_off(self, clause: Clause) -> bool:
        return not signs.MEANWHILE.match(clause.text) and bool(
            signs.LEAVES.search(clause.text)
            or signs.OFF.search(clause.text)
            or signs.ERRAND.search(clause.text)
            or signs.GONE_BACK.search(clause.text)
            or signs.GOES.search(clause.text)
        )

    def _persons(self, word: str, clause: Clause, *, other: bool = True) -> list[str]:
        if re.match(SIGN, word):
            return [self.stage.of(word)]
        if word.casefold() in ("them", "us"):
            return self.stage.present
        meant = self.stage.meant(word, clause.subjects, other=other)
        return [meant] if meant else []

    def _going(self, clause: Clause) -> None:
        goers, is_led = self._company(clause)
        is_motion = is_led or bool(
            signs.MOTION.search(clause.text) or signs.MOUNT.search(clause.text)
        )
        is_motion = is_motion or (
            clause.kind == "carried" and bool(signs.FRAGMENT.match(clause.text))
        )
        is_motion = is_motion or (self.is_moving and clause.kind == "carried")
        is_found = bool(signs.FOUND.search(clause.text))
        is_group = clause.kind == "group" or len(goers) > 1 or is_found
        goal = self._destination(clause) if is_motion else ""
        if not goal and is_motion and is_group:
            goal = self._any_goal(clause)
        if not goal and self.has_moved and (goal := self._arrived(clause)):
            goers |= set(clause.subjects)
        if not goal and is_group and (is_found or signs.STAYS.search(clause.text)):
            goal = self._standing(clause)
        if not goal and self.is_under_way and clause.kind in ("persons", "group"):
            goal = self._standing(clause)
        if not goal and clause.kind == "persons" and goers & set(self.stage.before.present):
            goal = self._found_at(clause)
        self.goers |= goers if is_led else set()
        self._head_for(goal, goers, clause)
        self.is_moving = is_motion
        self.has_moved = self.has_moved or is_motion
        self.is_under_way = self.is_under_way or (is_motion and is_group and not goal)

    def _company(self, clause: Clause) -> tuple[set[str], bool]:
        """Who would go with a clause, and whether somebody is led."""
        goers = set(clause.subjects) if clause.kind in ("persons", "group", "carried") else set()
        led = signs.LEAD.search(clause.text)
        if led and led["whom"].endswith((" both", " all")):
            return set(self.stage.present), True
        if led:
            return goers | set(self._persons(led["whom"], clause)), True
        if signs.FOUND.search(clause.text):
            return set(self.stage.present), False
        if company := signs.FOLLOWING.search(clause.text):
            self.followed |= set(self._persons(company["whom"], clause))
            goers |= self.followed
        return goers, False

    def _head_for(self, goal: str, goers: set[str], clause: Clause) -> None:
        before = self.stage.before
        is_coming_in = goal == before.place and not goers & set(before.present)
        if not goal or is_coming_in:
            return
        self.goal = goal
        self.goers |= goers | self.followed
        self.is_alone = bool(signs.ALONE.search(clause.sentence))
        self.listed = self.listed or len(clause.subjects) > 1

    def _destination(self, clause: Clause) -> str:
        goal = ""
        for found in places_in(clause.text):
            before = signs.INNER.sub("", clause.text[: found.start()])
            is_to = signs.TO.search(before) or signs.ARRIVES.search(before)
            if is_to and noun_of(found).split()[-1] not in (*signs.THROUGH, "wall", "floor"):
                goal = self._named(phrase(found), noun_of(found))
        for known in self.stage.before.places:
            back = rf"\b(?:to|into|in) (?:the )?{re.escape(_tail(known))}\b"
            if not goal and re.search(back, clause.text):
                goal = known
        return goal

    def _any_goal(self, clause: Clause) -> str:
        """A place that no list knows, for those who go there together."""
        found = signs.TO_ANY.search(clause.text)
        noun = (found["noun"] or "").casefold() if found else ""
        if not found or noun in signs.NO_GOALS:
            return "outside" if signs.OUTSIDE.search(clause.text) else ""
        return self._named(re.sub(rf"^(?:the|an?)\s|{SIGN}", "", found["what"]), noun)

    def _standing(self, clause: Clause) -> str:
        for found in places_in(clause.text):
            if signs.BEING_AT.search(clause.text[: found.start()]):
                is_here = noun_of(found) in words(self.stage.before.place)
                return "" if is_here else self._named(phrase(found), noun_of(found))
        if clause.kind == "group" and (there := signs.THERE.search(clause.text)):
            noun = there["noun"].split()[-1].casefold()
            if noun not in signs.NO_GOALS and not words(there["noun"]) & words(
                self.stage.before.place
            ):
                keeps = there["how"] not in ("in", "at", "on")
                return self._named(
                    there["what"] if keeps else there["noun"] + (there["name"] or ""), noun
                )
        return ""

    def _found_at(self, clause: Clause) -> str:
        """Where somebody is who was elsewhere: the way there went untold."""
        for found in places_in(clause.text):
            before = clause.text[: found.start()]
            is_part = noun_of(found) in signs.PARTS
            if is_part or not signs.AT_ANOTHER.search(before) or signs.SEES.search(before):
                continue
            is_here = noun_of(found) in words(self.stage.before.place)
            return "" if is_here else self._named(phrase(found), noun_of(found))
        return ""

    def _arrived(self, clause: Clause) -> str:
        """`The roof.`, `The taproom is packed.`: where the way of the sentence before has led."""
        bare = clause.sentence.strip(" .!…")
        found = places_in(bare)
        is_all = (
            bool(found) and not found[0].start() and bool(signs.ALL.match(bare, found[0].end()))
        )
        return self._named(phrase(found[0]), noun_of(found[0])) if is_all else ""

    def _named(self, place: str, noun: str) -> str:
        return again(place, noun.casefold(), self.stage.before.places)


def _tail(place: str) -> str:
    """What a place is called by when one comes back: `Deck Four` of `laboratory on Deck Four`."""
    found = re.search(r"(?:[A-Z][\w’'-]*\s?)+$", place)
    return found[0] if found else place
