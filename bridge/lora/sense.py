"""Whether a word that stands in a story is meant: the few rules that go beyond the dictionary.

Every rule is about form, none about a single name, and looks at one mention alone: what one LoRA
gets never depends on which others are in the dictionary. The words are in `words.json`; they are
English, for so are most stories. Where in doubt a mention counts.
"""

import re
from collections.abc import Callable
from typing import Final

from bridge.lora.mention import WORDS, Mention
from bridge.presence import SIGHT, is_gone, is_told_of
from bridge.spoken import is_lettering, is_talked_of

_MOMENTS: Final = ("general", "expression")
"""Categories of what comes and goes, weather and looks."""

_THINGS: Final = ("misc", "outfit")
"""Of what is carried and worn."""

_ANY: Final = {name: f"(?:{'|'.join(words)})" for name, words in WORDS.items()}
_CLOSED: Final = f"(?: {_ANY['closed']})*"

_NO: Final = re.compile(rf"\b{_ANY['no']}{_CLOSED} $|\b(?:no|(?<!not )without){_CLOSED} [\w'-]+ $")
_NOBODY: Final = re.compile(
    rf"\b(?:nobody|no one|none|nothing)\b[^.,;:!?]{{0,40}} (?:{_ANY['wear']} (?:an? |the )?|is "
    rf"|was )$"
)
_LACKED: Final = re.compile(rf"\b{_ANY['lack']} (?:an? |the |his |her |their |my |your )?$")
_LEFT: Final = re.compile(r"\bleft (?:the|his|her|my|your|their)(?: [\w'-]+)? $")
_BEHIND: Final = re.compile(r" (?:at home|behind|in the (?:car|house|hall|cab)|back at|back in)\b")
_LAID_BY: Final = re.compile(rf",? (?:is |was )?{_ANY['laid_by']}\b")
_COMPOUND: Final = re.compile(rf"[ -]{_ANY['compound']}\b")
_SHIP: Final = re.compile(r"(?:^|\W)the $")
_NOT_THEM: Final = re.compile(rf"\b{_ANY['no_one']}(?: (?:my|your|his|her|our|their))? $")
_UNDRESS: Final = re.compile(rf"\b{_ANY['undress']}{_CLOSED}(?: [\w'-]+)? $")
_TAKE: Final = re.compile(rf"\b{_ANY['take']} (?:the|my|your|his|her|their)(?: [\w'-]+)? $")
_STOP: Final = re.compile(rf"(?<!never )(?<!not )(?<!n't )\b{_ANY['stop']} $")
_MID_SENTENCE: Final = re.compile(r"[\w,;] $")
_MIGHT: Final = re.compile(rf"\b{_ANY['might']} $")
_UNREAL: Final = re.compile(rf"\b{_ANY['unreal']}{_CLOSED} $")
_LIKE: Final = re.compile(
    r"(?<!\bi )(?<!\byou )(?<!something )\blike (?:(?:a|an|some|two) (?:[\w'-]+ )?)?$"
    r"|\bas [\w'-]+ as an? (?:[\w'-]+ )?$"
)
_OVER: Final = re.compile(rf"(?: {_ANY['meanwhile']})* {_ANY['over']}\b")
_PLACE: Final = re.compile(rf"(?:'s)? {_ANY['place']}\b")
_PLACE_BEFORE: Final = re.compile(rf"\b{_ANY['place_before']} $")
_NUMBERED: Final = re.compile(rf"\b{_ANY['numbered']} $")
_OUT_PAST: Final = re.compile(r"\bout (?:past|beyond|by|off|round|around) the $")
_IS_DONE: Final = re.compile(
    r"(?<![\w'])(?!(?:this|is|was|has|as|its|his|us|always|towards|besides|sometimes)\b)"
    r"[a-z]{2,}[^\Ws]s $"
)
_UPON: Final = re.compile(r" (?:down )?(?:on|onto|upon|over|down|from|into)\b")
_IN: Final = re.compile(r"(?:^|\W)in $")
_ONE_OF_THEM: Final = re.compile(r"(?:^|\W)(?:an?|(?:eine[rn]?|une|una|uma)(?: [^\W\d_]+)?) $")
_STUFF: Final = re.compile(rf" (?:{_ANY['stuff']}|{_ANY['stuff_does']})\b")
_FRAMED: Final = re.compile(rf"\b(?:framed|signed|unfinished|half-finished|{_ANY['some']}) $")
_WORKS: Final = re.compile(rf" {_ANY['works']}\b")
_HUNG: Final = re.compile(rf"(?: of [^.;:!?]{{1,40}})? (?:{_ANY['hung']})\b")
_SENTENCE: Final = re.compile(r"(?:^|[.!?:;…\"“”»—-]) ?$")
_INVERTED: Final = re.compile(rf" {_ANY['person']}\b")
_ASKED: Final = re.compile(r" [A-Z]\w+ [a-z][^.!]*\?")


def is_meant(mention: Mention) -> bool:
    """Whether no rule speaks against this mention."""
    return not any(rule(mention) for rule in _RULES)


def is_elsewhere(last: Mention) -> bool:
    """The last that is said of somebody is that they are not there."""
    return last.is_name and is_gone(last.after)


def _lacks_capitals(mention: Mention) -> bool:
    """`a red rose` for Rose; but `captain Hale`, `ROSE`, or a text without capitals."""
    shown = mention.cased[: mention.end - mention.start]
    if not mention.proper or mention.story.lower:
        return False
    pairs = zip(mention.proper, shown, strict=True)
    return not any(wanted.isupper() and letter.isupper() for wanted, letter in pairs)


