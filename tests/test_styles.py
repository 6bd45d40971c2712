from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain import Job, Style
from bridge.engine.card import LoraRule, Model
from bridge.errors import BadRequest, Forbidden
from bridge.lora.catalog import CatalogFile
from bridge.pipeline import Prompter
from bridge.styles import USUAL, read_styles, styled
from bridge.summarizer.summarize import Summarizer

GOOD = (
    "\ufeffname,prompt,negative_prompt\r\n"
    "None,,\r\n"
    'Ink, "ink drawing of {prompt}, fine lines", "photo, blur"\r\n'
    "\r\n"
    "--- light ---,,\r\n"
    'Dusk,"warm evening light\r\nlong shadows"\r\n'
    "Ink,ink wash,\r\n"
)


def test_a1111s_own_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "styles.csv"
    path.write_text(GOOD, encoding="utf-8", newline="")
    assert list(read_styles(path).values()) == [
        Style("Ink", "ink wash"),
        Style("--- light ---"),
        Style("Dusk", "warm evening light\r\nlong shadows"),
    ]


def test_an_old_file_calls_the_prompt_text(tmp_path: Path) -> None:
    path = tmp_path / "styles.csv"
    path.write_text("name,text\nInk,ink drawing\n")
    assert read_styles(path) == {"Ink": Style("Ink", "ink drawing")}


def test_without_the_usual_file_there_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_styles(USUAL) == {}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (None, "cannot be read"),
        (b"", "line 1: no column 'name'"),
        (b"name,negative_prompt\nInk,x\n", "line 1: no column 'text'"),
        (b"name,prompt\nInk,ink drawing, fine\n", "line 2: more columns"),
        (b'name,prompt\nInk,"ink\nDusk,warm\n', "line 3: unexpected end"),
        (b"name,prompt\nInk,\xff\n", "not a text in UTF-8"),
    ],
)
def test_a_broken_file_is_told_at_the_start(tmp_path: Path, raw: bytes | None, words: str) -> None:
    path = tmp_path / "my.csv"
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(BadRequest, match=words) as told:
        read_styles(path)
    assert "my.csv" in told.value.text


@given(st.text(), st.lists(st.text()))
def test_no_style_loses_the_prompt(text: str, styles: list[str]) -> None:
    assert text.strip() in styled(text, styles)


def test_a_style_wraps_or_follows() -> None:
    assert styled("a fox", ["ink, {prompt}, fine", "dusk"]) == "ink, a fox, fine, dusk"
    assert styled("", ["dusk"]) == "dusk"
    assert styled("a fox", [""]) == "a fox"


MODEL = Model("m", "m", "flux1", loras=LoraRule(2), negative=True)


@pytest.fixture
def prompter(tmp_path: Path) -> Prompter:
    return Prompter(CatalogFile(tmp_path / "none.json"), Summarizer(None, timeout=1.0), "auto")


INK = Style("Ink", "ink drawing of {prompt} <lora:nobody:0.5>", "photo")


async def test_a_finished_prompt_is_styled(prompter: Prompter) -> None:
    job = await prompter.prepare(Job("1", "a fox", 7, negative="fog", styles=(INK,)))
    ready = prompter.render(job, MODEL)
    assert (ready.prompt, ready.negative) == ("ink drawing of a fox", "fog, photo")
    assert [note.code for note in job.notes] == ["lora-unknown"]


async def test_a_story_is_styled_after_it_became_a_prompt(prompter: Prompter) -> None:
    story = '*Marlow waits at the harbour in the rain, a lantern in his hand.* "Where are you?"'
    job = await prompter.prepare(Job("1", story, 7, styles=(INK,)))
    assert job.scene is not None
    prompt = prompter.render(job, MODEL).prompt
    assert prompt.startswith("ink drawing of ")
    assert "Where are you" not in prompt


async def test_a_styles_words_are_guarded_too(prompter: Prompter) -> None:
    with pytest.raises(Forbidden):
        await prompter.prepare(Job("1", "a woman", 7, styles=(Style("x", "nude {prompt}"),)))
