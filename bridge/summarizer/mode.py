"""Is a text a story to be turned into a scene, or somebody's finished prompt?"""

import re
from functools import lru_cache
from typing import Final

import ahocorasick_rs

from bridge.summarizer.words import alternatives, one_of, read

_TAGS: Final = read("boilerplate")
_BOILERPLATE: Final = frozenset([*_TAGS["quality"], *_TAGS["negative"]])
_ANY_TAG: Final = ahocorasick_rs.AhoCorasick(sorted(_BOILERPLATE))
_WEIGHTED: Final = re.compile(r"^[(\[{]+(.*?)(?::\s*[\d.]+)?[)\]}]+$")
_SYNTAX: Final = re.compile(
    r"<(?:lora|lyco|hypernet):|[(\[][^()\[\]\n]+:\s*\d*\.?\d+\s*[)\]]|\bBREAK\b|\bscore_\d|\b\d(?:girl|boy)s?\b"
    r"|^Negative prompt:|^Steps: \d",
    re.MULTILINE,
)
_MARKS: Final = re.compile(
    r"\*[^*\n]+\*|<think|\(\(?OOC|\[OOC|^\s*[A-ZÀ-Þ][\w'’ -]{0,24}: [\"*“A-Z]"
    r"|「[^」]+」|«[^»]+»|„[^“”]+[“”]|^[—–] ",
    re.MULTILINE,
)
_SIGNS: Final = re.compile(r"[<(\[:_*「«„—–]")
"""Without one of these there are no marks, and of syntax only what `is_story` looks for by word."""
_SPEECH: Final = re.compile(
    rf"[\"“][^\"”\n]*[.,!?…][\"”]|(?:{alternatives('speech_verbs')})\b[,:]?\s[\"“]"
    rf"|[\"”]\s\w+\s(?:{alternatives('speech_verbs')})\b"
)
_CRAFT: Final = re.compile(
    rf"\W(?:(?:{one_of(_TAGS['pictures'])})\s+of|\d+\s?mm|f/\d|{one_of(_TAGS['craft'])})\b"
)
"""Words of somebody who orders a picture, in small letters and behind a gap: else it costs more."""
_TELLING: Final = re.compile(r"\b(?:I|you|he|she|they|we|my|your|his|her)\b", re.IGNORECASE)
_CAPTION: Final = re.compile(r'\s*\{\s*"\w+"\s*:')
"""A prompt as JSON, as Ideogram 4 and FLUX.2 take it."""
_THING: Final = re.compile(r"(?:an?|two|three)\s", re.IGNORECASE)
_NOUN_PHRASE: Final = re.compile(r"(?:an?|two|three|the)\s", re.IGNORECASE)
_ENDED: Final = re.compile(r"[.!?…。！？][\"”’*)]*(?=\s|$)|。")
_UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_RAW_MESSAGE: Final = re.compile(
    r"\(\((.*)\)\), \((?:(?!:0\.7\)).)*:0\.7\), \(.*:0\.5\)", re.DOTALL
)


def raw_message(text: str) -> str:
    """The message alone when SillyTavern's "raw last message" wraps it, else an empty text.

    It sends `((message)), (scenario:0.7), (description:0.5)`; only the message is this moment.
    """
    found = _RAW_MESSAGE.fullmatch(text.strip())
    return found[1].strip() if found else ""


def is_story(text: str) -> bool:
    """Roleplay text: it has a narrator, speech or stage directions. Else a prompt as it stands."""
    if _CAPTION.match(text):
        return False
    signs = _SIGNS.search(text)
    if (signs or "BREAK" in text or "girl" in text or "boy" in text) and _SYNTAX.search(text):
        return False
    is_quoted = '"' in text or "“" in text or "”" in text
    if (signs and _MARKS.search(text)) or (is_quoted and _SPEECH.search(text)):
        return True
    if _CRAFT.search(f" {text.lower()}") or _is_list(text):
        return False
    ends = len(_ENDED.findall(text))
    is_noun_phrase = _NOUN_PHRASE.match(text) and ends < 2
    if is_noun_phrase and not (ends and _TELLING.search(text)):
        return False
    return ends > 0 or bool(_TELLING.search(text))


@lru_cache(maxsize=64)  # one prompt is looked at on its way in, when it is mended, and after
def strip_boilerplate(text: str) -> tuple[str, str]:
    """The text without quality tags that stand between commas, and those tags.

    SillyTavern's default prefix and its default negative prompt are made of such tags.
    """
    if not _ANY_TAG.find_matches_as_indexes(text.casefold()):
        return text, ""
    removed: list[str] = []
    lines = text.split("\n")
    for number, line in enumerate(lines):
        segments = line.split(",")
        tags = [one for one in segments if _tag(one) in _BOILERPLATE]
        if tags:
            lines[number] = ",".join(one for one in segments if one not in tags).strip(" ,")
            removed += (tag.strip() for tag in tags)
    return "\n".join(lines), ", ".join(removed)


def _tag(segment: str) -> str:
    bare = segment.strip().rstrip(".").casefold()
    found = _WEIGHTED.match(bare)
    return found[1].strip() if found else bare


def _is_list(text: str) -> bool:
    """Short comma segments without an end of a sentence."""
    parts = [part for part in re.split(r"[,\n]", text) if part.strip()]
    bare = text.strip()
    if len(parts) < 3 or _ENDED.search(bare.rstrip(".")):
        return False
    if bare.endswith(".") and _TELLING.search(bare) and not _THING.match(bare):
        return False  # `He stops, turns, waits.`
    if _UNSPACED.search(text):
        return sum(map(len, parts)) / len(parts) < 8
    return sum(len(part.split()) for part in parts) / len(parts) <= (5 if len(parts) < 8 else 8)
