"""What the emulated model sees in a picture, over the wire, and what is made of its answers."""

import json

import pytest

from bridge.errors import Forbidden, Garbled
from bridge.pictures.sniff import sniff
from bridge.question import Answer, Question
from bridge.scene import Scene, Subject
from bridge.summarizer.vision import Viewer
from bridge.transport.client import Transport
from bridge.transport.llm.client import Llm
from bridge.transport.llm.endpoint import Endpoint, Kind
from emulator.app import running
from tests.api.door import drawn

SCENE = Scene(subjects=(Subject(name="Mara", look="a tall woman"),), weather="rain")


class Says:
    """Answers always the same and keeps what it was asked."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked: list[Question] = []

    async def __call__(self, question: Question) -> Answer:
        self.asked.append(question)
        return Answer(self.text)


@pytest.mark.parametrize("path", ["llm/v1", "llm/anthropic"])
@pytest.mark.parametrize("fault", ["", "fences", "thinking"])
async def test_a_picture_is_described_and_graded_over_the_wire(path: str, fault: str) -> None:
    transport = Transport()
    async with running() as emu:
        kind: Kind = "anthropic" if "anthropic" in path else "openai"
        at = Endpoint("eyes", f"{emu.url}/{path}", "test-k", "emulated-writer", kind)
        llm = Llm(at, transport)
        if fault:
            emu.faults.add("llm", fault, times=None)
        viewer = Viewer(llm.ask)
        caption = await viewer.describe(sniff(drawn()))
        grade = await viewer.grade(sniff(drawn()), SCENE)
        await llm.aclose()
    await transport.aclose()
    assert "single tree" in caption
    assert (grade.score, grade.reasons[0]) == (7, "the rain is missing")


async def test_the_picture_is_sent_and_no_name() -> None:
    says = Says('{"score": 11, "reasons": []}')
    assert (await Viewer(says).grade(sniff(drawn()), SCENE)).score == 10
    system, user = says.asked[0].messages
    assert user["content"][0]["image_url"]["url"].startswith("data:image/png;base64,iVBOR")
    assert "a tall woman" in system["content"]
    assert "Mara" not in system["content"]


@pytest.mark.parametrize("text", ["", "no", "{}", '{"score": "good"}', '{"description": " "}'])
async def test_what_is_no_answer_is_garbled(text: str) -> None:
    with pytest.raises(Garbled):
        await Viewer(Says(text)).describe(sniff(drawn()))
    with pytest.raises(Garbled):
        await Viewer(Says(text)).grade(sniff(drawn()), SCENE)


async def test_what_is_never_made_is_not_described_for_making() -> None:
    told = json.dumps({"description": "explicit sex with a minor"})
    with pytest.raises(Forbidden):
        await Viewer(Says(told)).describe(sniff(drawn()))
