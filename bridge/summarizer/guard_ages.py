"""Ages below eighteen in a reading of the guard: digits and number words of a dozen languages.

Numbers from thirteen to seventeen count when they stand as words by themselves; digits count with
a unit (`16 yo`), a lead (`aged 16`, `she is 16`) or a person beside them. What is counted, lasted
or is the age of a thing does not.

Keys in `words/guard/*.json`: `numbers` (one to seventeen), `bare` (those that count alone), `tens`,
`prefixes` and `grown` (the halves of `шестнадцати-летняя`), `years`, `leads`, `weak` (leads that
say other things too), `adverbs`, `persons`; and against false alarms
`counted`, `things`, `of_things`, `lasting`, `during`.
"""

import re
from functools import cache
from typing import Final

from bridge.summarizer.guard_terms import terms
from bridge.summarizer.words import one_of

_ASIAN_YEARS: Final = "歳|才|岁|歲|周岁|周歲"
_ASIAN: Final = (
    rf"(?:(?<!\d)(?:1[0-7]|[1-9])|(?<![一二三四五六七八九十百千〇零])"
    rf"(?:十[一二三四五六七]?|[一二三四五六七八九])) ?(?:{_ASIAN_YEARS})"
    r"|(?<!\d)(?:1[0-7]|[1-9]) ?(?:세(?!기)|살)"
    r"|(?:열 ?(?:한|두|세|네|다섯|여섯|일곱)?"
    r"|(?<![물른흔쉰순든열])(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉)) ?살"
    r"|(?:(?<![이삼사오육칠팔구])십[일이삼사오육칠]?|(?<![가-힣])[일이삼사오육칠팔구]) ?세(?!기)"
)
_OTHERS: Final = (
    r"(?:1[0-2]|[1-9])(?:st|nd|rd|th) grade|grade (?:1[0-2]|[1-9])(?!\w)",
    r"(?:\d+|[a-z]+) (?:months?|weeks?|days?) old",
    r"(?:(?:1[0-7]|[1-9])(?:st|nd|rd|th)|(?:thir|four|fif|six|seven)teenth|twelfth|eleventh|tenth) "
    r"birthday",
    r"born (?:in )?20[1-9]\d",
    r"(?:under|below) (?:the )?(?:legal )?age(?! of (?:[2-9]\d|\d{3}))",
    r"1[0-7] ?f(?!\w)",
    r"(?:(?<=, )|(?<=\A ))1[0-7](?= ,| \Z)",  # a prompt's `…, 16, …`
)
_THOUSANDS: Final = re.compile(r"(?<=\d) , (?=\d{3}(?!\d))")


def has_young_age(reading: str) -> bool:
    """Whether somebody in `reading` may be said to be younger than eighteen."""
    if not _numeral().search(reading):
        return False
    reading = _THOUSANDS.sub("", reading)
    return any(found["young"] for found in _age().finditer(reading))


@cache
def _numeral() -> re.Pattern[str]:
    words = one_of([*terms("numbers"), *terms("prefixes")])
    return re.compile(rf"\d| (?:{words})| (?:age|old|\w+th birthday) |{_ASIAN_YEARS}|살|세")


@cache
def _age() -> re.Pattern[str]:
    """Ages of the young as the group `young`; what only looks like one is passed over."""
    passed, young = "|".join(_no_ages()), "|".join((*_young_ages(), *_OTHERS))
    return re.compile(rf"(?<!\w)(?:{passed})|(?P<young>(?<!\w)(?:{young})|{_ASIAN})")


def _any(key: str) -> str:
    return f"(?:{one_of([term.rstrip('*') for term in terms(key)])})"


def _number() -> str:
    return f"(?:1[0-7]|[1-9]|{_any('numbers')})"


def _no_ages() -> list[str]:
    number, years, things = _number(), _any("years"), _any("things")
    small = one_of([word for word in terms("numbers") if word not in terms("bare")])
    ended = r"(?= ,| (?:is|was|in|on|at|and|by|of|from|stands|stood)(?!\w)| \Z)"
    return [
        rf"{_any('tens')} (?:{small})(?!\w)",
        rf"{number} ?{years} {_any('lasting')}(?!\w)",
        rf"{_any('during')} {number} {years}(?! old| of age|\w)",
        rf"{number} ?{years}(?: old)? {things}{ended}",
        rf"{things}(?: {_any('of_things')})* {number} {years}(?!\w)",
    ]


def _young_ages() -> list[str]:
    number, persons, adverbs = _number(), _any("persons"), _any("adverbs")
    counted, bare = _any("counted"), _any("bare")
    from_three = rf"(?:1[0-7]|[3-9]|{one_of(terms('numbers')[2:])})"
    ended = rf"(?!\w)(?! {counted}(?!\w))(?! \d)"
    not_of_it = r"(?<!\bit )(?<!\bthere )(?<!\bthat )(?<!\bthis )"
    between = rf"(?:(?!(?:{counted}|the|an?|and|with|is|she|he|her|his)\b)\w+ ){{0,2}}"
    return [
        rf"{number} ?{_any('years')}(?!\w)",
        rf"(?:{number} ?|{_any('prefixes')}){_any('grown')}",
        rf"{_any('leads')}(?: (?:{adverbs}|,))* {number}{ended}",
        rf"{not_of_it}{_any('weak')}(?: {adverbs})* {from_three}{ended}",
        rf"{bare}{ended}",
        rf"{persons}(?: ,)* (?:1[0-7]|[5-9]|{bare}){ended}",
        rf"1[0-7] {between}{persons}(?!\w)",
    ]
