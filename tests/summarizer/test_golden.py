"""What the rules alone make of the golden scenes, and what they may not sink below."""

import re
import statistics
from collections.abc import Callable
from typing import Any

import pytest

from bridge.scene import Scene
from bridge.summarizer.clip import CHUNK, clip_tokens
from bridge.summarizer.dialects import DIALECTS
from bridge.summarizer.guard import check_scene, check_text, rating_of
from bridge.summarizer.lint import lint
from bridge.summarizer.mode import is_story
from tests.summarizer.golden_scenes import (
    SCENES,
    headcount,
    kept,
    people_in,
    prompts_of,
    scene_of,
)

PROSE = DIALECTS.keys() - {"sdxl"}
each_scene = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: str(scene["id"]))


@each_scene
def test_nothing_forbidden_reaches_any_prompt(scene: dict[str, Any]) -> None:
    prompts = prompts_of(scene_of(scene))
    leaks = [
        (family, text)
        for family, prompt in prompts.items()
        for text in scene["forbidden_strings"]
        if text.casefold() in prompt.casefold()
    ]
    assert not leaks
    assert all(prompts.values())


@each_scene
def test_no_name_reaches_any_prompt_and_lint_finds_nothing_that_blocks(
    scene: dict[str, Any],
) -> None:
    names = [form for one in people_in(scene) for form in (one.name, *one.words)]
    for family, prompt in prompts_of(scene_of(scene)).items():
        found = lint(prompt, family, names=names)  # type: ignore[arg-type]
        assert not [one for one in found if one.blocking or one.code in ("speech", "markup")]


@each_scene
def test_a_golden_scene_is_a_harmless_story(scene: dict[str, Any]) -> None:
    assert is_story(scene["text"])
    assert rating_of(scene["text"]) == 0
    check_text(scene["text"])
    check_scene(scene_of(scene))


def share(is_right: Callable[[dict[str, Any], Scene], bool]) -> float:
    return sum(is_right(scene, scene_of(scene)) for scene in SCENES) / len(SCENES)


def test_people_are_counted() -> None:
    assert share(lambda label, scene: headcount(scene) == label["people"]) >= 0.95


def test_time_and_point_of_view_are_found() -> None:
    assert share(lambda label, scene: (scene.time or None) == label["time_of_day"]) >= 0.95
    assert share(lambda label, scene: scene.pov == label["pov"]) >= 0.95


def test_it_is_known_whether_the_text_has_a_place() -> None:
    assert share(lambda label, scene: scene.place.kind == label["location"]["kind"]) >= 0.95


@pytest.mark.parametrize(("family", "floor"), [("flux1", 0.80), ("z-image", 0.82)])
def test_facts_are_kept(family: str, floor: float) -> None:
    """The texts themselves hold 0.876 by this measure: labels paraphrase."""
    english = [scene for scene in SCENES if "lang" not in scene]
    shares = [kept(scene, prompts_of(scene_of(scene))[family]) for scene in english]
    assert sum(shares) / len(shares) >= floor


def test_sdxl_says_facts_within_what_clip_reads() -> None:
    prompts = [(scene, prompts_of(scene_of(scene))["sdxl"]) for scene in SCENES]
    assert max(clip_tokens(prompt) for _, prompt in prompts) <= CHUNK
    english = [(scene, prompt) for scene, prompt in prompts if "lang" not in scene]
    assert sum(kept(scene, prompt) for scene, prompt in english) / len(english) >= 0.62


def test_prose_is_short_and_not_the_storys_own() -> None:
    lengths = []
    for scene in SCENES:
        prompts = prompts_of(scene_of(scene))
        lengths.append(len(prompts["flux1"].split()))
        for family in PROSE:
            if family != "z-image" or "lang" not in scene:
                assert not runs(scene["text"]) & runs(prompts[family]), (scene["id"], family)
    assert statistics.median(lengths) <= 90
    assert max(lengths) <= 120


def runs(text: str) -> set[tuple[str, ...]]:
    """Every eight words in a row."""
    words = re.findall(r"[^\W_]+", text.casefold())
    return {tuple(words[at : at + 8]) for at in range(len(words) - 7)}


def test_other_languages_keep_their_own_words() -> None:
    foreign = [scene for scene in SCENES if "lang" in scene]
    found = [
        span in prompts_of(scene_of(scene))["z-image"]
        for scene in foreign
        for span in scene["fact_spans"]
    ]
    assert sum(found) / len(found) >= 0.9
