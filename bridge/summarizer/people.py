"""Who is in a text, each as one sign, so that no name is met any more.

In marked text every mention of a person is one private-use character; the rules that follow never
see a name, and what they hand on holds none.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from bridge.summarizer.words import listed, read

Kind = Literal["person", "animal", "creature", "machine"]
Gender = Literal["woman", "man", "person"]
_FIRST: Final = 0xE000
SIGN: Final = "[\ue000-\uf8ff]"
_TITLES: Final = frozenset(listed("titles"))
_UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PARTICLE: Final = (
    r"(?=[はがをにのともへでやか、。！？「」\s,.]"
    r"|[은는이가을를의에와과도]|[\u4e00-\u9fff]|$)"
)
"""What follows a name in a script without spaces; else it is the beginning of a longer word."""
_APOSTROPHE: Final = re.compile("[’']")


@dataclass(frozen=True, slots=True)
class Known:
    """A character that the LoRA matcher found in the text."""

    name: str
    look_text: str = ""
    words: tuple[str, ...] = ()
    """As they stand in the text."""


@dataclass(slots=True)
class Person:
    """Somebody or something that acts; `noun` is what phrases call them."""

    name: str = ""
    look: str = ""
    kind: Kind = "person"
    noun: str = "person"
    gender: Gender = "person"
    count: int = 1
    forms: tuple[str, ...] = ()
    head: str = ""
    """The noun of somebody without a name: `clerk`."""
    phrases: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Cast:
    """The people of a moment, by the sign that stands for them."""

    people: list[Person] = field(default_factory=list)

    def add(self, person: Person) -> str:
        """The new person's sign."""
        self.people.append(person)
        return chr(_FIRST + len(self.people) - 1)

    def sign(self, person: Person) -> str:
        """The sign of somebody in the cast."""
        return next(chr(_FIRST + i) for i, one in enumerate(self.people) if one is person)

    def of(self, sign: str) -> Person:
        """Whom a sign stands for."""
        return self.people[ord(sign) - _FIRST]

    def nameless(self, text: str) -> str:
        """A text without the names of the cast."""
        forms = [form for person in self.people for form in person.forms]
        return name_pattern(forms, any_case=False).sub("", text) if forms else text

    def spoken_of(self, text: str, speaker: Person | None = None) -> str:
        """Marked text with every sign as a noun: `the woman`, `the other woman`."""

        def noun(found: re.Match[str]) -> str:
            person = self.of(found[0])
            other = speaker is not None and person is not speaker and person.noun == speaker.noun
            return (
                person.noun if person.count > 1 else f"the {'other ' if other else ''}{person.noun}"
            )

        return re.sub(r"\bthe (?=the )", "", re.sub(SIGN, noun, text))


_KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(listed("animals"), "animal"),
    **dict.fromkeys(listed("creatures"), "creature"),
    **dict.fromkeys(listed("machines"), "machine"),
}
_HEADS: Final = {gender: frozenset(read("people")["heads"][gender]) for gender in get_args(Gender)}


def kind_of(look: str) -> tuple[Kind, str, Gender]:
    """Kind, noun and gender that a description of looks speaks of."""
    words = re.findall(r"[\w-]+", look.casefold())
    for word in words:
        if word in _KINDS:
            return _KINDS[word], word, "person"
        for gender in ("woman", "man"):
            if word in _HEADS[gender]:
                return "person", word, gender
    other = next((word for word in words if word in _HEADS["person"]), "person")
    return "person", other, "person"


def is_role(word: str) -> bool:
    """Whether a word in lower case says what somebody is: `guard`, `cat`, `person`."""
    return word in _KINDS or any(word in heads for heads in _HEADS.values())


def forms_of(known: Known) -> tuple[str, ...]:
    """Every way in which a text may name somebody: the words found, the name and its parts."""
    parts = [part for part in re.split(r"\s+", known.name) if part.casefold() not in _TITLES]
    found = [*known.words, known.name, *(part for part in parts if len(part) > 2)]
    return tuple(sorted(dict.fromkeys(filter(None, found)), key=len, reverse=True))


def name_pattern(forms: Iterable[str], *, any_case: bool) -> re.Pattern[str]:
    """Whole-word search for names: curly apostrophes, capitals, inflected Cyrillic endings."""
    ordered = sorted(dict.fromkeys(forms), key=len, reverse=True)
    found = "|".join(map(_form, ordered)) or r"(?!)"
    return re.compile(found, re.IGNORECASE if any_case else 0)


def _form(form: str) -> str:
    if _UNSPACED.search(form):
        return re.escape(form) + _PARTICLE
    pattern = re.sub(r"^the(?=\\s)", "[Tt]he", _loosely(form))
    upper = _loosely(form.upper())
    if re.search(r"[а-яё]$", form) and len(form) > 3:
        pattern = re.escape(form[:-1]) + r"\w{0,3}"
    return rf"(?<![^\W_])(?:{pattern}|{upper})(?![^\W_])"


def _loosely(form: str) -> str:
    """A pattern for a name with any spaces, apostrophes and hyphens."""
    straight = _APOSTROPHE.sub("[’']", re.escape(form))
    return straight.replace(r"\ ", r"\s+").replace(r"\-", "[-‐‑]")


def person_of(known: Known) -> Person:
    """A known character as somebody in a cast."""
    kind, noun, gender = kind_of(known.look_text)
    return Person(known.name, known.look_text, kind, noun, gender, 1, forms_of(known))


def mark_known(texts: Sequence[str], people: Sequence[Known], cast: Cast) -> list[str]:
    """Texts with known names as signs; each person joins the cast when one is found."""
    any_case = not re.search(r"[A-ZÀ-Þ]", " ".join(texts))
    marked = list(texts)
    for known in sorted(people, key=lambda known: -len(known.name)):
        pattern = name_pattern(forms_of(known), any_case=any_case)
        if any(map(pattern.search, marked)):
            sign = cast.add(person_of(known))
            marked = [pattern.sub(sign, text) for text in marked]
    return marked
