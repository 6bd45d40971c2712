"""Sentences of narration as phrases of a picture: split, cut to what can be seen, sorted."""

import re
from typing import Final, Literal

from bridge.summarizer.people import SIGN
from bridge.summarizer.words import alternatives, listed, read

Slot = Literal["outfit", "pose", "action", "expression", "gaze"]

_IRREGULAR: Final = read("english")["irregular"]
_NOUNS: Final = frozenset(
    word
    for name in (
        "garments",
        "things",
        "animals",
        "nature",
        "machines",
        "creatures",
        "colours",
        "materials",
    )
    for word in listed(name)
)
_FOLLOWS_A_VERB: Final = frozenset(
    [
        *listed("prepositions"),
        *listed("pronouns"),
        *listed("after_verbs"),
        *read("english")["numbers"],
    ]
)
_SPLIT: Final = re.compile(
    r"\s*;\s*|\s*[—–]\s*|,\s+(?:and |but |then |or )?(?:so that )?|:\s+"
    r"|\s(?:and|then)\s(?=(?:is|are|was|were|does|did|do)\s"
    r"|[a-z]+(?:s|ed)\s(?:the|an?|you|me|him|them|one|two|up|down|back|out|off|on|in|at|to|over"
    r"|into|it|her|his|its|my|your|straight|\w+ly)\b)"
)
_UNSEEN: Final = re.compile(
    rf"\b(?:{alternatives('mind')}|smell(?:s|ed|t)?|stinks?|reeks?|tastes?|hears?|heard|sounds?)\b",
    re.IGNORECASE,
)
_SOUNDING: Final = re.compile(
    r"\b(?:some(?:body|one|where|thing)|nobody|voices?|silence|echo)\b", re.IGNORECASE
)
_SOUND: Final = re.compile(rf"\b(?:{alternatives('sounds')})\b", re.IGNORECASE)
_NEGATED: Final = re.compile(
    r"\b(?:not|never|nobody|no one|cannot|none|neither|nothing)\b|n['’]t\b|^no\b", re.I
)
_LEAD: Final = re.compile(
    r"^(?:and|but|then|so|now|or|suddenly|already|still|only|somewhere|instead)\b,?\s*", re.I
)
_ASIDE: Final = re.compile(
    r"\b(?:because|so that|as if|as though|which|who|where she left|when she)\b.*$", re.I
)
_ALREADY: Final = re.compile(r"^(?:already|just|now|also)\s", re.IGNORECASE)
_PERFECT: Final = re.compile(
    r"\w+(?:ed|en|wn)|been|found|held|put|come|built|kept|left|set|lit|gone|slid|brought|caught"
    r"|laid|hung|cut|stood|lost|made|told|sent|spent|met|won|become|paid|sold|bought|torn|worn"
)
_NO_SIGHT: Final = re.compile(
    r"^(?:since|except|for once|because|although|though)\b|\blater$", re.I
)
_NOT_DONE: Final = re.compile(
    r"\s(?:that\s)?(?:she|he|they|I|you)\s(?:did|do|does|had|could|would)(?:\snot|n['’]t)\b.*$"
)
_LETTERED: Final = re.compile(r'\s*"[^"]*"')
_LOOSE_END: Final = re.compile(
    rf"(?:\s*\band {SIGN}|\s*\b(?:and|but|or|that|to|I|of|he|she|it|they|you))*\s*$"
)
_GARMENT: Final = re.compile(rf"\b(?:{alternatives('garments')})\b", re.IGNORECASE)
_FACE: Final = re.compile(rf"\b(?:{alternatives('faces')})\b", re.IGNORECASE)
_GAZE: Final = re.compile(r"^(?:looking|gazing|staring|watching|glancing|peering)\b", re.IGNORECASE)
_POSE: Final = frozenset(listed("poses"))
_DEEDS: Final = frozenset(listed("deeds"))
_MAY_BE_DEEDS: Final = frozenset(listed("deeds_or_things")) - {"backs", "heads", "faces"}
"""`locks` is one in `locks the door`."""
_OBJECTS: Final = frozenset([*listed("pronouns"), "the", "a", "an"])
_AND: Final = re.compile(r"\band (?P<deed>[a-z]+)(?=(?P<next> [^\s,]+)?)")
_VERB: Final = re.compile(r"(?<= )(?P<deed>[a-z]+)(?=(?P<next> [^\s,]+))")
_ABSOLUTE: Final = re.compile(
    r"^(?P<whose>(?:his|her|its|their) (?:(?!is|are|was|were|has|have|had)[\w'’-]+ ){1,4}?)"
    r"(?:(?P<being>is|are|was|were) (?:now |still |already )?|(?P<having>has|have|had) (?=an?\b))"
)


_INGS: Final = {"goes": "going", "ied": "ying", "ed": "ing", "ies": "ying"}


def phrases(sentence: str) -> list[tuple[str, str]]:
    """The pieces of a sentence in order, each whole and as far as it can be seen (or empty)."""
    return [
        (_LEAD.sub("", part), _seen(part))
        for one in _SPLIT.split(sentence)
        if (part := one.strip(" .,:;!?…"))
    ]


