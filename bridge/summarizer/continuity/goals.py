"""Where somebody goes: the place that a clause names as the end of a way."""

import re

from bridge.summarizer.continuity import move_signs as signs
from bridge.summarizer.continuity.clauses import Clause
from bridge.summarizer.continuity.spots import again, noun_of, phrase, places_in, words
from bridge.summarizer.continuity.state import ChatState
from bridge.summarizer.people import SIGN


def destination(before: ChatState, clause: Clause) -> str:
    """Where a clause of motion leads to; empty when it names no place."""
    goal = ""
    for found in places_in(clause.text):
        lead = signs.INNER.sub("", clause.text[: found.start()])
        is_to = signs.TO.search(lead) or signs.ARRIVES.search(lead)
        if is_to and noun_of(found).split()[-1] not in (*signs.THROUGH, "wall", "floor"):
            goal = _named(before, phrase(found), noun_of(found))
    for known in before.places:
        back = rf"\b(?:to|into|in) (?:the )?{re.escape(_tail(known))}\b"
        if not goal and re.search(back, clause.text):
            goal = known
    return goal


def any_goal(before: ChatState, clause: Clause) -> str:
    """A place that no list knows, for those who go there together."""
    found = signs.TO_ANY.search(clause.text)
    noun = (found["noun"] or "").casefold() if found else ""
    if not found or noun in signs.NO_GOALS:
        return "outside" if signs.OUTSIDE.search(clause.text) else ""
    return _named(before, re.sub(rf"^(?:the|an?)\s|{SIGN}", "", found["what"]), noun)


def standing(before: ChatState, clause: Clause) -> str:
    """Another place at which they are now."""
    for found in places_in(clause.text):
        if signs.BEING_AT.search(clause.text[: found.start()]):
            is_here = noun_of(found) in words(before.place)
            return "" if is_here else _named(before, phrase(found), noun_of(found))
    if clause.kind == "group" and (there := signs.THERE.search(clause.text)):
        noun = there["noun"].split()[-1].casefold()
        is_thing = noun in signs.NO_GOALS or there["how"] == "on"
        if not is_thing and not words(there["noun"]) & words(before.place):
            keeps = there["how"] not in ("in", "at", "on")
            return _named(
                before, there["what"] if keeps else there["noun"] + (there["name"] or ""), noun
            )
    return ""


def found_at(before: ChatState, clause: Clause) -> str:
    """Where somebody is who was elsewhere: the way there went untold."""
    for found in places_in(clause.text):
        lead = clause.text[: found.start()]
        is_part = noun_of(found) in signs.PARTS
        if is_part or not signs.AT_ANOTHER.search(lead) or signs.SEES.search(lead):
            continue
        is_here = noun_of(found) in words(before.place)
        return "" if is_here else _named(before, phrase(found), noun_of(found))
    return ""


def arrived(before: ChatState, clause: Clause) -> str:
    """`The roof.`, `The taproom is packed.`: where the way of the sentence before has led."""
    for bare in (clause.sentence.strip(" .!…"), signs.THERE_IS.sub("", clause.text)):
        found = places_in(bare)
        if found and not found[0].start() and signs.ALL.match(bare, found[0].end()):
            return _named(before, phrase(found[0]), noun_of(found[0]))
    return ""


def halt(before: ChatState, clause: Clause) -> str:
    """Where what they ride in comes to stand."""
    for found in places_in(clause.text):
        if signs.AT.search(clause.text[: found.start()]):
            return _named(before, phrase(found), noun_of(found))
    return ""


def _named(before: ChatState, place: str, noun: str) -> str:
    return again(place, noun.casefold(), before.places)


def _tail(place: str) -> str:
    """What a place is called by when one comes back: `Deck Four` of `laboratory on Deck Four`."""
    found = re.search(r"(?:[A-Z][\w’'-]*\s?)+$", place)
    return found[0] if found else place
