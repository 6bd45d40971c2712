"""Spoken lines, found by their quotes in any language; lettering and scare quotes are none."""

import re
from typing import Final

from bridge.summarizer.words import alternatives, listed

_QUOTED: Final = re.compile(
    r'(?<!\d)"(?P<straight>[^"\n]*)(?:"|$)|“(?P<curly>[^“”\n]*)(?:”|$)|«(?P<french>[^«»\n]*)(?:»|$)'
    r"|„(?P<low>[^„“”\n]*)[“”]|「(?P<corner>[^「」]*)」|『(?P<double>[^『』]*)』|‹(?P<single>[^‹›\n]*)›"
    r"|‚(?P<low_single>[^‚‘’\n]*)[‘’]"
    r"|(?<!\w)[‘'](?P<inner>[^‘’'\"“”\n]*(?:(?<=\w)[’'](?=\w)[^‘’'\"“”\n]*)*(?<=[.,!?…—-]))[’'](?!\w)",
    re.MULTILINE,
)
_DASHED: Final = re.compile(
    r"(?:(?<=^)|(?<=\n)|(?<=[.!?…]\s))[ \t]*[—–](?=\s|[¡¿A-ZÀ-Þ])(?P<line>[^\n]*?)"
    r"(?:,?[ \t]+[—–]\s*(?P<says>[^.!?\n]{0,200}[.!?])(?:\s*[—–]\s*(?P<more>[^\n]*))?|(?=\n|$))"
)
_VERBS: Final = alternatives("speech_verbs")
_LETTERED: Final = re.compile(rf"\b(?:{alternatives('lettering')})\b[^.!?]*$", re.IGNORECASE)
_SIGN_SAYS: Final = re.compile(
    rf"\b(?:{alternatives('lettering')})\b(?:\s(?!and\b|s?he\b|they\b|I\b|you\b)[\w-]+){{0,5}}?"
    r"\s(?:says?|said|reads?)\b[^.!?]*$",
    re.IGNORECASE,
)
_MORE_LETTERING: Final = re.compile(
    r"^[.,;]?\s*(?:and |then )?(?:under|below|beneath|above|over|beside|smaller|and)\b[^.!?\"]*$",
    re.IGNORECASE,
)
_ALOUD: Final = re.compile(
    rf"(?<![\w-])(?:aloud|out loud|{_VERBS})\b[^.!?]{{0,30}}$", re.IGNORECASE
)
_AFTER: Final = re.compile(
    rf"^[,.]?\s*(?:(?:he|she|they|I|you|it|[A-Z][\w'’-]*|(?:the|an?|his|her) \w+)\s+){{0,2}}"
    rf"(?:{_VERBS})\b",
    re.IGNORECASE,
)
_MOUTHED: Final = re.compile(
    rf"(?<!\*)\*([^*\n]+)\*(?=,? (?:he|she|they|I|you|[A-Z][\w'’-]+) (?:\w+ly )?"
    rf"(?:{_VERBS}|thinks?|thought|says?)\b)"
)
"""`*Don't move*, she mouths.`"""
_VOICED: Final = re.compile(
    rf"\b(goes|went|writes?|wrote|thinks?|thought|{_VERBS})([:,]?) \*([^*\n]+)\*", re.IGNORECASE
)
"""`the engine goes *put-put*`, `I wrote: *one bear.*`"""
_TWO_MARKS: Final = re.compile(r"(?:''|``)([^'`\n]+)''")
_OUTWARD: Final = re.compile(r"»([^«»\n]*)«")
_WIDE: Final = str.maketrans("＂﹁﹂﹃﹄｢｣", '"「」『』「」')
_MARK: Final = "\x01"
_NAME: Final = r"(?-i:[A-Z])[\w'’-]*"
_WHO: Final = (
    r"(?:one of (?:them|the \w+)|he|she|they|I|you|it|(?:the|an?|his|her) [\w-]+(?: [\w-]+)?"
    rf"|{_NAME}(?: {_NAME})?)"
)
_GOES_ON: Final = (
    r"\s(?:and\s)?(?:then\s)?(?<=(?:and|hen)\s)(?=(?:\w+ly\s)?"
    r"(?-i:[a-z]{2,}(?:s|ed))(?:[.,;!?]|\s(?:the|an?|his|her|my|your|their|its|it|him|them|up|down"
    r"|to|at|back|on|off|in|out|away|over|through|into|towards?|around|round|behind|after)\b))"
)
"""` and ` in `she says and opens the door`."""
_SAYS_AFTER: Final = re.compile(
    rf"{_MARK}[ ,]*(?:(?P<who>{_WHO})\s+(?:{_VERBS})\b|(?:{_VERBS})\s+(?P<who2>{_WHO}))"
    rf"(?:(?!{_GOES_ON})[^.,;:!?\n{_MARK}])*(?:,(?:\s[\w-]+)?\s\w+ly\b)?(?P<on>,?{_GOES_ON})?",
    re.IGNORECASE,
)
_SAYS_BEFORE: Final = re.compile(
    rf"(?P<who>{_WHO})(?: \w+ly)?\s+(?:{_VERBS})\b[^.;:!?\n{_MARK}]{{0,40}}[,:]?\s*{_MARK}",
    re.IGNORECASE,
)
_FOREIGN_WHO: Final = "он|она|они|я|er|sie|ich|il|elle|je|él|ella|lui|lei|ele|ela"
_FOREIGN: Final = re.compile(
    rf"{_MARK}[\s,]*(?:[他她它我你]们?\w{{0,4}}?(?:说道|说|说着|问道|问|喊道|喊|答道|答|道)(?=[。，！])|と(?=\w)|(?:と\w{{0,6}}?)?(?:{alternatives('speech_verbs_foreign')})\b(?:(?:\s|-(?:t-)?)(?:{_FOREIGN_WHO})\b)?)"
)
_PRONOUNS: Final = frozenset(listed("pronouns"))