def _seen(part: str) -> str:
    part = _NOT_DONE.sub("", part)
    if _is_heard(part) or _NEGATED.search(part) or _NO_SIGHT.search(part):
        return ""
    part = _LETTERED.sub("", _LEAD.sub("", part))
    if unseen := _UNSEEN.search(part):
        part = _LOOSE_END.sub("", part[: unseen.start()])
        return part if len(part.split()) > 4 else ""
    return part.strip()


def _is_heard(part: str) -> bool:
    """`somewhere a bell tolls`; two looks, for one at both costs the square of a text's length."""
    sounding = _SOUNDING.search(part)
    return bool(sounding and _SOUND.search(part, sounding.end()))


def participle(phrase: str, *, certain: bool = False) -> str:
    """`stands at the lens` → `standing at the lens`; what does not begin with a verb stays."""
    first, _, rest = phrase.partition(" ")
    rest = _ALREADY.sub("", rest)
    word = first.casefold()
    next_word = rest.split(" ")[0].strip(",.'’")
    if word in _IRREGULAR and (rest or certain):
        is_perfect = word in ("has", "had", "have") and _PERFECT.fullmatch(next_word)
        return rest if is_perfect else f"{_IRREGULAR[word]} {_coordinated(rest)}".strip()
    if word.endswith("ed") and not certain:
        return phrase
    leads_on = next_word in _FOLLOWS_A_VERB or next_word.endswith("ly") or next_word[:1] >= SIGN[1]
    is_noun = word in _NOUNS and not word.endswith("ed") and not _is_deed(word, next_word, certain)
    if is_noun or len(word) < 4 or not (certain or not rest or leads_on or word in _DEEDS):
        return phrase
    deed = _third_person(word, next_word) if certain or next_word in _OBJECTS else word
    return f"{ing(deed)} {_coordinated(rest)}".strip()


def split_deed(rest: str) -> tuple[str, str]:
    """What describes somebody before they act, and what they do: `with one eye`, `polishes it`."""
    for found in _VERB.finditer(rest):
        if _is_deed(found["deed"], found["next"].strip(), False):
            return rest[: found.start()].strip(), rest[found.start() :]
    return rest, ""


def absolute(phrase: str) -> str:
    """`her coat is torn` → `her coat torn`, as it is said of somebody in passing."""
    return _ABSOLUTE.sub(lambda it: it["whose"] + ("with " if it["having"] else ""), phrase)


def _is_deed(word: str, next_word: str, certain: bool) -> bool:
    leads_on = next_word in _OBJECTS or next_word[:1] >= SIGN[1] or (certain and bool(next_word))
    return word in _DEEDS or (word in _MAY_BE_DEEDS and leads_on)


def _third_person(word: str, next_word: str) -> str:
    """`lean` → `leans`; what is no such verb stays."""
    forms = (f"{word}s", f"{word}es")
    leads_on = next_word in _FOLLOWS_A_VERB or next_word in _OBJECTS
    known = (one for one in forms if one in _DEEDS or (one in _MAY_BE_DEEDS and leads_on))
    return word if word.endswith("s") else next(known, word)


def _coordinated(rest: str) -> str:
    """`his shoulder and swings` after `dropping`: the second deed too."""

    def changed(found: re.Match[str]) -> str:
        word, following = found["deed"], (found["next"] or "").strip()
        deed = _third_person(word, following)
        leads_on = not following or following in _FOLLOWS_A_VERB
        may_be = deed in _MAY_BE_DEEDS and leads_on and word not in _NOUNS
        is_deed = may_be or _is_deed(deed, following, False) or bool(_IRREGULAR.get(word))
        return f"and {ing(deed)}" if is_deed else found[0]

    return _AND.sub(changed, rest)


def ing(word: str) -> str:
    """`climbs` or `climbed` → `climbing`; what is no such form stays."""
    if word in _IRREGULAR:
        return str(_IRREGULAR[word])
    for ending, new in _INGS.items():
        if word.endswith(ending):
            return word.removesuffix(ending) + new
    if not word.endswith("s") or word.endswith("ss"):
        return word
    stem = word[:-1]
    if stem in ("goe", "doe", "undergoe"):
        return f"{stem[:-1]}ing"
    if stem.endswith("e") and not stem.endswith(("ee", "ye", "oe")):
        stem = stem[:-1]
    elif re.fullmatch(r"(?:[^aeiou]|qu)*[aeiou][bdgklmnprt]", stem):
        stem += stem[-1]
    return f"{stem}ing"


def slot_of(phrase: str) -> Slot:
    """Which field of a subject a phrase belongs to."""
    first = phrase.split(" ", maxsplit=1)[0].casefold()
    is_deed = first.endswith("ing") and first not in _NOUNS
    if is_deed and first.removesuffix("ing") in _POSE | {"sitt", "kneel", "ly", "leann"}:
        return "pose"
    if _GAZE.match(phrase):
        return "gaze"
    if _GARMENT.search(phrase) and not is_deed:
        return "outfit"
    if _FACE.search(phrase) and len(phrase.split()) <= 6:
        return "expression"
    return "action"


def without_asides(phrase: str) -> str:
    """Reasons and comparisons cut off: `because …`, `as if …`."""
    return _ASIDE.sub("", phrase).strip(" ,;")
