"""Every field of the Scene has its meaning, and the page is told by the dialects themselves."""

from dataclasses import fields

import pytest

from bridge.scene import Place, Scene, Subject
from tools.scene_page import meanings, scene_page, schema_page


def test_every_field_has_a_meaning() -> None:
    told = meanings()
    paths = [
        *(f"subjects[].{field.name}" for field in fields(Subject)),
        *(f"place.{field.name}" for field in fields(Place)),
        *(field.name for field in fields(Scene)),
    ]
    assert list(told) == paths
    assert all(told.values())


@pytest.mark.parametrize(
    ("path", "marks"),
    [("subjects[].look", "+"), ("subjects[].name", ""), ("rating", ""), ("place.id", "")],
)
def test_a_row_says_what_a_field_does(path: str, marks: str) -> None:
    (row,) = [line for line in scene_page().splitlines() if line.startswith(f"| `{path}` |")]
    assert {cell.strip() for cell in row.split("|")[3:-1]} == {marks}


def test_the_schema_holds_the_meanings() -> None:
    assert '"description": "What is worn now."' in schema_page()
