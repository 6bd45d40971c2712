"""By which words a text tells that somebody comes, goes, follows, leads, or is not really there."""

import re
from typing import Final

from bridge.summarizer.people import SIGN
from bridge.summarizer.words import alternatives, listed, one_of, read

_WORDS: Final = read("continuity")
_WAYS: Final = (
    r"(?:to|into|in|on|up|down|out|back|through|across|along|by|over|inside|outside|away|off|home|with"
    r"|and|from|past|round|around|aboard|onto|towards?|there|all|both|under|behind|ashore|upstairs"
    r"|downstairs|as|at|for|again|\w+ly)\b"
)
"""`leads her out`, not `takes her coat`."""


def _any(*names: str) -> str:
    return rf"(?<![\w-])(?:{one_of([word for name in names for word in _WORDS[name]])})(?![\w-])"


_NO_NOUN: Final = r"(?<!\bthe )(?<!\ba )(?<!\bher )(?<!\bhis )(?<!\bmy )"
"""`the walk` and `her head` are no deeds."""
APART: Final = re.compile(_any("apart"), re.IGNORECASE)
UNREAL: Final = re.compile(
    r"\b(?:would|could|might|should|will|shall|may|must|if|can|cannot|wants? to|ought|asks? to"
    r"|about to|going to|promis\w+|plans?|never|nobody|no one|neither|not)\b"
    r"|n['’]t\b|['’]ll\b|['’]d\b",
    re.IGNORECASE,
)
ELSEWHERE: Final = re.compile(
    r"\b(?:had (?!on\b|his\b|her\b|a\b|the\b)(?:\w+ed|been|gone|come|left|taken|said)"
    r"|is away|is not|isn['’]t|was not|wasn['’]t|has (?:gone|left)|are away"
    r"|is (?:still )?(?:upstairs|downstairs|abroad|nowhere|out)\b)",
    re.IGNORECASE,
)
MOTION: Final = re.compile(
    rf"{_NO_NOUN}(?<!\bback )(?<!\bfront )(?<!\btop )(?<!\bbottom ){_any('motions')}", re.IGNORECASE
)
LEAD: Final = re.compile(
    rf"{_any('leads')}\s(?P<whom>(?:{SIGN}|him|her(?!\s(?!{_WAYS})\w)|them|you|me|us)"
    r"(?: both| all)?"
    rf"(?! (?:{one_of(_WORDS['furniture'])})))\b",
    re.IGNORECASE,
)
TO: Final = re.compile(
    r"\b(?:into|onto|to|inside|through|across|down|up|aboard|as far as|in|on|at|out)\s"
    r"(?:to |into |onto |in |at |on )?$",
    re.IGNORECASE,
)
ARRIVES: Final = re.compile(r"\b(?:enters?|entered|reach(?:es|ed)?|cross(?:es|ed)?|into)\s$", re.I)
TO_ANY: Final = re.compile(
    r"\b(?:(?:out|down|up|over|back|across|as far)\s)?(?:to|into|onto|as|on to)\s(?P<what>"
    r"(?:the|an?)\s(?:[\w’'-]+\s){0,2}?(?P<noun>[\w’'-]+)"
    r"|(?-i:[A-Z][\w’'-]*(?:\s[A-Z][\w’'-]*)*))"
    r"(?=$|\s(?:to|with|for|under|behind|together|again|at|in)\b)",
    re.IGNORECASE,
)
COMES_OVER: Final = re.compile(r"(?:then )?(?:come|comes|came)(?: back| over| out| up)?$", re.I)
EMPTY: Final = re.compile(
    rf"(?P<who>{SIGN})['’]s (?:chair|bed|bunk|seat|stool|place|cot|hammock|berth) (?:is|was"
    rf"|stands) empty\b"
)
MEANWHILE: Final = re.compile(r"as (?:s?he|they|I|we)\b", re.IGNORECASE)
"""`He sheds clothes as he goes.`"""
ERRAND: Final = re.compile(
    r"\b(?:goes|went|heads|headed|hurries|runs) (?:off )?to (?:check|fetch|find|get|bring|feed"
    r"|wake|look for|see (?:to|about)|buy)\b",
    re.IGNORECASE,
)
ALL: Final = re.compile(r"$|\s(?:is|are|was|were)\b")
INNER: Final = re.compile(
    r"(?:the |an? )?(?:bottom|back|middle|far end|end|belly|bow|stern|front|shelter|shade|mouth"
    r"|heart|lee|shadow) of $",
    re.IGNORECASE,
)
"""`into the bottom of a skiff`."""
OFF: Final = re.compile(
    r"\b(?!(?:looks?|looked|turns?|turned|puts?|takes?|took|throws?|threw|wipes?|wiped|gives?|gave|dries|dried"
    r"|nods?|nodded|dozes?|dozed|laughs?|laughed|shows?|backs?|pulls?|pulled|shies|brushes|brushed|cuts?|breaks?"
    r"|broke|tears?|tore|falls?|fell|drops?|dropped|slips? off|blows?|blew|washes|washed|shakes?"
    r"|shook|pushes"
    r"|pushed|waves?|waved|is|was|glances?|glanced|chips?|chipped|kicks?|kicked|scrapes?|scraped|bites?|bit|sets?"
    r"|goes off|wanders? off into|keeps?|kept|stays?|stayed|tucks?|tucked|packs?|packed|files?"
    r"|hangs?|bottles?) )"
    r"[a-z]+(?:s|ed|ew|an|ode) (?:away|off)(?=$| to [a-z]+$| (?:into|down|up|across|toward|towards"
    r"|through) )",
    re.IGNORECASE,
)
"""`clanks away to charge`."""
FRAGMENT: Final = re.compile(
    r"^(?:then |and )?(?:out|up|down|back|through|along|over|off|away|across|past|into)\b(?! of\b)"
    r"(?: (?:through|up|down|along|over|across|into|onto|to|past|the|a|an|off|again|out|in|and)\b"
    r"|,|$)",
    re.IGNORECASE,
)
"""`Out through the end door onto the platform.`"""
MOUNT: Final = re.compile(
    r"\b(?:first|last) (?:over|up|down|through|out|into)\b|\b(?:leads?|led|rides?|rode|drives?"
    r"|drove|pushes|push|pulls?|wheels?) (?:the|an?|my|his|her"
    r"|their|our)"
    r" (?:[\w-]+ )?(?:mare|horse|mule|donkey|pony|dog|camel|ox|goat|bike|bicycle|cart|handcart"
    r"|barrow|sledge)\b",
    re.IGNORECASE,
)
THERE: Final = re.compile(
    r"\b(?:are|were|is|['’]re|sit|stand|lie|crouch|huddle|wait|walk)\s(?:\w+\s){0,3}?"
    r"(?P<what>(?P<how>among|amid|under|beneath|beside|behind|by|in|inside|at|on|aboard)\s(?:the|an?)\s"
    r"(?P<noun>(?:[\w’'-]+\s){0,2}?[\w’'-]+)(?P<name>\s(?:at|of|in|on)\s(?:the\s)?(?-i:[A-Z][\w’'-]*(?:\s[A-Z][\w’'-]*)*))?)"
    r"(?=$|,)",
    re.IGNORECASE,
)
"""`They're under the arches at Coal Wharf.`"""
STAYS: Final = re.compile(_any("stays"), re.IGNORECASE)
WITHIN: Final = re.compile(r"(?:in|on) (?:it|them)\b|it shows\b", re.IGNORECASE)
THROUGH: Final = frozenset(_WORDS["through"])
NO_GOALS: Final = frozenset((*_WORDS["furniture"], *listed("things"), *listed("animals")))
LEAVES: Final = re.compile(
    rf"(?<!ing ){_any('leave_phrases')}" + r"(?!\slike\b)(?!\sof\b(?!\s(?:the|this)\s"
    r"(?:room|house|hall|building|shop|kitchen|tent|door|office|bar|inn)))",
    re.IGNORECASE,
)
RETURNS: Final = re.compile(_any("return_phrases"), re.IGNORECASE)
FOLLOWS: Final = re.compile(_any("follow_phrases"), re.IGNORECASE)
SHUT_BEHIND: Final = re.compile(
    r"\bdoor\b.*\b(?:shuts?|closes?|closed|slams?|slammed|bangs?|clicks? shut|swings? (?:shut|to)"
    rf"|falls? shut)\b.*\bbehind (?P<who>{SIGN}|her|him|them)",
    re.IGNORECASE,
)
GONE_BACK: Final = re.compile(
    rf"\b(?:has|have|had)\sgone\b|{_NO_NOUN}\b(?:heads?|headed|goes|went|sets?) (?:out|off|back)\b",
    re.IGNORECASE,
)
LEFT_WITH: Final = re.compile(
    rf"\bleav(?:ing|es?)\s(?P<who>{SIGN})(?:\s(?:with|behind|to|alone|in|at)\b|$)", re.I
)
OUTSIDE: Final = re.compile(
    r"\b(?:outside|outdoors|into the (?:rain|snow|night|open|dark))\b", re.I
)
FOUND: Final = re.compile(
    r"\b(?:found|finds|find|saw|sees|sat) (?:them(?:selves)?|us|ourselves)\b", re.I
)