def plain_quotes(text: str) -> str:
    """Quotes in rarer dress as their plain sisters: wide, upright, doubled, pointing outward."""
    text = _VOICED.sub(r'\1\2 "\3"', text)
    text = _MOUTHED.sub(r'"\1"', _TWO_MARKS.sub(r'"\1"', text.translate(_WIDE)))
    first = text.find("»")
    is_outward = first >= 0 and not 0 <= text.find("«") < first
    return _OUTWARD.sub(r"«\1»", text) if is_outward else text


def cut_speech(body: str) -> tuple[str, list[str]]:
    """Narration and spoken lines of one message; `she says` goes with what she says."""
    spoken: list[str] = []
    told = _DASHED.sub(lambda found: _dashed(found, spoken), body)
    pieces: list[str] = []
    position, was_lettering = 0, False
    for found in _QUOTED.finditer(told):
        before, after = told[position : found.start()], told[found.end() : found.end() + 60]
        pieces.append(before)
        line = next(filter(None, found.groups()), "")
        was_lettering = _is_lettering(before, line, was_lettering)
        if was_lettering:
            pieces.append(f'"{line}"')
        elif _is_scare(before, line, after):
            pieces.append(line)
        else:
            spoken.append(line)
            pieces.append(_MARK)
        position = found.end()
    pieces.append(told[position:])
    return _without_attributions("".join(pieces)), spoken


def _dashed(found: re.Match[str], spoken: list[str]) -> str:
    spoken += filter(None, (found["line"].strip(), (found["more"] or "").strip()))
    return f" {_MARK} {found['says']}" if found["says"] else _MARK


def _is_lettering(before: str, line: str, was_lettering: bool) -> bool:
    if _SIGN_SAYS.search(before):
        return True
    if len(line) > 120 or _ALOUD.search(before):
        return False
    if was_lettering and _MORE_LETTERING.match(before):
        return True
    return bool(_LETTERED.search(before)) and not before.rstrip().endswith(",")


def _is_scare(before: str, line: str, after: str) -> bool:
    """One to three words inside a sentence: `the "best" chair`."""
    is_short = 0 < len(line.split()) <= 3 and line[-1].isalnum()
    return (
        is_short
        and bool(re.search(r"\w $", before))
        and not (_ALOUD.search(before) or _AFTER.match(after))
    )


def _without_attributions(told: str) -> str:
    told = _SAYS_AFTER.sub(_after, told)
    told = _SAYS_BEFORE.sub(lambda found: f"{_kept(found['who'])}. ", told)
    told = _FOREIGN.sub(" ", told)
    return told.replace(_MARK, " ")


def _after(found: re.Match[str]) -> str:
    """`she says, handing you a glass`: whoever goes on to do something stays."""
    who = found["who"] or found["who2"]
    if found["on"]:
        return f" {who[0].upper()}{who[1:]} "
    goes_on = re.match(r",\s\w+ing\b", found.string[found.end() :])
    return f" {who}" if goes_on else f" {_kept(who)}"


def _kept(who: str) -> str:
    """A name stays as a sign that somebody is there; a pronoun or `Ash's voice` says nothing."""
    if who.endswith(("'s", "’s")):
        return ""
    return "" if who.casefold().split()[0] in _PRONOUNS else who
