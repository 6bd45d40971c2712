"""SillyTavern's quality tags and its negative prompt go to the families that read them."""

from pathlib import Path

import pytest

from bridge.domain import Family, Job
from bridge.engine.card import Model
from bridge.lora.catalog import CatalogFile
from bridge.pipeline import Prompter
from bridge.summarizer.summarize import Summarizer

PREFIX = "best quality, absurdres, masterpiece,"
NEGATIVE = "lowres, bad anatomy, bad hands, text, error, cropped, worst quality, a red hat"
STORY = f'{PREFIX} *Mara waits by the old mill.* "Hello?"'
PROMPT = f"{PREFIX} a fox, snow, forest"


async def rendered(folder: Path, text: str, family: Family) -> tuple[str, str, list[str]]:
    prompter = Prompter(CatalogFile(folder / "none.json"), Summarizer(), "auto")
    job = await prompter.prepare(Job("j", text, 1, negative=NEGATIVE))
    ready = prompter.render(job, Model(id="m", name="m", family=family, negative=True))
    return ready.prompt, ready.negative, [note.code for note in (*job.notes, *ready.notes)]


@pytest.mark.parametrize("text", [STORY, PROMPT])
async def test_sdxl_is_given_both(tmp_path: Path, text: str) -> None:
    prompt, negative, notes = await rendered(tmp_path, text, "sdxl")
    assert prompt.startswith("best quality, absurdres, masterpiece, ")
    assert negative.startswith(NEGATIVE)
    assert "boilerplate" not in notes


@pytest.mark.parametrize("text", [STORY, PROMPT])
@pytest.mark.parametrize("family", ["flux1", "flux2-klein", "z-image", "gemini"])
async def test_others_are_told_without_and_it_is_noted(
    tmp_path: Path, text: str, family: Family
) -> None:
    prompt, negative, notes = await rendered(tmp_path, text, family)
    assert "quality" not in prompt
    assert "masterpiece" not in prompt
    assert negative.startswith("a red hat")
    assert "boilerplate" in notes


async def test_without_such_tags_there_is_no_note(tmp_path: Path) -> None:
    prompter = Prompter(CatalogFile(tmp_path / "none.json"), Summarizer(), "auto")
    job = await prompter.prepare(Job("j", "a fox, snow, forest", 1, negative="a red hat"))
    notes = prompter.render(job, Model(id="m", name="m", family="flux1", negative=True)).notes
    assert "boilerplate" not in [note.code for note in notes]
