"""Pictures that hide pictures, through a whole attempt."""

from collections.abc import AsyncIterator, Generator
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.domain import Ready
from bridge.engine.attempt import Attempt
from bridge.engine.contract import Account, Adapter, Card, Finished, Local, Model, Request, Ticket
from bridge.engine.control import Control
from bridge.errors import Sealed
from bridge.transport.reply import Reply
from tests.providers.chamber import Chamber, chamber

pytestmark = pytest.mark.wire
VECTORS = Path(__file__).parent.parent / "stego" / "vectors"
MODEL = Model("m", "m", "flux1", carriers=True)


class Hiding(Adapter):
    """Gives one of the prepared carriers."""

    card = Card("hiding", "Hiding", "", "", (MODEL,))

    def submit(self, job: Ready, ref: str) -> Generator[Request, Reply, Ticket | Finished]:
        yield from ()
        file = VECTORS / self.account.options["file"]
        return Finished((Local(file.read_bytes),), cost=700)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Chamber]:
    async with chamber(tmp_path, picture_cap=16 << 20) as made:
        yield made


def attempt(file: str, **options: str) -> Attempt:
    adapter = Hiding(Account("hiding", "", options={"file": file, **options}))
    tried = Attempt(adapter, MODEL, Ready("m", "flux1", "a fox", 64, 64), "job", Control())
    tried.booked = True
    return tried


async def test_what_is_hidden_is_the_picture(room: Chamber) -> None:
    outcome = await room.run(attempt("tt-v1-jpg.png"))
    assert outcome.picture.kind == "jpeg"
    await room.keeper.drain(5)
    assert [row.kind for row in await room.history.page()] == ["jpeg"]


async def test_several_in_one_carrier_are_several(room: Chamber) -> None:
    outcome = await room.run(attempt("tt-v2-multi.png"))
    assert outcome.more
    await room.keeper.drain(5)
    rows = await room.history.page()
    assert len(rows) == 1 + len(outcome.more)
    assert sum(row.cost or 0 for row in rows) == 700
    assert len({row.blake3 for row in rows}) == len(rows)


@pytest.mark.parametrize("why", ["off", "not a carrier's model"])
async def test_the_carrier_itself_where_nothing_is_to_be_decoded(room: Chamber, why: str) -> None:
    tried = attempt("tt-v1-jpg.png")
    if why == "off":
        tried.decode = False
    else:
        tried.model = replace(MODEL, carriers=False)
    outcome = await room.run(tried)
    assert bytes(outcome.picture.raw) == (VECTORS / "tt-v1-jpg.png").read_bytes()


async def test_a_paid_carrier_that_stays_shut_is_kept(room: Chamber) -> None:
    tried = attempt("tt-v1-password.png", carrier_password="wrong")
    with pytest.raises(Sealed):
        await room.run(tried)
    await room.keeper.drain(5)
    (row,) = await room.history.page()
    assert (row.kind, row.cost) == ("png", 700)
