"""A keyword where it stands in a story, and what the rules ask of the story as a whole."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridge.domain import Lora
from bridge.lora.fold import Folded
from bridge.presence import SIGHT
from bridge.spoken import lines

WORDS: Final[dict[str, list[str]]] = json.loads(
    Path(__file__).with_name("words.json").read_text(encoding="utf-8")
)
_FLEETING: Final = 1200
"""A look on a face counts in the last so many characters: the picture is of the end."""
_TURNS: Final = 3
"""Messages of a log in which it does, too."""
_WORD: Final = re.compile(r"[^\W\d_]+")
_LABEL: Final = re.compile(r"^[*_]{0,2}[^\W\d_a-z][\w .'’-]{0,30}[*_]{0,2}:", re.MULTILINE)
_FIRST: Final = re.compile(r"(?:^[\W\d]*|(?<!\.)[.!?] [\"“'(]?)([^\W\d_])")
_TURN: Final = re.compile(
    r"^[ \t]*(?:[*#~_=—–-][ \t]*){3,}$"
    r"|^[ \t*_]*(?:(?:(?:smash|match|jump) )?cut to\b|(?:dissolve|fade) to\b|(?:int|ext)\. )"
    rf"|(?:^|[.!?…]\s+)(?:\w+ ){{0,2}}(?:{'|'.join(WORDS['later'])})\b",
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
    lately: int
    """Offset in the original from which a look on a face is not yet over."""
    is_titled: bool
    """Most words begin with capitals."""
    is_loud: bool
    """Nearly all of it is in capitals."""
    spoken: tuple[tuple[int, int], ...]
    """Where spoken lines begin and end in the folded text."""


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
    def led(self) -> str:
        """What leads up to it, with capitals."""
        return self.story.folded.cased[max(0, self.start - SIGHT) : self.start]

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
    turn = turns[-1] if turns else 0
    labels = [found.start() for found in _LABEL.finditer(text)][-_TURNS:]
    lately = max(len(text) - _FLEETING, labels[0] if len(labels) == _TURNS else 0)
    small = sum(letter.islower() for letter in folded.cased)
    is_loud = sum(letter.isupper() for letter in folded.cased) > small
    words = _WORD.findall(folded.cased)
    is_titled = sum(word[0].isupper() for word in words) * 2 > len(words)
    return Story(
        folded, capitals * 4 <= len(first), turn, lately, is_titled, is_loud, lines(folded.text)
    )
