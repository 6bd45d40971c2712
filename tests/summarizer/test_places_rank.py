"""Hints: the words of a text that call for a place, and the shortlist made of them."""

import pytest

from bridge.summarizer.places import curated
from bridge.summarizer.places_rank import PlaceIndex, shortlist

PLACES = curated()
INDEX = PlaceIndex(PLACES)


def fitting(text: str, *names: str) -> list[str]:
    return [place.id for place in INDEX.fitting(INDEX.scores(text, names))]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("They meet over coffee.", "corner-cafe"),
        ("They dance a slow waltz to the music.", "ballroom"),
        ("He hums and opens his laptop.", "student-bedsit"),
        ("The judge bangs for silence, the jury files in.", "courtroom-oak"),
        ("Their vampire host smiles.", "vampire-salon"),
        ("She raises her visor, the spacesuit hissing.", "moon-base-crater"),
        ("CAMELS kneel, their bells silent.", "silk-road-camp"),
    ],
)
def test_what_is_named_comes_first(text: str, first: str) -> None:
    assert fitting(text)[0] == first


@pytest.mark.parametrize(
    "text",
    [
        "Rose nods.",
        "He looks at her, smiles, and takes a step back.",
        'She leans closer, arms crossed. "You came back," she says.',
        "They talk, walk on, wait and laugh.",
        "",
        "彼女は頷いた。",
    ],
)
def test_everyday_words_hint_at_nothing(text: str) -> None:
    assert fitting(text) == []


def test_names_of_people_are_no_hints() -> None:
    assert fitting("Hazel Lavender nods.") != []
    assert fitting("Hazel Lavender nods.", "Hazel Lavender") == []


def test_after_what_is_named_comes_the_rest_of_the_kind() -> None:
    found = fitting("They meet over coffee.")
    market = {place.id for place in PLACES if place.group == "market"}
    assert market <= set(found)
    assert len(found) == len(set(found))


def test_the_shortlist_holds_what_fits_and_is_unused() -> None:
    scores = INDEX.scores("They meet over coffee.")
    fits = INDEX.fitting(scores)
    listed = shortlist(fits, scores, PLACES)
    assert listed[0].id == "corner-cafe" and len(listed) == 8
    unused = [place for place in PLACES if place not in listed]
    assert shortlist(fits, scores, unused) == [one for one in fits if one in unused][:8]
    elsewhere = [place for place in PLACES if place not in fits]
    assert shortlist(fits, scores, elsewhere) == fits[:8]


def test_without_a_hint_the_next_ones_are_listed_the_likelier_first() -> None:
    scores = INDEX.scores("They talk and wait.")
    ahead = PLACES[150:]
    listed = shortlist([], scores, ahead)
    assert len(listed) == 8 and set(listed) <= set(ahead)
    assert scores[listed[0].id] == max(scores.get(place.id, 0) for place in ahead)
    assert shortlist([], {}, ahead) == list(ahead[:8])


def test_a_list_of_one_has_hints_too() -> None:
    cafe = [place for place in PLACES if place.id == "corner-cafe"]
    index = PlaceIndex(cafe)
    assert index.fitting(index.scores("coffee")) == cafe
    assert index.fitting(index.scores("stone")) == []
