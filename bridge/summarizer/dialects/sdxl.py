"""SDXL and Playground v2.5: short phrases within the 77 tokens that CLIP reads in one piece.

What matters most is chosen first: who, look, outfit, pose, place, light; articles are left out. A
negative prompt works (huggingface.co/playgroundai/playground-v2.5-1024px-aesthetic).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from bridge.scene import Scene, Subject
from bridge.summarizer.clip import CHUNK, MARKS, clip_tokens
from bridge.summarizer.dialects.prompt import Line, Prompt
from bridge.summarizer.dialects.retell import bare
from bridge.summarizer.dialects.sentences import light_of, shot_of, wearing, weather_untold, who

_PIECE: Final = re.compile(r"\s*[,;.、。]+\s*(?:and )?|\s+and (?=\w+ing\b)|\s+(?=with )")


def render(scene: Scene, words: Mapping[str, str], story: str = "", *, spare: int = 0) -> Prompt:
    """Phrases joined by commas; those of low rank are left out where they do not fit.

    `spare` tokens are kept free.
    """
    ranks: dict[str, int] = {}
    for line in _phrases(scene, words):
        ranks[line.text] = min(line.rank, ranks.get(line.text, line.rank))
    chosen, room = set[str](), CHUNK - MARKS + 1 - spare
    for text in sorted(filter(None, ranks), key=ranks.__getitem__):
        cost = clip_tokens(text) - MARKS + 1  # and a comma
        if cost <= room:
            chosen.add(text)
            room -= cost
    prompt = ", ".join(text for text in ranks if text in chosen)
    return Prompt(prompt, ", ".join(scene.must_not))


def _phrases(scene: Scene, words: Mapping[str, str]) -> Iterator[Line]:
    yield Line(1, scene.style)
    for place, subject in enumerate(scene.subjects):
        yield from _subject(subject, words.get(subject.name, ""), later=min(place, 2))
    yield from _lines(4, scene.interaction)
    yield Line(3, scene.written_words and f'lettering "{scene.written_words}"')
    yield from _lines(2, scene.place.text)
    yield Line(3, scene.time)
    yield from _lines(4, weather_untold(scene))
    yield from _lines(3, light_of(scene))
    for place, prop in enumerate(scene.props):
        yield from _lines(7 + place, prop)
    yield Line(8, shot_of(scene))
    yield Line(9, scene.mood)


def _subject(subject: Subject, trigger: str, *, later: int) -> Iterator[Line]:
    """The first phrase of each kind before the second of any; `later` for those behind others."""
    if trigger:
        yield Line(0, trigger)
    else:
        yield from _lines(0, who(subject, {}), further=4 + later)
    outfit = wearing(subject.outfit) if subject.kind == "person" else subject.outfit
    yield from _lines(1 + later, outfit, further=5)
    yield from _lines(2 + later, subject.pose, further=5)
    yield from _lines(2 + later, subject.action, further=5)
    yield from _lines(3 + later, subject.expression)
    yield Line(4 + later, subject.place_in_frame and f"{subject.place_in_frame} of frame")


def _lines(rank: int, text: str, *, further: int = 0) -> Iterator[Line]:
    """A text as phrases; those after the first may rank lower."""
    for place, piece in enumerate(_PIECE.split(text)):
        yield Line(further if place and further else rank, bare(piece).strip())
