"""Texts without names, and whether they go on with the chat before."""

import pytest

from bridge.scene import ChatRef
from bridge.summarizer.continuity.book import ChatBook
from bridge.summarizer.continuity.join import goes_on


@pytest.mark.parametrize(
    ("text", "goes"),
    [
        ("*She looks out of the window.*", True),
        ("He pulls his hood up and waits for the old man.", True),
        ("*They sit down by the fire.*", True),
        ("*A woman in a red coat enters the tavern. She looks round.*", False),
        ("The tavern is nearly empty. An old sailor sleeps; his hat lies on the floor.", False),
        ("A lighthouse in the fog, waves against the rocks.", False),
        ("", False),
    ],
)
def test_who_is_meant(text: str, goes: bool) -> None:
    assert goes_on(text) is goes


async def test_a_story_of_others_is_not_told_into_the_last_chat() -> None:
    book = ChatBook()
    first = await book.tell(ChatRef(), "*Marlow leans on the rail.*", ["Marlow"], "me")
    other = await book.tell(ChatRef(), "*A woman enters the tavern. She is wet.*", [], "me")
    again = await book.tell(ChatRef(), "*He looks up.*", [], "me")
    assert first and again and other is None
    assert (again.chat, again.at) == (first.chat, first.at + 1)
