"""Who of a marked moment is in the picture, and whom its first pronoun means."""

import re
from collections.abc import Sequence
from typing import Final

from bridge.presence import SIGHT, is_gone, is_told_of
from bridge.summarizer.names import mark_names
from bridge.summarizer.people import Cast, Gender, Known, Person, mark_known
from bridge.summarizer.words import alternatives

LIMBS: Final = (
    "eyes?|face|lips|mouth|hair|braid|hands?|arms?|legs?|feet|foot|fingers?|head|shoulders?|neck|"
    "back|tail|wings?|snout|lens|knees?|skin|beard|paws?|claws?|cheeks?"
)
_OF_SOMEBODY: Final = (
    rf"['’]s?\s(?:[\w-]+\s){{0,2}}(?:{LIMBS}|{alternatives('faces')}|voice|breath|shadow)\b"
)
_WHO: Final = re.compile(
    r"(?<!where )(?<!when )(?<!before )(?<!after )(?<!since )(?<!that )(?<!if )(?<![\w’'-])"
    r"(she|he)(?![\w-])",
    re.IGNORECASE,
)
"""What somebody did where, when or before is over."""


def is_there(whole: str, cast: Cast, person: Person) -> bool:
    """Somebody who is only told of, who has left, or whose things alone are named is elsewhere."""
    sign = cast.sign(person)
    if _is_away(whole.lower(), sign):
        return False
    return bool(re.search(rf"{sign}(?!['’]s?\b)|{sign}{_OF_SOMEBODY}", whole, re.IGNORECASE))


def _is_away(low: str, sign: str) -> bool:
    mentions = [found.start() for found in re.finditer(sign, low)]
    spans = [(low[max(0, at - SIGHT) : at], low[at + 1 : at + 1 + SIGHT]) for at in mentions]
    return all(is_told_of(*span) for span in spans) or is_gone(spans[-1][1])


def recall(
    marked: Sequence[str], story: Sequence[str], people: Sequence[Known], cast: Cast
) -> Person | None:
    """Whom `she` or `he` means when the moment shows nobody of the kind; joins the cast.

    The owner of something in the moment, else the last one named in the story so far, else somebody
    without a name.
    """
    whole = " ".join(marked)
    pronoun = _WHO.search(whole)
    if pronoun is None or is_gone(whole[pronoun.end() :].lower()):
        return None
    gender: Gender = "woman" if pronoun[1].casefold() == "she" else "man"
    fitting = [
        one for one in cast.people if one.kind == "person" and one.gender in (gender, "person")
    ]
    there = [whole.find(cast.sign(one)) for one in fitting if is_there(whole, cast, one)]
    earlier = story[: len(story) - len(marked)]
    if there and (pronoun.start() > min(there) or not earlier):
        return None
    owners = [one for one in fitting if not _is_away(whole.lower(), cast.sign(one))]
    if owners and not there:
        return owners[-1]
    told = whole[: pronoun.start()]
    if any(one.kind != "person" and cast.sign(one) in told for one in cast.people):
        return None  # a dragon may be `she`
    meant = _last_named(earlier if there else story, people, cast, gender)
    if there and not meant.name:
        return None
    cast.add(meant)
    return meant


def _last_named(
    story: Sequence[str], people: Sequence[Known], cast: Cast, gender: Gender
) -> Person:
    told = Cast()
    before = " ".join(mark_names(mark_known(story, people, told), told))
    known = {one.name for one in cast.people}
    named = [
        one
        for one in told.people
        if one.kind == "person" and one.gender in (gender, "person") and one.name not in known
    ]
    stranger = Person("", f"a {gender}", "person", gender, gender, head=gender)
    return max(named, key=lambda one: before.rfind(told.sign(one)), default=stranger)
