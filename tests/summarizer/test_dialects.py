"""Golden prompts; after a wanted change: `python -m tests.summarizer.test_dialects` writes them."""

from pathlib import Path
from typing import Final

import pytest

from bridge.domain import Family
from bridge.scene import Place, Scene, Subject
from bridge.summarizer.dialects import DIALECTS, render

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
    "ferry.flux1": ("flux1", FERRY),
    "ferry.z-image": ("z-image", FERRY),
    "garden.flux1": ("flux1", GARDEN),
    "garden.z-image": ("z-image", GARDEN),
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
    assert "mquill woman" in prompt and "ferry" in prompt and "A lantern." in prompt
    assert "shelf number 59" not in prompt


def test_an_empty_scene_still_makes_a_prompt() -> None:
    assert render("flux1", Scene(), {}).positive == "Soft natural light."


if __name__ == "__main__":
    for each in CASES:
        (GOLDEN / f"{each}.txt").write_text(rendered(each), "utf-8")
