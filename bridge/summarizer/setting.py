"""Time of day, weather, light, style and mood, by the words for them."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal, get_args

from bridge.summarizer.words import alternatives, one_of, read

Time = Literal["", "dawn", "morning", "midday", "afternoon", "dusk", "evening", "night"]
Pov = Literal["third", "first", "second"]
_ENGLISH: Final = read("english")
_TOLD: Final = read("times")


def _any(words: list[str]) -> re.Pattern[str]:
    spaced = [word for word in words if word[0] < "\u2e80"]
    solid = [word for word in words if word[0] >= "\u2e80"]
    parts = [rf"(?<!\w)(?:{one_of(spaced)})(?!\w)"] if spaced else []
    return re.compile("|".join([*parts, *([one_of(solid)] if solid else [])]), re.IGNORECASE)


_TIMES: Final = {
    strength: {time: _any(words) for time, words in _TOLD[strength].items()}
    for strength in ("strong", "weak")
}
_NO_TIME: Final = _any(_TOLD["not"])
_CLOCK: Final = re.compile(
    r"\b(?P<day>[01]?\d)(?::[0-5]\d)?\s?(?P<half>[ap])\.?m\b|\b(?P<hour>[01]?\d|2[0-3]):[0-5]\d\b",
    re.IGNORECASE,
)
_LATE: Final = re.compile(
    r"\b(?:by|at|past|after|until) (?:ten|eleven|twelve)\b"
    r"(?! (?:metres|meters|feet|yards|people|men))"
)
_WORDED: Final = re.compile(
    r"(?<!stopped at )\b(?:(?:half|quarter|five|ten|twenty|twenty-five)"
    r" (?:(?:past|after) (?:one|two|three|four|five)|to (?:two|three|four|five|six))"
    r"|(?:it is|it was|it['’]s) (?:nearly|almost|just gone|gone) (?:two|three|four|five)"
    r"|(?:one|two|three|four|five)"
    r"(?: o['’]clock|-(?:ten|fifteen|twenty|thirty|forty|forty-five|fifty)))\b",
    re.IGNORECASE,
)
"""`ten past five`, `the four-fifteen`: of small hours nobody says so."""
_HOURS: Final[tuple[tuple[int, Time], ...]] = (
    (22, "night"), (18, "evening"), (14, "afternoon"), (12, "midday"),
    (6, "morning"), (5, "dawn"), (0, "night"),
)  # fmt: skip


def time_of(moment: str, before: str) -> Time:
    """The time of day told last in the moment, else in the text before it."""
    for text in (moment, before):
        clean = _NO_TIME.sub(" ", text)
        for strength in ("strong", "weak"):
            told = {
                max(one.start() for one in found): time
                for time, pattern in _TIMES[strength].items()
                if (found := list(pattern.finditer(clean)))
            }
            if told:
                return _time("dawn" if "dawn" in told.values() else told[min(told)])
        if told_by_clock := _by_clock(clean):
            return told_by_clock
    return ""


def _by_clock(text: str) -> Time:
    if found := _CLOCK.search(text):
        hour = int(found["day"] or found["hour"])
        if found["half"]:
            hour = hour % 12 + 12 * (found["half"].lower() == "p")
        return next(time for start, time in _HOURS if hour >= start)
    if _WORDED.search(text):
        return "afternoon"
    return "night" if _LATE.search(text) else ""


def _time(name: str) -> Time:
    return next(time for time in get_args(Time) if time == name)


_I: Final = re.compile(r"\b(?:I|I['’](?:m|ve|ll|d)|[Mm]y|[Mm]e|[Mm]yself)\b")
_YOU: Final = re.compile(r"(?<![\w-])[Yy]ou(?:r|rs|rself|['’]\w+)?(?![\w-])")


_WE: Final = re.compile(r"\b(?:[Ww]e|us|[Oo]ur|[Oo]urselves)\b")
_ANYONE: Final = re.compile(
    r"\byou(?:['’](?:d|ll)| could| would| can| might| may| must)\b(?! (?:see|hear|feel|smell)\b)"
    r"|\bif you\b[^,.;:!?]*|\b(?:as|the way|than|whatever|what|than) you\b(?: \w+)?"
    r"|\b(?:sort|kind|type) of [\w ]{1,30} (?:who|that|where|you)\b[^.;:!?]*"
    r"|\byou (?:know|might say)\b"
    r"|: you [a-z]+ (?=the|it|a)",
    re.IGNORECASE,
)
"""`a lawn you could play billiards on`: nobody in particular."""


def pov_of(moment: str) -> Pov:
    """The grammatical person of the narration."""
    if _I.search(moment):
        return "first"
    if _YOU.search(_ANYONE.sub(" ", moment)):
        return "second"
    return "first" if _WE.search(moment) else "third"


_WEATHER: Final = {name: _any(words) for name, words in _ENGLISH["weather"].items()}
_NO_WEATHER: Final = re.compile(rf"\bno \w+|{one_of(_ENGLISH['weather_not'])}", re.IGNORECASE)


def weather_of(moment: str) -> str:
    """`rain, wind`; empty when nothing is told."""
    clean = _NO_WEATHER.sub(" ", moment)
    return ", ".join(name for name, pattern in _WEATHER.items() if pattern.search(clean))


_STYLES: Final = alternatives("styles")
_STYLE: Final = re.compile(
    rf"^(?:(?:rendered|drawn|painted|seen|shown|shot|done|sketched)\b[^,:;.]*?\b(?P<cued>{_STYLES})\b"
    rf"|an?\s(?P<opening>{_STYLES})\s\w+\s?:"
    r"|(?:the |this )?(?:picture|image|scene|style|whole thing)\b[^,:;.]*?"
    rf"\b(?P<said>(?:\w+ )?(?:{_STYLES}))\b"
    rf"|[^,:;.]*\bis (?:all|pure|straight out of an?)\s(?P<pure>{_STYLES})\b)",
    re.IGNORECASE,
)


def style_of(sentences: list[str]) -> tuple[str, list[str]]:
    """The style the text asks for, and the sentences without the words that asked."""
    for number, sentence in enumerate(sentences):
        if found := _STYLE.match(sentence):
            style = re.sub(r"^(?:all|pure|an?|like|the)\s", "", next(filter(None, found.groups())))
            rest = sentence if found["pure"] else sentence[found.end() :].lstrip(" ,:;.")
            kept = [*sentences[:number], rest, *sentences[number + 1 :]]
            return style.lower(), [one for one in kept if one]
    return "", sentences


_LIGHT: Final = re.compile(rf"\b(?:{alternatives('lights')})\b", re.IGNORECASE)
_MOODS: Final = {name: _any(words) for name, words in _ENGLISH["moods"].items()}
_SPOKEN_MOODS: Final = {name: _any(words) for name, words in _ENGLISH["spoken_moods"].items()}


def is_light(phrase: str) -> bool:
    """Whether a short phrase is about the light."""
    return bool(_LIGHT.search(phrase)) and len(phrase.split()) <= 12


def mood_of(moment: str, spoken: Sequence[str] = ()) -> str:
    """The mood with the most words in the text, else in what is `spoken`; empty when none has one.

    Lines that are mostly called out are `lively`, whatever their words.
    """
    said = " / ".join(spoken).replace("’", "'")
    if mood := _most(moment, _MOODS) or _most(said, _SPOKEN_MOODS):
        return mood
    loud = sum(line.rstrip().endswith("!") for line in spoken)
    return "lively" if loud and 2 * loud >= len(spoken) else ""


def _most(text: str, moods: Mapping[str, re.Pattern[str]]) -> str:
    scores = {name: len(pattern.findall(text)) for name, pattern in moods.items()}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] else ""
