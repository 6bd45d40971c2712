"""Places as phrases: found in narration, compared, and found again among those of the chat."""

import re
from collections.abc import Sequence
from itertools import pairwise, starmap
from typing import Final

from bridge.summarizer.location import place_of
from bridge.summarizer.people import SIGN
from bridge.summarizer.words import listed, one_of, read

_WORDS: Final = read("continuity")
_LISTED: Final = read("places")
_NOUNS: Final = one_of(
    sorted({*_LISTED["inside"], *_LISTED["outside"], *_WORDS["places"]} | {
        f"{noun}s" for noun in ("hill", "wood", "street", "garden", "field", "dock", "stable")
    })
)  # fmt: skip
_NO_WORD: Final = r"(?!(?:and|is|was|of|in|on|at|to|from|the|with|into|up|down|out|where)\b)"
_NAME: Final = r"(?-i:[A-ZÀ-Þ][\w’'-]*(?:\s[A-ZÀ-Þ][\w’'-]*)*)"
_OF: Final = (
    rf"(?:\s(?:of|at|on|aboard)\s(?:the\s)?(?:{_NAME}|(?:[\w’'-]+\s)?(?:{_NOUNS})\b)"
    rf"|\s(?:of|in|behind|above|below|under|outside|over|by|beside|on)\sthe\s(?:{_NO_WORD}[\w’'-]+\s){{0,2}}?"
    rf"(?:{_NOUNS})\b)?"
)
_PART: Final = r"\s(?:door|window|wall|floor|table|clock)s?\b"


def _head(group: str) -> str:
    noun = rf"(?:{_NOUNS})|[a-z]+(?:room|house|yard|shop|works|hall)"
    return rf"(?P<{group}>{noun})(?!\s(?:{_NOUNS})\b)(?!['’]s|-|{_PART})\b"