FOLLOWING: Final = re.compile(
    rf"\bfollow(?:s|ed|ing)?\s(?P<whom>{SIGN}|(?:him|her|them|you|me)\b)", re.IGNORECASE
)
BEING_AT: Final = re.compile(r"\b(?:in|at|inside|aboard|on)\s$", re.IGNORECASE)
AT_ANOTHER: Final = re.compile(
    rf"\b(?:in|at|aboard)\s$|{_any('stays')}\s(?:\w+ly\s)?on\s$", re.IGNORECASE
)
SEES: Final = re.compile(
    rf"\b(?:{alternatives('view_verbs')}|{alternatives('mind')})\b", re.IGNORECASE
)
PARTS: Final = frozenset(read("places")["parts"])
"""Of a place rather than another one."""
ALONE: Final = re.compile(r"\balone\b", re.IGNORECASE)
INTO_IT: Final = re.compile(
    r"\b(?:goes|went|climbs|climbed|heads|headed|steps|stepped)"
    r" (?:down|up|out|off|in) (?:in)?to it\b",
    re.I,
)
"""`There is a cellar`, and she goes down into it."""
COMES_BY: Final = re.compile(
    r"\b(?:comes?|came|runs?|ran|hurries|hurried)\b(?: \w+)?"
    r" (?:across|along|through|over|up|down|round|around)"
    r" (?:the|an?) (?!.*\b(?:to|into|onto)\b)", re.IGNORECASE,
)  # fmt: skip
"""`I come across the bridge`: to where the others are."""
TOGETHER: Final = re.compile(r"\b(?:they|we|both of (?:them|us)|the two of (?:them|us))\b", re.I)
NOT_THEM: Final = re.compile(
    rf"\b(?:it|that)(?: (?:is|was) not| (?:is|was)n['’]t|['’]s not) (?P<who>{SIGN})", re.IGNORECASE
)
"""`It isn't Art, it's Hannah.`"""
COMPANION: Final = re.compile(rf"\b(?:with|beside|next to|opposite) (?P<who>{SIGN})(?!['’])")
OF_THEM: Final = re.compile(
    rf"{SIGN}['’]s (?:hologram|voice|image|picture|portrait|likeness|ghost|recording|face on)\b"
)
"""What is told next of `her` is told of that."""
AT: Final = re.compile(r"\b(?:at|in|on|by|outside|beside|into) $")
THERE_IS: Final = re.compile(
    r"^(?:and |then )*there(?:['’]s| is| was| are) (?=the )", re.IGNORECASE
)
STOPS: Final = re.compile(
    r"^(?:then |and )?(?:it|the (?:\w+ )?(?:lift|elevator|train|tram|bus|car|cab|taxi|coach"
    r"|carriage|cart|wagon|truck|van|boat|ferry|ship|launch|shuttle|plane|sledge))"
    r" (?:stops|stopped|halts|halted|pulls up|pulled up|docks|docked|lands|landed|arrives"
    r"|arrived|moors|puts in|opens|lets them out)\b",
    re.I,
)
"""`It stops at the laundry`: those in it are there."""
GOES: Final = re.compile(
    rf"(?:^|(?:{SIGN}|\b(?:he|she|they|I|we))\s)(?:\w+ly\s)?(?:goes|went|leaves|left)$",
    re.IGNORECASE,
)
SENT: Final = re.compile(
    r"\b(?:sends?|sent|shoos?|shooed|chases?|chased|waves?|waved|throws?|threw|orders?|ordered)\s"
    rf"(?P<who>{SIGN}|him|her|them)\s(?:away|out|off|home|packing|to bed|from the room)\b",
    re.IGNORECASE,
)
