"""The Scene by rules alone: what the last moment of a text shows, lifted from its sentences."""

import re
from collections.abc import Sequence
from typing import Final

from bridge.scene import Scene, Subject
from bridge.summarizer.clauses import absolute, slot_of, without_asides
from bridge.summarizer.foreign import foreign_scene, is_foreign
from bridge.summarizer.guard import label, rating_of
from bridge.summarizer.heard import things_heard
from bridge.summarizer.location import place_of
from bridge.summarizer.moment import last_turns, sentences
from bridge.summarizer.names import mark_names
from bridge.summarizer.narration import Telling, tell
from bridge.summarizer.people import SIGN, Cast, Known, Person, mark_known, person_of
from bridge.summarizer.presence import recall
from bridge.summarizer.setting import (
    is_light,
    mood_of,
    pov_of,
    style_of,
    time_of,
    weather_of,
)
from bridge.summarizer.strangers import mark_roles
from bridge.summarizer.tidy import Tidied
from bridge.summarizer.words import one_of, read

_LETTERING: Final = re.compile(r'"([^"]+)"')
_NAME: Final = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+\b")
"""Inside a sentence `Dawn` is somebody."""
_SHOTS: Final = ("wide shot", "medium shot", "medium shot")
_TOLD_ENOUGH: Final = 3
"""Words of narration; fewer are left over from `says Mara`."""
_LOOK_BACK: Final = 12
"""Sentences before the moment in which a place may have been told."""
_LATELY: Final = 4
"""Turns of a log in which somebody speaks who is still there."""
_MIRRORED: Final = re.compile(
    r"\bmy (?:own )?reflection\b|\b(?:mirror|looking glass)\b[^.]*\b(?:my|myself)\b"
    r"|\b(?:my|myself)\b[^.]*\bin the (?:mirror|looking glass)\b"
)
_TOLD_OF: Final = re.compile(r"(?:She|He|They)\b")
_TELLS: Final = re.compile(r"\bI\b")
_TO_YOU: Final = re.compile(r"\b(?:you|your|us)\b", re.IGNORECASE)
_LOOKS: Final = {"She": "a woman", "He": "a man"}
_MOST_SUBJECTS: Final = 8
_NUMBERS: Final = read("english")["numbers"]
_ALL_TOLD: Final = re.compile(
    rf"(?:\b(?:there (?:are|were)|all)|(?:^|[.!?] )(?=\w+ of \w+ (?:for|in|on|at|round)\b)) ?"
    rf"(?P<number>{one_of(list(_NUMBERS))}) of (?P<who>them|us)\b",
    re.IGNORECASE,
)
_MANY: Final = {"woman": "women", "man": "men", "person": "people"}


def write_offline(tidied: Tidied, people: Sequence[Known]) -> Scene:
    """A Scene from narration, or from what is spoken of when nothing is narrated; never fails."""
    told = sentences(last_turns(tidied))
    if is_foreign(" ".join(told) or " ".join(tidied.speech)):
        return foreign_scene(tidied, told, people)
    if not told or (tidied.speech and len(" ".join(told).split()) < _TOLD_ENOUGH):
        return _spoken_scene(tidied, told, people)
    cast = Cast()
    written = " / ".join(line for one in told for line in _LETTERING.findall(one))
    style, plain = style_of([_LETTERING.sub('""', one) for one in told])
    marked = mark_roles(mark_names(mark_known(plain, people, cast), cast), cast)
    speaker = next((turn.speaker for turn in reversed(tidied.turns) if turn.story), "")
    narrator = _narrator(speaker, people, told, cast)
    others = _speaking(tidied, people, cast, narrator)
    recalled = None
    if narrator is None:
        recalled = recall(marked, sentences(tidied.turns, whole=True), people, cast)
    there = [*others, *filter(None, (recalled,))]
    telling = tell(marked, cast, pov_of(" ".join(told)), narrator, there)
    return _composed(telling, cast, tidied, told, style=style, written=written)


def _narrator(
    speaker: str, people: Sequence[Known], told: Sequence[str], cast: Cast
) -> Person | None:
    """The speaker before the colon, where it is they who are told of or who tell `you`."""
    whole = " ".join(told)
    words = speaker.casefold()
    known = [one for one in people if words in (one.name.casefold(), *one.name.casefold().split())]
    if not speaker and _MIRRORED.search(whole):
        seen = person_of(Known(""))
        cast.add(seen)
        return seen
    is_seen = _TOLD_OF.match(whole) or (_TELLS.search(whole) and _TO_YOU.search(whole))
    if not speaker or not (known or is_seen):
        return None
    found = next((one for one in cast.people if known and one.name == known[0].name), None)
    if found is None:
        stranger = Known(speaker, _LOOKS.get(whole[:3].strip(), ""))
        found = person_of([*known, stranger][0])
        cast.add(found)
    return found