_ADJECTIVES: Final = rf"(?:{_NO_WORD}[\w’'-]+\s)"
_PLACE: Final = re.compile(
    r"\b(?:the|an?|his|her|their|my|your|our|this|that)\s"
    rf"(?P<phrase>{_ADJECTIVES}{{0,3}}?{_head('noun')}{_OF})"
    rf"|{SIGN}['’]s?\s(?P<own>{_ADJECTIVES}{{0,2}}?{_head('noun2')}{_OF})",
    re.IGNORECASE,
)
_TABLE: Final = re.compile(
    rf"\b(?:the|an?)\s(?P<phrase>(?:[\w’'-]+\s){{0,2}}?(?:{_NOUNS})){_PART}", re.IGNORECASE
)
_NEXT: Final = re.compile(r"(?:['’]s)? ([\w’'-]+)")
_HEADS: Final = frozenset(
    [
        *(head for heads in read("people")["heads"].values() for head in heads),
        *(word for name in ("things", "garments") for word in listed(name)),
        *("peg", "pegs", "pole", "flap", "screen", "sign", "lights", "key", "keys", "bell"),
    ]
) - {"tower", "well", "stage", "bar", "boat", "ship", "wagon", "carriage", "tent", "train", "tram"}
"""What makes another thing of the place before it."""
_IS: Final = re.compile(r"\b([Tt]he [a-z]+)['’]s (?=\w+ (?:and|behind|below|around|under)\b)")
_OPENING: Final = re.compile(r"[^.!?:;]{3,80}[.:]")
_VERB: Final = re.compile(
    r"\bthere\b|['’]s (?:a|an|the|no|not|all)\b|\b(?:is|are|was|were|has|had|have|he|she|they|I"
    r"|you|we|it"
    r"|(?!(?:morning|evening|clearing|landing|crossing|building|wedding|railing|red|shed|bed)\b)\w+(?:ed|ing))\b"
    rf"|(?:{SIGN}(?:['’]s \w+)?|\b(?:the|a|an) \w+) (?!steps\b|stairs\b)[a-z]+s\b", re.IGNORECASE,
)  # fmt: skip
_AT_HOURS: Final = re.compile(
    r"(?:,? (?:at|in|on|by|after|before|towards?) (?:low |high |the )?(?:noon|midday|night|dawn"
    r"|dusk|midnight|sunrise"
    r"|sunset|evening|morning|afternoon|\w+ o['’]clock|closing time|tide))+$", re.IGNORECASE,
)  # fmt: skip
_WITHIN: Final = re.compile(r".*?\b(?:in|at|on|inside|aboard) (?:the|an?) ")
_LONGEST: Final = 9
"""Words of a piece."""
_NO_WHOLE: Final = re.compile(
    rf"{SIGN}|\b(?:Day|Eve|Night|Morning|Evening|Week|Year|Winter|Summer|Spring|Autumn)\b"
    r"|day\b|\d"
)
"""Persons and dates have no rooms."""
_ARTICLE: Final = re.compile(
    r"^(?:[Bb]ack )?(?:(?:[Ii]n|[Aa]t|[Oo]n|[Aa]board) )?(?:[Tt]he|[Aa]n?) "
)
_CAPITAL: Final = re.compile(r"\b[A-ZÀ-Þ]\w")
_NUMBERED: Final = re.compile(
    r"^(?:(?:Session|Chapter|Episode|Part|Act|Scene|Book|Turn|Round|Day|Night|Week|Entry)"
    r" (?:\d+|[IVX]+|[a-z]+)\b[.,:—–-]*\s*)+"
)
"""`Chapter 3.` stands over a place and is none."""
_TITLE: Final = re.compile(r"[A-Z][\w’'-]+ (?:\d+|[A-Z]|one|two|three|four|five|six)")
"""`Bay 12`."""
_NOUN: Final = re.compile(
    rf"\b(?:{_NOUNS}|[a-z]+(?:room|house|yard|shop|works|hall))\b", re.IGNORECASE
)
_FAR: Final = re.compile(
    r"\b(?:from|toward|towards|across|past|beyond|over|above|against|like|of|off|about|between|for|to|on)\s$",
    re.I,
)
_NAMED: Final = re.compile(
    r"(?:The\s)?(?P<phrase>[A-Z][\w’'-]*(?:\s[A-Z][\w’'-]*)*)\s(?:is|was)\s"
    r"(?:nearly |half |still |so )?(?:packed|crowded|full|empty|quiet|dark|closed|warm|cold|loud"
    r"|busy|deserted|open)\b"
)
"""`The Anchor is packed`."""
_UNLISTED: Final = re.compile(
    r"(?:The|An?)\s(?P<phrase>[\w’' -]{3,40}?)(?=[,.;]|\s(?:at|by|is|was|hums|smells)\b)"
)
_HEADING: Final = re.compile(
    rf"(?:[\w’' ]{{0,24}}?\b(?:{one_of(_WORDS['headings'])})\b[,.:]?\s)?"
    r"(?:back\s)?(?:(?:in|at|on|inside|aboard)\s)?"
    rf"(?:the|an?|{SIGN}['’]s?)\s(?P<place>{_ADJECTIVES}{{0,3}}?{_head('noun')}{_OF})"
    rf"(?=[,.:—–]|\s(?:{SIGN}|he|she|they|we|I)\s|\s(?:at|by|in the) \w+"
    rf"|\s(?:{one_of(_WORDS['topics'])})\s"
    rf"(?!(?:{one_of(_WORDS['no_topics'])}|\w+ing)\b))",
    re.IGNORECASE,
)
_PLACED: Final = re.compile(r"\s(?:over|above|of|in|by|behind|below|under|beside|at|aboard)\s")
_LITTLE: Final = frozenset(
    ("the", "a", "an", "of", "in", "on", "at", "to", "and", "by", "with", "his", "her", "their",
     "old")
)  # fmt: skip


def first_place(story: str) -> str:
    """Where a story opens: the first place that is not far off; else empty."""
    return _in_town(_first(story), story)


def _first(story: str) -> str:
    story = _IS.sub(r"\1 is ", story)
    if opening := _opening(story):
        return opening
    if named := _NAMED.match(story):
        return named["phrase"]
    told = place_of(story)
    if told.kind == "explicit" and told.text:
        return re.sub(r"^(?:the|an?) ", "", told.text)
    found = places_in(story)
    near = [one for one in found if not _FAR.search(story[: one.start()])]
    table = _TABLE.search(story)
    if table and all(table.start() < one.start() for one in near):
        return table["phrase"].lower()
    for one in near or found:
        return phrase(one)
    unlisted = _UNLISTED.match(story)
    is_thing = unlisted is not None and not _VERB.search(unlisted["phrase"])
    return unlisted["phrase"] if unlisted and is_thing else ""


