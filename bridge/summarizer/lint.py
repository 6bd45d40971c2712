"""What is wrong with a prompt before money is spent, and what of it can be mended."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bridge.domain import Family, Note
from bridge.summarizer.mode import strip_boilerplate
from bridge.summarizer.people import name_pattern

_TAGGED: Final = frozenset({"sdxl", "any"})
"""Families to which quality tags and weights mean something."""
_TOKENS: Final = {"sdxl": 225, "flux1": 512, "flux2-dev": 512, "flux2-klein": 512, "z-image": 512}
"""What the encoder reads; SDXL's 77 a chunk, three chunks being usual."""
_PLENTY: Final = 4096
_LORA: Final = re.compile(r"<(?:lora|lyco|hypernet):[^<>]*>", re.IGNORECASE)
_WEIGHT: Final = re.compile(r"[(\[]+([^()\[\]:]+):\s*-?\d*\.?\d+\s*[)\]]+")
_BREAK: Final = re.compile(r"(?:^|(?<=[\s,]))(?:BREAK|AND)(?=[\s,]|$)")
_THINKING: Final = re.compile(
    r"<(think\w*|reason\w*)\b[^<>]*>.*?(?:</\1>|\Z)", re.IGNORECASE | re.DOTALL
)
_MARKUP: Final = re.compile(
    r"</?[a-z][^<>]*>|\*+|(?<!\w)_(?=\w)|(?<=\w)_(?!\w)|```"
    r"|!\[[^\]]*\]\([^)]*\)|\(\([^()]*\)\)|\[OOC[^\]]*\]|\{\{[^}]*\}\}|https?://\S+",
    re.IGNORECASE,
)
_EMOJI: Final = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f]+")
_QUOTED: Final = re.compile(r"[\"“„«「『]([^\"“”«»「」『』]+)[\"”“»」』]")
_PLAIN: Final = re.compile(r"[A-Za-z0-9\s,.;:'!?%&+-]*")
"""Nothing that a pattern for markup, emoji, tags, weights or quotes could begin with."""
_READS: Final = re.compile(
    r"\b(?:reads?|reading|saying|lettering|words?|text|sign|titled?|labell?ed)\W*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; a blocking one must not be sent."""

    code: str
    text: str
    blocking: bool = False


def lint(prompt: str, family: Family, *, names: Iterable[str] = ()) -> tuple[Finding, ...]:
    """All findings; `names` are the names that must not appear, triggers not among them."""
    names = list(names)
    named = dict.fromkeys(name_pattern(names, any_case=False).findall(prompt)) if names else ()
    count, limit = tokens(prompt), _TOKENS.get(family, _PLENTY)
    plain = _is_plain(prompt)
    found = (
        not re.search(r"\w", prompt) and Finding("empty", "the prompt is empty", True),
        family not in _TAGGED and _noise(prompt, family),
        not plain and _LORA.search(prompt) and Finding("lora-tag", "a <lora:…> tag is left", True),
        not plain and _hidden(_LORA.sub("", prompt)),
        not plain
        and any(_is_speech(prompt, quoted) for quoted in _QUOTED.finditer(prompt))
        and Finding("speech", "somebody speaks in the prompt"),
        named and Finding("name", f"names are left: {', '.join(named)}", True),
        count > limit and Finding("long", f"about {count} tokens; {family} reads {limit}"),
    )
    return tuple(one for one in found if isinstance(one, Finding))


def _noise(prompt: str, family: Family) -> Finding | None:
    """What only models trained on tags understand."""
    if removed := strip_boilerplate(prompt)[1]:
        return Finding("boilerplate", f"{family} is not helped by: {removed}")
    if not _is_plain(prompt) and (_WEIGHT.search(prompt) or _BREAK.search(prompt)):
        return Finding("weights", f"{family} does not read weights or BREAK")
    return None


def _hidden(prompt: str) -> Finding | None:
    """What a reader was never meant to see."""
    if _THINKING.search(prompt):
        return Finding("thinking", "a model's thinking is left", True)
    if _MARKUP.search(prompt) or _EMOJI.search(prompt):
        return Finding("markup", "markup or emoji are left")
    return None


def repair(prompt: str, family: Family) -> tuple[str, tuple[Note, ...]]:
    """The prompt with what can be mended mended; names cannot, for only the scene knows roles."""
    mended = prompt if _is_plain(prompt) else _bared(prompt, family)
    if family not in _TAGGED:
        mended = strip_boilerplate(mended)[0]
    mended = _QUOTED.sub(lambda one: " " if _is_speech(mended, one) else one[0], mended)
    mended = re.sub(r"\s+(?=[,.])|(?<=,)\s*,", "", " ".join(mended.split())).strip(" ,")
    mended = _shortened(mended, _TOKENS.get(family, _PLENTY))
    codes = ", ".join(one.code for one in lint(prompt, family))
    return mended, (Note("prompt-mended", f"mended for {family}: {codes}"),) if codes else ()


def sift(tags: str, negative: str, family: Family) -> tuple[str, str, tuple[Note, ...]]:
    """Quality tags and a negative prompt as `family` reads them: to most, such tags are noise.

    SillyTavern sends both with every picture unless somebody clears the fields.
    """
    if family in _TAGGED:
        return tags, negative, ()
    negative, dropped = strip_boilerplate(negative)
    left_out = ", ".join(filter(None, (tags, dropped)))
    note = Note("boilerplate", f"left out, {family} is not helped by it: {left_out}")
    return "", negative, (note,) if left_out else ()


def _bared(prompt: str, family: Family) -> str:
    bare = _EMOJI.sub(" ", _LORA.sub(" ", _THINKING.sub(" ", prompt)))
    if family in _TAGGED:
        return bare
    return _BREAK.sub(" ", _WEIGHT.sub(r"\1", _MARKUP.sub(" ", bare)))


def _is_plain(prompt: str) -> bool:
    """Whether a prompt is mere words, as most are: one look spares a dozen."""
    return bool(_PLAIN.fullmatch(prompt)) and "BREAK" not in prompt and "AND" not in prompt


@lru_cache(maxsize=8)
def tokens(prompt: str) -> int:
    """A rough count: 1.2 a word, one a character in scripts without spaces."""
    solid = 0 if prompt.isascii() else sum(ch > "\u2e80" for ch in prompt)
    return solid + round(len(re.findall(r"[^\W\u2e80-\uffff]+|[^\w\s]", prompt)) * 1.2)


def _is_speech(prompt: str, quoted: re.Match[str]) -> bool:
    """Lettering is announced by the words before it; a lone quoted word is no speech."""
    return len(quoted[1].split()) > 1 and not _READS.search(prompt[: quoted.start()])


def _shortened(prompt: str, limit: int) -> str:
    pieces = re.split(r"(?<=[.,;。])\s*", prompt)
    while len(pieces) > 1 and tokens(" ".join(pieces)) > limit:
        pieces.pop()
    return " ".join(filter(None, pieces)).strip(" ,")
