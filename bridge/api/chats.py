"""What chats stand at: looked at, set right and forgotten at `/bridge/v1/chats`."""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from bridge.api.json_body import json_answer, json_object
from bridge.api.rooms import ChatDesk
from bridge.errors import BadRequest
from bridge.summarizer.continuity.chat import Line, shortened
from bridge.summarizer.continuity.own import SLOTS, Own
from bridge.summarizer.continuity.state import Message

LONGEST: Final = 200
"""Characters of a name, a place or what is worn in a slot."""
MOST_NAMES: Final = 24
MOST_MESSAGES: Final = 1000
"""In one request."""


class Changed(msgspec.Struct, forbid_unknown_fields=True):
    """A message that came, changed, was swiped to, or went."""

    message_id: int
    swipe_id: int = 0
    text: str | None = None
    """None: the version that is known by this `swipe_id` is shown again."""
    name: str = ""
    role: str = "char"
    user: str = ""
    removed: bool = False
    """Those behind it move up by one."""


class Amendment(msgspec.Struct, forbid_unknown_fields=True):
    """What a PATCH may say; what it leaves out stays."""

    present: list[str] | None = None
    outfits: dict[str, dict[str, str]] = {}
    place: str | None = None
    time: str | None = None
    weather: str | None = None
    messages: list[Changed] = []


def router(desk: ChatDesk) -> APIRouter:
    """`/bridge/v1/chats` and `/bridge/v1/chats/{id}`."""
    door = APIRouter()

    @door.get("/bridge/v1/chats")
    async def chats() -> Response:
        """Those that changed last, latest first."""
        return json_answer(await desk.listing())

    @door.get("/bridge/v1/chats/{id:path}")
    async def chat(id: str) -> Response:
        """Who is there, in what, where and when."""
        return json_answer(await desk.state(id))

    @door.patch("/bridge/v1/chats/{id:path}")
    async def amend(id: str, request: Request) -> Response:
        """Messages that changed first, then what a person sets; the answer is the state."""
        said = _read(await json_object(request))
        return json_answer(await desk.amend(id, list(_lines(said)), _own(said)))

    @door.delete("/bridge/v1/chats/{id:path}")
    async def forget(id: str) -> Response:
        """All of it."""
        await desk.forget(id)
        return json_answer({"forgotten": id})

    return door


def _read(body: Mapping[str, object]) -> Amendment:
    try:
        said = msgspec.convert(body, Amendment)
    except msgspec.ValidationError as error:
        raise BadRequest(f"body: {error}") from None
    slots = [slot for worn in said.outfits.values() for slot in worn if slot not in SLOTS]
    if slots:
        raise BadRequest(f"body.outfits: {slots[0][:40]!r} is none of {', '.join(SLOTS)}")
    names = [*(said.present or ()), *said.outfits]
    if len(said.messages) > MOST_MESSAGES or len(names) > MOST_NAMES:
        raise BadRequest(f"body: at most {MOST_MESSAGES} messages and {MOST_NAMES} names")
    worn = [text for slots in said.outfits.values() for text in slots.values()]
    if any(len(text) > LONGEST for text in (*names, *worn, said.place or "", said.weather or "")):
        raise BadRequest(f"body: a name, a place or a garment has at most {LONGEST} characters")
    return said


def _own(said: Amendment) -> Own | None:
    told = {
        "present": said.present,
        "outfits": said.outfits or None,
        "place": said.place,
        "time": said.time,
        "weather": said.weather,
    }
    told = {name: value for name, value in told.items() if value is not None}
    try:
        return msgspec.convert(told, Own) if told else None
    except msgspec.ValidationError as error:
        raise BadRequest(f"body: {error}") from None


def _lines(said: Amendment) -> Iterator[Line]:
    for place, one in enumerate(said.messages):
        if one.message_id < 0 or one.swipe_id < 0:
            raise BadRequest(f"body.messages[{place}]: ids are counted from 0")
        if one.removed:
            yield Line("removed", one.message_id)
        elif one.text is None:
            yield Line("shown", one.message_id, one.swipe_id)
        else:
            message = {"text": one.text, "name": one.name, "role": one.role, "user": one.user}
            try:
                read = msgspec.convert(message, Message)
            except msgspec.ValidationError as error:
                raise BadRequest(f"body.messages[{place}]: {error}") from None
            yield Line("message", one.message_id, one.swipe_id, shortened(read))
