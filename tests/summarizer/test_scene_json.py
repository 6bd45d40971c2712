import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import Garbled
from bridge.scene import Place, Scene, Subject
from bridge.summarizer.scene_json import dump, parse, schema

SCENE = Scene(
    subjects=(Subject(name="Mara", look="tall woman", pose="standing"),),
    place=Place(kind="explicit", text="a mill"),
    time="dusk",
    props=("a lamp",),
)
TEXT = json.dumps(dump(SCENE))


def objects(part: object) -> list[dict[str, Any]]:
    if isinstance(part, list):
        return [found for one in part for found in objects(one)]
    if not isinstance(part, dict):
        return []
    own = [part] if part.get("type") == "object" else []
    return own + [found for one in part.values() for found in objects(one)]


def test_the_schema_is_strict_at_every_level() -> None:
    found = objects(schema())
    assert len(found) == 3
    for each in found:
        assert each["additionalProperties"] is False
        assert each["required"] == list(each["properties"])
    assert schema()["properties"]["version"]["enum"] == [1]
    assert '"default"' not in json.dumps(schema())


def test_what_is_dumped_is_parsed() -> None:
    assert parse(TEXT) == SCENE


@pytest.mark.parametrize(
    "answer",
    [
        f"```json\n{TEXT}\n```",
        f"<think>{{maybe}} {{'a': 1}}</think>\n{TEXT}",
        f"left over thinking</think>{TEXT}",
        f"Sure! Here is {{the}} scene:\n{TEXT}\nEnjoy!",
        f'{{"note": "not this"}} {TEXT}',
        TEXT.replace('"dusk"', '"Dusk"').replace('"weather": ""', '"weather": null'),
    ],
)
def test_wrapping_does_not_matter(answer: str) -> None:
    assert parse(answer) == SCENE


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("", "no JSON object"),
        ("I cannot do that.", "no JSON object"),
        (TEXT[:200], "no JSON object"),
        ('{"people": "several"}', "none of subjects"),
        ('{"subjects": "a person"}', "array"),
        ('{"subjects": [], "time": "noonish"}', "noonish"),
    ],
)
def test_what_is_no_scene_says_why(answer: str, reason: str) -> None:
    with pytest.raises(Garbled, match=reason):
        parse(answer)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from('{}[]":,abc <think>/`\n'), max_size=80))
def test_noise_is_garbled_and_nothing_else(noise: str) -> None:
    with pytest.raises(Garbled):
        parse(noise)
