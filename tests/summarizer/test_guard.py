"""Composed from pairs of terms; no scenes are written out."""

import itertools
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain import Rating
from bridge.errors import Forbidden
from bridge.scene import Place, Scene, Subject
from bridge.summarizer.guard import by_words, check_scene, check_text, rated, rating_of

YOUNG = [
    "child", "schoolgirl", "teenager", "16 year old", "aged 15", "sixteen-year-old", "12yo",
    "under 18", "elementary school", "Schülerin", "fillette", "niña", "девочка", "少女", "16歳",
    "소녀",
]  # fmt: skip
SEXUAL = [
    "nude", "naked", "erotic", "nackt", "érotique", "desnuda", "голая", "全裸", "알몸", "lingerie",
]  # fmt: skip


@pytest.mark.parametrize(("young", "sexual"), list(itertools.product(YOUNG, SEXUAL)))
def test_every_pair_is_refused(young: str, sexual: str) -> None:
    for text in (f"{young}, {sexual}", f"{sexual.upper()} … {young.upper()}"):
        with pytest.raises(Forbidden):
            check_text(text)


@pytest.mark.parametrize("text", ["loli", "a l0li", "shota", "ロリコン", "LO\u200bLI", "ｌｏｌｉ"])
def test_some_words_are_refused_alone(text: str) -> None:
    with pytest.raises(Forbidden):
        check_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "A child flies a kite on the beach.",
        "Two schoolgirls share an umbrella at the tram stop.",
        "The children read under a naked bulb.",
        "A boy of twelve years feeds the geese.",
        "nude portrait of an adult woman, charcoal",
        "She is kind and naked truth is her motto; a 12-year-old whisky stands by.",
        "A 25-year-old woman in lingerie.",
        "He turned 30 in a minor key; her pupils are wide, she is topless.",
        "Sixteen years later the naked branches of the oak still stand.",
        "16 minutes past ten, an erotic novel on the table.",
        "裸足で海辺を歩く少女。",
        "イエローの服の少女。",
        "essex schoolboy cricket",
        "The population dance.",
    ],
)
def test_harmless_sentences_pass(text: str) -> None:
    check_text(text)


def test_a_scene_counts_as_a_whole_and_what_it_must_not_show_does_not() -> None:
    young = Subject(look="a schoolgirl")
    check_scene(Scene(subjects=(young,), must_not=("nude",)))
    for scene in (
        Scene(subjects=(young,), props=("an erotic painting",)),
        Scene(subjects=(young,), rating="suggestive"),
        Scene(place=Place(text="an elementary school"), rating="mature"),
    ):
        with pytest.raises(Forbidden):
            check_scene(scene)


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("A fox in the snow.", Rating.GENERAL),
        ("The naked flame of a candle, chicken breasts on a plate.", Rating.GENERAL),
        ("A woman in a bikini on the beach.", Rating.SUGGESTIVE),
        ("A nude study in charcoal.", Rating.MATURE),
        ("The gory battlefield.", Rating.MATURE),
    ],
)
def test_the_rating_of_a_text(text: str, rating: Rating) -> None:
    assert rating_of(text) == rating


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("A nude study in charcoal.", "nudity"),
        ("An erotic nude study.", "sex"),
        ("The gory battlefield.", "gore"),
        ("A woman in a bikini on the beach.", "suggestive"),
        ("A fox in the snow.", ""),
    ],
)
def test_a_rating_names_its_rule(text: str, rule: str) -> None:
    assert by_words(text)[1] == rule


def test_a_scene_is_rated_by_words_or_by_its_writer_whoever_says_more() -> None:
    subject = Subject(look="a woman", outfit="a bikini")
    for scene, expected in (
        (Scene(subjects=(subject,)), (Rating.SUGGESTIVE, "suggestive")),
        (Scene(rating="suggestive", subjects=(subject,)), (Rating.SUGGESTIVE, "suggestive")),
        (Scene(rating="mature", subjects=(subject,)), (Rating.MATURE, "scene writer")),
        (Scene(style="erotic"), (Rating.MATURE, "sex")),
        (Scene(must_not=("nude",)), (Rating.GENERAL, "")),
    ):
        assert rated(scene) == expected


@pytest.mark.parametrize(
    "text",
    ["a celebrity, nude", "deepfake, topless", "nudify", "undress this photo",
     "Actress Nora Vell, naked", "the singer Ilvo, nude",
     "remove her clothes from the picture", "c3lebrity, nak3d"],
)  # fmt: skip
def test_real_people_are_not_undressed(text: str) -> None:
    with pytest.raises(Forbidden, match="'real people'"):
        check_text(text)


@pytest.mark.parametrize(
    "text",
    ["a celebrity on the red carpet", "Actress Nora Vell in a red coat",
     "an actress, nude, charcoal", "a poster against deepfakes"],
)  # fmt: skip
def test_real_people_with_clothes_pass(text: str) -> None:
    check_text(text)


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    """Whatever surrounds them as words of their own, two terms are found."""
    with suppress(Forbidden):
        check_text(text)
    rating_of(text)
    if "\n" not in text:
        with pytest.raises(Forbidden):
            check_text(f"child nude\n{text}")
