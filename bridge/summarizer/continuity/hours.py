"""The time of day that a message tells, or that follows from the hours that pass in it."""

import re
from typing import Final, get_args

from bridge.summarizer.setting import Time, time_of
from bridge.summarizer.words import one_of, read

_WORDS: Final = read("continuity")
_SAID: Final = {
    time: re.compile(rf"\b(?:{one_of(words)})\b", re.IGNORECASE)
    for time, words in _WORDS["hours"].items()
}
_SAID_NOT: Final = re.compile(rf"\b(?:{one_of(_WORDS['not_hours'])})\b", re.IGNORECASE)
_BEFORE_DAWN: Final = re.compile(r"\bhours? before (?:dawn|sunrise|first light)\b", re.IGNORECASE)
_BEFORE_NOON: Final = re.compile(r"\b(?:not yet|before|almost|nearly) noon\b", re.IGNORECASE)
_DARK_THING: Final = re.compile(
    r"\b(?:the|a) dark (?=\w)(?!outside|when|and|of|with|now|is|was)", re.I
)
_NUMBERS: Final[dict[str, int]] = read("english")["numbers"]
_NUMBER: Final = one_of(list(_NUMBERS))
_CLOCK: Final = re.compile(
    rf"\b(?P<hour>{_NUMBER})(?: o['’]clock)?,? "
    r"(?:in the (?P<half>morning|afternoon|evening)|(?:at|that) night|tonight)\b",
    re.IGNORECASE,
)
_BY: Final = re.compile(
    r"\b(?:by|it(?:['’]s| is) (?:now )?|now it(?:['’]s| is)) ?((?:early |late )?(?:dawn|morning"
    r"|noon|midday|afternoon"
    r"|dusk|evening|night|midnight|nightfall|sunrise|sunset|daybreak))\b(?! (?:is|was|be"
    r"|tomorrow))",
    re.IGNORECASE,
)
_SMALL: Final = frozenset(("one", "two", "three", "four"))
_PASSED: Final = re.compile(
    rf"\b(?P<count>{_NUMBER}|\d+) hours? (?:later|pass|go by|have passed|have gone)\b",
    re.IGNORECASE,
)
_DIAL: Final = re.compile(
    rf"\b(?:clock|watch)\b[^.!?]{{0,40}}[.!?]?\s?(?:It )?(?:says|reads|shows|strikes"
    rf"|struck)\s(?P<hour>{_NUMBER})\b",
    re.IGNORECASE,
)
_MIDDLES: Final[dict[Time, int]] = {
    "dawn": 5, "morning": 9, "midday": 12, "afternoon": 15, "dusk": 18, "evening": 20, "night": 23,
}  # fmt: skip
_STARTS: Final[tuple[tuple[int, Time], ...]] = (
    (22, "night"), (18, "evening"), (14, "afternoon"), (12, "midday"), (6, "morning"), (5, "dawn"),
    (0, "night"),
)  # fmt: skip


def hour_of(story: str, before: Time) -> Time:
    """The time after `story`, which is narration; `before` where nothing is told."""
    if _BEFORE_DAWN.search(story):
        return "night"
    if _BEFORE_NOON.search(story):
        return "morning"
    if clock := _CLOCK.search(story):
        is_small = clock["half"] == "morning" and clock["hour"].lower() in _SMALL
        return "night" if is_small else _named(clock["half"] or "night")
    if by := _BY.findall(story):
        return time_of(by[-1], "") or before
    clean = _SAID_NOT.sub(" ", story) if before else story
    clean = _DARK_THING.sub(" ", clean)
    told = {
        max(one.start() for one in found): time
        for time, pattern in _SAID.items()
        if (found := list(pattern.finditer(clean)))
    }
    stated = time_of(clean, "") or _shown(clean, before)
    if told:
        return _named(told[max(told)])
    return stated or _later(story, before)


def _shown(story: str, before: Time) -> Time:
    """`The clock says one`: the next such hour."""
    found = _DIAL.search(story)
    if not found or not before:
        return ""
    hour, now = _NUMBERS[found["hour"].casefold()] % 12, _MIDDLES[before]
    hour += 12 * (hour < now and hour + 12 > now)
    return next(time for start, time in _STARTS if hour >= start)


def _later(story: str, before: Time) -> Time:
    found = _PASSED.search(story)
    if not found or not before:
        return before
    count = found["count"].casefold()
    hours = _NUMBERS.get(count) or int(count)
    hour = (_MIDDLES[before] + hours) % 24
    return next(time for start, time in _STARTS if hour >= start)


def _named(name: str) -> Time:
    return next(time for time in get_args(Time) if time == name)
