"""How well the matcher does on the golden scenes; what it may not sink below."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bridge.lora.catalog import load
from bridge.lora.match import Matcher
from bridge.lora.pick import one_of_each_group
from bridge.visible import visible

GOLDEN = Path(__file__).parents[1] / "golden" / "dev"
CATALOG = load(GOLDEN / "master_lora_dict.json")
MATCHER = Matcher(CATALOG)
SCENES = [json.loads(line) for line in (GOLDEN / "scenes.jsonl").read_text("utf-8").splitlines()]


def called(text: str) -> set[str]:
    hits = MATCHER.match(visible(text))
    return {lora.id for lora in one_of_each_group(hit.lora for hit in hits)[0]}


def wanted(scene: Mapping[str, Any]) -> set[str]:
    return set(scene["expected_loras"]) - set(CATALOG.permanent)


def test_precision_and_recall_on_the_golden_scenes() -> None:
    right = extra = missed = 0
    for scene in SCENES:
        got = called(scene["text"]) - set(CATALOG.permanent) - set(scene.get("optional_loras", ()))
        right += len(got & wanted(scene))
        extra += len(got - wanted(scene))
        missed += len(wanted(scene) - got)
    assert right / (right + extra) >= 0.95
    assert right / (right + missed) >= 0.99


RULED = {"in_word", "exclude_keyword", "exclusive_group", "hidden_text", "markup", "negated"}


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: str(scene["id"]))
def test_what_rules_can_tell_is_never_wrong(scene: dict[str, Any]) -> None:
    got = called(scene["text"])
    assert wanted(scene) <= got
    assert not {i for i, why in scene.get("forbidden_why", {}).items() if why in RULED} & got
