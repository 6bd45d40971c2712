"""Laps: each place once, none again within a hundred, hints used up before they repeat."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.summarizer.places import CuratedPlace, curated
from bridge.summarizer.places_book import APART, InMemory, PlaceBook

PLACES = curated()
IDS = [place.id for place in PLACES]


async def take(book: PlaceBook, count: int, caller: str = "ann") -> list[str]:
    return [(await book.take(caller)).id for _ in range(count)]


def gaps(taken: Sequence[str]) -> list[int]:
    last: dict[str, int] = {}
    found = []
    for at, id in enumerate(taken):
        if id in last:
            found.append(at - last[id])
        last[id] = at
    return found


async def test_each_lap_holds_each_place_once_with_restarts_in_between() -> None:
    states = InMemory()
    taken: list[str] = []
    for part in (1, 137, 250, 12, 500):
        taken += await take(PlaceBook(PLACES, states), part)
    laps = [taken[at : at + 300] for at in (0, 300, 600)]
    assert [sorted(lap) for lap in laps] == [sorted(IDS)] * 3
    assert laps[0] != laps[1] != laps[2]
    assert min(gaps(taken)) > APART


async def test_callers_have_laps_of_their_own() -> None:
    book = PlaceBook(PLACES, InMemory())
    anns, bobs = await take(book, 300), await take(book, 300, "bob")
    assert sorted(anns) == sorted(bobs) == sorted(IDS)
    assert anns != bobs
    assert await take(PlaceBook(PLACES, InMemory()), 300) == anns


async def test_what_is_fresh_is_what_comes() -> None:
    book = PlaceBook(PLACES, InMemory())
    await take(book, 290)
    assert len(await book.fresh("ann")) == 10
    ahead = [place.id for place in await book.fresh("ann")]
    assert await take(book, 10) == ahead
    assert len(await book.fresh("ann")) == 200


async def test_hinted_places_are_used_up_then_the_longest_unused_returns() -> None:
    book = PlaceBook(PLACES, InMemory())
    wanted = [place.id for place in PLACES if place.group == "forest"]
    taken = [(await book.take("ann", wanted, repeats=True)).id for _ in range(2 * len(wanted))]
    assert taken == wanted * 2
    rest = await take(book, 300 - len(wanted))
    assert sorted(rest + wanted) == sorted(IDS)


async def test_what_is_wanted_without_a_hint_repeats_nothing() -> None:
    book = PlaceBook(PLACES, InMemory())
    [first] = await take(book, 1)
    assert (await book.take("ann", [first])).id != first


async def test_the_caller_is_not_written_down() -> None:
    states = InMemory()
    await take(PlaceBook(PLACES, states), 1, "192.0.2.7 \ud800")
    assert "192.0.2.7" not in str(vars(states))


async def test_an_edited_list_keeps_what_it_can() -> None:
    states = InMemory()
    first = await take(PlaceBook(PLACES[:200], states), 150)
    rest = await take(PlaceBook(PLACES[100:], states), 200 - len(set(first) & set(IDS[100:200])))
    assert sorted({*first, *rest} & set(IDS[100:])) == sorted(IDS[100:])


@pytest.mark.parametrize("state", [{}, {"lap": "x"}, {"lap": 1, "taken": 9, "used": None}])
async def test_a_state_that_is_none_is_a_first_lap(state: dict[str, object]) -> None:
    states = InMemory()
    await take(PlaceBook(PLACES, states), 1)
    [key] = states._states
    states._states[key] = state
    assert sorted(await take(PlaceBook(PLACES, states), 300)) == sorted(IDS)


@settings(max_examples=40, deadline=None)
@given(
    size=st.integers(1, 12),
    hints=st.lists(st.lists(st.integers(0, 11), max_size=4), max_size=60),
)
def test_whatever_is_hinted_in_between_a_lap_repeats_nothing_unhinted(
    size: int, hints: list[list[int]]
) -> None:
    places: Sequence[CuratedPlace] = PLACES[:size]
    book = PlaceBook(places, InMemory())

    async def run() -> None:
        seen: set[str] = set()
        for numbers in hints:
            wanted = [places[at].id for at in numbers if at < size]
            taken = (await book.take("ann", wanted, repeats=bool(wanted))).id
            assert taken in wanted or not wanted
            assert wanted or taken not in seen
            seen.add(taken)
            if len(seen) == size:
                seen.clear()

    asyncio.run(run())
