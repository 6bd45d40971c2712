import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain import Note
from bridge.engine.card import Option
from bridge.engine.options import allowed, fit_options, takes

MARGIN = Option("margin", "whole", "", 32, 128)
BLEND = Option("blend", "number", "", 0, 1)
MODE = Option("mode", "choice", "", choices=("plain", "fine"))
NAME = Option("name", "text", "")
FAST = Option("fast", "switch", "")
ALL = (MARGIN, BLEND, MODE, NAME, FAST)


@pytest.mark.parametrize(
    ("option", "good", "bad"),
    [
        (MARGIN, [40, 40.0, 4000], [40.5, "40", True, 1e400]),
        (BLEND, [0, 0.5, -3], ["0.5", False]),
        (MODE, ["fine"], ["Fine", "", 1, True]),
        (NAME, ["Euler"], ["", 3, False]),
        (FAST, [True, False], [1, "true"]),
    ],
)
def test_a_value_is_of_the_options_kind(
    option: Option, good: list[object], bad: list[object]
) -> None:
    assert [value for value in (*good, *bad) if takes(option, value)] == good


def test_what_is_not_declared_or_wrong_is_left_out_with_a_note() -> None:
    notes: list[Note] = []
    asked = {"margin": 40.0, "blend": 7, "mode": "coarse", "fast": 1, "name": "Euler", "odd": 1}
    assert fit_options(asked, ALL, notes) == {"margin": 40, "blend": 1, "name": "Euler"}
    assert [(note.code, note.text) for note in notes] == [
        ("option", "takes blend 1 for 7"),
        ("option", "takes mode as one of plain, fine, not 'coarse'"),
        ("option", "takes fast as true or false, not '1'"),
        ("option", "has no option 'odd'"),
    ]


@given(st.integers(-(10**6), 10**6))
def test_a_number_is_brought_into_its_range(value: int) -> None:
    given = fit_options({"margin": value}, ALL, [])["margin"]
    assert given == min(max(value, 32), 128)


def test_what_is_allowed_is_said() -> None:
    assert [allowed(option) for option in ALL] == [
        "a whole number from 32 to 128", "a number from 0 to 1", "one of plain, fine",
        "a text", "true or false",
    ]  # fmt: skip
