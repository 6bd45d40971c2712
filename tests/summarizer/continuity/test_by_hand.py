"""Who has no LoRA, and what a person sets by hand: both reach the next picture and the state."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bridge.domain import Job
from bridge.lora.catalog import CatalogFile
from bridge.pipeline import Prompter
from bridge.question import Answer, Question
from bridge.scene import ChatRef, Scene
from bridge.summarizer.continuity.book import ChatBook
from bridge.summarizer.continuity.own import Own
from bridge.summarizer.summarize import Summarizer
from bridge.wording import worded

BAR = '*Bram leans on the bar of the tavern, a mug in his hand.* "Evening."'
CLOAK = Own(outfits={"Bram": {"outer": "red velvet cloak"}})


class Told:
    """A chat whose characters no dictionary knows."""

    def __init__(self, folder: Path, answer: Mapping[str, object] | None = None) -> None:
        empty = folder / "loras.json"
        empty.write_text(json.dumps({"config": {}, "loras": {}}))

        async def ask(question: Question) -> Answer:
            return Answer(json.dumps(answer))

        self.book = ChatBook()
        summarizer = Summarizer(ask if answer else None)
        self.prompter = Prompter(CatalogFile(empty), summarizer, "always", self.book)

    async def say(self, text: str, at: int, swipe: int = 0, *, speaker: str = "Bram") -> Scene:
        role = "char" if speaker else "narrator"
        chat = ChatRef("one", at, swipe, speaker, role, "Pim")  # type: ignore[arg-type]
        job = await self.prompter.prepare(Job("j", text, 7, prompt_mode="always", chat=chat))
        assert job.scene is not None
        return job.scene

    async def state(self) -> Mapping[str, Any]:
        return await self.book.state("one")


@pytest.mark.parametrize(
    "text",
    [
        '*He grins.* "Well?"',
        "*Bram laughs and lifts the mug.*",
        "*Bram, his belt undone, laughs at the fire.*",
        "*Bram's cloak is torn at the hem. He sighs.*",
    ],
)
async def test_an_outfit_set_by_hand_is_in_the_next_prompt(tmp_path: Path, text: str) -> None:
    chat = Told(tmp_path)
    await chat.say(BAR, 0)
    await chat.book.amend("one", [], CLOAK)
    scene = await chat.say(text, 1)
    assert "red velvet cloak" in worded(scene, "flux1", (), ()).prompt


async def test_whom_a_pronoun_means_wears_what_was_set(tmp_path: Path) -> None:
    chat = Told(tmp_path)
    await chat.say("Bram leans on the bar. Hilde pours the beer in a green apron.", 0, speaker="")
    await chat.book.amend("one", [], CLOAK)
    scene = await chat.say("He lifts the mug and drinks deeply.", 1, speaker="")
    assert [(one.name, one.outfit) for one in scene.subjects] == [("Bram", "red velvet cloak")]


async def test_those_who_are_meant_by_they_are_in_the_picture(tmp_path: Path) -> None:
    chat = Told(tmp_path)
    await chat.say(BAR, 0)
    await chat.book.amend("one", [], Own(present=("Bram", "Odo")))
    scene = await chat.say("*They sit down together and look at the fire.*", 1)
    assert {one.name for one in scene.subjects} == {"Bram", "Odo"}


async def test_a_model_does_not_overwrite_what_was_set(tmp_path: Path) -> None:
    subject = {"name": "Bram", "outfit": "blue cloak, tall boots", "action": "lifting a mug"}
    place = {"kind": "explicit", "text": "the tavern"}
    answer = {"subjects": [subject], "place": place, "time": "morning"}
    chat = Told(tmp_path, answer)
    await chat.say(BAR, 0)
    own = Own(outfits=CLOAK.outfits, place="castle courtyard", time="night")
    await chat.book.amend("one", [], own)
    scene = await chat.say(BAR, 0, swipe=1)
    assert scene.subjects[0].outfit == "red velvet cloak, tall boots"
    assert (scene.place.text, scene.time) == ("the castle courtyard", "night")


async def test_a_named_person_enters_without_a_lora(tmp_path: Path) -> None:
    chat = Told(tmp_path)
    await chat.say("*Odile comes in and sits down at the bar. Dust lies on it.*", 0)
    assert (await chat.state())["present"] == ["Bram", "Pim", "Odile"]
    await chat.say("*Service is over. Bram wipes the counter.*", 1)
    assert (await chat.state())["present"] == ["Bram", "Pim", "Odile"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("*Bram waits at the harbour with a lantern in his hand.*", "harbour"),
        ("*The forge is dark and hot. Bram hammers a blade.*", "forge"),
        ("*Bram looks at the boats in the harbour.*", "tavern"),
        ("*The kitchen is closed. Bram yawns.*", "tavern"),
    ],
)
async def test_a_place_that_the_newest_message_states_beats_the_kept_one(
    tmp_path: Path, text: str, place: str
) -> None:
    chat = Told(tmp_path)
    await chat.say("*Bram sits in the tavern with a mug.*", 0)
    scene = await chat.say(text, 1)
    assert scene.place.text == f"the {place}"
    assert (await chat.state())["place"] == place


async def test_the_state_says_what_the_picture_shows_after_a_swipe(tmp_path: Path) -> None:
    chat = Told(tmp_path)
    shown = []
    for swipe, text in enumerate(
        (
            "*A path runs by the wall. Bram wades in the river, lantern held high.*",
            "*Bram sits on a sack in the mill.*",
        )
    ):
        scene = await chat.say(text, 0, swipe)
        shown.append((scene.place.text, (await chat.state())["place"]))
    await chat.book.amend("one", [], Own(place="castle"))
    scene = await chat.say("*Bram wades in the river, lantern held high.*", 0, 2)
    shown.append((scene.place.text, (await chat.state())["place"]))
    assert shown == [("the river", "river"), ("the mill", "mill"), ("the castle", "castle")]


async def test_the_state_takes_up_where_a_model_saw_the_picture(tmp_path: Path) -> None:
    place = {"kind": "explicit", "text": "the old bridge, in fog"}
    chat = Told(tmp_path, {"subjects": [{"name": "Bram"}], "place": place})
    await chat.say("*Bram leans on the railing and spits into the water.*", 0)
    assert (await chat.state())["place"] == "old bridge"
