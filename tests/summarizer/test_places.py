"""The list of places: its size, its spread, lines that harm no prompt; and one's own list."""

import json
import re
from collections import Counter
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from bridge.scene import Place, Scene
from bridge.summarizer.dialects import DIALECTS, render
from bridge.summarizer.guard import check_text, rating_of
from bridge.summarizer.lint import lint
from bridge.summarizer.places import BadPlaces, CuratedPlace, curated, load, parse

PLACES = curated()
LITTLE = frozenset(("a", "an", "and", "at", "from", "in", "into", "of", "on", "the", "to", "with"))
NOBODY = re.compile(
    r"\b(?:m[ae]n|wom[ae]n|boys?|girls?|child(?:ren)?|kids?|people|persons?|someone|somebody|figures?"
    r"|crowds?|couples?|he|she|they|him|her|his|their|you|your)\b",
    re.IGNORECASE,
)
HOURS = re.compile(
    r"\b(?:dawn|sunrise|mornings?|noon|midday|afternoon|dusk|sunset|evening|nights?|midnight|sunlit"
    r"|sunny|sunlight|moonlit|moonlight)\b",
    re.IGNORECASE,
)
BRANDS = re.compile(
    r"\b(?:starbucks|mcdonald'?s?|coca.?cola|pepsi|disney\w*|ikea|apple store|google|microsoft|sony"
    r"|nintendo|playstation|xbox|tesla|ferrari|porsche|bmw|mercedes|volkswagen|toyota|boeing|airbus"
    r"|hilton|marriott|walmart|amazon prime|netflix|hogwarts|star wars|star trek|tardis|lego|gucci"
    r"|prada|chanel|adidas|nike|vespa|harley|rolex|eiffel|sydney opera)\b",
    re.IGNORECASE,
)


def content(place: CuratedPlace) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", place.text.casefold())) - LITTLE


def test_there_are_three_hundred_each_once() -> None:
    assert len(PLACES) == 300
    assert len({place.id for place in PLACES}) == 300
    assert len({place.text for place in PLACES}) == 300


def test_no_two_are_much_alike() -> None:
    for one, other in combinations(PLACES, 2):
        mine, its = content(one), content(other)
        assert len(mine & its) / len(mine | its) < 0.3, (one.id, other.id)


def test_they_are_spread_over_kinds_eras_moods_and_the_world() -> None:
    groups = Counter(place.group for place in PLACES)
    assert len(groups) == 16
    assert all(15 <= count <= 22 for count in groups.values())
    assert 120 <= sum(place.tags.indoor for place in PLACES) <= 180
    eras = Counter(place.tags.era for place in PLACES)
    assert len(eras) == 6
    assert min(eras.values()) >= 15 and max(eras.values()) <= 120
    moods = Counter(place.tags.mood for place in PLACES)
    assert len(moods) == 10
    assert min(moods.values()) >= 15 and max(moods.values()) <= 50
    regions = Counter(place.tags.region for place in PLACES)
    assert set(regions) == {"", "africa", "americas", "asia", "europe", "oceania", "polar"}
    assert max(regions.values()) <= 110 and min(regions.values()) >= 5


@pytest.mark.parametrize("place", PLACES, ids=lambda place: str(place.id))
def test_a_line_shows_a_place_and_nothing_else(place: CuratedPlace) -> None:
    assert 8 <= len(place.text.split()) <= 25
    for forbidden in (NOBODY, HOURS, BRANDS):
        assert not forbidden.search(place.text)
    assert place.tags.words and place.tags.activity and place.tags.mood
    check_text(place.text)
    assert rating_of(place.text) == 0
    scene = Scene(place=Place(place.id, "unstated", place.text))
    for family in DIALECTS:
        assert not lint(render(family, scene, {}).positive, family)


def entry(**changes: Any) -> dict[str, Any]:
    tags = {"indoor": True, "era": "modern", "mood": "calm", "activity": [], "words": ["mill"]}
    text = "an old mill with a mossy wheel and dusty light"
    return {"id": "mill", "group": "mine", "text": text, "tags": tags | changes.pop("tags", {})} | (
        changes
    )


def test_ones_own_list_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps([entry(note="mine")]).encode())
    [place] = load(path)
    assert (place.id, place.tags.words) == ("mill", ("mill",))


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (entry(id=3), "entry 2: id: Expected"),
        (entry(id="Mill Race"), "entry 2 (Mill Race): id: small letters"),
        (entry(id="stay"), "entry 2 (stay): id: 'stay' means something else"),
        (entry(), "entry 2 (mill): id: the same as entry 1's"),
        (entry(id="race"), "entry 2 (race): text: the same as entry 1's"),
        (entry(id="race", text="too short"), "entry 2 (race): text: one line of 8 to 25 words"),
        (entry(id="race", group=""), "entry 2 (race): group: it is empty"),
        (entry(id="race", tags={"era": "1990s"}), "entry 2 (race): tags.era: Invalid enum"),
        (entry(id="race", tags={"words": []}), "entry 2 (race): tags.words: it is empty"),
        (entry(id="race", tags={"words": "mill"}), "entry 2 (race): tags.words: Expected"),
    ],
)
def test_a_broken_entry_is_named_with_its_field(second: dict[str, Any], words: str) -> None:
    with pytest.raises(BadPlaces) as caught:
        parse(json.dumps([entry(), second]).encode(), "mine.json")
    assert caught.value.text.startswith(f"mine.json: {words}")


def test_a_field_that_is_missing_is_named() -> None:
    whole = entry()
    del whole["tags"]["mood"]
    with pytest.raises(BadPlaces, match=r"entry 1 \(mill\): tags: .*`mood`"):
        parse(json.dumps([whole]).encode(), "mine.json")


def missing(path: Path) -> Path:
    return path / "none.json"


def folder(path: Path) -> Path:
    return path


def cut_off(path: Path) -> Path:
    (path / "cut.json").write_text('[{"id": "mill"')
    return path / "cut.json"


def empty(path: Path) -> Path:
    (path / "empty.json").write_text("[]")
    return path / "empty.json"


@pytest.mark.parametrize("made", [missing, folder, cut_off, empty])
def test_a_file_that_is_no_list_is_said(made: Callable[[Path], Path], tmp_path: Path) -> None:
    path = made(tmp_path)
    with pytest.raises(BadPlaces) as caught:
        load(path)
    assert caught.value.text.startswith(f"{path.name}: ")
