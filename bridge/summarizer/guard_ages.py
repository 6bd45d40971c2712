"""Ages below eighteen in a reading of the guard: digits and number words of a dozen languages.

Numbers from thirteen to seventeen count when they stand as words by themselves; digits count with
a unit (`16 yo`), a lead (`aged 16`, `she is 16`) or a person beside them. What is counted, lasted
or is the age of a thing does not.
"""

import re
from functools import cache
from typing import Final

from bridge.summarizer.guard_terms import terms
from bridge.summarizer.words import one_of

_ADVERBS: Final = "only|just|about|now|still|barely|almost|nearly|around|like|maybe|probably|to be|not even|a|all of|at|nur|erst|gerade|solo|seulement|apenas|всего|tylko|pas"
_LASTING: Final = "ago|later|before|earlier|after|since|together|long|plan|sentence|term|contract|of marriage|of war|of service|of experience|in business|in prison"
_DURING: Final = "for|after|in|last|past|next|every|within|over|during|seit|vor|nach|pendant|depuis|durante|desde|через|od|przez"
_CJK_YEARS: Final = "歳|才|岁|歲|周岁|周歲"


def _years_cjk() -> str:
    digit = "(?:1[0-7]|[1-9])"
    kanji = "(?<![一二三四五六七八九十百千〇零])(?:十[一二三四五六七]?|[一二三四五六七八九])"
    native = "(?:열 ?(?:한|두|세|네|다섯|여섯|일곱)?|(?<![물른흔쉰순든열])(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉))"
    chinese_korean = (
        "(?:(?<![이삼사오육칠팔구])십[일이삼사오육칠]?|(?<![십가-힣])[일이삼사오육칠팔구])"
    )
    return (
        rf"(?:(?<!\d){digit}|{kanji}) ?(?:{_CJK_YEARS})|(?<!\d){digit} ?(?:세(?!기)|살)"
        rf"|{native} ?살|{chinese_korean} ?세(?!기)"
    )


@cache
def _age() -> re.Pattern[str]:
    numbers, bare, years = terms("numbers"), one_of(terms("bare")), one_of(terms("years"))
    small = one_of([word for word in numbers if word not in terms("bare")])
    number = rf"(?:1[0-7]|[1-9]|{one_of(numbers)})"
    grown = one_of([stem.rstrip("*") for stem in terms("grown")])
    things, persons = one_of(terms("things")), one_of(terms("persons"))
    leads, weak = one_of(terms("leads")), one_of(terms("weak"))
    few = rf"(?:1[0-7]|[3-9]|{one_of(numbers[2:])})"
    nothing = rf"(?!\w)(?! (?:{one_of(terms('counted'))})(?!\w))(?! \d)"
    harmless = [
        rf"(?:{one_of(terms('tens'))}) (?:{small})(?!\w)",
        rf"{number} ?(?:{years}) (?:{_LASTING})(?!\w)",
        rf"(?:{_DURING}) {number} (?:{years})(?! old| of age|\w)",
        rf"{number} ?(?:{years})(?: old)? (?:{things})(?= ,| (?:is|was|in|on|at|and|by|of|from|stands|stood)(?!\w)| $)",
        rf"(?:{things}) (?:is|was|aged|of|now|only|just|about|turns|turned| )*{number} (?:{years})(?!\w)",
    ]
    young = [
        rf"{number} ?(?:{years})(?!\w)",
        rf"(?:{number} ?|(?:{one_of(terms('prefixes'))}))(?:{grown})",
        rf"(?:{leads})(?: (?:{_ADVERBS}|,))* {number}{nothing}",
        rf"(?<!\bit )(?<!\bthere )(?<!\bthat )(?<!\bthis )(?:{weak})(?: (?:{_ADVERBS}))* {few}{nothing}",
        rf"(?:{bare}){nothing}",
        rf"(?:{persons})(?: ,)* (?:1[0-7]|[5-9]|{bare}){nothing}",
        rf"1[0-7] (?:(?!(?:{one_of(terms('counted'))}|the|an?|and|with|is|she|he|her|his)\b)\w+ ){{0,2}}(?:{persons})(?!\w)",
        r"(?<=, )1[0-7](?= ,| $)|(?<=\A )1[0-7](?= ,| $)",
        r"1[0-7] ?f(?!\w)",
        r"(?:1[0-2]|[1-9])(?:st|nd|rd|th) grade|grade (?:1[0-2]|[1-9])(?!\w)",
        r"(?:\d+|[a-z]+) (?:months?|weeks?|days?) old(?! \w*(?:bread|cheese))",
        r"(?:(?:1[0-7]|[1-9])(?:st|nd|rd|th)|\w+teenth|twelfth|eleventh|tenth) birthday",
        r"born (?:in )?20[1-9]\d",
        r"(?:under|below) (?:the )?(?:legal )?age(?! of (?:[2-9]\d|\d{3}))",
    ]
    spaced = rf"(?<!\w)(?:{'|'.join(harmless)}|(?P<young>{'|'.join(young)}))"
    return re.compile(rf"{spaced}|(?P<solid>{_years_cjk()})")


_NUMERAL: Final = re.compile(r"\d")
_THOUSANDS: Final = re.compile(r"(?<=\d) , (?=\d{3}(?!\d))")


@cache
def _numeral() -> re.Pattern[str]:
    words = [*terms("numbers"), *terms("prefixes")]
    return re.compile(rf" (?:{one_of(words)})|(?:{_CJK_YEARS}|살|세)|\d| (?:teenth|age|old) ")


def has_young_age(reading: str) -> bool:
    """Whether somebody in `reading` may be said to be younger than eighteen."""
    if not _numeral().search(reading):
        return False
    reading = _THOUSANDS.sub("", reading)
    return any(found["young"] or found["solid"] for found in _age().finditer(reading))