def _in_town(place: str, story: str) -> str:
    """`The dome is the last warm place in Kessel`: with the name of what it lies in."""
    around = (
        rf"\b{re.escape(place)}\b[^.!?,;]{{0,40}}? (?P<how>in|at|of) (?P<name>{_NAME})(?=[.,;])"
    )
    found = None if _CAPITAL.search(place) else re.search(around, story)
    return f"{place} {found['how']} {found['name']}" if found else place


def heading(story: str, known: Sequence[str]) -> str:
    """A place that stands over a message (`Later, at the docks. …`), where it is another one."""
    found = _HEADING.match(story)
    if not known:
        return ""
    place = re.sub(SIGN, "", found["place"]).strip() if found else _opening(story)
    if not place:
        return ""
    there = again(place, place.split()[-1].casefold(), known)
    return "" if words(there) & words(_PLACED.split(known[-1])[0]) else there


def places_in(text: str) -> list[re.Match[str]]:
    """All places that a text names, in order; `a cinema usher` is none."""
    return [one for one in _PLACE.finditer(text) if not _is_compound(text, one.end())]


def _is_compound(text: str, end: int) -> bool:
    following = _NEXT.match(text, end)
    return following is not None and re.sub("['’]s?$", "", following[1].casefold()) in _HEADS


def _opening(story: str) -> str:
    """The place among the pieces of a verbless opening: `Monday, eight o'clock, the laundry.`"""
    pieces = _OPENING.match(_NUMBERED.sub("", story))
    if not pieces or _VERB.search(pieces[0]):
        return ""
    split = [one.strip() for one in re.split(r"[,:—–]\s*|\.\s*", pieces[0]) if one.strip()]
    if room := next(filter(None, starmap(_room_of, pairwise(split))), ""):
        return room
    return next(filter(None, map(_piece, split)), "")


def _room_of(one: str, other: str) -> str:
    """`The Bell Inn, common room`, `base tent, Third Camp`: a part, and the whole by name."""
    for part, whole in ((other, one), (one, other)):
        room, name = _ARTICLE.sub("", part), _ARTICLE.sub("", whole)
        is_part = _NOUN.search(room) and not _CAPITAL.search(room[1:])
        is_name = _CAPITAL.search(name[1:]) and not _NO_WHOLE.search(name)
        if is_part and is_name and len(f"{room} {name}".split()) <= _LONGEST:
            has_article = whole.lower().startswith("the ") or _NOUN.search(name)
            return f"{room.lower()} of {'the ' if has_article else ''}{name}"
    return ""


def _piece(piece: str) -> str:
    if len(piece.split()) <= _LONGEST:
        text = re.sub(
            rf"^(?:[Bb]ack )?(?:(?:[Ii]n|[Aa]t|[Oo]n|[Ii]nside|[Aa]board) )?(?:[Tt]he|[Aa]n?) "
            rf"|{SIGN}(?:['’]s)? ?",
            "",
            piece,
        )
        text = re.sub(r"\s(?:to|from|bound for) [A-Z].*", "", _AT_HOURS.sub("", text))
        if (inner := _WITHIN.match(text)) and not _NOUN.search(inner[0]):
            text = text[inner.end() :]
        is_place = _NOUN.search(text) and not _is_compound(piece, len(piece))
        if _TITLE.fullmatch(piece) or is_place:
            return re.sub(r"\sitself$", "", text.strip())
    return ""


def phrase(found: re.Match[str]) -> str:
    """Without article and owner."""
    text = found["phrase"] or found["own"]
    return re.sub(SIGN, "", text).strip()


def noun_of(found: re.Match[str]) -> str:
    """The head of a place."""
    return str(found["noun"] or found["noun2"]).casefold()


def words(text: str) -> set[str]:
    """The words of a place that tell it from others."""
    return set(re.findall(r"[\w’'-]+", text.casefold())) - _LITTLE


def again(place: str, noun: str, known: Sequence[str]) -> str:
    """The place of the chat that is meant by `place`, latest first; `place` itself when none is."""
    mine = words(place)
    for other in reversed(known):
        theirs = words(other)
        is_part = mine <= theirs and not mine & words(_PLACED.split(other)[0])
        if (mine <= theirs and not is_part) or (theirs <= mine and noun in theirs):
            return other if mine <= theirs else place
    return place
