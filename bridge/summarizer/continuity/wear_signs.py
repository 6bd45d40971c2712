"""By which words a text tells that clothes are worn, put on, taken off or given away."""

import re
from typing import Final

from bridge.summarizer.people import SIGN
from bridge.summarizer.words import one_of, read

WORDS: Final = read("continuity")
SLOTS: Final[dict[str, str]] = {
    noun: slot for slot, nouns in read("garments").items() for noun in nouns
}
NOUN: Final = one_of(list(SLOTS))


def verbs(*names: str) -> str:
    """Lists of `continuity.json` as the inside of a regular expression."""
    return one_of([verb for name in names for verb in WORDS[name]])


NO_ADJECTIVE: Final = one_of(
    sorted({
        *read("english")["prepositions"], *read("english")["pronouns"], "and", "or", "of", "is",
        "was", "are", "were", "has", "have", "had", "on", "off", "out", "back", "with", "the", "a",
        "an", "no", "his", "her", "my", "your", "their", "its", "one", "two", "both", "away",
        "open",
        *WORDS["wear_verbs"], *WORDS["undo_verbs"], *WORDS["off_verbs"], *WORDS["on_verbs"],
        *WORDS["held_verbs"], *WORDS["hand_verbs"], *WORDS["place_on_verbs"],
    })
)  # fmt: skip
THING: Final = re.compile(
    rf"(?<![\w{SIGN[1:-1]}-])(?:(?P<pronoun>it|them)(?![\w’'])"
    rf"|(?:(?P<det>{SIGN}['’]s?|his|her|my|your|their|the|an?|one|two|both|another)\s)?"
    rf"(?P<phrase>(?P<adjectives>(?:(?!(?:{NO_ADJECTIVE})\b)[\w'’-]+\s){{0,4}}?)"
    rf"(?<![\w])(?P<noun>(?!tie (?:the|my|his|her|its|your|a|an|on|it|up)\b)(?:{NOUN})))"
    rf"(?![\w-]|['’]s(?! (?:\w+ing|soaked|wet|undone|open|torn|on|off)\b)|\s(?:{NOUN})\b))",
    re.IGNORECASE,
)
_ON_CLOTH: Final = r"(?:\w+ ){0,2}(?:embroider|cartoon|print|paint|stitch|appliqu)"
TAIL: Final = re.compile(
    r"^(?:\s(?:is|are|was|were))?(?:\s(?:already|still|now|all|too))?\s"
    rf"(?P<tail>(?:with\s(?!{SIGN}|him|her\b|them|great|an?\s(?!{_ON_CLOTH}))"
    r"|tied|buttoned|unbuttoned|done up|zipped|unzipped|belted|rolled|stained|soaked|torn|turned up"
    r"|black|white|grey|gray|green|red|blue|brown|pushed|pulled|thrown|slung)\b[^,.;]*)",
    re.IGNORECASE,
)
HUNG: Final = re.compile(
    r"(?:done up|unbuttoned|buttoned|unzipped|zipped|belted|open)\b(?!.*\b(?:it|them)\b).*"
)
TAIL_END: Final = re.compile(
    r"\s(?:over|and|under|beneath|as|by|which|while)\b.*"
    rf"|\s(?:with )?(?:an?|his|her|the) (?:[\w-]+ )?(?:{NOUN})\b.*"
)
LONGEST_TAIL: Final = 6
BODY: Final = r"(?:shoulders?|neck|head|back|waist|arms|knees|hips|lap|face|eyes|ears)"
TARGET: Final = (
    rf"(?:(?P<owner>{SIGN}['’]s?|his|her|your|my|their)\s(?:own\s)?{BODY}\b"
    rf"|(?P<target>{SIGN}|him|her|you|me|them)"
    r"(?=$|[,.;]|\s(?:and|over|again|like|so|with|too|before)\b))"
)
ONTO: Final = re.compile(
    rf"\s(?:back )?(?:up )?(?:round|around|over|on|onto|about|to)\s{TARGET}", re.IGNORECASE
)
TO: Final = re.compile(
    rf"\s(?:back\s)?(?:over )?to\s(?P<target>{SIGN}|him|her|you|me)\b", re.IGNORECASE
)
GIVEN: Final = re.compile(
    rf"\b(?:{verbs('hand_verbs')})\s(?P<target>{SIGN}|him|her|you|me)\s(?:back\s)?$", re.IGNORECASE
)
OFF_BEFORE: Final = re.compile(
    rf"\b(?:(?:{verbs('off_verbs')})\s(?:back\s)?off|off with|out of"
    rf"|(?:{verbs('undo_verbs')})(?:\soff)?|(?:{verbs('off_verbs')})\saway|(?:hangs?|hung) (?:up"
    rf"|away)|puts? away)\s$", re.IGNORECASE,
)  # fmt: skip
OFF_VERB: Final = re.compile(rf"\b(?:{verbs('off_verbs', 'put_down_verbs')})\s(?:both\s)?$", re.I)
OFF_AFTER: Final = re.compile(
    rf"^\s(?:(?:right )?off\b|over (?:his|her|my|your|{SIGN}['’]s?) head\b"
    rf"|(?:up )?from (?P<owner>{SIGN}['’]s|his|her|my|your) {BODY})", re.IGNORECASE,
)  # fmt: skip
DOWN_VERB: Final = re.compile(rf"\b(?:{verbs('put_down_verbs')})\s$", re.IGNORECASE)
DOWN_AFTER: Final = re.compile(
    r"^\s(?:on|onto|over|in|into|at|across|by|beside|aside|away|down)(?!\w)"
    rf"(?!\s(?:{SIGN}|him|her|his|you|your|me|my)\b)",
    re.IGNORECASE,
)
LIES: Final = re.compile(
    r"^\s(?:hangs?|hung|lies|lay|(?:is|are) (?:in|on) the|falls?|fell|drops?|comes? off"
    r"|(?:is|are) off|is gone)\b"
    r"|^\s(?:from|on|off) the (?:hook|peg|chair|rack|rail|line|nail|floor|shelf|bed)\b",
    re.IGNORECASE,
)
THROWN: Final = re.compile(
    rf"^\s(?:(?:is|are) )?(?:thrown|flung|tossed|folded|discarded|left|hung|heaped|piled|kicked"
    rf"|draped|drying)"
    rf"\s(?:on|over|in|aside|at|by|across|behind|under|down|off|from)\b(?!\s(?:his|her|my|your|one"
    rf"|both|the) (?:\w+ )?{BODY})",
    re.IGNORECASE,
)
"""`the shirt thrown on a rock`, but not over somebody's arm."""
ON_BEFORE: Final = re.compile(
    rf"\b(?:(?:{verbs('on_verbs')})\s(?:back\s)?on|(?:{verbs('wear_verbs')})|on with"
    r"|(?:chang\w+|slip\w*|shrug\w*|get\w*|got|climb\w*|wriggl\w+|step\w*|struggl\w+|squirm\w*"
    r"|back|is|are|was) into|stripped (?:down )?to|down to)\s$",
    re.IGNORECASE,
)
IN: Final = re.compile(r"(?:^|\b(?:\w+\s)?)in\s$", re.IGNORECASE)
ON_AFTER: Final = re.compile(
    r"^(?:\s(?:back|still|all))?\s(?:on(?!\s(?:the|a|his|her|my)\b)\b|in place|back in place"
    r"|shut|closed|tight)",
    re.IGNORECASE,
)
HAS: Final = re.compile(rf"\b(?:{verbs('on_verbs')}|with)\s(?:both\s)?$", re.IGNORECASE)
HELD: Final = re.compile(
    rf"\b(?:{verbs('held_verbs')})\b[^,]*$|\b(?:for|without|hook for|like)\s$", re.IGNORECASE
)
REVEALS: Final = re.compile(
    r"\b(?:under|beneath|underneath) (?:it|them|that|the \w+|all that)[, ]*"
    r"(?:(?:is|are|was|were|there is)"
    r"|(?:s?he|I) (?:is|was) in)\s(?:only\s|nothing but\s)?$",
    re.IGNORECASE,
)
FINITE: Final = re.compile(
    r"\b(?:is|are|was|were|hangs?|hung|lies|lay|stands?|stood|falls?|waits?)\b"
)
SAID_OF: Final = re.compile(
    rf"{SIGN}|\b(?:he|she|it|they|I|you|we|is|are|was|were|has|had)\b", re.I
)
LISTED: Final = re.compile(r"\s(?:with|over|under|and)\b|$")
"""What follows a garment in `Flannel shirt, cut-off jeans.`"""
UNDER_IT: Final = re.compile(r"^\s(?:under|beneath|underneath|below) (?:it|that|this|them)\b")
RESTS_ON: Final = re.compile(
    r"\b(?:sits?|sat|perch\w*|lands?|landed|rests?|curl\w*|sleeps?|steps?|stepped|trips?|tripped|stands?|stood)\b"
    r"[^,;]*\b(?:on|atop|onto|upon|inside|under|over)\s$",
    re.IGNORECASE,
)
"""`Ember sits on his helmet.`"""
TURNED: Final = re.compile(
    r"(?:hood|sleeves|cuffs|visor|veil|collar (?=up$)) ?(?:up|down|turned|back)\b", re.IGNORECASE
)
"""How it is worn, not that it is put on."""
BEDDING: Final = frozenset({"sleeping bag", "duvet", "quilt", "eiderdown"})
"""Worn only by who is in it."""
AND_ALL: Final = re.compile(r"^\sand all\b")
AROUND: Final = re.compile(
    r"\b(?:ties?|tied|knots?|knotted) (?:the |its |his |her |their |my )?(?:sleeves|arms|it|them) "
    rf"(?:round|around|about) (?:the|his|her|my|{SIGN}['’]s) "
    r"(?P<what>waist|hips|neck|shoulders)\b",
    re.IGNORECASE,
)
ZIP: Final = re.compile(
    r"\b(?P<how>zips?|zipped|buttons?|buttoned|unzips?|unbuttons?)\s(?:up\s)?$", re.IGNORECASE
)
OPENED: Final = {"zip": "zipped up", "but": "buttoned", "unz": "unzipped", "unb": "unbuttoned"}
ROLLED: Final = re.compile(
    r"\brolls?(?:ed)? (?:up )?(?:the |her |his |my )?(?:sleeves|cuffs)(?: up)?(?: of)?\b"
    r"|\bsleeves rolled\b",
    re.IGNORECASE,
)
REPLACES: Final = {
    "full": frozenset({"full", "top", "layer", "bottom"}),
    "top": frozenset({"top", "full"}),
    "layer": frozenset({"layer", "full"}),
    "bottom": frozenset({"bottom", "full"}),
    **{slot: frozenset({slot}) for slot in ("outer", "over", "feet", "head")},
}
"""What goes when something else of a slot is put on."""
PEELED: Final = re.compile(
    r"\b(?:peel|push|pull|roll)(?:s|ed)\s.*?\b(?:down )?to (?:the|his|her|my) "
    r"(?P<what>hips?|waist)\b"
)
HANDS: Final = re.compile(rf"\b(?:{verbs('hand_verbs')})\s$", re.IGNORECASE)
PLACES_ON: Final = re.compile(
    rf"\b(?:{verbs('place_on_verbs')})\s(?:the\s|back\s)?$", re.IGNORECASE
)
PUTS_ON: Final = re.compile(rf"\b(?:{verbs('on_verbs')})\son\s$", re.IGNORECASE)
CHANGES: Final = re.compile(
    r"\b(?:chang\w+ into|(?:until|till) (?:s?he|I) (?:is|am|was) in|stripped (?:down )?to"
    r"|down to)\s$",
    re.IGNORECASE,
)
JOINED: Final = re.compile(r"\b(?:over|under|and|with|beneath|of)\s(?:only\s)?$")
OVER: Final = re.compile(r"\bover\s$")
