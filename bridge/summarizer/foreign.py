"""Texts in other languages: their own sentences pass as they are, without names and speech."""

import re
from collections.abc import Sequence
from typing import Final

from bridge.scene import Place, Scene, Subject
from bridge.summarizer.guard import label, rating_of
from bridge.summarizer.people import SIGN, Cast, Known, mark_known
from bridge.summarizer.setting import Pov, time_of
from bridge.summarizer.tidy import Tidied
from bridge.summarizer.words import one_of, read

_WORDS: Final = read("foreign")
_STOPS: Final = {
    language: re.compile(rf"(?<!\w)(?:{one_of(words)})(?!\w)", re.IGNORECASE)
    for language, words in _WORDS["stopwords"].items()
}
_ABOUT: Final[dict[str, dict[str, dict[str, str]]]] = read("foreign_places")
_SCRIPTS: Final = {
    "ja": re.compile("[\u3040-\u30ff]"), "ko": re.compile("[\uac00-\ud7af]"),
    "zh": re.compile("[\u4e00-\u9fff]"), "ru": re.compile("[\u0400-\u04ff]"),
    "other": re.compile("[\u0370-\u03ff\u0530-\u1fff]"),
}  # fmt: skip
_COMPOUNDED: Final = 4
"""Letters from which a German noun is known inside a compound."""
_LEADING: Final = re.compile(r"^(?:[はがもの]|은|는|이|가)?[、,\s]*")


def language_of(text: str) -> str:
    """`en`, another code, or `other`; by script, then by the most frequent little words."""
    letters = sum(ch.isalpha() for ch in text) or 1
    for language, script in _SCRIPTS.items():
        if len(script.findall(text)) > letters * 0.2:
            return language
    scores = {language: len(pattern.findall(text)) for language, pattern in _STOPS.items()}
    best = max(scores, key=lambda language: (scores[language], language == "en"))
    return best if scores[best] > 2 else "en"


def is_foreign(text: str) -> bool:
    """Whether the rules for English would only do harm."""
    return language_of(text) != "en"


def _has(text: str, words: Sequence[str]) -> bool:
    spaced = words and words[0] < "\u2e80"
    pattern = rf"(?<!\w)(?:{one_of(list(words))})(?!\w)" if spaced else one_of(list(words))
    return bool(words) and bool(re.search(pattern, text, re.IGNORECASE))


def _about(subject: str, moment: str, language: str) -> list[str]:
    """What of a subject (`places`, `weather`) a text names, in English, as it comes.

    Words may be stems (Russian) or ends of compounds (German).
    """
    low = moment.casefold()
    terms = _ABOUT[subject].get(language, {})
    found = ((_position(low, term, language), english) for term, english in terms.items())
    return [english for at, english in sorted(found) if at >= 0]


def _position(text: str, term: str, language: str) -> int:
    if language in ("ja", "zh", "ko"):
        return text.find(term)
    begins = "" if language == "de" and len(term) > _COMPOUNDED else r"(?<!\w)"
    ends = "" if language == "ru" else r"(?:n|en|es|s)?(?!\w)"
    match = re.search(f"{begins}{re.escape(term)}{ends}", text)
    return match.start() if match else -1


def _pov(moment: str, language: str) -> Pov:
    if _has(moment, _WORDS["first"].get(language, [])):
        return "first"
    return "second" if _has(moment, _WORDS["second"].get(language, [])) else "third"


def _place(moment: str, language: str) -> str:
    places = _about("places", moment, language)
    return f"{'an' if places[0][0] in 'aeiou' else 'a'} {places[0]}" if places else ""


def foreign_scene(tidied: Tidied, told: Sequence[str], people: Sequence[Known]) -> Scene:
    """Sentences with names replaced by `she`, `he` in their language; each known one a subject."""
    cast = Cast()
    marked = mark_known(told, people, cast)
    nouns = _WORDS["nouns"].get(language_of(" ".join(told)), _WORDS["nouns"]["en"])
    deeds: dict[str, list[str]] = {cast.sign(one): [] for one in cast.people}
    rest: list[str] = []
    for sentence in marked:
        owner = sentence[:1]
        target = deeds.get(owner, rest)
        bare = sentence if target is rest else _LEADING.sub("", sentence[1:])
        target.append(
            re.sub(SIGN, lambda found: nouns[cast.of(found[0]).gender], bare).strip(" .。")
        )
    subjects = tuple(
        Subject(one.name, one.kind, one.look, action=". ".join(deeds[cast.sign(one)]))
        for one in cast.people
    )
    moment = " ".join(told)
    language = language_of(moment)
    strangers = tuple(
        Subject(look=one) for one in _WORDS["people"].get(language, []) if _has(moment, [one])
    )
    return Scene(
        rating=label(rating_of(moment)),
        pov=_pov(moment, language),
        subjects=subjects + strangers,
        place=Place(kind="explicit" if told else "unstated", text=_place(moment, language)),
        time=time_of(moment, ""),
        weather=", ".join(dict.fromkeys(_about("weather", moment, language))),
        props=tuple(one for one in rest if len(one) > 4),
    )
