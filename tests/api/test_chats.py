"""`/bridge/v1/chats`: looked at, set right, forgotten; what is wrong is told with its place."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bridge.scene import ChatRef
from bridge.summarizer.continuity.book import ChatBook
from tests.api.door import Door, opened

CHAT = "/bridge/v1/chats/Ilva - 2024/3.jsonl"
TEXT = "*Ilva sits in the kitchen in a grey coat. It is morning.*"


@pytest_asyncio.fixture
async def door() -> AsyncIterator[Door]:
    book = ChatBook()
    await book.tell(ChatRef("Ilva - 2024/3.jsonl", 0, 0, "Ilva", "char", "Pim"), TEXT)
    async with opened(chats=book) as fresh:
        yield fresh


async def test_a_chat_is_shown(door: Door) -> None:
    assert (await door.get(CHAT)).json == {
        "id": "Ilva - 2024/3.jsonl",
        "messages": [0],
        "present": ["Ilva", "Pim"],
        "outfits": {"Ilva": {"outer": "grey coat"}, "Pim": {}},
        "place": "kitchen",
        "time": "morning",
        "weather": "",
    }


async def test_what_is_set_and_told_is_answered_with_the_state(door: Door) -> None:
    change = {
        "messages": [
            {"message_id": 1, "text": "*She takes off the coat.*", "name": "Ilva", "user": "Pim"},
            {"message_id": 1, "swipe_id": 1, "text": "*They walk to the inn.*", "name": "Ilva"},
        ],
        "outfits": {"Pim": {"head": "straw hat"}},
        "time": "night",
    }
    state = (await door.ask("PATCH", CHAT, change)).json
    assert (state["place"], state["time"]) == ("inn", "night")
    assert state["outfits"] == {"Ilva": {"outer": "grey coat"}, "Pim": {"head": "straw hat"}}
    back = {"messages": [{"message_id": 1, "swipe_id": 0}]}
    state = (await door.ask("PATCH", CHAT, back)).json
    assert (state["place"], state["outfits"]["Ilva"]) == ("kitchen", {})
    gone = {"messages": [{"message_id": 1, "removed": True}]}
    state = (await door.ask("PATCH", CHAT, gone)).json
    assert (state["messages"], state["outfits"]["Ilva"]) == ([0], {"outer": "grey coat"})
    assert state["time"] == "night"


async def test_a_forgotten_chat_is_gone(door: Door) -> None:
    assert (await door.ask("DELETE", CHAT)).status == 200
    for method in ("GET", "DELETE"):
        answer = await door.ask(method, CHAT)
        assert answer.status == 404
        assert "there is no chat" in answer.text
    assert (await door.get("/bridge/v1/chats")).json == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"time": "teatime"}, "$.time"),
        ({"outfits": {"Ilva": {"elbow": "patch"}}}, "'elbow' is none of full, top"),
        ({"place": 7}, "$.place"),
        ({"place": "x" * 201}, "at most 200 characters"),
        ({"mood": "calm"}, "mood"),
        ({"messages": [{"message_id": -1}]}, "body.messages[0]"),
        ({"messages": [{"message_id": 1, "text": "x", "role": "ghost"}]}, "body.messages[0]"),
        ({"present": ["n"] * 25}, "24 names"),
    ],
)
async def test_what_is_wrong_is_told(door: Door, change: object, complaint: str) -> None:
    answer = await door.ask("PATCH", CHAT, change)
    assert answer.status == 422
    assert complaint in answer.text
    assert (await door.get(CHAT)).json["place"] == "kitchen"


@pytest.mark.parametrize(
    ("said", "ref"),
    [
        ({}, ChatRef()),
        (
            {"chat_id": "c", "message_id": 0, "swipe_id": "2", "speaker": "Ilva", "user": "Pim"},
            ChatRef("c", 0, 2, "Ilva", "char", "Pim"),
        ),
        ({"chat_id": "c", "role": "narrator"}, ChatRef("c", -1, 0, "", "narrator")),
    ],
)
async def test_a_request_says_which_message_it_is(
    door: Door, said: dict[str, object], ref: ChatRef
) -> None:
    body = {"prompt": "a fox", "override_settings": {"bridge": said}}
    assert (await door.post("txt2img", body)).status == 200
    assert door.pipeline.jobs[-1].chat == ref


async def test_a_role_that_there_is_not_is_told(door: Door) -> None:
    body = {"prompt": "a fox", "override_settings": {"bridge": {"role": "ghost"}}}
    answer = await door.post("txt2img", body)
    assert "bridge.role: 'ghost' is none of char, user, narrator" in answer.text
