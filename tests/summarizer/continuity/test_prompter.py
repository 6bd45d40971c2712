"""What a chat stands at in the pictures of its messages: scene, LoRAs, the writer's orders."""

import json
from pathlib import Path

import pytest

from bridge.domain import Job
from bridge.errors import Forbidden
from bridge.lora.catalog import CatalogFile
from bridge.pipeline import Prompter
from bridge.question import Answer, Question
from bridge.scene import ChatRef
from bridge.summarizer.continuity.book import ChatBook
from bridge.summarizer.continuity.own import Own
from bridge.summarizer.summarize import Summarizer

FIRST = (
    "*Ilva sits by the stove in the kitchen in a grey coat and a red scarf. It is early morning."
    ' She yawns.* "Too early."'
)
NEXT = '*She gets up and leans against the wall, arms folded.* "Still too early."'


@pytest.fixture
def loras(tmp_path: Path) -> CatalogFile:
    file = tmp_path / "loras.json"
    one = {
        "name": "Ilva", "url": "https://files.example/ilva.safetensors", "weight": 1, "rank": 1,
        "category": "character", "trigger_words": ["ilv4"], "keywords": ["Ilva"],
        "prepend_prompt": "", "append_prompt": "", "negative_prompt": "",
        "look_text": "a tall woman with black hair",
    }  # fmt: skip
    file.write_text(json.dumps({"config": {}, "loras": {"ilva": one}}))
    return CatalogFile(file)


def asked(text: str, at: int, swipe: int = 0) -> Job:
    chat = ChatRef("one", at, swipe, "Ilva", "char", "Pim")
    return Job(str(at), text, 7, prompt_mode="always", chat=chat, caller="c")


async def test_what_is_not_said_again_is_in_the_picture(loras: CatalogFile) -> None:
    prompter = Prompter(loras, Summarizer(None), "always", ChatBook())
    await prompter.prepare(asked(FIRST, 0))
    job = await prompter.prepare(asked(NEXT, 1))
    assert job.scene is not None
    (ilva,) = [one for one in job.scene.subjects if one.name == "Ilva"]
    assert ilva.outfit == "grey coat, red scarf"
    assert (job.scene.place.text, job.scene.time) == ("the kitchen", "morning")
    assert [lora.id for lora in job.loras] == ["ilva"]


async def test_without_a_chat_nothing_is_carried(loras: CatalogFile) -> None:
    prompter = Prompter(loras, Summarizer(None), "always")
    await prompter.prepare(asked(FIRST, 0))
    job = await prompter.prepare(asked(NEXT, 1))
    assert job.scene is not None
    assert job.loras == ()
    assert "kitchen" not in job.scene.place.text


async def test_a_swipe_takes_its_clothes_with_it(loras: CatalogFile) -> None:
    prompter = Prompter(loras, Summarizer(None), "always", ChatBook())
    await prompter.prepare(asked(FIRST, 0))
    await prompter.prepare(asked("*She takes off the scarf and the coat. She yawns.*", 1))
    await prompter.prepare(asked("*She leans on the table and yawns.*", 1, swipe=1))
    job = await prompter.prepare(asked(NEXT, 2))
    assert job.scene is not None
    assert [one.outfit for one in job.scene.subjects if one.name] == ["grey coat, red scarf"]


async def test_the_curated_place_of_a_picture_stands_for_the_next(loras: CatalogFile) -> None:
    prompter = Prompter(loras, Summarizer(None), "always", ChatBook())
    first = await prompter.prepare(asked("*Ilva yawns and rubs her eyes.*", 0))
    second = await prompter.prepare(asked("*She yawns once more, and smiles.*", 1))
    assert first.scene is not None
    assert second.scene is not None
    assert first.scene.place.id
    assert second.scene.place == first.scene.place


async def test_an_llm_is_told_what_stood_before(loras: CatalogFile) -> None:
    stories: list[str] = []

    async def ask(question: Question) -> Answer:
        stories.append(str(question.messages[1]["content"]))
        subjects = [{"name": "Ilva", "pose": "leaning against the wall"}]
        return Answer(json.dumps({"subjects": subjects, "place": {"id": "stay"}}))

    prompter = Prompter(loras, Summarizer(ask), "always", ChatBook())
    await prompter.prepare(asked(FIRST, 0))
    job = await prompter.prepare(asked(NEXT, 1))
    assert (
        "[before: Ilva wears grey coat, red scarf; Pim is there; place: the kitchen;" in stories[1]
    )
    assert "[before" not in stories[0]
    assert job.scene is not None
    assert job.scene.subjects[0].outfit == "grey coat, red scarf"


async def test_what_a_person_sets_is_guarded_too(loras: CatalogFile) -> None:
    book = ChatBook()
    prompter = Prompter(loras, Summarizer(None), "always", book)
    await prompter.prepare(asked(FIRST, 0))
    await book.amend("one", [], Own(outfits={"Ilva": {"outer": "", "neck": "", "top": "topless"}}))
    with pytest.raises(Forbidden):
        await prompter.prepare(asked(NEXT, 1))
