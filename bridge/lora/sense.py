"""Whether a word that stands in a story is meant: the few rules that go beyond the dictionary.

Every rule is about form, none about a single name, and looks at one mention alone: what one LoRA
gets never depends on which others are in the dictionary. The words are in `words.json`; they are
English, for so are most stories. Where in doubt a mention counts.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridge.domain import Lora
from bridge.lora.fold import Folded
from bridge.presence import SIGHT, is_gone, is_told_of

_FLEETING: Final = 1200
"""A look on a face counts in the last so many characters: the picture is of the end."""
_MOMENTS: Final = ("general", "expression")
"""Categories of what comes and goes, weather and looks."""

_WORDS: Final[dict[str, list[str]]] = json.loads(
    Path(__file__).with_name("words.json").read_text(encoding="utf-8")
)
_ANY: Final = {name: f"(?:{'|'.join(words)})" for name, words in _WORDS.items()}
_CLOSED: Final = f"(?: {_ANY['closed']})*"

_NO: Final = re.compile(rf"\b{_ANY['no']}{_CLOSED} $|\b(?:no|(?<!not )without){_CLOSED} [\w'-]+ $")
_NOT_THEM: Final = re.compile(rf"\b{_ANY['no_one']}(?: (?:my|your|his|her|our|their))? $")
_UNDRESS: Final = re.compile(rf"\b{_ANY['undress']}{_CLOSED}(?: [\w'-]+)? $")
_TAKE: Final = re.compile(rf"\b{_ANY['take']} (?:the|my|your|his|her|their)(?: [\w'-]+)? $")
_STOP: Final = re.compile(rf"(?<!never )(?<!not )(?<!n't )\b{_ANY['stop']} $")
_MIGHT: Final = re.compile(rf"\b{_ANY['might']} $")
_UNREAL: Final = re.compile(rf"\b{_ANY['unreal']}{_CLOSED} $")
_LIKE: Final = re.compile(
    r"(?<!\bi )(?<!\byou )(?<!something )\blike (?:(?:a|an|some|two) (?:[\w'-]+ )?)?$"
    r"|\bas [\w'-]+ as an? (?:[\w'-]+ )?$"
)
_OVER: Final = re.compile(rf"(?: {_ANY['meanwhile']})* {_ANY['over']}\b")
_PLACE: Final = re.compile(rf"(?:'s)? {_ANY['place']}\b")
_IN: Final = re.compile(r"(?:^|\W)in $")
_ONE_OF_THEM: Final = re.compile(r"(?:^|\W)(?:an?|(?:eine[rn]?|une|una|uma)(?: [^\W\d_]+)?) $")
_STUFF: Final = re.compile(rf" (?:{_ANY['stuff']}|{_ANY['stuff_does']})\b")
_DID: Final = re.compile(rf" (?:[a-z]+ed|{_ANY['did']})\b")
_FRAMED: Final = re.compile(r"\b(?:framed|signed|unfinished|half-finished) $")
_HUNG: Final = re.compile(rf"(?: of [^.;:!?]{{1,40}})? (?:{_ANY['hung']})\b")
_SENTENCE: Final = re.compile(r"(?:^|[.!?:;…\"“”»—-]) ?$")
_INVERTED: Final = re.compile(rf" {_ANY['person']}\b")
_ASKED: Final = re.compile(r" [A-Z]\w+ [a-z][^.!]*\?")
_FIRST: Final = re.compile(r"(?:^[\W\d]*|(?<!\.)[.!?] [\"“'(]?)([^\W\d_])")
_TURN: Final = re.compile(
    rf"^[ \t]*(?:[*#~_=—–-][ \t]*){{3,}}$|(?:^|[.!?…]\s+)(?:\w+ ){{0,2}}{_ANY['later']}\b",
    re.MULTILINE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Story:
    """A folded text, and what the rules ask of the whole of it."""

    folded: Folded
    lower: bool
    """Whoever wrote it begins sentences with small letters: capitals say nothing."""
    turn: int
    """Offset in the original of the last jump in time; 0 if there is none."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A keyword of a LoRA at a place of a story; offsets are those of the folded text."""

    story: Story
    lora: Lora
    word: str
    """As in the dictionary."""
    proper: str
    """Folded, with the capitals that a name must show; empty when it need show none."""
    start: int
    end: int

    @property
    def position(self) -> int:
        """Offset in the text as it was handed in."""
        return self.story.folded.origin(self.start)

    @property
    def before(self) -> str:
        """What leads up to it."""
        return self.story.folded.text[max(0, self.start - SIGHT) : self.start]

    @property
    def after(self) -> str:
        """What comes after it."""
        return self.story.folded.text[self.end : self.end + SIGHT]

    @property
    def cased(self) -> str:
        """It and what comes after, with capitals."""
        return self.story.folded.cased[self.start : self.end + SIGHT]

    @property
    def is_name(self) -> bool:
        """Whether it calls somebody."""
        return self.lora.category == "character"


