"""What can be said of a scene in any dialect: who, wearing what, where, in which light."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from bridge.scene import Scene, Subject
from bridge.summarizer.dialects.prompt import Line, sentence, within
from bridge.summarizer.dialects.retell import retold
from bridge.summarizer.words import read

_GENERIC: Final = {
    "person": "a person", "animal": "an animal", "creature": "a creature", "machine": "a machine",
}  # fmt: skip
_COUNTS: Final = ("", "one", "two", "three", "four", "five", "six")
_LONG: Final = 4
"""Words from which on a prop is a sentence of its own."""
_LIGHT_BY_TIME: Final = {
    "dawn": "pale first light",
    "morning": "clear morning light",
    "midday": "bright overhead sunlight",
    "afternoon": "warm afternoon light",
    "dusk": "fading light after sunset",
    "evening": "low golden evening light",
    "night": "dim light in the dark of night",
}

_OWN: Final = (
    "the setting is", "the scene takes place here", "the scene is lit like this", "time of day",
    "the mood is", "seen through the viewer's eyes", "people are in the picture",
    "the whole picture is", "an illustration",
    "a picture of one moment in a story", "a picture", "a photograph", "of the frame",
)  # fmt: skip
"""The dialects' own turns, which no story lent them."""


def who(subject: Subject, words: Mapping[str, str]) -> str:
    """What the model reads for somebody: trigger words, else the look, else a noun."""
    return words.get(subject.name) or subject.look or _GENERIC[subject.kind]


def wearing(outfit: str) -> str:
    """An outfit as part of a sentence."""
    starts = ("in ", "wearing", "dressed", "his ", "her ", "their ", "its ", "with ", "without ")
    is_bare = (
        outfit.isascii()
        and len(outfit.split()) <= 6
        and not re.search(r"\b(?:on|at|by|are|is)\b", outfit)
    )
    return f"wearing {outfit}" if outfit and is_bare and not outfit.startswith(starts) else outfit


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


def counted(scene: Scene) -> str:
    """How many people there are, when they can be told apart and counted."""
    people = [one for one in scene.subjects if one.kind == "person"]
    number = len(people)
    is_countable = 2 <= number < len(_COUNTS) and all(
        one.name or one.look.startswith(("a ", "an ")) for one in people
    )
    return sentence(f"exactly {_COUNTS[number]} people are in the picture") if is_countable else ""


def lettering(scene: Scene) -> str:
    """Words to be painted, in quotes, as text encoders take them best."""
    return sentence(scene.written_words and f'lettering that reads "{scene.written_words}"')


def weather_untold(scene: Scene) -> str:
    """The weather that neither light nor things speak of."""
    told = " ".join((scene.light, *scene.props)).casefold()
    return ", ".join(part for part in scene.weather.split(", ") if part.casefold() not in told)


def setting(scene: Scene) -> str:
    """Place, time and weather."""
    place = scene.place.text and f"the setting is {scene.place.text}"
    return sentence(place, scene.time, weather_untold(scene))


def light_of(scene: Scene) -> str:
    """The light as a phrase; from the time of day when nothing is told."""
    return scene.light or _LIGHT_BY_TIME.get(scene.time, "soft natural light")


def lit(scene: Scene) -> str:
    """The light as a sentence."""
    return sentence(light_of(scene))


def shown(props: Sequence[str]) -> list[str]:
    """Long props as sentences, short ones together in one."""
    short = [prop for prop in props if len(prop.split()) < _LONG and prop.isascii()]
    long = [sentence(prop) for prop in props if prop not in short]
    return [*long, *([sentence(", ".join(short))] if short else [])]


def shot_of(scene: Scene) -> str:
    """Shot and camera: in `first` and `second` the viewer is the camera."""
    eyes = "seen through the viewer's eyes" if scene.pov != "third" else ""
    return ", ".join(filter(None, (scene.shot, eyes)))


def lens_of(scene: Scene) -> str:
    """The lens that goes with the shot; what is painted or drawn has none."""
    if scene.style or not scene.shot:
        return ""
    if "close" in scene.shot:
        return "85mm lens, shallow depth of field"
    return "24mm lens, deep focus" if "wide" in scene.shot else "50mm lens"


def instead(scene: Scene) -> str:
    """What stands in the place of what is forbidden, for models that take no negative.

    Naming a thing calls it in, so what has no known opposite is not spoken of.
    """
    known: Mapping[str, str] = read("instead")
    forbidden = (one.casefold().removeprefix("no ").strip(" .") for one in scene.must_not)
    return sentence(*dict.fromkeys(known[one] for one in forbidden if one in known))


def told(
    scene: Scene,
    words: Mapping[str, str],
    lines: Sequence[Line],
    limit: int,
    *,
    foreign: bool = True,
) -> str:
    """The lines within `limit` words, in other words than the story's, `foreign` ones too."""
    return retold(within(lines, limit), kept_words(scene, words), foreign=foreign)


def kept_words(scene: Scene, words: Mapping[str, str]) -> tuple[str, ...]:
    """What is said letter by letter: triggers, the looks of people who are known, lettering."""
    looks = (one.look for one in scene.subjects if one.name)
    style = scene.style and f"in the style of {scene.style}"
    mood = scene.mood and f"{scene.mood} mood"
    light = "" if scene.light else light_of(scene)
    curated = scene.place.text if scene.place.id else ""
    own = (style, scene.shot, mood, light, curated, *_OWN)
    return (*words.values(), *looks, scene.written_words, *own)
