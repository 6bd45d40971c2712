"""What can be said of a scene in any dialect: who, wearing what, where, in which light."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from bridge.scene import Scene, Subject
from bridge.summarizer.dialects.copied import told_in
from bridge.summarizer.dialects.prompt import Line, sentence, within
from bridge.summarizer.dialects.retell import retold, shortened
from bridge.summarizer.words import alternatives, one_of, read

_GENERIC: Final = {
    "person": "a person", "animal": "an animal", "creature": "a creature", "machine": "a machine",
}  # fmt: skip
_BARE: Final = {
    "a person": "people|person", "a woman": "women|woman", "a man": "men|man",
}  # fmt: skip
"""Looks that say no more than an interaction does."""
_COUNTS: Final = ("", "one", "two", "three", "four", "five", "six")
_SHORT: Final = 5
"""Words of a look up to which a sentence runs on from it."""
_SPARE: Final = 12
"""One word in so many can be left out: better than a sentence less."""
_LONG: Final = 4
"""Words from which on a prop is a sentence of its own."""
_HOW_WORN: Final = re.compile(
    r"$| (?:with|of|over|under|buttoned|belted|torn|tied|unzipped|zipped|stained)\b"
)
_NO_PIECE: Final = frozenset({"barefoot", "armor", "armour", "chainmail", "mail", "leather", "fur"})
"""Worn without being a piece of clothing that can be counted."""
_RUNS_ON: Final = re.compile(r"(?:\w+ing|in|with|at|on|by|under|behind|beside)\b", re.IGNORECASE)
"""What follows a noun without a comma."""
_LIGHT_BY_TIME: Final = {
    "dawn": "pale first light",
    "morning": "clear morning light",
    "midday": "bright overhead sunlight",
    "afternoon": "warm afternoon light",
    "dusk": "fading light after sunset",
    "evening": "low golden evening light",
    "night": "dim light in the dark of night",
}
_AT: Final = {
    "dawn": "at dawn", "morning": "in the morning", "midday": "at midday",
    "afternoon": "in the afternoon", "dusk": "at dusk", "evening": "in the evening",
    "night": "at night",
}  # fmt: skip

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
    """An outfit as part of a sentence: `wearing a hat and a red cloak, her belt undone`."""
    pieces = [one for one in outfit.split(", ") if one]
    worn = [one for one in pieces if _is_worn(one)]
    rest = [one for one in pieces if one not in worn]
    named = [_with_article(one) for one in worn]
    listed = " and ".join(filter(None, (", ".join(named[:-1]), *named[-1:])))
    return ", ".join(filter(None, (listed and f"wearing {listed}", *rest)))


def _is_worn(piece: str) -> bool:
    """Whether a piece names a thing to wear, and says no more of it than how it is."""
    garment = _garment().match(piece)
    return bool(garment and _HOW_WORN.match(piece[garment.end() :]))


def _with_article(garment: str) -> str:
    found = _garment().match(garment)
    noun = found["noun"] if found else ""
    is_many = noun.endswith("s") and not noun.endswith("ss")
    if is_many or noun in _NO_PIECE or re.match(r"(?:an?|the|two|one)\b", garment):
        return garment
    return f"{'an' if garment[0].lower() in 'aeiou' else 'a'} {garment}"


@cache
def _garment() -> re.Pattern[str]:
    nouns = [noun for slot in read("garments").values() for noun in slot]
    adjective = (
        rf"(?!(?:{alternatives('prepositions')}|{alternatives('pronouns')}|and)\b)[\w'’-]+\s"
    )
    return re.compile(
        rf"(?:an?\s|the\s)?(?:{adjective}){{0,3}}?(?P<noun>{one_of(nouns)})(?![\w-])", re.IGNORECASE
    )


def subject_line(subject: Subject, words: Mapping[str, str], scene: Scene) -> str:
    """One sentence about one subject: `A clerk leaning on the counter, …`.

    Empty for `a woman` of whom nothing more is told than what she does together with another.
    """
    if scene.interaction and subject == Subject(subject.name, look=subject.look):
        noun = _BARE.get(who(subject, words), "-")
        if re.search(rf"\b{noun}\b", scene.interaction):
            return ""
    worn = wearing(subject.outfit) if subject.kind == "person" else subject.outfit
    first, *more = [one for one in (worn, subject.pose, subject.action) if one] or [""]
    called = who(subject, words)
    is_short = called == subject.look and "," not in called and len(called.split()) <= _SHORT
    runs_on = is_short and _RUNS_ON.match(first)
    return sentence(
        *((f"{called} {first}",) if runs_on else (called, first)),
        *more,
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
    """Place, time and weather: `The setting is a harbour at dusk, rain.`"""
    place = scene.place.text and f"the setting is {scene.place.text}"
    time = _AT.get(scene.time, "")
    is_listed = "," in place or not place
    where = sentence(place, time) if is_listed else f"{place} {time}"
    return sentence(where, weather_untold(scene))


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
    story: str = "",
    foreign: bool = True,
) -> str:
    """The lines within `limit` words, in other words than the story's, `foreign` ones too."""
    exact, story_runs = kept_words(scene, words), told_in(story)
    room = limit + limit // _SPARE
    while True:
        kept = within(lines, room)
        text = retold(kept, exact, story=story_runs, foreign=foreign)
        text = shortened(text, exact, len(text.split()) - limit)
        over = len(text.split()) - limit
        if over <= 0 or room <= over:
            return text
        room -= over


def kept_words(scene: Scene, words: Mapping[str, str]) -> tuple[str, ...]:
    """What is said letter by letter: triggers, the looks of people who are known, lettering."""
    looks = (one.look for one in scene.subjects if one.name)
    style = scene.style and f"in the style of {scene.style}"
    mood = scene.mood and f"{scene.mood} mood"
    light = "" if scene.light else light_of(scene)
    curated = scene.place.text if scene.place.id else ""
    own = (style, scene.shot, mood, light, curated, *_OWN)
    return (*words.values(), *looks, scene.written_words, *own)
