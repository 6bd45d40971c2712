"""What no setting allows: minors or real people in sexual content; and a text's rating by rules.

The whole text counts, not the neighbourhood of a word: an age told in one paragraph belongs to a
name that another one uses, so no window is safe. A refusal too many does less harm here than one
too few; phrases that only look alike (`naked bulb`, `kid gloves`) do not count.
"""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache, lru_cache
from typing import Final, Literal

from bridge.domain import Rating
from bridge.errors import Forbidden
from bridge.scene import Scene
from bridge.summarizer.guard_ages import has_young_age
from bridge.summarizer.guard_fold import readings, spelled_out
from bridge.summarizer.guard_terms import all_terms, terms
from bridge.summarizer.words import one_of

_LABELS: Final[dict[Rating, Literal["general", "suggestive", "mature"]]] = {
    Rating.GENERAL: "general",
    Rating.SUGGESTIVE: "suggestive",
    Rating.MATURE: "mature",
}
_MINORS: Final = "Sexual content that involves or suggests minors is never made"
_PEOPLE: Final = "Sexual pictures of real people are never made"
_EXPLICIT: Final = frozenset({"nudity", "sex"})
_SEXUAL: Final = _EXPLICIT | {"suggestive", "charged"}
_YOUNG: Final = frozenset({"minors", "schools"})
_RATES: Final = {
    "sex": Rating.MATURE,
    "nudity": Rating.MATURE,
    "gore": Rating.MATURE,
    "suggestive": Rating.SUGGESTIVE,
}


def check_text(text: str) -> None:
    """Forbidden, naming the rule, for what is never made, in any of a dozen languages."""
    text = text.strip()
    found = _found(text)
    if not found:
        return
    if "never" in found or (found & _SEXUAL and _has_minor(text)):
        raise Forbidden(f"{_MINORS} (refused by the rule 'minors').")
    real = "people" in found or (found & _EXPLICIT and _named_role().search(text))
    if "nudify" in found or (real and found & _EXPLICIT):
        raise Forbidden(f"{_PEOPLE} (refused by the rule 'real people').")


def check_scene(scene: Scene) -> None:
    """The same for all texts of a scene together; minors are not shown above `general` at all."""
    text = _text_of(scene)
    check_text(text)
    if scene.rating != "general" and _has_minor(text):
        raise Forbidden(f"{_MINORS} (refused by the rule 'minors').")


def rating_of(text: str) -> Rating:
    """What a text amounts to by its words."""
    return by_words(text)[0]


def by_words(text: str) -> tuple[Rating, str]:
    """What a text amounts to, and by which rule: `sex`, `nudity`, `gore`, `suggestive`, or none."""
    found = _found(text.strip())
    for rule, rating in _RATES.items() if found else ():
        if rule in found:
            return rating, rule
    return Rating.GENERAL, ""


def rated(scene: Scene) -> tuple[Rating, str]:
    """The higher of what a scene's words amount to and what its writer said, and by which rule."""
    told, said = by_words(_text_of(scene)), Rating.named(scene.rating)
    return (said, "scene writer") if said > told[0] else told


def label(rating: Rating) -> Literal["general", "suggestive", "mature"]:
    """A rating as scenes write it."""
    return _LABELS[rating]


@lru_cache(maxsize=64)  # a text is checked and rated, and a finished one checked again at the end
def _found(text: str) -> frozenset[str]:
    """The rules whose terms are in any reading of the text."""
    found: set[str] = set()
    for reading in _readings(text):
        found |= all_terms().rules(reading)
        if spelled := spelled_out(reading):
            found |= all_terms().spelled(spelled)
    return frozenset(found)


@lru_cache(maxsize=2)
def _readings(text: str) -> list[str]:
    return readings(text)


@lru_cache(maxsize=16)
def _has_minor(text: str) -> bool:
    return bool(_found(text) & _YOUNG) or any(map(has_young_age, _readings(text)))


@cache
def _named_role() -> re.Pattern[str]:
    """`actress Jane …`: the role in any case, the name in capitals."""
    return re.compile(rf"\b(?i:{one_of(terms('roles'))})\s+[A-Z]\w+")


def _text_of(scene: Scene) -> str:
    return ". ".join(_texts(scene))


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from _texts(one)
    elif is_dataclass(part):
        for each in fields(part):
            if each.name != "must_not":
                yield from _texts(getattr(part, each.name))
