"""What no setting allows: sexual content together with minors; and the rating of a text by rules.

The whole text counts, not the neighbourhood of a word: a refusal too many does less harm here
than one too few. Phrases that only look alike (`naked bulb`, `kind eyes`) are taken out first.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Final, Literal

from bridge.domain import Rating
from bridge.errors import Forbidden
from bridge.scene import Scene
from bridge.summarizer.terms import Glossary, Terms
from bridge.summarizer.words import one_of, read

_TERMS: Final = read("guard")
_FOLDED: Final[dict[str, list[str]]] = {
    name: [unicodedata.normalize("NFKC", term).casefold() for term in terms]
    for name, terms in _TERMS.items()
}
_GLOSSARY: Final = Glossary(_FOLDED)
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_LEET: Final = str.maketrans("013457@$", "oieastas")
_LABELS: Final[dict[Rating, Literal["general", "suggestive", "mature"]]] = {
    Rating.GENERAL: "general",
    Rating.SUGGESTIVE: "suggestive",
    Rating.MATURE: "mature",
}
_REFUSAL: Final = "Sexual content that involves or suggests minors is never made."


def _pattern(name: str, extra: str = "") -> re.Pattern[str] | Terms:
    """Words of alphabets stand alone; in scripts without spaces a term counts anywhere."""
    terms = _FOLDED[name]
    spaced = one_of([term for term in terms if term[0] < "\u2e80"])
    solid = one_of([term for term in terms if term[0] >= "\u2e80"])
    parts = [
        rf"(?<![^\W_])(?:{spaced})(?![^\W_])",
        *([solid] if solid else []),
        *([extra] if extra else []),
    ]
    pattern = re.compile("|".join(parts))
    return pattern if extra else Terms(pattern, name, _GLOSSARY)


_YOUNG: Final = rf"(?:1[0-7]|[1-9]|{one_of(_TERMS['number_words'])})"
_YEARS: Final = r"(?:years?|yrs?|jahre?|ans|años|anos|anni|лет|года|год)"
_AGE: Final = (
    rf"(?<![\w.,$€£:])(?:{_YOUNG}[\s-]*(?:{_YEARS}[\s-]*(?:old|of\s+age|alte?[rns]?|de\s+edad|de\s+idade)?|y/?o|yo)(?![^\W_])"
    rf"|(?:aged?|age\s+of|turned|is\s+only|just\s+turned)[\s:]+{_YOUNG}"
    r"(?![\w'’,.]*\d|\s+(?:minutes|hours|metres|miles|feet|times|to|past|o)))"
    r"|(?<!\d)(?:1[0-7]|[1-9])\s*(?:歳|才|岁|歲|세(?!기)|살)"
)
_NOT_AN_AGE: Final = re.compile(
    rf"{_YOUNG}[\s-]{_YEARS}\s(?:ago|later|before|earlier|after|since|in|of(?!\sage)|together|long)"
    rf"|(?:for|after|in|last|past|next|every)\s{_YOUNG}\s{_YEARS}"
    rf"|{_YOUNG}-year-old\s(?:wine|whisky|whiskey|car|truck|house|tree|oak|ship|map|dog|cat|horse|mare|tradition|scar|coat)"
)
_MINORS: Final = _pattern("minors", _AGE)
_SCHOOLS: Final = _pattern("schools")
_NEVER: Final = _pattern("never")
_SEXUAL: Final = _pattern("sexual")
_SUGGESTIVE: Final = _pattern("suggestive")
_GORE: Final = _pattern("gore")
_HARMLESS: Final = _pattern("harmless")


def check_text(text: str) -> None:
    """Forbidden when a text joins sexual content and minors, in any of a dozen languages."""
    for folded in _folded(text):
        if _NEVER.search(folded):
            raise Forbidden(_REFUSAL)
        # most texts are neither: the second pair is looked for only behind the first
        is_sexual = _SEXUAL.search(folded) or _SUGGESTIVE.search(folded)
        if is_sexual and (_MINORS.search(folded) or _SCHOOLS.search(folded)):
            raise Forbidden(_REFUSAL)


def check_scene(scene: Scene) -> None:
    """The same for all texts of a scene together; minors are not shown above `general` at all."""
    text = ". ".join(_texts(scene))
    check_text(text)
    if scene.rating != "general":
        for folded in _folded(text):
            if _MINORS.search(folded) or _SCHOOLS.search(folded):
                raise Forbidden(_REFUSAL)


def rating_of(text: str) -> Rating:
    """What a text amounts to by its words."""
    folded = _folded(text)[0]
    if _SEXUAL.search(folded) or _GORE.search(folded):
        return Rating.MATURE
    return Rating.SUGGESTIVE if _SUGGESTIVE.search(folded) else Rating.GENERAL


def label(rating: Rating) -> Literal["general", "suggestive", "mature"]:
    """A rating as scenes write it."""
    return _LABELS[rating]


@lru_cache(maxsize=2)  # a text is checked and, in the next moment, rated
def _folded(text: str) -> tuple[str, ...]:
    """As it is read, and once more with digits that stand for letters (`l0l1`)."""
    if not text.isascii():
        text = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    folded = text.casefold()
    folded = _NOT_AN_AGE.sub(" ", _HARMLESS.sub(" ", " ".join(folded.split())))
    if re.search(r"[^\W\d_][013457@$]|[013457@$][^\W\d_]", folded):
        return folded, folded.translate(_LEET)
    return (folded,)


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from _texts(one)
    elif is_dataclass(part):
        for each in fields(part):
            if each.name != "must_not":
                yield from _texts(getattr(part, each.name))
