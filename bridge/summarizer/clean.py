"""The check after writing: no name, no spoken line, no markup in anything that can be seen."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bridge.domain import Rating
from bridge.scene import Scene, Subject
from bridge.summarizer.guard import label, rating_of
from bridge.summarizer.people import Known, forms_of, is_role, kind_of, name_pattern
from bridge.summarizer.tidy import Tidied
from bridge.summarizer.words import listed
from bridge.visible import visible

_MARKUP: Final = re.compile(
    r"[<>{}\[\]|*_~`#\\^\"“”«»„「」『』]+|\((?=[^)]*:\s*[\d.]+\s*\))|:\s*[\d.]+\s*\)"
)
_EMOJI: Final = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d]+")
_PIECE: Final = re.compile(r"(?<=[.;!?。])\s*|(?<=,)\s+")
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ARTICLES: Final = frozenset(listed("common_capitals"))
_LONGEST: Final = 480
_LONGEST_PROP: Final = 240
_MOST_PROPS: Final = 20
_MOST_SUBJECTS: Final = 8
_SPOKEN_WORDS: Final = 5
"""Words in a row that two texts share only when one quotes the other."""


def cleaned(scene: Scene, tidied: Tidied, people: Sequence[Known]) -> Scene:
    """`scene` as it may be sent on: lengths clamped, rating at least what the words amount to."""
    clean = _Cleaner(tidied, people, [one.name for one in scene.subjects])
    text = clean.text
    place = replace(scene.place, id=scene.place.id[:64], text=text(scene.place.text))
    props = tuple(filter(None, (text(prop, _LONGEST_PROP) for prop in scene.props)))
    done = replace(
        scene,
        shot=text(scene.shot),
        subjects=tuple(clean.subject(one) for one in scene.subjects[:_MOST_SUBJECTS]),
        interaction=text(scene.interaction),
        place=place,
        weather=text(scene.weather),
        light=text(scene.light),
        props=props[:_MOST_PROPS],
        mood=text(scene.mood),
        style=text(scene.style),
        written_words=_plain(scene.written_words)[:_LONGEST_PROP],
        must_not=tuple(filter(None, (text(one, _LONGEST_PROP) for one in scene.must_not)))[
            :_MOST_PROPS
        ],
    )
    ruled = max(rating_of(_all_text(done)), Rating.named(scene.rating))
    return replace(done, rating=label(ruled))


def _all_text(scene: Scene) -> str:
    subjects = (
        f"{one.look} {one.outfit} {one.pose} {one.action} {one.expression}"
        for one in scene.subjects
    )
    return " ".join((*subjects, scene.interaction, scene.place.text, *scene.props, scene.mood))


def is_name(name: str) -> bool:
    """Whether it is a proper name, not a noun in its place (`Woman`, `the guard`)."""
    words = name.split()
    is_noun = any(word.islower() and is_role(word) for word in words)
    return not is_noun and not all(
        is_role(word) or word in _ARTICLES for word in map(str.casefold, words)
    )


class _Cleaner:
    """Knows who must not be named and what was said."""

    def __init__(self, tidied: Tidied, people: Sequence[Known], subjects: Sequence[str]) -> None:
        self._names = [
            (name_pattern(forms_of(known), any_case=False), known.name, kind_of(known.look_text)[1])
            for known in sorted(people, key=lambda known: -len(known.name))
        ]
        known_words = {
            part.casefold() for known in people for form in forms_of(known) for part in form.split()
        }
        others = [
            name
            for name in dict.fromkeys((*tidied.speakers, *subjects))
            if is_name(name) and name.casefold() not in known_words
        ]
        self._names += [(name_pattern([name], any_case=False), name, "person") for name in others]
        self._spoken = [words for line in tidied.speech if len(words := _words(line)) > 2]
        self._runs = {
            tuple(words[start : start + _SPOKEN_WORDS])
            for words in self._spoken
            for start in range(len(words) - _SPOKEN_WORDS + 1)
        }
        self._whole = {tuple(words) for words in self._spoken if len(words) < _SPOKEN_WORDS}

    def subject(self, subject: Subject) -> Subject:
        """One subject with clean texts, and its name as the LoRA dictionary writes it."""
        name = _plain(subject.name)[:80]
        known = next((each for found, each, _ in self._names if found.fullmatch(name)), "")
        return replace(
            subject,
            name=known,
            look=self.text(subject.look),
            outfit=self.text(subject.outfit),
            pose=self.text(subject.pose),
            action=self.text(subject.action),
            expression=self.text(subject.expression),
            gaze=self.text(subject.gaze),
            place_in_frame=self.text(subject.place_in_frame),
        )

    def text(self, text: str, longest: int = _LONGEST) -> str:
        """One visual text: plain characters, roles for names, pieces with speech left out."""
        text = _MARKUP.sub("", _plain(visible(text)))
        for found, _, noun in self._names:
            text = found.sub(f"the {noun}", text)
        text = re.sub(r"\b(?:the|a|an) (?=the\b)", "", text)
        if self._is_spoken(text):
            pieces = [one for one in _PIECE.split(text) if one and not self._is_spoken(one)]
            text = " ".join(pieces)
            text = "" if self._is_spoken(text) else text
        return _clamped(text.strip(" ,;"), longest)

    def _is_spoken(self, text: str) -> bool:
        words = _words(text)
        runs = (tuple(words[at : at + _SPOKEN_WORDS]) for at in range(len(words)))
        return tuple(words) in self._whole or any(run in self._runs for run in runs)


def _words(text: str) -> list[str]:
    return [word.casefold().replace("’", "'") for word in _WORD.findall(text)]


def _plain(text: str) -> str:
    """One line without control characters and emoji."""
    kept = "".join(ch if unicodedata.category(ch)[0] != "C" else " " for ch in text)
    return " ".join(_EMOJI.sub(" ", kept).split())


def _clamped(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    return text[:longest].rsplit(" ", 1)[0].rstrip(" ,;")