def _speaking(
    tidied: Tidied, people: Sequence[Known], cast: Cast, narrator: Person | None
) -> list[Person]:
    """The known characters of whose lines the last turns are: whoever talks is there."""
    labels = {turn.speaker.casefold() for turn in tidied.turns[-_LATELY:] if turn.speaker}
    found = []
    for known in people:
        if not labels & {known.name.casefold(), *known.name.casefold().split()}:
            continue
        person = next((one for one in cast.people if one.name == known.name), None)
        if person is None:
            person = person_of(known)
            cast.add(person)
        found.append(person)
    return [one for one in found if one is not narrator]


def _composed(
    telling: Telling, cast: Cast, tidied: Tidied, told: Sequence[str], *, style: str, written: str
) -> Scene:
    moment = " ".join(telling.marked)
    place = place_of(moment)
    earlier = sentences(tidied.turns, whole=True)
    if place.kind == "unstated" and len(tidied.turns) > 1:
        place = place_of(" ".join(sentences(tidied.turns)[-_LOOK_BACK:]))
    elif place.kind != "explicit" and len(tidied.turns) == 1 and len(earlier) > len(told):
        before = place_of(cast.nameless(" ".join(earlier)))
        place = before if before.kind == "explicit" else place
    lights = [seen for seen in telling.surroundings if is_light(seen)]
    props = [seen for seen in telling.surroundings if seen not in (*lights, place.text)]
    seen = [one for one in cast.people if telling.is_seen(one)]
    seen.sort(key=lambda one: (not one.name, moment.find(cast.sign(one))))
    others = _others(moment, sum(one.count for one in seen if one.kind == "person"))
    subjects = (*(_subject(one, cast) for one in seen[:_MOST_SUBJECTS]), *others)
    if not (seen or props or lights):
        props = [f"the viewer's hands: {deed}" for deed in telling.viewers[:1] if deed]
    return Scene(
        rating=label(rating_of(" ".join(told))),
        shot=_SHOTS[min(len(subjects), 2)] if len(subjects) < 3 else "wide shot",
        pov=telling.pov,
        subjects=subjects,
        interaction=_interaction(telling, cast),
        place=place,
        time=time_of(_NAME.sub("", moment), cast.nameless(tidied.scene)),
        weather=weather_of(moment),
        light=". ".join(cast.spoken_of(one) for one in lights[:2]),
        props=tuple(cast.spoken_of(without_asides(one)) for one in props),
        mood=mood_of(moment, [line for turn in last_turns(tidied) for line in turn.speech]),
        style=style,
        written_words=written,
    )


def _others(moment: str, seen: int) -> tuple[Subject, ...]:
    """`There are eleven of them on the hill`: as many as are not told one by one."""
    found = _ALL_TOLD.search(moment)
    more = _NUMBERS[found["number"].casefold()] - (found["who"] == "us") - seen if found else 0
    number = next((word for word, many in _NUMBERS.items() if many == more > 1), "")
    return (Subject(look=f"{number} others"),) if number else ()


def _interaction(telling: Telling, cast: Cast) -> str:
    """`The two women leaning on the rail, sharing a cone of chips`."""
    told: dict[str, list[str]] = {}
    for first, second, phrase in telling.joint:
        noun = first.noun
        alike = noun == second.noun and first.count == second.count == 1
        both = f"the two {_MANY.get(noun, f'{noun}s')}"
        names = both if alike else cast.spoken_of(f"{cast.sign(first)} and {cast.sign(second)}")
        text = cast.spoken_of(without_asides(phrase))
        told.setdefault(names, []).extend([text] if text else [])
    return ". ".join(f"{names} {', '.join(texts)}" for names, texts in told.items() if texts)


def _subject(person: Person, cast: Cast) -> Subject:
    slots: dict[str, list[str]] = {}
    for phrase in person.phrases:
        text = absolute(cast.spoken_of(without_asides(phrase), person))
        if text:
            slots.setdefault(slot_of(text), []).append(text)
    filled = {slot: ", ".join(texts) for slot, texts in slots.items()}
    return Subject(name=person.name, kind=person.kind, look=person.look, **filled)


def _spoken_scene(tidied: Tidied, told: Sequence[str], people: Sequence[Known]) -> Scene:
    """Nothing is narrated: the people who speak or are called, and the things they speak of."""
    cast = Cast()
    marked = mark_known([*tidied.speech, *tidied.speakers, *told], people, cast)
    said = re.sub(SIGN, " ", " ".join(marked[: len(tidied.speech)]))
    subjects = tuple(Subject(name=one.name, kind=one.kind, look=one.look) for one in cast.people)
    return Scene(
        rating=label(rating_of(said)),
        shot=_SHOTS[min(len(subjects), 2)],
        subjects=subjects[:_MOST_SUBJECTS],
        interaction="talking to each other" if len(subjects) > 1 else "",
        place=place_of(said),
        time=time_of(said, ""),
        weather=weather_of(said),
        props=tuple(things_heard(tidied.speech)),
        mood=mood_of(said, tidied.speech),
    )
