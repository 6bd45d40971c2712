import json

import pytest

from bridge.domain import Family
from bridge.summarizer.lint import lint, repair, tokens
from bridge.summarizer.lint_rules import RULES

CAPTION = (
    '{"high_level_description": "A fox by a \\"closed\\" sign.", "compositional_deconstruction": '
    '{"background": "snow", "elements": [{"type": "text", "text": "NO ENTRY", "desc": "red"}]}}'
)
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
    ("word " * 80, "sdxl", "chunks"),
    ("word " * 240, "sdxl", "long"),
    ('a "quiet" fox', "gemini", "quotes"),
    ("a fox without its tail", "flux2-klein", "negation"),
    ("a fox that doesn't move", "gpt-image", "negation"),
    ("a fox that looks at you", "z-image", "second-person"),
    (CAPTION.replace("A fox", "masterpiece, a fox"), "ideogram4", "boilerplate"),
    (CAPTION.replace("A fox", "A fox, “come with me”"), "ideogram4", "speech"),
    (CAPTION.replace("A fox", "A fox beside Corin"), "ideogram4", "name"),
    ('{"high_level_description": ""}', "ideogram4", "empty"),
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
        ("A dragon no bigger than a goose.", "flux1"),
        ('A board with the words "NOT YOU".', "flux1"),
        ("((red fox)), long_hair", "sdxl"),
        (CAPTION, "ideogram4"),
    ],
)
def test_a_good_prompt_has_no_findings(prompt: str, family: Family) -> None:
    assert lint(prompt, family, names=["Ash", "Corin"]) == ()


@pytest.mark.parametrize(("prompt", "family", "code"), BAD)
def test_what_can_be_mended_is_mended_and_said(prompt: str, family: Family, code: str) -> None:
    mended, notes = repair(prompt, family)
    is_one_piece = code == "long" and mended.count("word") in (600, 240)
    is_mended = RULES[code].outcome == "mended" and not is_one_piece
    assert (code not in [one.code for one in lint(mended, family)]) or not is_mended
    assert [code in note.text for note in notes] == [True] * is_mended
    assert is_mended or mended == prompt or code == "long"


def test_every_code_is_tried_here() -> None:
    assert {code for _, _, code in BAD} | {"forbidden"} == set(RULES)


def test_what_blocks_is_mended_or_refused() -> None:
    blocking = {rule.code for rule in RULES.values() if rule.blocking}
    assert blocking == {"empty", "name", "forbidden", "thinking", "lora-tag"}
    mended, _ = repair("<think>hm</think> a fox <lora:fur:0.8>", "flux1")
    assert not lint(mended, "flux1")


def test_forbidden_words_block() -> None:
    [found] = lint("A fox. Come along.", "flux1", forbidden=["come ALONG", ""])
    assert (found.code, found.blocking) == ("forbidden", True)
    assert not lint("A fox. Come along.", "flux1", forbidden=["come back"])


def test_a_caption_stays_a_caption() -> None:
    mended, notes = repair(CAPTION.replace("A fox", "masterpiece, a *red* fox"), "ideogram4")
    assert json.loads(mended) == json.loads(CAPTION.replace("A fox", "a red fox"))
    assert notes


@pytest.mark.parametrize(
    ("prompt", "code"),
    [('{"a": ' * 2000, "long"), ("{" * 9, "empty"), ('{"a": ' * 2000 + "1" + "}" * 2000, "long")],
)
def test_what_only_looks_like_a_caption_is_read_as_text(prompt: str, code: str) -> None:
    findings = lint(repair(prompt, "ideogram4")[0], "ideogram4")
    assert code in [finding.code for finding in findings]


def test_a_good_prompt_is_left_alone() -> None:
    prompt = 'A fox, on a board the words "OPEN TILL LATE". Rain, dusk.'
    assert repair(prompt, "flux1") == (prompt, ())


def test_a_long_prompt_is_cut_between_sentences() -> None:
    prompt = " ".join(f"Sentence number {n} shows a small red house." for n in range(90))
    mended, notes = repair(prompt, "flux1")
    assert tokens(mended) <= 512
    assert mended.endswith("house.")
    assert notes
