"""What is wrong with a prompt before money is spent, and what of it can be mended."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bridge.domain import Family, Note
from bridge.summarizer.caption import changed, parts
from bridge.summarizer.clip import CHUNK, clip_tokens
from bridge.summarizer.lint_rules import RULES
from bridge.summarizer.mode import strip_boilerplate
from bridge.summarizer.people import name_pattern
from bridge.summarizer.unsaid import without

_TAGGED: Final = frozenset({"sdxl", "any"})
"""Families to which quality tags and weights mean something."""
_TOKENS: Final = {
    "sdxl": 3 * CHUNK, "flux1": 512, "flux2-dev": 512, "flux2-klein": 512, "z-image": 512,
    "wan": 512,
}  # fmt: skip
"""What the encoder reads; three chunks are usual for SDXL."""
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
_LETTERED: Final = r"(?:words?|text|lettering|letters|sign|titled?|label|poster|brand|logo|name)"
_READS: Final = re.compile(
    rf"\b(?:reads?|reading|saying|says?|marked|called|labell?ed|{_LETTERED})\W*$", re.IGNORECASE
)
_LETTERS_NEXT: Final = re.compile(rf"\W*(?:\w+\W+)?{_LETTERED}\b", re.I)
_WORD: Final = re.compile(r"\w")
_PIECE: Final = re.compile(r"[^\W\u2e80-\uffff]+|[^\w\s]")
"""What counts as about one token."""
_NEGATION: Final = re.compile(r"\b(?:no(?! (?:\w+er|more|less) than\b)|not|without)\b|n't\b", re.I)
_YOU: Final = re.compile(r"\b(?:you|your|yours|yourself)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; a blocking one must not be sent."""

    code: str
    """Of `lint_rules.RULES`."""
    text: str

    @property
    def blocking(self) -> bool:
        """Whether the prompt must not be sent so."""
        return RULES[self.code].blocking


def lint(
    prompt: str, family: Family, *, names: Iterable[str] = (), forbidden: Iterable[str] = ()
) -> tuple[Finding, ...]:
    """All findings, each code once.

    `names` are those that must not appear, triggers not among them; `forbidden` any other words.
    """
    names = list(names)
    texts = parts(prompt)
    joined = " ".join(texts)
    found = [*_words_left(joined, names, forbidden), *_length(prompt, family)]
    for text in texts:
        found += _findings(text, family)
    return tuple({one.code: one for one in reversed(found)}.values())[::-1] if found else ()


def _words_left(prompt: str, names: list[str], forbidden: Iterable[str]) -> Iterator[Finding]:
    if not _WORD.search(prompt):
        yield Finding("empty", "the prompt is empty")
    named = dict.fromkeys(name_pattern(names, any_case=False).findall(prompt)) if names else ()
    if named:
        yield Finding("name", f"names are left: {', '.join(named)}")
    if forbidden:
        folded = prompt.casefold()
        if any(each and each.casefold() in folded for each in forbidden):
            yield Finding("forbidden", "words are left that no model is to see")


def _length(prompt: str, family: Family) -> Iterator[Finding]:
    limit = _TOKENS.get(family, _PLENTY)
    most = 1.2 if prompt.isascii() else 2.2  # that a character may count
    if family != "sdxl" and most * len(prompt) <= limit:
        return
    count = tokens(prompt, family)
    if count > limit:
        yield Finding("long", f"about {count} tokens; {family} reads {limit}")
    elif family == "sdxl" and count > CHUNK:
        yield Finding("chunks", f"{count} tokens; {family} reads {CHUNK} in one piece")


def _findings(text: str, family: Family) -> Iterator[Finding]:
    """What is wrong with one text, its length aside."""
    is_plain = _is_plain(text)
    if family not in _TAGGED:
        if removed := strip_boilerplate(text)[1]:
            yield Finding("boilerplate", f"{family} is not helped by: {removed}")
        if not is_plain and (_WEIGHT.search(text) or _BREAK.search(text)):
            yield Finding("weights", f"{family} does not read weights or BREAK")
    if not is_plain:
        yield from _signs(text, family)
    yield from _addressed(text if is_plain else _QUOTED.sub(" ", text))


def _addressed(text: str) -> Iterator[Finding]:
    """What is denied, and who is spoken to; a word that is nowhere is soonest missed by letters."""
    low, is_odd = text.lower(), not text.isascii()
    may_deny = is_odd or "no" in low or "without" in low or "n't" in low
    if may_deny and (found := _NEGATION.search(text)):
        yield Finding("negation", f"what is denied is painted all the same: {found[0]!r}")
    if (is_odd or "you" in low) and (found := _YOU.search(text)):
        yield Finding("second-person", f"the picture has no reader: {found[0]!r}")


