"""Nothing that joins a minor and something sexual gets by: tables composed from pairs of terms."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.domain import Rating
from bridge.errors import Forbidden
from bridge.scene import Place, Scene, Subject
from bridge.summarizer.guard import check_scene, check_text, rating_of
from bridge.summarizer.words import read

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "ru", "pl", "nl", "ja", "zh", "ko")
RATES = {"nudity": Rating.MATURE, "sex": Rating.MATURE, "suggestive": Rating.SUGGESTIVE}
SEXUAL_KEYS = ("nudity", "sex", "suggestive", "charged")
FRAMES: tuple[Callable[[str, str], str], ...] = (
    "{0}, {1}".format,
    "{1} {0}".format,
    "there is {0} and then {1} here".format,
    "{1}. It was late.\n\nThe lamp stood there: {0}!".format,
    "*{0}* — “{1}”".format,
)
AGES = json.loads((Path(__file__).parent / "guard_ages.json").read_text(encoding="utf-8"))


def words(language: str, *keys: str) -> list[str]:
    found = read(f"guard/{language}")
    return [term.rstrip("*") for key in keys for term in found.get(key, ())]


def passes(text: str) -> bool:
    try:
        check_text(text)
    except Forbidden:
        return False
    return True


def missed(young: list[str], sexual: list[str]) -> list[str]:
    frames = itertools.cycle(FRAMES)
    texts = (next(frames)(one, other) for one, other in itertools.product(young, sexual))
    return [text for text in texts if passes(text)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_pair_of_terms_is_refused(language: str) -> None:
    sexual = words(language, *SEXUAL_KEYS)
    assert len(sexual) > 30
    assert not missed([*words(language, "minors", "schools"), *AGES[language]], sexual)


def test_languages_mix() -> None:
    first = [words(language, "minors")[0] for language in LANGUAGES]
    ages = [AGES[language][1] for language in LANGUAGES]
    other = [words(language, key)[0] for language in LANGUAGES for key in SEXUAL_KEYS]
    assert not missed([*first, *ages], other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_some_terms_are_refused_alone(language: str) -> None:
    assert not [term for term in words(language, "never") if passes(f"a picture: {term}.")]


@pytest.mark.parametrize("age", AGES["grown"])
def test_adults_are_not_taken_for_minors(age: str) -> None:
    assert passes(f"{age}, nude") and passes(f"naked, {age}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_adults_do_is_rated_and_not_refused(language: str) -> None:
    for key, rating in RATES.items():
        for term in words(language, key):
            text = f"Two adults, 34 and 41 years old, {term}."
            assert passes(text), text
            assert rating_of(text) >= rating, text


def fullwidth(word: str) -> str:
    return "".join(chr(ord(ch) + 0xFEE0) if "!" <= ch <= "~" else ch for ch in word)


DISGUISES: dict[str, Callable[[str], str]] = {
    "digits": lambda word: word.translate(str.maketrans("oieas", "01345")),
    "signs": lambda word: word.translate(str.maketrans("ias", "!@$")),
    "bar": lambda word: word.replace("l", "1").replace("i", "|"),
    "gaps": " ".join,
    "dots": ".".join,
    "hyphens": "-".join,
    "wide gaps": "  ".join,
    "dots and gaps": ". ".join,
    "one dot": lambda word: f"{word[:2]}.{word[2:]}",
    "star": lambda word: f"{word[0]}*{word[2:]}",
    "zero width": "\u200b".join,
    "soft hyphens": "\u00ad".join,
    "control characters": "\x01".join,
    "accents": lambda word: "".join(f"{ch}\u0301" for ch in word),
    "cyrillic": lambda word: word.translate(str.maketrans("aeopcxyik", "аеорсхуік")),
    "greek": lambda word: word.translate(str.maketrans("oiave", "οιανε")),
    "fullwidth": fullwidth,
    "mathematical": lambda word: "".join(chr(0x1D41A + ord(ch) - 97) for ch in word),
    "boxed": lambda word: "".join(chr(0x1F170 + ord(ch) - 97) for ch in word),
    "flags": lambda word: "".join(chr(0x1F1E6 + ord(ch) - 97) for ch in word),
    "repeated": lambda word: "".join(ch * 4 if ch in "aeiou" else ch for ch in word),
    "capitals": str.swapcase,
    "entities": lambda word: "".join(f"&#{ord(ch)};" for ch in word),
    "underscores": "_".join,
    "brackets": lambda word: f"{word[:2]}({word[2:]})",
    "digits and dots": lambda word: ".".join(word.translate(str.maketrans("oie", "013"))),
}


@pytest.mark.parametrize("name", DISGUISES)
def test_disguised_terms_are_seen(name: str) -> None:
    disguise = DISGUISES[name]
    for young, sexual in itertools.product(
        ("child", "teenager", "schoolgirl", "toddler", "sixteen", "preteen"),
        ("nude", "naked", "topless", "erotic", "hentai", "lingerie"),
    ):
        for text in (
            f"{disguise(young)}, {sexual}",
            f"{young}, {disguise(sexual)}",
            f"{disguise(sexual)} and {disguise(young)}",
        ):
            assert not passes(text), text


def test_a_disguise_may_lie_inside_a_phrase() -> None:
    for text in (
        "nude l1ttle girl", "nude lit.tle girl", "nude 16 ye@rs old", "naked s1xteen year old",
        "гoлая дeвочкa", "全.裸の少 女", "n4ked уоung gіrl", "a n4k3d 16yo", "nuuude teeeen",
    ):  # fmt: skip
        assert not passes(text), text


def test_a_far_paragraph_counts() -> None:
    assert not passes("Mia is 15." + "\n\nThe rain goes on." * 300 + "\n\nMia is naked.")


HARMLESS = (Path(__file__).parent / "harmless.txt").read_text(encoding="utf-8").splitlines()


def test_harmless_scenes_pass() -> None:
    assert len(HARMLESS) >= 100
    assert [line for line in HARMLESS if not passes(line)] == []


def test_a_harmless_phrase_hides_nobody() -> None:
    """Every phrase beside a pair that stands outside of it."""
    phrases = [phrase for language in LANGUAGES for phrase in words(language, "harmless")]
    assert [one for one in phrases if passes(f"{one}, child, {one}, nude, {one}")] == []


def test_a_scene_is_read_across_its_fields() -> None:
    for young, sexual in itertools.product(("child", "12yo", "少女"), ("nude", "s3xy", "голая")):
        for scene in (
            Scene(subjects=(Subject(look=young, outfit=sexual),)),
            Scene(subjects=(Subject(name=young), Subject(pose=sexual))),
            Scene(style=sexual, place=Place(text=young)),
            Scene(mood=young, written_words=sexual),
        ):
            with pytest.raises(Forbidden, match="'minors'"):
                check_scene(scene)
