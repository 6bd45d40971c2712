"""FLUX.1: plain prose, the subject first, light always, at most some 120 words, no negatives.

T5 reads natural sentences; weights and quality tags are noise to it
(huggingface.co/black-forest-labs/FLUX.1-dev).
"""

from collections.abc import Mapping
from typing import Final

from bridge.scene import Scene, Subject
from bridge.summarizer.dialects.prompt import (
    Line,
    Prompt,
    sentence,
    shot_of,
    shown,
    wearing,
    who,
    within,
)

LIMIT: Final = 120
"""Words."""


def render(scene: Scene, words: Mapping[str, str]) -> Prompt:
    """Prose of at most 120 words; what must not be seen has no place in it."""
    lines = [
        *(Line(rank, subject_line(one, words)) for rank, one in enumerate(scene.subjects)),
        Line(2, sentence(scene.interaction)),
        Line(2, lettering(scene)),
        Line(3, setting(scene)),
        *(Line(5 + rank, text) for rank, text in enumerate(shown(scene.props))),
        Line(3, lit(scene)),
        Line(1, sentence(scene.style and f"in the style of {scene.style}")),
        Line(9, sentence(shot_of(scene), scene.mood and f"{scene.mood} mood")),
    ]
    return Prompt(within(lines, LIMIT))


def subject_line(subject: Subject, words: Mapping[str, str]) -> str:
    """One sentence about one subject."""
    return sentence(
        who(subject, words),
        wearing(subject.outfit) if subject.kind == "person" else subject.outfit,
        subject.pose,
        subject.action,
        subject.expression,
        subject.gaze,
        subject.place_in_frame and f"in the {subject.place_in_frame} of the frame",
        exact=words.get(subject.name, ""),
    )


def lettering(scene: Scene) -> str:
    """Words to be painted, in quotes, as text encoders take them best."""
    return sentence(scene.written_words and f'lettering that reads "{scene.written_words}"')


def setting(scene: Scene) -> str:
    """Place, time and weather."""
    told = " ".join((scene.light, *scene.props)).casefold()
    weather = ", ".join(part for part in scene.weather.split(", ") if part.casefold() not in told)
    return sentence(scene.place.text and f"the setting is {scene.place.text}", scene.time, weather)


def lit(scene: Scene) -> str:
    """The light; from the time of day when nothing is told."""
    return sentence(scene.light or _LIGHT_BY_TIME.get(scene.time, "soft natural light"))


_LIGHT_BY_TIME: Final = {
    "dawn": "pale first light",
    "morning": "clear morning light",
    "midday": "bright overhead sunlight",
    "afternoon": "warm afternoon light",
    "dusk": "fading light after sunset",
    "evening": "low golden evening light",
    "night": "dim light in the dark of night",
}
