"""Narration as clauses, each with those of whom it tells."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from bridge.summarizer.continuity.stage import Stage
from bridge.summarizer.people import SIGN
from bridge.summarizer.words import alternatives

_SENTENCE: Final = re.compile(r"(?<=[.!?…])[\"”’]?\s+")
_LONGEST: Final = 300
"""Characters of a clause."""
_LETTERING: Final = re.compile(r"\"[^\"]*\"")
_CONTRACTED: Final = re.compile(
    rf"(?<!\w)(?P<who>he|she|it|there|who|that|{SIGN}(?=['’]s (?:in|on|at|up|down|already|still"
    rf"|asleep|awake"
    r"|here|back|out|not|now|just|got|by|under|behind|inside|sitting|standing|lying|wearing)\b))"
    r"['’]s (?P<next>\w+)",
    re.IGNORECASE,
)
_THEY_ARE: Final = re.compile(r"\b(they|we|you)['’]re\b", re.IGNORECASE)
_DONE: Final = re.compile(
    r"(?!(?:tied|dressed|wrapped|bundled|barefoot|covered|soaked|drenched|seated|tired|curled|lashed)$)\w+(?:ed|en)"
    r"|got|gone|been|put|hung|had|lost|kept|left|made|found|come|thrown|drawn|built|brought|set|sat"
)
_SPLIT: Final = re.compile(
    rf"\s*[;:—–]\s*|,\s+(?:and |but |then |or |so )?|(?<!{SIGN})\sand\s|\sand\s(?!{SIGN}|I\b|you\b)"
    r"|\s(?=(?:then|while|where|until|but|as soon as|when"
    r"|(?:before|as if|as though)\s(?=he|she|they|I|you|it|his|her|the|any|some))\s(?!more\b))"
    rf"|\s(?=who\s|as\s(?:{SIGN}|he|she|they|I|we|the)\b)"
)
_LEAD: Final = re.compile(
    r"^(?:(?:(?:\w+ ){0,3}(?:minutes?|hours?|days?|weeks?|moments?|seconds?) later,?"
    r"|later that \w+,?"
    r"|that (?:morning|afternoon|evening|night),?|by (?:now|then)|this time|and|but|then|so|now"
    r"|where|who|until|still|already|only|just|finally|later|suddenly|outside|inside|here"
    r"|there|when|while|as|because|before|after|once|by the time|that|which|if|\w+ly)\s+)+",
    re.IGNORECASE,
)
_GROUP: Final = re.compile(
    r"\b(?:all (?:\w+ )?of (?:them|us)|all (?:two|three|four|five|six)|both(?: of (?:them|us))?"
    r"|(?:they|we)(?: both| all)?"
    r"|the (?:two|three|four|five|pair|lot) of (?:them|us)|everyone|everybody|together)\b",
    re.IGNORECASE,
)
_PERSONS: Final = re.compile(
    rf"(?<!\w)(?:{SIGN}|(?:he|she|I|you)\b(?!['’]?s\b))(?:(?:,| and|, and)\s(?:{SIGN}|I\b|you\b))*"
    rf"(?!['’]s?\s)", re.IGNORECASE,
)  # fmt: skip
_OWNED: Final = re.compile(
    rf"^(?P<whose>{SIGN}['’]s?|his|her|my|your)\s(?!breath\b)", re.IGNORECASE
)
_THING: Final = re.compile(
    r"^(?:the|an?|it|its|there|this|that|nobody|no one|no|someone|somebody|something|two|three|one"
    r"|every|some|what)\b",
    re.IGNORECASE,
)
_PRESENTED: Final = re.compile(
    rf"\b(?:it is|it['’]s|it was|there (?:is|stands|was)|comes?|came|stands?|stood"
    rf"|sits?|sat|walks?|walked"
    rf"|climbs?|climbed|steps?|stepped|strides?|strode|limps?|limped"
    rf"|crawls?|crawled|emerges?|emerged"
    rf"|appears?|appeared|leans?|leaned|leant|crouch(?:es|ed)|kneels?|knelt|waits?|waited"
    rf"|joined by|along with)\s(?P<who>{SIGN})(?!['’])",
    re.IGNORECASE,
)
_PREPOSITION: Final = re.compile(rf"^(?:{alternatives('prepositions')}|of|by)\b", re.IGNORECASE)
_NO_SUBJECT_AFTER: Final = re.compile(
    rf"(?:\b(?:{alternatives('prepositions')}|of|for|about|like|than|without|and|to)\s)$", re.I
)

_REVEALED: Final = re.compile(
    rf"(?P<told>(?:[^:]*\b)?(?:an?|something|somebody|someone)\b[^:]+): (?P<who>{SIGN})[.!]?\W*$",
    re.IGNORECASE,
)
_SUBORDINATE: Final = re.compile(r"^(?:when|while|as|until|where|who|before|after|because)\s", re.I)

Kind = Literal["persons", "group", "owned", "thing", "carried"]


@dataclass(slots=True)
class Clause:
    """A piece of a sentence; names are signs in it."""

    text: str
    kind: Kind
    subjects: list[str] = field(default_factory=list)
    """Of whom it tells; of whose thing, where it is `owned`."""
    sentence: str = ""
    is_first: bool = False


def clauses(stage: Stage, story: str) -> Iterator[Clause]:
    """The clauses of a story in order; whoever takes them may change the stage in between."""
    main: list[str] = []
    before = ""
    story = _THEY_ARE.sub(r"\1 are", story)
    told = _CONTRACTED.sub(_spelt, stage.marked(_LETTERING.sub(" ", story)))
    for sentence in map(_revealed, _sentences(told)):
        parts = [part.strip(" .!?…,'")[:_LONGEST] for part in _SPLIT.split(sentence) if part]
        last = main
        for number, part in enumerate(filter(None, parts)):
            if re.match(r"who\s", part) and (met := _last_met(stage, before, last)):
                last = [met]
            clause = _clause(stage, part, last)
            clause.sentence, clause.is_first = sentence, number == 0
            if clause.kind in ("persons", "group") and clause.subjects:
                last = clause.subjects
                main = main if _SUBORDINATE.match(part) and main else last
            before = part
            yield clause
            stage.mention([name for name in stage.named(part) if name not in clause.subjects])


def _revealed(sentence: str) -> str:
    """`In the glass a man, in a grey coat, stops dead: Rook.` tells of Rook from the start."""
    found = _REVEALED.match(sentence)
    return f"{found['who']} is there, {found['told']}." if found else sentence


def _spelt(found: re.Match[str]) -> str:
    """`She's in` is, `she's taken` has."""
    verb = "has" if _DONE.fullmatch(found["next"].lower()) else "is"
    return f"{found['who']} {verb} {found['next']}"


def _sentences(story: str) -> Iterator[str]:
    """What has no full stop for long is cut: no sentence is worth much work."""
    for sentence in _SENTENCE.split(story):
        for start in range(0, len(sentence), 2 * _LONGEST):
            yield sentence[start : start + 2 * _LONGEST]


def _last_met(stage: Stage, text: str, last: list[str]) -> str:
    """Whom `who` means: the last one in the clause before it."""
    for found in reversed(re.findall(rf"{SIGN}|\b(?:him|her|me|you)\b", text)):
        if met := stage.named(found) or [stage.meant(found, last, other=True)]:
            return met[0]
    return ""


def _clause(stage: Stage, text: str, last: list[str]) -> Clause:
    bare = _LEAD.sub("", text)
    if group := _GROUP.match(bare):
        return Clause(text, "group", _company(stage, group[0]))
    if found := _PERSONS.match(bare):
        return _told_of(stage, text, found[0], last)
    if owned := _OWNED.match(bare):
        whose = owned["whose"]
        owner = stage.of(whose[0]) if re.match(SIGN, whose) else stage.meant(whose, last)
        return Clause(text, "owned", [owner] if owner else [])
    return _of_things(stage, text, bare, last)


def _of_things(stage: Stage, text: str, bare: str, last: list[str]) -> Clause:
    """A clause that begins with no person: somebody may come behind, or it is still of the last."""
    if presented := _PRESENTED.search(bare):
        return _told_of(stage, text, presented["who"], last)
    if _PREPOSITION.match(bare) or bare != text:
        return _after_preposition(stage, text, bare, last)
    return Clause(text, "thing" if _THING.match(bare) else "carried", list(last))


def _after_preposition(stage: Stage, text: str, bare: str, last: list[str]) -> Clause:
    for found in (*_GROUP.finditer(bare), *_PERSONS.finditer(bare)):
        if _NO_SUBJECT_AFTER.search(bare[: found.start()]):
            continue
        if _GROUP.match(found[0]):
            return Clause(text, "group", _company(stage, found[0]))
        return _told_of(stage, text, found[0], last)
    return Clause(text, "thing" if _THING.match(bare) else "carried", list(last))


def _told_of(stage: Stage, text: str, who: str, last: list[str]) -> Clause:
    subjects = stage.named(who)
    for word in re.findall(r"\b(?:he|she|I|you)\b", who, re.IGNORECASE):
        meant = stage.meant(word, last)
        subjects += [meant] if meant else []
    stage.mention(subjects)
    return Clause(text, "persons", subjects)


def _company(stage: Stage, words: str) -> list[str]:
    """`The two of them` when three are there means the two spoken of last."""
    count = {"two": 2, "pair": 2, "both": 2, "three": 3, "four": 4}
    number = next((count[word] for word in words.casefold().split() if word in count), 0)
    recent = list(dict.fromkeys(reversed(stage.recent)))
    is_we = words.casefold() == "we" and stage.teller in recent
    pair = [one for one in recent if one in stage.present]
    if is_we and 1 < len(pair) < len(stage.present):
        return pair
    if 0 < number < len(stage.present) and len(recent) >= number:
        return recent[:number]
    return stage.present