def _signs(text: str, family: Family) -> Iterator[Finding]:
    """What a reader was never meant to see."""
    if _LORA.search(text):
        yield Finding("lora-tag", "a <lora:…> tag is left")
    rest = _LORA.sub("", text)
    if _THINKING.search(rest):
        yield Finding("thinking", "a model's thinking is left")
    elif _EMOJI.search(rest) or (family not in _TAGGED and _MARKUP.search(rest)):
        yield Finding("markup", "markup or emoji are left")
    for quoted in _QUOTED.finditer(text):
        if not _is_lettering(text, quoted):
            is_speech = len(quoted[1].split()) > 1
            yield (
                Finding("speech", "somebody speaks in the prompt")
                if is_speech
                else Finding("quotes", f"would be painted: {quoted[1]}")
            )


def can_mend(findings: Iterable[Finding]) -> bool:
    """Whether `repair` has anything to do."""
    return any(RULES[one.code].outcome == "mended" for one in findings)


def repair(
    prompt: str, family: Family, *, forbidden: Sequence[str] = ()
) -> tuple[str, tuple[Note, ...]]:
    """The prompt with what can be mended mended; what is right is not touched.

    Names cannot, for only the scene knows roles.
    """
    before = lint(prompt, family, forbidden=forbidden)
    if not can_mend(before):
        return prompt, ()
    mended = changed(prompt, lambda text: _mended(without(text, forbidden), family))
    after = {one.code for one in lint(mended, family, forbidden=forbidden)}
    codes = ", ".join(one.code for one in before if one.code not in after)
    return mended, (Note("prompt-mended", f"mended for {family}: {codes}"),) if codes else ()


def sift(tags: str, negative: str, family: Family) -> tuple[str, str, tuple[Note, ...]]:
    """Quality tags and a negative prompt as `family` reads them: to most, such tags are noise.

    SillyTavern sends both with every picture unless somebody clears the fields.
    """
    if family in _TAGGED or not (tags or negative):
        return tags, negative, ()
    negative, dropped = strip_boilerplate(negative)
    left_out = ", ".join(filter(None, (tags, dropped)))
    note = Note("boilerplate", f"left out, {family} is not helped by it: {left_out}")
    return "", negative, (note,) if left_out else ()


def _mended(text: str, family: Family) -> str:
    text = text if _is_plain(text) else _bared(text, family)
    if family not in _TAGGED:
        text = strip_boilerplate(text)[0]
    text = _QUOTED.sub(lambda one: _unquoted(text, one), text)
    text = re.sub(r"\s+(?=[,.])|(?<=,)\s*,", "", " ".join(text.split())).strip(" ,")
    return _shortened(text, family)


def _unquoted(text: str, quoted: re.Match[str]) -> str:
    """Lettering stays; a spoken line goes; a single word loses its marks."""
    if _is_lettering(text, quoted):
        return quoted[0]
    return " " if len(quoted[1].split()) > 1 else quoted[1]


def _bared(prompt: str, family: Family) -> str:
    bare = _EMOJI.sub(" ", _LORA.sub(" ", _THINKING.sub(" ", prompt)))
    if family in _TAGGED:
        return bare
    return _BREAK.sub(" ", _WEIGHT.sub(r"\1", _MARKUP.sub(" ", bare)))


def _is_plain(prompt: str) -> bool:
    """Whether a prompt is mere words, as most are: one look spares a dozen."""
    return bool(_PLAIN.fullmatch(prompt)) and "BREAK" not in prompt and "AND" not in prompt


@lru_cache(maxsize=8)
def tokens(prompt: str, family: Family = "any") -> int:
    """CLIP's own count for SDXL; else roughly, 1.2 a word, one a character in unspaced scripts."""
    if family == "sdxl":
        return clip_tokens(prompt)
    solid = 0 if prompt.isascii() else sum(ch > "\u2e80" for ch in prompt)
    return solid + round(len(_PIECE.findall(prompt)) * 1.2)


def _is_lettering(prompt: str, quoted: re.Match[str]) -> bool:
    """Whether it is announced by the words before, or borne by what the words behind name."""
    return bool(
        _READS.search(prompt[: quoted.start()]) or _LETTERS_NEXT.match(prompt[quoted.end() :])
    )


def _shortened(prompt: str, family: Family) -> str:
    pieces = re.split(r"(?<=[.,;。])\s*", prompt)
    while len(pieces) > 1 and tokens(" ".join(pieces), family) > _TOKENS.get(family, _PLENTY):
        pieces.pop()
    return " ".join(filter(None, pieces)).strip(" ,")
