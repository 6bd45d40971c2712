"""The time of day that a message tells, or that follows from the hours that pass in it."""

import re
from collections.abc import Sequence
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
_NUMBERS: Final[dict[str, int]] = {**read("english")["numbers"], "eleven": 11}
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
_LATE: Final = 9
"""From this hour of the night on a clock that strikes tells of the same night."""
_DARK_HOUR: Final = re.compile(
    r"\b(?:five|six|seven|eight) o['’]clock\b[^.!?]{0,30}\b(?:dark|black)\b"
    r"|\b(?:dark|black)\b[^.!?]{0,30}\b(?:five|six|seven|eight) o['’]clock\b",
    re.IGNORECASE,
)
"""Of a winter's evening."""
_SURE: Final[tuple[tuple[re.Pattern[str], Time], ...]] = (
    (_BEFORE_DAWN, "night"), (_BEFORE_NOON, "morning"), (_DARK_HOUR, "evening"),
)  # fmt: skip
_SMALL: Final = frozenset(("one", "two", "three", "four"))
_PASSED: Final = re.compile(
    rf"\b(?P<count>{_NUMBER}|\d+) hours? (?:later|pass|go by|have passed|have gone)\b",
    re.IGNORECASE,
)
_DIAL: Final = re.compile(
    rf"\b(?:clock|watch|church|bells?|chimes|tower|steeple)\b[^.!?]{{0,40}}[.!?]?\s?(?:It )?"
    rf"(?:says|reads|shows|(?:strik|chim)(?:es?|ing)|struck|chimed|does|did|tolls?|tolled|rings?|rang|sounds)"
    rf"\s(?P<hour>{_NUMBER})\b(?! (?:times|strokes|notes))",
    re.IGNORECASE,
)
_DARK: Final = re.compile(
    r"\bit(?: is| was|['’]s)"
    r"(?: (?:already|now|quite|fully|full|very|almost))? dark\b(?! (?:in|down|under)\b)"
    r"|\b(?:windows?|sky|panes?|glass)\b[^.;!?]{0,40}\b(?:gone|turned|goes|turns|is|are|was|were)"
    r"(?: quite| fully| all)? (?:black|dark)\b(?! with)",
    re.IGNORECASE,
)
_STAMP: Final = re.compile(
    r"\W*(?P<hour>(?:[01]?\d|2[0-3]):[0-5]\d(?:\s?[ap]m)?)\W*$", re.IGNORECASE
)
_GREETING: Final = re.compile(
    r"(?P<sun>)(?:good )?(?P<time>morning|afternoon|evening)\b(?:[,.!]|$)", re.IGNORECASE
)
_STATED: Final = re.compile(
    r"(?<!if )(?<!when )(?<!till )(?<!until )(?<!before )(?<!like )"
    r"\bit(?:['’]s| is) (?:(?:nearly|almost|already|gone|past|only|barely) )?"
    r"(?P<time>dawn|noon|midday|dusk|midnight)\b"
    r"|\bsun(?:['’]s| is) (?P<sun>coming up|rising|going down|setting)\b",
    re.IGNORECASE,
)
"""What a spoken line says of the hour."""
_SUN: Final = {"coming up": "dawn", "rising": "dawn", "going down": "dusk", "setting": "dusk"}
_MIDDLES: Final[dict[Time, int]] = {
    "dawn": 5, "morning": 9, "midday": 12, "afternoon": 15, "dusk": 18, "evening": 20, "night": 23,
}  # fmt: skip
_STARTS: Final[tuple[tuple[int, Time], ...]] = (
    (22, "night"), (18, "evening"), (14, "afternoon"), (12, "midday"), (6, "morning"), (5, "dawn"),
    (0, "night"),
)  # fmt: skip


def hour_of(story: str, before: Time, speech: Sequence[str] = ()) -> Time:
    """The time after `story`, which is narration; `before` where nothing is told.

    Spoken lines count where the narration is silent: a stamp, a greeting, `it's nearly noon`.
    """
    told = _told(story, before)
    return told if told and told != before else _spoken(speech) or told


def _spoken(speech: Sequence[str]) -> Time:
    for line in speech:
        if stamp := _STAMP.match(line):
            return time_of(stamp["hour"], "")
        if found := _GREETING.match(line) or _STATED.search(line):
            word = found["time"]
            return time_of(word, "") if word else _named(_SUN[found["sun"].casefold()])
    return ""


def _told(story: str, before: Time) -> Time:
    for pattern, time in _SURE:
        if pattern.search(story):
            return time
    if clock := _CLOCK.search(story):
        is_small = clock["half"] == "morning" and clock["hour"].lower() in _SMALL
        return "night" if is_small else _named(clock["half"] or "night")
    if by := _BY.findall(story):
        return time_of(by[-1], "") or before
    clean = _SAID_NOT.sub(" ", story) if before else story
    clean = _DARK_THING.sub(" ", _DARK.sub(" it is night ", clean))
    told = {
        max(one.start() for one in found): time
        for time, pattern in _SAID.items()
        if (found := list(pattern.finditer(clean)))
    }
    stated = time_of(clean, "") or _shown(clean, before)
    if told:
        last = _named(told[max(told)])
        # supper after dark
        return "night" if last == "evening" and "night" in told.values() else last
    return stated or _later(story, before)


def _shown(story: str, before: Time) -> Time:
    """`The clock says one`: the next such hour."""
    found = _DIAL.search(story)
    if not found or not before:
        return ""
    hour, now = _NUMBERS[found["hour"].casefold()] % 12, _MIDDLES[before]
    is_night = before == "night" and hour >= _LATE
    hour += 12 * (is_night or (hour < now and hour + 12 > now))
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