def story(text: str, folded: Folded) -> Story:
    """What the rules must know of a whole text."""
    first = [letter for letter in _FIRST.findall(folded.cased) if letter.upper() != letter.lower()]
    capitals = sum(letter.isupper() for letter in first)
    turns = [found.end() for found in _TURN.finditer(text) if text[found.end() :].strip()]
    return Story(folded, capitals * 4 <= len(first), turns[-1] if turns else 0)


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
    """`no rain`, `without her cape`, `isn't grinning`; but `Isn't Rose…?` asks of one present."""
    return (_NOT_THEM if mention.is_name else _NO).search(mention.before) is not None


def _is_taken_off(mention: Mention) -> bool:
    """`took off her cape`, `pulls the cape off`, `stopped grinning`."""
    if mention.is_name:
        return False
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
    """`"Mark sold it to you"`: who is spoken of in the past is not spoken to."""
    if not (mention.is_name and _DID.match(mention.after)):
        return False
    text = mention.story.folded.text
    return text.count('"') % 2 == 0 and text.count('"', 0, mention.start) % 2 == 1


def _is_lettering(mention: Mention) -> bool:
    """`"HOPE YOU LIKE IT" runs down the van`: capitals that nobody shouts are painted."""
    cased = mention.story.folded.cased
    opened, closed = cased.rfind('"', 0, mention.start), cased.find('"', mention.end)
    quoted = cased[opened + 1 : closed]
    return opened >= 0 <= closed and quoted.isupper() and " " in quoted and "!" not in quoted


def _is_over(mention: Mention) -> bool:
    """`the rain had stopped`, or before `Two days later`; a grin lasts a moment only."""
    if mention.lora.category not in _MOMENTS:
        return False
    if mention.lora.category == "expression":
        left = len(mention.story.folded.text) - mention.end
        if left > _FLEETING:
            return True
    return mention.position < mention.story.turn or _OVER.match(mention.after) is not None


def _is_somewhat_else(mention: Mention) -> bool:
    """`Rose Street`, `the Captain of the militia`, `Will you come?`, `Amber light`, `in May`."""
    if not mention.proper:
        return False
    word, after = mention.proper.casefold(), mention.after
    rest = mention.cased[mention.end - mention.start :]
    if _PLACE.match(rest) or (word.startswith("the ") and after.startswith(" of ")):
        return True
    if _SENTENCE.search(mention.before) and (
        _STUFF.match(rest)
        or (word in _WORDS["modal"] and (_INVERTED.match(after) or _ASKED.match(rest)))
    ):
        return True
    if _ONE_OF_THEM.search(mention.before):
        return True
    return bool(_IN.search(mention.before)) and not after.startswith("'s")


def _is_on_the_wall(mention: Mention) -> bool:
    """`an ink drawing of a heron hangs in the gallery`: a thing in the scene, no manner."""
    if mention.lora.category != "style":
        return False
    return bool(_FRAMED.search(mention.before) or _HUNG.match(mention.after))


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
    _is_on_the_wall,
)
