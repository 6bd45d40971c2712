"""What is told and what is spoken: narration without speech, marks, labels and emoji.

Chats mix three habits: novel style (quotes), asterisk style (`*action* speech`) and script style
(`Name: speech`). They are told apart turn by turn, because one log may hold all of them.
"""

import html
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Final

from bridge.summarizer.speech import cut_speech, plain_quotes
from bridge.summarizer.words import alternatives
from bridge.visible import visible

_LONGEST: Final = 24_000
"""Characters; of a longer log only the end is read, for there the moment is."""
_UNSEEN: Final = re.compile("[\u200b\u200c\u2060\ufeff\u00ad]")
_EMOJI: Final = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0e\ufe0f\u200d\u20e3\u02da\u2027\u208a\u22c6\u0a48"
    "\U000e0000-\U000e007f]+|\uff65\uff9f|(?<![^\\s])(?:[:;=]-?[)(DPp3]|[xX]D+|\\^_*\\^)(?![^\\s.,])"
)
_PLACEHOLDER: Final = re.compile(r"\{\{[^{}\n]*\}\}(?:['’]s\b)?")
_BREAK: Final = re.compile(
    r"(?m)^[ \t]*(?:(?:[*~#=_•—–-][ \t]*){3,})[ \t]*$"
    r"|^[ \t]*(?:(?:SMASH |MATCH |JUMP )?CUT|FADE|DISSOLVE)(?: TO| IN| OUT)?(?: BLACK)?"
    r"[ \t]*[:.]*[ \t]*$"
    r"|^(?=[ \t]*(?:INT|EXT)[./ ])"
)
"""A rule, or a screenplay's `CUT TO:` and `EXT. BEACH - DAY`."""
_TITLE: Final = re.compile(
    r"(?m)^\W*(?:(?i:chapter|episode|part|act|scene) (?:\d+|[IVXLC]+|(?i:one|two|three|four|five"
    r"|six|seven|eight|nine|ten))\b[^\n.!?]{0,60}$"
    r"|(?i:(?:\w+['’]s )?(?:log|diary|journal)(?:,| entry| \d)[^.:\n]{0,40})[.:\n]"
    r"|[A-Z]{2,}(?:[ -][A-Z]{2,})+[!.]+(?=\s))"
)
"""What stands over a story: `CHAPTER 12`, `LOG, 3rd entry.`, `CRITICAL HIT!!`"""
_DRESSED: Final = re.compile("[\U0001d400-\U0001d7ff]")
"""Letters of mathematics, taken for finery."""
_HEADING: Final = re.compile(r"(?m)^[ \t]*(?:#{1,6}|>+|[-•])[ \t]+")
_BRACKETED: Final = re.compile(r"\[([^\[\]]*)\]")
_WIRED: Final = re.compile(
    rf"\[(?!\W*(?i:{alternatives('fields')})\b)[^\w\]\n]*[A-Z][\w'’-]*: [^\[\]\n]*\]"
)
"""`[Ash: bring the net]`, as telephones show it."""
_CUT_WORD: Final = re.compile(r"(?<=\w)-[ \t]*\n[ \t]*(?=\w)")
_LABEL: Final = re.compile(
    r"(?m)^[ \t]*[*_]*((?:[^\W\d_a-z][\w.'’-]*)(?:[ ][^\W\d_a-z][\w.'’-]*){0,3}|[a-z][\w'’-]{1,15})"
    r"[*_]*[ \t]*[:：][*_]*(?=[ \t]*[\"“«*「『A-ZÀ-Þ]|[ \t]*[^\x00-\x7f])"
)
_TELLERS: Final = frozenset(
    {"narrator", "narration", "gm", "dm", "story", "system", "assistant", "ai", "bot", "model"}
)
_FIELD: Final = re.compile(
    rf"(?im)(?<![\w*_])[*_]{{0,3}}(?:{alternatives('fields')})[*_]{{0,3}}:[*_]{{0,3}}[ \t]+(?=\S)"
)
_BOLD: Final = re.compile(r"(?<!\*)\*\*(?!\*)([^*\n]+)\*\*(?!\*)")
_DEED: Final = re.compile(r"\*{1,3}([^*]+)\*{1,3}")
_STRUCK: Final = re.compile(r"~~[^~\n]+~~")
_ESCAPED: Final = re.compile(r"\\([*_~`>#\[\]()\"'|-])")
_MARKS: Final = re.compile(r"[*~`]+|(?<!\w)_+|_+(?!\w)")
_A_LINE: Final = 8
"""Words; more of them before a break are another scene."""
_MOSTLY: Final = 5
"""Of so many letters one at least is a deed's, where deeds are marked."""
_SAYS: Final = re.compile(
    rf"[^.!?\n*]{{1,80}}[,?!] (?:he|she|they|I|[\w'’-]+) (?:{alternatives('speech_verbs')})"
    r"(?: (?:to )?(?:me|him|her|them|us))?(?:[.,]|$)"
)
"""`Six letters, she says. A river.`, without quotes."""
_TO_SOMEBODY: Final = re.compile(
    r"\b(?:I|I['’]\w+|you|your|yours|you['’]\w+|me|my|we|our|us|lets|let['’]s)\b", re.IGNORECASE
)
_OF_SOMEBODY: Final = re.compile(r"\b(?:he|she|his|her)\b", re.IGNORECASE)
_UNENDED: Final = re.compile(r"(?<=[^\W_])[*_]*[ \t]*\n[ \t]*\n")
_SCRAPS: Final = re.compile(r"(?:(?<=[.!?。])|^)(?:\s*[.,;:!?。、])+|\s+(?=[.,;:!?])")


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a log, or what stands between two scene breaks."""

    speaker: str
    """The label before it (`Rose:`), or empty."""
    story: str
    speech: tuple[str, ...]
    opens: bool = False
    """Whether a scene break stands before it."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """A roleplay text taken apart."""

    turns: tuple[Turn, ...]

    @property
    def story(self) -> str:
        """Narration only; in it, quotes stand around lettering that is to be painted."""
        return "\n\n".join(turn.story for turn in self.turns if turn.story)

    @property
    def scene(self) -> str:
        """The narration after the last scene break, unless what stood before was but a line."""
        opened = [number for number, turn in enumerate(self.turns) if turn.opens and turn.story]
        start = max(opened, default=0)
        before = " ".join(turn.story for turn in self.turns[:start]).split()
        return "\n\n".join(turn.story for turn in self.turns[start * (len(before) > _A_LINE) :])

    @property
    def speech(self) -> tuple[str, ...]:
        """What is spoken, line by line."""
        return tuple(line for turn in self.turns for line in turn.speech)

    @property
    def speakers(self) -> tuple[str, ...]:
        """Who stands before a colon, each once, narrators left out."""
        return tuple(dict.fromkeys(turn.speaker for turn in self.turns if turn.speaker))


def tidy(text: str) -> Tidied:
    """Take a message or a chat log apart; never fails."""
    plain = _DRESSED.sub(lambda one: unicodedata.normalize("NFKC", one[0]), text[-_LONGEST:])
    shown = html.unescape(visible(unicodedata.normalize("NFC", plain)))
    shown = plain_quotes(_STRUCK.sub(" ", _ESCAPED.sub(r"\1", shown)))
    shown = _UNSEEN.sub("", _PLACEHOLDER.sub("", _EMOJI.sub(" ", shown)))
    shown = _CUT_WORD.sub("-", _FIELD.sub("", _TITLE.sub("", shown))).replace(" | ", ". ")
    shown = _BRACKETED.sub(r"\1.\n", _WIRED.sub(" ", shown))
    turns: list[Turn] = []
    for number, part in enumerate(_BREAK.split(shown)):
        found = _turns(_HEADING.sub("", part))
        turns += [replace(one, opens=number > 0) for one in found[:1]] + found[1:]
    return Tidied(tuple(turns))


def _turns(part: str) -> list[Turn]:
    labels = list(_LABEL.finditer(part))
    ends = [*(label.start() for label in labels), len(part)]
    turns = [_turn("", part[: ends[0]])] if part[: ends[0]].strip() else []
    for label, end in zip(labels, ends[1:], strict=True):
        turns.append(_turn(label[1], part[label.end() : end]))
    return turns


def _turn(label: str, body: str) -> Turn:
    is_teller = label.casefold() in _TELLERS
    speaker = "" if is_teller else label
    body = _without_inner(_BOLD.sub(r"\1", body).strip())
    body = _UNENDED.sub(".\n", body)
    told, spoken = cut_speech(_MARKS.sub("", body))
    if not (spoken or is_teller):
        told, spoken = _unquoted(body, speaker)
    story = _SCRAPS.sub("", " ".join(_MARKS.sub("", told).split())).strip()
    return Turn(speaker, story, tuple(filter(None, (_plain(line) for line in spoken))))


def _without_inner(body: str) -> str:
    """Of a story about others: without stressed lines that say `I`, of letters, songs, minds."""
    others = _DEED.sub(" ", cut_speech(body)[0])
    is_story = len(_OF_SOMEBODY.findall(others)) > 1 and not _TO_SOMEBODY.search(others)
    if body.startswith("*") or not is_story:
        return body
    return _DEED.sub(lambda deed: " " if _TO_SOMEBODY.search(deed[1]) else deed[0], body)


def _unquoted(body: str, speaker: str) -> tuple[str, list[str]]:
    """A turn without quotes: around asterisks, or after a label, plain text may be speech."""
    lines = [line for line in body.split("\n") if _SAYS.match(line)]
    if lines and not speaker and len(lines) < len(body.split("\n")):
        return "\n".join(line for line in body.split("\n") if line not in lines), lines
    deeds = [deed[1] for deed in _DEED.finditer(body) if _is_deed(deed)]
    if (
        not speaker
        and not body.startswith("*")
        and deeds
        and _MOSTLY * len(" ".join(deeds)) < len(body)
    ):
        return body, []  # a word of prose that is stressed
    rest = _DEED.sub(lambda deed: "\n" if _is_deed(deed) else deed[1], body)
    if deeds:
        is_call = rest.rstrip().endswith(("!", "?")) and not _OF_SOMEBODY.search(rest)
        if not (is_call or _TO_SOMEBODY.search(rest)):
            return body, []
        return " ".join(map(_sentence, deeds)), rest.split("\n")
    is_told = speaker in body or len(_OF_SOMEBODY.findall(body)) > 1
    if speaker and (not is_told or _TO_SOMEBODY.search(body)):
        return "", re.split(r"(?<=[.!?…])\s+", body)
    return body, []


def _is_deed(marked: re.Match[str]) -> bool:
    """Not a word or two that are stressed: `*very much*`; a sentence, or what begins the turn."""
    deed = marked[1].strip()
    return len(deed.split()) > 2 or deed.endswith((".", "!")) or not marked.start()


def _sentence(deed: str) -> str:
    deed = deed.strip()
    return deed if deed.endswith((".", "!", "?", ",", ";", "…")) else f"{deed}."


def _plain(line: str) -> str:
    return " ".join(_MARKS.sub("", line).split())
