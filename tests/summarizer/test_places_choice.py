"""Where a scene is: stated, standing, or chosen; a move is stated or wins twice in a row."""

import json
from typing import Any

from bridge.question import Answer, Question
from bridge.scene import Place, Scene
from bridge.summarizer.places import NONE, STAY, curated
from bridge.summarizer.places_book import InMemory, PlaceBook, State
from bridge.summarizer.places_choice import Chooser, Offer, Standing
from bridge.summarizer.scene_json import dump
from bridge.summarizer.summarize import Summarizer

PLACES = curated()
BY_ID = {place.id: place for place in PLACES}
CAFE, TAVERN = BY_ID["corner-cafe"], BY_ID["timber-tavern"]
COFFEE = "They meet over coffee."
HERE = Standing(Place("", "explicit", "an old mill"))


class Counted(InMemory):
    """Counts what was taken."""

    taken = 0

    async def change(self, key: str, step: Any) -> State:
        self.taken += 1
        return await super().change(key, step)


def chooser(states: InMemory | None = None) -> Chooser:
    return Chooser(PLACES, PlaceBook(PLACES, states or InMemory()))


def at(id: str = "", kind: Any = "unstated", text: str = "") -> Scene:
    return Scene(place=Place(id, kind, text))


async def test_the_texts_own_place_stands_and_nothing_is_taken() -> None:
    states = Counted()
    choose = chooser(states)
    offer = await choose.offer(COFFEE, (), "ann", None)
    for scene, wanted in (
        (at("corner-cafe", "explicit", "a mill"), Place("", "explicit", "a mill")),
        (at(kind="implied"), Place("", "implied")),
        (at(text="a mill"), Place("", "explicit", "a mill")),
        (at(NONE, text="a mill"), Place("", "explicit", "a mill")),
        (at(NONE), Place()),
    ):
        assert (await choose.choose(scene, offer, "ann"))[0].place == wanted
    assert states.taken == 0


async def test_a_hint_decides_where_nobody_picked() -> None:
    choose = chooser()
    offer = choose.hints(COFFEE, ())
    scene, rival = await choose.choose(at(), offer, "ann")
    assert (scene.place, rival) == (Place(CAFE.id, "unstated", CAFE.text), "")
    assert (await choose.choose(at(), offer, "ann"))[0].place.id != CAFE.id


async def test_an_llm_may_pick_from_the_shortlist_only() -> None:
    choose = chooser()
    offer = await choose.offer("Rose nods.", ["Rose"], "ann", None)
    third = offer.listed[3]
    scene, _ = await choose.choose(at(third.id, text="as it saw it"), offer, "ann")
    assert scene.place == Place(third.id, "unstated", third.text)
    scene, _ = await choose.choose(at("moon-palace"), offer, "ann")
    assert scene.place.id == offer.listed[0].id


async def test_what_is_used_is_not_offered_again() -> None:
    choose = chooser()
    seen: set[str] = set()
    for _ in range(10):
        offer = await choose.offer("Rose nods.", ["Rose"], "ann", None)
        assert not seen & {one.id for one in offer.listed}
        scene, _ = await choose.choose(at(offer.listed[0].id), offer, "ann")
        seen.add(scene.place.id)
    assert len(seen) == 10


async def test_a_stated_place_moves_at_once() -> None:
    choose = chooser()
    offer = await choose.offer(COFFEE, (), "", HERE)
    scene, _ = await choose.choose(at(kind="explicit", text="a boat"), offer, "", HERE)
    assert scene.place.text == "a boat"


async def test_one_hint_does_not_move_two_in_a_row_do() -> None:
    choose = chooser()
    offer = choose.hints(COFFEE, ())
    scene, rival = await choose.choose(at(), offer, "", HERE)
    assert (scene.place, rival) == (HERE.place, "market")
    scene, _ = await choose.choose(at(), choose.hints("Rose nods.", ["Rose"]), "", HERE)
    assert scene.place == HERE.place
    moved, rival = await choose.choose(at(), offer, "", Standing(HERE.place, "market"))
    assert (moved.place.id, rival) == (CAFE.id, "")
    again, rival = await choose.choose(at(), offer, "", Standing(moved.place))
    assert (again.place, rival) == (moved.place, "")


async def test_a_hint_between_that_says_otherwise_begins_anew() -> None:
    choose = chooser()
    was = Standing(HERE.place, "market")
    scene, rival = await choose.choose(at(), choose.hints("They waltz to music.", ()), "", was)
    assert (scene.place, rival) == (HERE.place, "hall")
    _, rival = await choose.choose(at(), choose.hints("Rose nods.", ["Rose"]), "", was)
    assert rival == ""


async def test_what_an_llm_picks_must_win_twice_and_stay_stays() -> None:
    choose = chooser()
    offer = await choose.offer(COFFEE, (), "", HERE)
    assert (offer.listed[0].id, offer.listed[0].text) == (STAY, "an old mill")
    for id in (STAY, NONE):
        scene, rival = await choose.choose(at(id, text="words"), offer, "", HERE)
        assert (scene.place, rival) == (
            (HERE.place, "") if id == STAY else (Place("", "explicit", "words"), "")
        )
    scene, rival = await choose.choose(at(TAVERN.id), offer, "", HERE)
    assert (scene.place, rival) == (HERE.place, "market")
    scene, _ = await choose.choose(at(TAVERN.id), offer, "", Standing(HERE.place, rival))
    assert scene.place.id == TAVERN.id


async def test_what_only_follows_from_things_must_win_twice_too() -> None:
    choose, offer = chooser(), Offer(())
    implied = at(kind="implied", text="a room with a desk")
    scene, rival = await choose.choose(implied, offer, "", HERE)
    assert (scene.place, rival) == (HERE.place, "implied")
    scene, rival = await choose.choose(implied, offer, "", Standing(HERE.place, rival))
    assert (scene.place.text, rival) == ("a room with a desk", "")
    scene, _ = await choose.choose(at(kind="implied"), offer, "", HERE)
    assert scene.place == HERE.place


async def test_by_rules_each_caller_goes_through_the_list() -> None:
    states = InMemory()
    seen = [
        (await Summarizer(states=states).scene("Rose nods.", caller="ann")).scene.place.id
        for _ in range(3)
    ]
    other = await Summarizer(states=states).scene("Rose nods.", caller="bob")
    assert len(set(seen)) == 3
    assert other.scene.place.text


async def test_the_llm_is_shown_the_shortlist_and_its_pick_is_painted() -> None:
    asked: list[str] = []

    async def picks_the_second(question: Question) -> Answer:
        asked.append(question.messages[0]["content"])
        return Answer(json.dumps(dump(at(TAVERN.id))))

    write = Summarizer(picks_the_second, places=(CAFE, TAVERN))
    written = await write.scene("They meet over coffee.", caller="ann")
    assert f"- {CAFE.id}: {CAFE.text}\n- {TAVERN.id}: {TAVERN.text}" in asked[0]
    assert written.scene.place.text == TAVERN.text


async def test_where_the_chat_was_comes_back_with_the_rival() -> None:
    write = Summarizer()
    written = await write.scene("He pours her coffee.", previous=HERE)
    assert (written.scene.place, written.rival) == (HERE.place, "market")
    was = Standing(written.scene.place, written.rival)
    assert (await write.scene("She sips her coffee.", previous=was)).scene.place.id == CAFE.id
