"""Who comes and goes, and where all of them move to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bridge.presence import SIGHT, is_gone, is_told_of
from bridge.summarizer.continuity import goals
from bridge.summarizer.continuity import move_signs as signs
from bridge.summarizer.continuity.clauses import Clause
from bridge.summarizer.continuity.stage import Stage
from bridge.summarizer.people import SIGN

_PRONOUN: Final = re.compile(r"[\"“]?(?:he|she|it)\b", re.IGNORECASE)


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
    is_told_of_them: bool = False
    """What is apart is somebody's voice or picture."""
    is_alone: bool = False
    listed: bool = False
    """The story names those who go."""
    followed: set[str] = field(default_factory=set)
    has_moved: bool = False
    """Somebody was under way in this message."""
    travellers: set[str] = field(default_factory=set)
    """Who went together, wherever to."""
    seen: set[str] = field(default_factory=set)
    """Who is told of when the way is over."""

    def take(self, clause: Clause) -> None:
        """What a clause says of coming and going."""
        is_real = not (self.is_elsewhere(clause) or signs.UNREAL.search(clause.text))
        if other := signs.NOT_THEM.search(clause.text):
            self.stage.leave([self.stage.of(other["who"])])
        self._entering(clause, is_real=is_real)
        if not is_real:
            self.is_moving = False
            return
        if signs.TOGETHER.search(clause.text) and len(self.stage.present) == 2:
            self.leavers.clear()
        self._leaving(clause)
        self._going(clause)

    def is_elsewhere(self, clause: Clause) -> bool:
        """Told of a picture, a dream, a call; `In it` goes on with the one before."""
        if clause.is_first and not signs.WITHIN.match(clause.sentence):
            is_of_it = self.is_told_of_them and _PRONOUN.match(clause.sentence)
            self.is_apart = bool(is_of_it)
            self.is_told_of_them = bool(is_of_it)
        is_told = signs.WITHIN.match(clause.sentence) or signs.APART.search(clause.sentence)
        self.is_apart = self.is_apart or bool(is_told)
        if self.is_apart and signs.OF_THEM.search(clause.text):
            self.is_told_of_them = True
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

        if is_real and clause.kind in ("persons", "group", "carried"):
            with_them = (self.stage.of(one["who"]) for one in signs.COMPANION.finditer(clause.text))
            self.stage.enter(one for one in with_them if not self._only_told(one, clause))

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
        elif self._is_off(clause) and not goals.destination(self.stage.before, clause):
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
            or signs.INTO_IT.search(clause.text)
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
        is_coming = (
            clause.kind == "persons" and len(goers) == 1 and signs.COMES_BY.search(clause.text)
        )
        is_motion = is_motion and not is_coming
        is_found = bool(signs.FOUND.search(clause.text))
        is_group = clause.kind == "group" or len(goers) > 1 or is_found
        is_halt = bool(signs.STOPS.match(clause.text))
        goal = self._goal(clause, is_motion=is_motion, is_group=is_group)
        if not goal and is_halt and (goal := goals.halt(self.stage.before, clause)):
            goers |= set(self.stage.present)
        if not goal and self.has_moved and (goal := goals.arrived(self.stage.before, clause)):
            goers |= {*clause.subjects, *self.travellers}
        if not goal:
            goal = self._untold_way(clause, goers, is_group=is_group, is_found=is_found)
        self.goers |= goers if is_led else set()
        self._head_for(goal, goers, clause)
        self.is_moving = is_motion
        self.has_moved = self.has_moved or is_motion
        self.travellers |= goers if is_motion and is_group else set()
        self.is_under_way = self.is_under_way or (is_motion and is_group and not goal)

    def _goal(self, clause: Clause, *, is_motion: bool, is_group: bool) -> str:
        goal = goals.destination(self.stage.before, clause) if is_motion else ""
        if not goal and is_motion and is_group:
            goal = goals.any_goal(self.stage.before, clause)
        return goal

    def _untold_way(
        self, clause: Clause, goers: set[str], *, is_group: bool, is_found: bool
    ) -> str:
        """Where they are now, when nothing was said of going there."""
        before = self.stage.before
        is_company = is_group and (is_found or signs.STAYS.search(clause.text))
        is_company = is_company or (self.is_under_way and clause.kind in ("persons", "group"))
        if is_company and (goal := goals.standing(before, clause)):
            return goal
        is_known = clause.kind == "persons" and goers & set(before.present)
        return goals.found_at(before, clause) if is_known else ""

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
