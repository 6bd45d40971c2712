from pathlib import Path

import pytest

from bridge.domain import Job, Lora, LoraFile, Rating
from bridge.engine.card import LoraRule, Model
from bridge.errors import Forbidden
from bridge.lora.catalog import CatalogFile
from bridge.pipeline import Prompter
from bridge.summarizer.summarize import Summarizer

FLUX = Model("f", "flux1-dev", "flux1", loras=LoraRule(most=2))
TURBO = Model("z", "z-image", "z-image", loras=LoraRule(most=2))


@pytest.fixture
def prompter(tmp_path: Path) -> Prompter:
    catalog = CatalogFile(tmp_path / "none.json")
    return Prompter(catalog, Summarizer(None, timeout=1.0), "never")


def brought(trigger: str) -> Lora:
    file = LoraFile("https://files.example/mira.safetensors?token=x", 0.7)
    return Lora("asked-mira", "mira", "misc", 0, {"flux1": file}, trigger_words=(trigger,))


async def test_a_brought_lora_is_used_where_its_family_is(prompter: Prompter) -> None:
    asked = Job("1", "a fox in the snow", 7, own_loras=(brought("m1ra fox"),))
    job = await prompter.prepare(asked)
    ready = prompter.render(job, FLUX)
    (use,) = ready.loras
    assert (use.url, use.weight) == ("https://files.example/mira.safetensors?token=x", 0.7)
    assert "m1ra fox" in ready.prompt
    other = prompter.render(job, TURBO)
    assert other.loras == ()
    assert "m1ra" not in other.prompt
    assert "lora-family" in [note.code for note in other.notes]


async def test_its_trigger_word_is_guarded_as_the_text_is(prompter: Prompter) -> None:
    with pytest.raises(Forbidden, match="mature by the rule 'nudity'; the ceiling is general"):
        await prompter.prepare(
            Job("1", "a fox", 7, rating=Rating.GENERAL, own_loras=(brought("a nude woman"),))
        )
