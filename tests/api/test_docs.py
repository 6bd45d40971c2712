"""What a browser sees: the page of all addresses, and the small picture in its tab."""

import re
from typing import Any, cast
from unittest.mock import MagicMock
from xml.etree import ElementTree

import pytest
from fastapi.routing import APIRoute

from bridge.api import chats, control, hooks
from bridge.api.a1111 import routes as a1111
from bridge.api.docs import HIDDEN, TOPICS
from bridge.api.openai import routes as openai
from bridge.api.rooms import DoorSettings
from tests.api.door import Door


async def test_the_documentation_is_there(door: Door) -> None:
    paths = (await door.get("/openapi.json")).json["paths"]
    assert {"get", "post"} == set(paths["/sdapi/v1/options"])
    assert paths["/sdapi/v1/progress"]["get"]["tags"] == ["Make pictures"]
    page = await door.get("/docs")
    assert (page.status, page.text.count("HEAD"), page.text.count("OPTIONS")) == (200, 0, 0)
    assert "<h2>Make pictures</h2>" in page.text
    assert "&lt;lora:id:weight&gt;" in page.text
    assert "/bridge/v1/chats" not in page.text  # this door has no such room


@pytest.mark.parametrize("page", ["/", "/docs"])
async def test_a_browser_finds_the_favicon_of_every_page(door: Door, page: str) -> None:
    text = (await door.get(page, headers={"Accept": "text/html"})).text
    (found,) = re.findall('<link rel="icon" href="(.*?)"', text)
    answer = await door.get(f"/{found}")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/svg+xml")
    assert found == "favicon.ico"  # asked for beside JSON too, which cannot say where it is
    assert ElementTree.fromstring(answer.raw).tag.endswith("svg")


def test_every_route_has_a_topic_and_no_topic_is_stale() -> None:
    room = cast(Any, MagicMock(styles={}))
    routers = (
        a1111.router(room, DoorSettings(), room), openai.router(room, DoorSettings(), room),
        control.router(room), hooks.router(room), chats.router(room),
    )  # fmt: skip
    routes = [route for router in routers for route in router.routes]
    there = [
        f"{m} {r.path_format}" for r in routes if isinstance(r, APIRoute) for m in r.methods or ()
    ]
    listed = [row for rows in TOPICS.values() for row in rows]
    assert sorted(there) == sorted([*listed, *HIDDEN])
