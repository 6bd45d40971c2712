"""The moment that is pictured: what is left of a log when all that is over has been cut away."""

import re
from typing import Final

from bridge.summarizer.tidy import Tidied, Turn
from bridge.summarizer.words import alternatives

_ENOUGH: Final = 12
"""Words; a shorter last turn is seen together with the one before it."""
_SENTENCE: Final = re.compile(r"(?<=[.!?…])[\"”’]?\s+(?=[^\s.,;])|(?<=[。！？])\s*")
_DOTTED: Final = re.compile(r"\b(Mr|Mrs|Ms|Dr|Prof|Capt|Sgt|Lt|St|INT|EXT)\.(?=\s)")
_HEADING: Final = re.compile(
    r"\b(?:INT|EXT) ([A-Z][A-Z '’]+?(?:\s+[-–—]\s+[A-Z][A-Z '’]+?)?)\s+[-–—]\s+"
    r"(DAY|NIGHT|DAWN|MORNING|NOON|AFTERNOON|DUSK|EVENING|LATER|CONTINUOUS)\b[.\s]*"
)
"""A script's `INT. KITCHEN - NIGHT`."""
_NO_HOUR: Final = ("day", "later", "continuous")
_AGO: Final = re.compile(
    r"^(?:[\w-]+ ){1,3}ago\b|^(?:last (?:night|week|month|year|spring|summer|autumn|winter)"
    r"|yesterday|once upon a time|back then|in those days)\b",
    re.IGNORECASE,
)
_JUMP: Final = re.compile(
    r"^(?:and |but |then )?(?:(?!minute|moment|second|instant)\w+ ){0,3}"
    rf"(?:{alternatives('jumps')})\b",
    re.IGNORECASE,
)
_CROSSING: Final = re.compile(
    rf"^(?:then|at last|finally|now|eventually)\b.*\b(?:{alternatives('thresholds')})\b",
    re.IGNORECASE,
)
_NOW_THERE: Final = re.compile(
    r"^(?:and |but |so |by )?now,? (?:[\w'’-]+ ){1,3}?(?:is|are|was|were|sits?|sat|stands?|stood"
    r"|lies|lay"
    r"|waits?|crouch\w*|kneels?|hangs?|floats?)\s(?:\w+ ){0,2}?"
    r"(?:at|in|on|aboard|inside|under|by|back|among|outside|beneath|behind|down|up)\b",
    re.IGNORECASE,
)
_HAD: Final = re.compile(
    r"(?:\bhad|['’]d) (?:\w+ly |all |both )?(?:been|gone|come|left|had|stood|sat|kept|spent|lain"
    r"|slept|made|told|said|found|brought|run|paid|met|lost|held|\w+ed|\w+en)\b"
)
_NOW: Final = re.compile(r"(?:and |but |by )?now,? (?!that\b|and then\b)", re.IGNORECASE)
"""After sentences that mostly tell what `had` been."""
_GONE_ON: Final = re.compile(
    r"\b(?:they|we|s?he|you|I)(?: both| all| two)? (?:leave|leaves|left|go|went)(?: together"
    r"| at last)?\.$",
    re.IGNORECASE,
)
"""`…, so they leave.`: what follows is somewhere else."""
_PAST: Final = re.compile(
    r"\b(?:was|were)\b|\b[A-Za-z]+['’]d (?!need)(?:been|had|gone|come|spent|left|\w+ed)\b"
    r"|\b(?:it|they|s?he|I|you|we|[A-Z][a-z]+) (?:\w+ly |all |both )?"
    r"(?:had|did|went|came|took|said|left|stood|sat|ran|kept|made|got|gave|told|held|found|fell|knew"
    r"|felt|brought|led|lost|drove|rode|woke|paid|(?!need)\w+ed)\b"
)
_PRESENT: Final = re.compile(
    r"\b(?:is|are|am|isn['’]t|aren['’]t|has|does|sits|stands|lies|goes|comes|holds|looks|leans|hangs)\b"
    r"|\b(?:it|that|there|s?he|I|you|they|we)['’](?:s|m|re|ve)\b"
    r"|(?:^|\b(?:and|s?he|it|then) |\b[A-Z][\w'’-]+ )(?:\w+ly )?(?!his|its|this|was)[a-z]{2,}s\b"
)
_LEFT_BEHIND: Final = re.compile(
    r"\b(?:turned (?:his|her|their) backs? on|left .{3,40} behind|argued all the way)\b",
    re.IGNORECASE,
)


def last_turns(tidied: Tidied) -> tuple[Turn, ...]:
    """The turns that make up the moment: the last, and earlier ones while that is too little."""
    taken: list[Turn] = []
    words = 0
    for turn in reversed([turn for turn in tidied.turns if turn.story]):
        taken.insert(0, turn)
        words += _length(turn.story)
        if words >= _ENOUGH:
            break
    return tuple(taken)


def sentences(turns: tuple[Turn, ...], *, whole: bool = False) -> list[str]:
    """The sentences after the last jump in time or step over a threshold; or the `whole`."""
    found = [one for turn in turns for one in sentences_of(turn.story)]
    if whole:
        return found
    start = 0
    for number, sentence in enumerate(found):
        is_start = _JUMP.match(sentence) or _CROSSING.match(sentence) or _NOW_THERE.match(sentence)
        is_now = bool(is_start) or _is_now(found, number)
        if is_now and _length(" ".join(found[number:])) >= _ENOUGH:
            start = number
        elif number + 1 < len(found) and (
            _LEFT_BEHIND.search(sentence) or _GONE_ON.search(sentence)
        ):
            start = number + 1
    return found[max(start, _present_from(found)) :]


def _is_now(found: list[str], number: int) -> bool:
    before = found[:number]
    had = [bool(_HAD.search(one)) for one in before]
    return bool(had and had[0] and 2 * sum(had) >= len(had) and _NOW.match(found[number]))


def _present_from(found: list[str]) -> int:
    """Where a text that began in the past goes on in the present, if it does so once for all."""
    told = [-1 if _is_past(one) else bool(_PRESENT.search(one)) for one in found]
    if -1 not in told:
        return 0
    start = len(told) - told[::-1].index(-1)
    is_once = all(tense < 1 for tense in told[:start]) and sum(told[start:]) > 1
    return start if is_once and _length(" ".join(found[start:])) >= _ENOUGH else 0


def _is_past(sentence: str) -> bool:
    if _AGO.match(sentence):
        return True
    return bool(_PAST.search(sentence)) and not _PRESENT.search(sentence)


def sentences_of(story: str) -> list[str]:
    """All sentences of a narration."""
    spelt = _HEADING.sub(_spelt, _DOTTED.sub(r"\1", story))
    return [one.strip() for one in _SENTENCE.split(spelt) if one and one.strip()]


def _spelt(heading: re.Match[str]) -> str:
    place = re.sub(r"\s+[-–—]\s+", ", ", heading[1].lower())
    hour = heading[2].lower()
    return f"In the {place}. " if hour in _NO_HOUR else f"In the {place}, {hour}. "


def _length(text: str) -> int:
    """Words; in scripts without spaces two characters count as one."""
    return max(len(text.split()), sum(ch > "\u2e80" for ch in text) // 2)
