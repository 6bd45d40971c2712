"""Names that no dictionary knows, whom pronouns mean, and trades."""

import pytest

from bridge.scene import Scene
from bridge.summarizer.offline import write_offline
from bridge.summarizer.people import Known
from bridge.summarizer.tidy import tidy
from tests.summarizer.golden_scenes import headcount


def written(text: str, *people: Known) -> Scene:
    return write_offline(tidy(text), people)


ONE = [
    ("Brannoch set down the tongs and wiped his bald head.", "Brannoch", "a man"),
    ("Mrs. Okafor fills the whole seat with her shopping.", "Mrs Okafor", "a woman"),
    ("Dr. Halloran says nothing and washes the scalpel.", "Dr Halloran", "a person"),
    ("Father Konrad hauls on the rope.", "Father Konrad", "a man"),
    ("Sasha drops in, knees bent, and the board roars.", "Sasha", "a person"),
    ("Only Bartolo is left on the rim of the fountain.", "Bartolo", "a person"),
]


@pytest.mark.parametrize(("text", "name", "look"), ONE)
def test_an_unknown_name_is_one_person(text: str, name: str, look: str) -> None:
    assert [(one.name, one.look) for one in written(text).subjects] == [(name, look)]


@pytest.mark.parametrize(
    "text",
    [
        "Neon runs pink along the wet street.",
        "Twelve suits of armour look down from the wall.",
        "Slowly the fog lifts from the fields.",
        "Standing water fills the ruts.",
    ],
)
def test_a_stuff_a_number_or_an_adverb_is_nobody(text: str) -> None:
    assert headcount(written(text)) == 0


def test_a_pair_is_two_people() -> None:
    found = written("Elin and Tobias lean on the rail, sharing one paper cone of chips.")
    assert [(one.name, one.look) for one in found.subjects] == [
        ("Elin", "a woman"),
        ("Tobias", "a man"),
    ]


def test_she_looks_back_to_who_was_named_before_the_jump() -> None:
    dawn = Known("Dawn Ferris", "woman with red curls", ("Dawn",))
    found = written(
        "The tavern was loud and Dawn remembered little. The next morning she walks the beach "
        "barefoot, boots tied round her neck, and the tide is far out.",
        dawn,
    )
    assert [one.name for one in found.subjects] == ["Dawn Ferris"]
    assert "beach" in found.place.text


def test_she_without_any_name_is_a_woman() -> None:
    assert [one.look for one in written("She smiles at you.").subjects] == ["a woman"]


def test_who_is_only_told_of_is_not_counted() -> None:
    text = "Maria reads Piotr's letter at the table. He is still in the north. She folds the page."
    found = written(text, Known("Maria", "woman with black hair"))
    assert [one.name for one in found.subjects] == ["Maria"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Two surgeons bend over the table.", 2),
        ("A bell-ringer hauls on the rope.", 1),
        ("Eight oarswomen row as one.", 8),
        ("She sits in the passenger seat in a biker jacket.", 1),
        ("A snowman stands in the yard.", 0),
        ('"Run," the doctor had said. He laces his shoe.', 1),
    ],
)
def test_trades_are_counted_and_things_are_not(text: str, count: int) -> None:
    assert headcount(written(text)) == count


def test_a_script_heading_is_place_and_time() -> None:
    found = written("INT. REHEARSAL ROOM - NIGHT\nMARA sits at the piano in a paper crown.")
    assert (found.place.text, found.time) == ("the rehearsal room", "night")
