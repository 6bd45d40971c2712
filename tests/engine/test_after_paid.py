"""A submit that goes on after its paid call: what fails then says nothing of the paid job."""

from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bridge.domain import Ready
from bridge.engine.attempt import Attempt
from bridge.engine.contract import Account, Adapter, Call, Card, Finished, Model, Request
from bridge.engine.control import Control
from bridge.errors import AttemptError, Uncertain, Unfit
from bridge.transport.reply import Reply
from tests.providers.chamber import Chamber, chamber

pytestmark = pytest.mark.wire
MODEL = Model("m", "m", "flux1")


class Two(Adapter):
    """A cloud that is paid with one call and tells with another."""

    card = Card("two", "Two", "", "", (MODEL,))

    def submit(self, job: Ready, ref: str) -> Generator[Request, Reply, Finished]:
        yield Call("POST", "pay", paid=True)
        yield Call("GET", "tell")
        return Finished(())


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Chamber]:
    async with chamber(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("path", "status", "means", "state"),
    [
        *(("/tell", status, Uncertain, "uncertain") for status in (401, 404, 422, 429, 500)),
        ("/pay", 422, Unfit, "failed"),
    ],
)
async def test_only_the_paid_call_says_whether_it_was_paid(
    room: Chamber, path: str, status: int, means: type[AttemptError], state: str
) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status if request.path == path else 200)

    app = web.Application()
    app.router.add_route("*", "/{call}", answer)
    async with TestServer(app) as cloud:
        adapter = Two(Account("two", str(cloud.make_url(""))))
        tried = Attempt(adapter, MODEL, Ready("m", "flux1", "a fox", 64, 64), "job", Control())
        with pytest.raises(AttemptError) as raised:
            await room.run(tried)
    assert type(raised.value) is means
    assert await room.states() == [state]
