import pytest

from bridge.domain import Family
from bridge.summarizer.lint import lint, repair, tokens

BAD: list[tuple[str, Family, str]] = [
    ("", "flux1", "empty"),
    (" , ", "sdxl", "empty"),
    ("masterpiece, best quality, a fox", "flux1", "boilerplate"),
    ("a (red:1.2) fox", "z-image", "weights"),
    ("a fox BREAK a hill", "flux1", "weights"),
    ("a fox <lora:fur:0.8>", "flux1", "lora-tag"),
    ("a *red* fox", "flux1", "markup"),
    ("a <b>red</b> fox", "flux1", "markup"),
    ("a fox ✨", "z-image", "markup"),
    ("<think>hm</think> a fox", "flux1", "thinking"),
    ('a fox, "come along with me"', "flux1", "speech"),
    ("a fox beside Corin", "flux1", "name"),
    ("word " * 600, "flux1", "long"),
]


@pytest.mark.parametrize(("prompt", "family", "code"), BAD)
def test_what_is_wrong_is_found(prompt: str, family: Family, code: str) -> None:
    assert code in [one.code for one in lint(prompt, family, names=["Corin"])]


@pytest.mark.parametrize(
    ("prompt", "family"),
    [
        ("A red fox, standing in the snow. Soft morning light.", "flux1"),
        ('A board, lettering that reads "THE DRY CHAIR".', "z-image"),
        ('An ash tree, a "corin" brand crate.', "flux1"),
        ("masterpiece, (red:1.2) fox", "sdxl"),
        ("The woman's three-legged stool, half-open door.", "flux1"),
        ("白い猫が縁側にいる。", "z-image"),
    ],
)
def test_a_good_prompt_has_no_findings(prompt: str, family: Family) -> None:
    assert lint(prompt, family, names=["Ash", "Corin"]) == ()


@pytest.mark.parametrize(("prompt", "family", "code"), BAD)
def test_what_can_be_mended_is_mended(prompt: str, family: Family, code: str) -> None:
    mended, notes = repair(prompt, family)
    left = [one.code for one in lint(mended, family)]
    assert code not in left or code == "empty" or tokens(prompt) == tokens(mended)
    assert bool(notes) == (code != "name")


def test_a_good_prompt_is_left_alone() -> None:
    prompt = 'A fox, on a board the words "OPEN TILL LATE". Rain, dusk.'
    assert repair(prompt, "flux1") == (prompt, ())


def test_a_long_prompt_is_cut_between_sentences() -> None:
    prompt = " ".join(f"Sentence number {n} shows a small red house." for n in range(90))
    mended, notes = repair(prompt, "flux1")
    assert tokens(mended) <= 512
    assert mended.endswith("house.")
    assert notes
