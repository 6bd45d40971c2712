from bridge.scene import Place, Scene
from bridge.summarizer.places import Memory, choose, curated, shortlist


def test_the_list_is_well_made() -> None:
    places = curated()
    assert len({place.id for place in places}) == len(places) >= 30
    for place in places:
        assert place.line and len(place.line.split()) <= 30
        assert {"indoor", "outdoor"} & set(place.tags)


def test_words_of_the_text_come_first() -> None:
    listed = shortlist("They meet over coffee in the morning.", Memory())
    assert listed[0].id == "corner-cafe"
    assert listed == shortlist("They meet over coffee in the morning.", Memory())


def test_no_place_twice_until_the_list_is_through() -> None:
    memory, seen = Memory(), []
    for _ in curated():
        scene = choose(Scene(), shortlist("Rose nods.", memory), memory)
        seen.append(scene.place.id)
    assert sorted(seen) == sorted(place.id for place in curated())
    again = choose(Scene(), shortlist("Rose nods.", memory), memory)
    assert memory.recent == [again.place.id]


def test_the_storys_own_place_stands() -> None:
    memory = Memory()
    for place in (Place("castle", "explicit", "a mill"), Place("", "implied")):
        scene = choose(Scene(place=place), shortlist("x", memory), memory)
        assert (scene.place.text, scene.place.id) == (place.text, "")
    assert memory.recent == []


def test_the_llm_may_pick_from_the_shortlist_only() -> None:
    memory = Memory()
    listed = shortlist("x", memory)
    picked = choose(Scene(place=Place(id=listed[3].id)), listed, memory)
    assert picked.place == Place(listed[3].id, "unstated", listed[3].line)
    invented = choose(Scene(place=Place(id="moon-palace")), listed, memory)
    assert invented.place.id == listed[0].id
