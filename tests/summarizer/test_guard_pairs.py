"""Nothing that joins a minor and something sexual gets by: tables composed from pairs of terms."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.domain import Place, Scene, Subject
from bridge.errors import Forbidden
from bridge.summarizer.guard import check_scene, check_text
from bridge.summarizer.words import read

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "ru", "pl", "nl", "ja", "zh", "ko")
SEXUAL_KEYS = ("nudity", "sex", "suggestive", "charged")
FRAMES: tuple[Callable[[str, str], str], ...] = (
    "{0}, {1}".format,
    "{1} {0}".format,
    "there is {0} and then {1} here".format,
    "{1}. It was late.\n\nThe lamp stood there: {0}!".format,
    "*{0}* — “{1}”".format,
)
AGES = {
    "en": [
        "16yo", "16 yo", "16 y/o", "16 y.o.", "16 yrs", "16-year-old", "16 years old", "aged 12", "age 12",
        "age: 12", "sixteen", "sixteen-year-old", "twelve-year-old", "twelve years old", "she is 16",
        "she's 16", "I am only 15", "he was just fourteen", "girl, 16", "16 blonde girl", "16f", "turned 13",
        "a girl of eleven", "looks 14", "looks like 13", "7 months old", "5th grade", "grade 6",
        "16th birthday", "sixteenth birthday", "under the age of 18", "born in 2014", "under 18",
        "18 years old but childlike", "18, looks young", "19 with the body of a child", "seventeen",
        "one 17 year old, one 30 year old", "thirty years old and ten years old", "１６ years old",
    ],
    "de": ["16 Jahre alt", "16-jährige", "16jährige", "sechzehn Jahre", "sechzehnjährige", "sie ist 16", "im Alter von 12", "siebzehn"],
    "fr": ["16 ans", "seize ans", "âgée de 12 ans", "elle a 16 ans", "dix-sept ans", "quinze"],
    "es": ["16 años", "dieciséis años", "tiene 16", "edad 14", "doce añitos"],
    "it": ["16 anni", "sedici anni", "sedicenne", "ha 15 anni", "di quindici anni"],
    "pt": ["16 anos", "dezesseis anos", "tem 16", "idade 12", "doze aninhos"],
    "ru": ["16 лет", "шестнадцать лет", "16-летняя", "шестнадцатилетняя", "ей 16", "пяти лет"],
    "pl": ["16 lat", "szesnaście lat", "16-letnia", "szesnastoletnia", "ma 16", "szesnastolatka", "16-latka"],
    "nl": ["16 jaar", "zestien jaar", "16-jarige", "zestienjarige", "ze is 16", "meisje van 16"],
    "ja": ["16歳", "十六歳", "１６歳", "16才", "九歳", "十歳"],
    "zh": ["16岁", "十六岁", "十二歲", "16周岁"],
    "ko": ["16살", "16세", "열여섯 살", "열살", "십육 세", "일곱 살"],
}  # fmt: skip
GROWN = [
    "18 years old", "a 25-year-old woman", "eighteen", "aged 40", "she is 21", "thirty-six years old",
    "twenty six years old", "1,016 years old", "she is 21, he is 32", "sechsundzwanzig Jahre",
    "vingt-six ans", "treinta y seis años", "двадцать шесть лет", "dwadzieścia sześć lat", "二十六歳",
    "十八歳", "三十岁", "스물여섯 살", "열여덟 살", "25세", "over 18", "university students",
    "a college girl", "for sixteen years", "sixteen years later", "ten years ago", "sixteen candles",
    "1girl, solo, 8k, f/16", "two women, 16 mm lens", "it is 10 past two", "a 12-year-old whisky",
    "the house is 15 years old", "in her twenties", "二十代の女性",
]  # fmt: skip


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


@pytest.mark.parametrize("age", GROWN)
def test_adults_are_not_taken_for_minors(age: str) -> None:
    assert passes(f"{age}, nude") and passes(f"naked, {age}")


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
    for text in ("nude l1ttle girl", "nude lit.tle girl", "nude 16 ye@rs old", "naked s1xteen year old",
                 "гoлая дeвочкa", "全.裸の少 女", "n4ked уоung gіrl", "a n4k3d 16yo", "nuuude teeeen"):  # fmt: skip
        assert not passes(text), text


def test_a_far_paragraph_counts() -> None:
    assert not passes("Mia is 15." + "\n\nThe rain goes on." * 300 + "\n\nMia is naked.")


HARMLESS = (Path(__file__).parent / "harmless.txt").read_text(encoding="utf-8").splitlines()


def test_harmless_scenes_pass() -> None:
    assert len(HARMLESS) >= 100
    assert [line for line in HARMLESS if not passes(line)] == []


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
