"""What is spoken or hidden in a message does not come back in a prompt, whoever wrote the scene."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.domain import Family, Job
from bridge.engine.card import LoraRule, Model
from bridge.errors import Unfit
from bridge.lora.catalog import CatalogFile
from bridge.pipeline import Prompter
from bridge.question import Answer, Question
from bridge.scene import Scene
from bridge.summarizer.dialects import DIALECTS
from bridge.summarizer.summarize import Summarizer
from bridge.summarizer.unsaid import leaked, unsaid, without

TEXT = (
    "((OOC: we could bring the very old smuggler back in later))\n"
    "*Odile mends a net on the quay.*\n"
    '"Nobody sails before the third bell tonight," she says.\n'
    "Mood: wary\nHealth: sixty of one hundred points are left today\n"
)
LEAKS = (
    "they could bring the very old smuggler back in later",
    "A board: nobody sails before the third bell tonight",
    "a health bar, sixty of one hundred points are left today",
)
ENTRY = {
    "name": "Odile", "url": "https://files.example/o.safetensors", "weight": 1, "rank": 1,
    "category": "character", "trigger_words": ["od1le"], "keywords": ["Odile"],
    "prepend_prompt": "", "append_prompt": "old smuggler with two gold front teeth",
    "negative_prompt": "",
}  # fmt: skip


def model(family: Family) -> Model:
    return Model(id="m", name="m", family=family, loras=LoraRule(most=2))


@pytest.fixture
def prompter(tmp_path: Path) -> Prompter:
    async def ask(question: Question) -> Answer:
        subject = {"name": "Odile", "look": "a woman", "action": f"mending a net, {LEAKS[2]}"}
        place = {"kind": "explicit", "text": "the quay"}
        props = [*LEAKS, "a coil of rope on the wet stones"]
        return Answer(json.dumps({"subjects": [subject], "place": place, "props": props}))

    file = tmp_path / "loras.json"
    file.write_text(json.dumps({"config": {}, "loras": {"odile": ENTRY}}))
    return Prompter(CatalogFile(file), Summarizer(ask), "always")


@pytest.mark.parametrize("family", [one for one in DIALECTS if one != "sdxl"])
async def test_what_a_model_lets_slip_is_taken_out(prompter: Prompter, family: Family) -> None:
    job = await prompter.prepare(Job("j", TEXT, 7, prompt_mode="always"))
    ready = prompter.render(job, model(family))
    for words in ("bring", "third bell", "hundred"):
        assert words not in ready.prompt
    for words in ("mending", "net", "quay", "coil of rope"):
        assert words in ready.prompt
    assert any("forbidden" in note.text for note in ready.notes if note.code == "prompt-mended")


async def test_the_words_of_a_lora_may_be_spoken_too(prompter: Prompter) -> None:
    text = '*Odile mends a net on the quay.* "An old smuggler with two gold front teeth? No."'
    job = await prompter.prepare(Job("j", text, 7, prompt_mode="always"))
    job = replace(job, loras=tuple(replace(one, files={}) for one in job.loras))
    assert "old smuggler with two gold front teeth" in prompter.render(job, model("flux1")).prompt


async def test_a_prompt_of_nothing_else_is_refused(prompter: Prompter) -> None:
    job = await prompter.prepare(Job("j", TEXT, 7, prompt_mode="always"))
    job = replace(job, loras=(), scene=Scene(shot=LEAKS[1], light=LEAKS[1]))
    with pytest.raises(Unfit, match="empty"):
        prompter.render(job, model("flux1"))


def test_what_is_narrated_too_may_be_seen() -> None:
    line = "the last red boat sails north this year"
    assert not leaked(line, unsaid(f'*Here comes {line}.* "There is {line} at last."'))
    assert leaked(f"a sail, {line}", unsaid(f'*She points.* "There is {line} at last."'))
    assert not leaked(line, unsaid("*She points.*"))


def test_things_that_are_spoken_of_may_be_listed() -> None:
    said = unsaid('"Two bowls, a fish stew, a dry chair and a red scarf!"')
    assert not leaked("Bowls, fish stew, dry chair, red scarf.", said)
    assert leaked("A sign: dry chair and a red scarf.", said)


def test_only_the_phrase_goes() -> None:
    text = "A woman, mending a net, third bell tonight at last. A coil of rope."
    assert without(text, ["bell tonight at"]) == "A woman, mending a net. A coil of rope."
    assert without(text, ["coil of"]) == "A woman, mending a net, third bell tonight at last."
    assert without(text, ["net, third"]) == "A woman. A coil of rope."
    assert without(text, []) == text