def _is_denied(mention: Mention) -> bool:
    """`no rain`, `nobody wears a cape`; but `Isn't Rose…?` asks of one present."""
    if mention.is_name:
        return _NOT_THEM.search(mention.before) is not None
    if _LEFT.search(mention.before) and _BEHIND.match(mention.after):
        return True
    return any(sign.search(mention.before) for sign in (_NO, _NOBODY, _LACKED))


def _is_taken_off(mention: Mention) -> bool:
    """`took off her cape`, `pulls the cape off`, `her dress hangs there`, `stopped grinning`."""
    if mention.is_name:
        return False
    if mention.lora.exclusive_group and _LAID_BY.match(mention.after):
        return True
    if mention.after.startswith(" off"):
        return _TAKE.search(mention.before) is not None
    stopped = mention.word.endswith("ing") and _STOP.search(mention.before)
    return bool(stopped or _UNDRESS.search(mention.before))


def _is_to_come(mention: Mention) -> bool:
    """`it might rain`; but `Will grins`: no infinitive, and a name's capital."""
    if mention.is_name or mention.word.endswith(("s", "ed")):
        return False
    cased = mention.story.folded.cased[max(0, mention.start - SIGHT) : mention.start]
    return _MIGHT.search(cased) is not None


def _is_imagined(mention: Mention) -> bool:
    """`applause like rain`, `the smell of rain`, `a letter from Rose`; a style is always `like`."""
    if _UNREAL.search(mention.before):
        return True
    return mention.lora.category != "style" and _LIKE.search(mention.before) is not None


def _is_told_of(mention: Mention) -> bool:
    """`a letter from Rose`, `Rose's grave`."""
    return mention.is_name and is_told_of(mention.before, mention.after)


def _is_talked_of(mention: Mention) -> bool:
    """`"Mark sold it to you"`: who is spoken of is not spoken to."""
    if not mention.is_name:
        return False
    text = mention.story.folded.text
    line = next((one for one in mention.story.spoken if one[0] <= mention.start < one[1]), None)
    return line is not None and is_talked_of(
        text[line[0] : mention.start], text[mention.end : line[1]]
    )


def _is_lettering(mention: Mention) -> bool:
    """`"HOPE YOU LIKE IT" runs down the van`; but a name that is always in capitals is none."""
    if mention.word.isupper() or mention.story.is_loud:
        return False
    return is_lettering(mention.story.folded.cased, mention.start, mention.end)


def _is_over(mention: Mention) -> bool:
    """`the rain had stopped`, or before `Two days later`; a grin lasts a moment only."""
    if mention.lora.category not in _MOMENTS:
        return False
    if mention.lora.category == "expression" and mention.position < mention.story.lately:
        return True
    return mention.position < mention.story.turn or _OVER.match(mention.after) is not None


def _is_somewhat_else(mention: Mention) -> bool:
    """`Rose Street`, `the Captain of the militia`, `Will you come?`, `Amber light`, `in May`."""
    if not mention.proper:
        return False
    word, after = mention.proper.casefold(), mention.after
    rest = mention.cased[mention.end - mention.start :]
    is_titled = word.startswith("the ") and after.startswith(" of ")
    if is_titled or _PLACE_BEFORE.search(mention.led) or _PLACE.match(rest):
        return True
    if _SENTENCE.search(mention.before) and (
        _STUFF.match(rest)
        or (word in WORDS["modal"] and (_INVERTED.match(after) or _ASKED.match(rest)))
    ):
        return True
    is_ship = _SHIP.search(mention.before) and word.split()[-1] not in WORDS["roles"]
    if is_ship or _ONE_OF_THEM.search(mention.before):
        return True
    return bool(_IN.search(mention.before)) and not after.startswith("'s")


def _is_another_thing(mention: Mention) -> bool:
    """`an ink drawing of a heron hangs there` is no manner, a `lantern clock` no lantern."""
    if mention.lora.category != "style":
        return not mention.is_name and bool(
            _COMPOUND.match(mention.after) or _OUT_PAST.search(mention.before)
        )
    return bool(
        _FRAMED.search(mention.before) or _HUNG.match(mention.after) or _WORKS.match(mention.after)
    )


def _is_a_name(mention: Mention) -> bool:
    """`Oona Rain, their steward`, `says Rain`: a capital that the word need not have."""
    if mention.is_name or mention.lora.category == "style" or not mention.word.islower():
        return False
    shown = mention.cased[: mention.end - mention.start]
    if not (shown[:1].isupper() and shown[1:].islower()) or mention.story.is_titled:
        return False
    return _MID_SENTENCE.search(mention.led) is not None


def _is_deed(mention: Mention) -> bool:
    """`candle ends rain on the stalls`: what falls is no weather."""
    return mention.lora.category in _MOMENTS and bool(
        _IS_DONE.search(mention.before) and _UPON.match(mention.after)
    )


def _is_number(mention: Mention) -> bool:
    """`Evidence room K-7`."""
    has_digit = any(letter.isdigit() for letter in mention.word)
    return mention.is_name and has_digit and _NUMBERED.search(mention.before) is not None


def _is_left(mention: Mention) -> bool:
    """What was carried or worn before the story jumped is not in the picture after it."""
    return mention.lora.category in _THINGS and mention.position < mention.story.turn


_RULES: Final[tuple[Callable[[Mention], bool], ...]] = (
    _lacks_capitals,
    _is_denied,
    _is_taken_off,
    _is_to_come,
    _is_imagined,
    _is_told_of,
    _is_talked_of,
    _is_lettering,
    _is_over,
    _is_somewhat_else,
    _is_another_thing,
    _is_a_name,
    _is_deed,
    _is_number,
    _is_left,
)
