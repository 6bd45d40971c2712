"""Golden prompts; after a wanted change: `python -m tests.summarizer.test_dialects` writes them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Final, get_args

import pytest

from bridge.domain import Family
from bridge.scene import Place, Scene, Subject
from bridge.summarizer.clip import CHUNK, clip_tokens
from bridge.summarizer.dialects import DIALECTS, render
from bridge.summarizer.dialects.sentences import wearing

GOLDEN: Final = Path(__file__).with_name("golden")
FERRY: Final = Scene(
    shot="medium shot, eye level",
    subjects=(
        Subject(
            name="Mara Quill",
            look="tall woman of forty with grey braids",
            outfit="a waxed green coat",
            pose="standing at the tiller",
            action="shading her eyes with one hand",
            expression="squinting",
            place_in_frame="left",
        ),
        Subject(name="Corin", outfit="in shirtsleeves", action="coiling a rope"),
        Subject(kind="animal", look="a wet black dog", pose="lying on a sack"),
    ),
    interaction="the woman and the man back to back",
    place=Place(kind="explicit", text="the deck of a river ferry"),
    time="dusk",
    weather="fog",
    light="a lantern glows on the mast",
    props=("a brass bell", "crates", "reeds stand black along both banks"),
    mood="calm",
    style="woodblock print",
    written_words="MIND THE ROPE",
    must_not=("cars", "crowds"),
)
GARDEN: Final = Scene(
    pov="first",
    subjects=(
        Subject(name="さくら", look="woman with round glasses", action="縁側に腰かけている"),
    ),
    time="night",
    props=("庭の奥で石灯籠に火が入っている",),
)
WORDS: Final = {"Mara Quill": "mquill woman, grey braids", "Corin": ""}
CASES: Final[dict[str, tuple[Family, Scene]]] = {
    f"{name}.{family}": (family, scene)
    for name, scene in (("ferry", FERRY), ("garden", GARDEN))
    for family in DIALECTS
    if family != "any"
}


def rendered(case: str) -> str:
    family, scene = CASES[case]
    prompt = render(family, scene, WORDS)
    return f"{prompt.positive}\n--\n{prompt.negative}\n"


@pytest.mark.parametrize("case", CASES)
def test_prompts_are_as_they_were(case: str) -> None:
    assert rendered(case) == (GOLDEN / f"{case}.txt").read_text("utf-8")


@pytest.mark.parametrize("family", DIALECTS)
def test_every_family_shows_who_where_and_what_is_written_and_names_nobody(family: Family) -> None:
    prompt = render(family, FERRY, WORDS).positive
    for wanted in ("mquill woman", "waxed green coat", "ferry", "dusk", '"MIND THE ROPE"'):
        assert wanted in prompt
    assert "Mara Quill" not in prompt
    assert "Corin" not in prompt


def test_too_much_is_cut_from_the_least_important_end() -> None:
    props = tuple(f"shelf number {n} full of dusty glass jars" for n in range(60))
    scene = Scene(subjects=FERRY.subjects, place=FERRY.place, props=props, light="a lantern")
    prompt = render("flux1", scene, WORDS).positive
    assert len(prompt.split()) <= 120
    assert "mquill woman" in prompt and "ferry" in prompt and "antern." in prompt
    assert "shelf number 59" not in prompt


def test_an_empty_scene_still_makes_a_prompt() -> None:
    assert render("flux1", Scene(), {}).positive == "Soft natural light."
    assert all(render(family, Scene(), {}).positive for family in DIALECTS)


def test_a_place_of_our_own_list_keeps_its_words() -> None:
    line = "old apple trees heavy with red fruit, a ladder, baskets in the long grass"
    scene = Scene(place=Place("apple-orchard", "unstated", line))
    assert line in render("flux1", scene, {}).positive


def test_every_family_has_a_dialect() -> None:
    assert set(DIALECTS) == set(get_args(Family))


@pytest.mark.parametrize("family", ["z-image", "sdxl", "ideogram3", "wan"])
def test_what_is_forbidden_is_the_negative_where_there_is_one(family: Family) -> None:
    assert render(family, FERRY, {}).negative == "cars, crowds"


@pytest.mark.parametrize("family", ["flux1", "flux2-dev", "flux2-klein", "gpt-image", "gemini"])
def test_elsewhere_its_opposite_is_said_and_it_is_not_named(family: Family) -> None:
    prompt = render(family, FERRY, {})
    assert prompt.negative == ""
    assert "surroundings deserted" in prompt.positive.casefold()
    assert "crowds" not in prompt.positive and "cars" not in prompt.positive


@pytest.mark.parametrize("number", [0, 1, 3, 6])
def test_sdxl_stays_within_what_clip_reads_and_says_first_things_first(number: int) -> None:
    people = tuple(
        Subject(
            look="tall woman with long grey braids and a crooked nose, ink on her fingers",
            outfit="a waxed green coat over a striped jersey",
            pose="standing at the tiller with one foot on a crate",
            action="shading her eyes",
        )
        for _ in range(number)
    )
    props = tuple(f"shelf number {n} full of dusty glass jars" for n in range(20))
    scene = replace(FERRY, subjects=people, props=props)
    prompt = render("sdxl", scene, {}).positive
    assert 30 < clip_tokens(prompt) <= CHUNK
    assert "river ferry" in prompt
    assert ("tall woman" in prompt) == (number > 0)
    assert "shelf number 19" not in prompt


def test_further_subjects_are_told_in_more_words_to_flux2() -> None:
    props = tuple(f"shelf number {n} full of dusty glass jars" for n in range(60))
    alone = replace(FERRY, subjects=FERRY.subjects[:1], props=props)
    together = replace(FERRY, props=props)
    counts = [
        len(render("flux2-klein", scene, WORDS).positive.split()) for scene in (alone, together)
    ]
    assert counts[0] <= 83 < counts[1] <= 145


@pytest.mark.parametrize(
    ("told", "box"),
    [
        ("left", [180, 30, 980, 470]),
        ("right background", [150, 530, 600, 970]),
        ("in the centre", [180, 280, 980, 720]),
        ("foreground", [300, 200, 1000, 800]),
        ("", None),
    ],
)
def test_a_place_in_the_frame_is_a_box_for_ideogram(told: str, box: list[int] | None) -> None:
    scene = Scene(subjects=(Subject(look="a clerk", place_in_frame=told),))
    caption = json.loads(render("ideogram4", scene, {}).positive)
    assert list(caption) == [
        "high_level_description",
        "style_description",
        "compositional_deconstruction",
    ]
    assert caption["compositional_deconstruction"]["elements"][0].get("bbox") == box


if __name__ == "__main__":
    for each in CASES:
        (GOLDEN / f"{each}.txt").write_text(rendered(each), "utf-8")


@pytest.mark.parametrize(
    ("outfit", "told"),
    [
        ("hat, red cloak, her belt undone", "wearing a hat and a red cloak, her belt undone"),
        ("coveralls", "wearing coveralls"),
        ("an apron over a blue dress", "wearing an apron over a blue dress"),
        ("barefoot", "barefoot"),
        ("sleeves pinned back", "sleeves pinned back"),
        ("his coat thrown over the chair", "his coat thrown over the chair"),
        ("", ""),
    ],
)
def test_what_is_worn_is_told_with_its_articles(outfit: str, told: str) -> None:
    assert wearing(outfit) == told
