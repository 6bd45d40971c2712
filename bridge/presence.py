"""Whether a mention of somebody places them in the picture, or only tells of them.

A name in a letter, under a photograph, in a memory, or of somebody who has left, calls nobody in.
Every rule is about the few words around one mention, in small letters; where in doubt they are
there. The words are in `presence.json`; they are English, for so are most stories.
"""

import json
import re
from pathlib import Path
from typing import Final

SIGHT: Final = 64
"""Characters before and after a mention that the rules look at."""

_WORDS: Final[dict[str, list[str]]] = json.loads(
    Path(__file__).with_suffix(".json").read_text(encoding="utf-8")
)
_ANY: Final = {name: f"(?:{'|'.join(words)})" for name, words in _WORDS.items()}
_WHO: Final = r"[\w\ue000-\uf8ff'-]+"
_OTHERS: Final = rf"(?:{_WHO}(?:, {_WHO})? (?:and|or) )?"
"""`Reed and` before Violet."""
_TOLD_OF: Final = re.compile(
    rf"\b(?:{_ANY['sent']}|is|are|was|were|it's|they're|that's|came|comes?) from {_OTHERS}$"
    rf"|\b{_ANY['likeness']}s? of {_OTHERS}(?:my|her|his|their|our|old|young|poor|the late)?\s?$"
    rf"|\b{_ANY['shown']} (?:shows?|showed|showing|is|was) {_OTHERS}$"
    rf"|\b(?:in|on) (?:the|an?|that|his|her) (?:{_WHO} )?{_ANY['shown']},? {_OTHERS}$"
    rf"|\ban? {_ANY['shown']} (?:of|in|on|over|above|by|beside)\b[^.;:!?]{{0,40}}: {_OTHERS}$"
    rf"|\b{_ANY['told']} (?:{_WHO} ){{0,2}}(?:of|about) {_OTHERS}$"
    rf"|\b{_ANY['told']} of {_WHO}(?:'s \w+)?, of $"
    rf"|\b{_ANY['lettered']}\b[^.!?\"“]{{0,30}}[\"“][^\"”]*$"
    rf"|\breads?: [^.!?\"“]{{0,40}}$"
    rf"|\bon (?:the|her|his|my) (?:phone|line|radio) (?:to|with) {_OTHERS}$"
    rf"|\b(?:dream|imagin|wish|pretend)\w* (?:that )?{_OTHERS}$"
    rf"|\b(?:nobody|no one|none|not|never|\w+n't)(?: \w+){{0,3}} (?:seen|heard from|met"
    rf"|found) {_OTHERS}$"
    r"|\b(?:named|christened) the \w+ $"
    rf"|\b{_ANY['fiction']} about (?:{_WHO} ){{0,4}}$"
    rf"|(?:^|[.!?:;\"“”*_>—] ?)dear {_OTHERS}$"
    rf"|\b{_ANY['called']} (?:{_WHO} )?(?:is |was )?(?:called|named|christened) (?:the )?$"
    rf"|\b(?:named|called|christened) (?:after|for) {_OTHERS}$"
    rf"|\b{_ANY['played']} (?:the )?$"
    r"|\b(?:names|absent|used to)\b[^.;!?]{0,50}$"
)
_OPENS: Final = re.compile(
    r"\W*(?:(?:an?|the) )?"
    r"(?:(?!(?:an?|the|s?he|they|it|i|we|you|his|her|their|my|your)\b)[\w-]+,? ){0,3}?"
    rf"{_ANY['likeness']}s? of {_OTHERS}"
    r"(?:(?:young|old) )?$"
)
_GOES_ON: Final = re.compile(
    r"\W*$|,| (?:in|at|on|with|by|under|near|inside|beside|against|and|as|wearing|\w+ing)\b"
)
"""`portrait of Rose, harbour, rain` asks for a picture of her; `… of Rose hung there` does not."""
_LONGED: Final = re.compile(rf"\b{_ANY['longed']} {_OTHERS}$")
_UNTIL: Final = re.compile(rf"\b{_ANY['until']} $")
_RETURNS: Final = re.compile(rf" {_ANY['returns']}\b")
_SINCE: Final = re.compile(rf"\b{_ANY['since']} $")
_LEAVES: Final = re.compile(rf" {_ANY['leaves']}\b")
_OWNS: Final = re.compile(rf"(?:'s|(?<=s)') (?:{_WHO} )?{_ANY['belongings']}\b")
_GOVERNED: Final = re.compile(rf"\b{_ANY['governs']} $")
"""Before a name: its `'s` is neither `is` nor `has`."""
_THEIRS: Final = re.compile(
    rf"(?:'s|(?<=s)') (?!(?:(?!{_ANY['governs']}\b|and\b){_WHO} ){{0,2}}?{_ANY['own']}\b)"
)
"""`the last of Ann's preserves`; her hand, coat or voice are where she is."""
_FAR_VOICE: Final = re.compile(
    rf"(?:'s (?:{_WHO} )?voice(?: \w+)?,?|,) (?:(?:is|was|comes?|came|says|crackles|speaking) )?"
    rf"(?:{_WHO} )?(?:on|over|through|from|down|out of) (?:the|her|his|my|an?) (?:{_WHO} )?"
    rf"{_ANY['wire']}\b|'s voicemail\b"
)
_NEAR: Final = re.compile(rf"(?:'s|(?<=s)') (?:{_WHO} )?{_ANY['near']}\b")
_MEANT: Final = r"(?<!where )(?<!before )(?<!after )(?<!when )\b(?:he|she|him|herself|himself"
_TAKEN_UP: Final = re.compile(
    rf"[^.!?]*?{_MEANT}|her|they|them)\b|[^.!?]{{0,30}}[.!?] (?:he|she|they)(?: is|'s| has| was)\b"
)
"""Whoever a pronoun of the same sentence means may be here after all."""
_FROM_MEMORY: Final = re.compile(r",? from (?:memory|a photograph|a photo|life once)\b")
_AT_THEIRS: Final = re.compile(rf".*?{_MEANT})\b")
_WERE_HERE: Final = re.compile(r" (?:were|was) here\b")
_CALLED_UP: Final = re.compile(r"\?[\"”]? (?:it's|this is) (?:only )?me\b")
_BEEN: Final = rf"(?: {_WHO}(?=,)| and {_WHO})?(?:(?:,? |(?=')){_ANY['been']})*,?"
_GONE: Final = re.compile(
    rf"{_BEEN} {_ANY['gone']}(?![\w-])"
    rf"|\?[\"”]? (?:gone|left|away|no sign|nowhere)\b| and {_WHO} used to\b"
    rf"|(?: and {_WHO})?(?: has| had| have|'d)(?: \w+ly| just| already| long| since)?"
    rf" {_ANY['had_gone']}\b"
)
_LAST_DONE: Final = re.compile(
    r"\b(?:last|only|first) (?:things?|words?|time|letter|advice)(?: that)? $"
)
_DID: Final = re.compile(
    r" (?:ever )?(?:had |has )?(?:said|says|did|told|wrote|gave|asked|saw|made|left|heard|taught"
    r"|spoke|sent|was seen)\b"
)
_ELSEWHERE: Final = (_OWNS, _CALLED_UP, _FAR_VOICE, _FROM_MEMORY)
_AGO: Final = re.compile(rf"\b{_ANY['ago']} (?:ago|before|earlier),? (?:when |that )?$")


def is_told_of(before: str, after: str) -> bool:
    """`a letter from Rose`, `thinks of Rose`, `Rose's grave`, `Rose? It's me` place nobody here."""
    if len(before) < SIGHT and _OPENS.match(before) and _GOES_ON.match(after):
        return False
    if _TOLD_OF.search(before) or any(sign.match(after) for sign in _ELSEWHERE):
        return True
    if _AGO.search(before) or (_LAST_DONE.search(before) and _DID.match(after)):
        return True
    if _UNTIL.search(before) and _WERE_HERE.match(after):
        return True
    if _NEAR.match(after) or (_GOVERNED.search(before) and _THEIRS.match(after)):
        return not _AT_THEIRS.match(after)
    return not _TAKEN_UP.match(after) and bool(
        _LONGED.search(before)
        or (_UNTIL.search(before) and _RETURNS.match(after))
        or (_SINCE.search(before) and _LEAVES.match(after))
    )


def is_gone(after: str) -> bool:
    """`Rose had left for the city`, `Rose is miles away`: what follows a name sends them away."""
    return _GONE.match(after) is not None
