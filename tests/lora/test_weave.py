import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain import Lora
from bridge.lora.weave import weave, words
from bridge.scene import Scene, Subject
from tests.lora.made import lora

PEARL = lora(
    "pearl", "Pearl", category="character", name="Pearl Underhay", aliases=("the Diver",),
    trigger_words=("prl0 woman", "prl_suit"), look_text="tall woman with cropped silver hair",
    negative_prompt="long hair",
)  # fmt: skip
OTTO = lora("otto", "Otto", category="character", look_text="stout man with a red beard")
OIL = lora(
    "oil", category="style", trigger_words=("thk0il",), prepend_prompt="oil painting of",
    negative_prompt="photo",
)  # fmt: skip
FOG = lora("fog", category="general", trigger_words=("fgx",), append_prompt="drifting fog")
PIXEL = lora("pixel", "pixel art", category="style", trigger_words=("pixel art",))


def woven(
    prompt: str, used: tuple[Lora, ...] = (), dropped: tuple[Lora, ...] = (), negative: str = ""
) -> tuple[str, str]:
    positive, against, _ = weave(prompt, negative, used, dropped)
    return positive, against


def test_a_prompt_with_nothing_to_do_is_not_touched() -> None:
    odd = "  masterpiece,, ((red hat)) ,\nBREAK "
    assert weave(odd, " blurry,", (), ()) == (odd, " blurry,", ())
    there = "a prl0 woman in a prl_suit, "
    assert woven(there, (PEARL,), negative="Long hair, blurry") == (there, "Long hair, blurry")


def test_a_list_of_phrases_gets_phrases() -> None:
    prompt, negative = woven("a pier at dusk", (PEARL, FOG), negative="blurry")
    assert prompt == "prl0 woman, prl_suit, a pier at dusk, fgx, drifting fog"
    assert negative == "blurry, long hair"


def test_prose_gets_a_sentence() -> None:
    assert woven("A pier lies at dusk.", (FOG,))[0] == "A pier lies at dusk. fgx, drifting fog."


def test_what_a_dropped_one_would_have_added_stands_in_without_its_triggers() -> None:
    both = lora("both", trigger_words=("fgx", "fgx2"), append_prompt="fgx2, drifting fog, fgx haze")
    assert woven("A pier lies at dusk.", (), (FOG,))[0] == "A pier lies at dusk. drifting fog."
    assert woven("a pier", (), (both,))[0] == "a pier, drifting fog, haze"
    assert woven("A pier at dusk", (), (OIL,))[0] == "oil painting of a pier at dusk"
    assert woven("a pier in drifting fog", (), (FOG,))[0] == "a pier in drifting fog"


def test_an_opening_runs_on_into_the_prompt() -> None:
    prompt, negative = woven("A pier at dusk", (OIL,))
    assert (prompt, negative) == ("oil painting of a pier at dusk, thk0il", "photo")


def test_nothing_is_said_twice() -> None:
    twice = lora("twice", trigger_words=("fgx",), append_prompt="Drifting fog, fgx haze")
    assert woven("a pier", (FOG, twice))[0] == "a pier, drifting fog, Drifting fog, fgx haze"
    once = woven("a pier", (FOG, OIL))
    assert woven(*once[:1], (FOG, OIL), negative=once[1]) == once


def test_the_trigger_of_a_dropped_lora_gives_way_to_its_look() -> None:
    prompt, negative, notes = weave("PRL0  Woman, on a pier, prl_suit, dusk", "", (), (PEARL,))
    assert prompt == "tall woman with cropped silver hair, on a pier, dusk"
    assert negative == ""
    assert [note.code for note in notes] == ["lora-trigger", "lora-trigger"]


def test_a_dropped_lora_is_described_once() -> None:
    assert woven("a pier", (), (OTTO,))[0] == "a pier, stout man with a red beard"
    told = "On the pier a stout man stands, his beard red and wet."
    assert woven(told, (), (OTTO,)) == (told, "")


def test_a_plain_word_of_the_text_stays_though_its_lora_is_dropped() -> None:
    assert woven("pixel art of a cat", (), (PIXEL,)) == ("pixel art of a cat", "")


def test_a_structured_prompt_is_not_broken() -> None:
    assert woven('{"scene": "a pier"}', (FOG,), (OTTO,))[0] == '{"scene": "a pier"}'


def test_only_words_of_loras() -> None:
    assert woven("", (FOG,)) == ("fgx, drifting fog", "")


@pytest.mark.parametrize("name", ["Pearl", "pearl", "Pearl Underhay", "Miss Pearl", "The Diver"])
def test_a_subject_is_known_by_any_of_its_names(name: str) -> None:
    scene = Scene(subjects=(Subject(name=name),))
    assert words(scene, (PEARL,), (OTTO,)) == {name: "prl0 woman"}
    assert words(scene, (OTTO,), (PEARL,)) == {name: "tall woman with cropped silver hair"}


def test_a_stranger_is_unknown_and_nobody_has_no_entry() -> None:
    scene = Scene(subjects=(Subject(name="Pearline"), Subject(), Subject(name="Otto")))
    assert words(scene, (PEARL, OTTO), ()) == {"Pearline": "", "Otto": "stout man with a red beard"}


TRIGGERS = st.sampled_from(["qx1", "qx1 man", "zz_top", "vv"])
PROMPT = st.lists(st.sampled_from(["a", "qx1", "man", "zz_top", "vv", ", ", "."]), max_size=12)


@settings(max_examples=200, deadline=None)
@given(PROMPT.map(" ".join), st.lists(TRIGGERS, max_size=2), st.lists(TRIGGERS, max_size=2))
def test_triggers_of_the_used_are_there_and_none_of_the_dropped(
    prompt: str, here: list[str], gone: list[str]
) -> None:
    used, dropped = lora("u", trigger_words=tuple(here)), lora("d", trigger_words=tuple(gone))
    text = woven(prompt, (used,), (dropped,))[0]

    def stands(word: str) -> bool:
        return re.search(rf"(?<!\w){re.sub(' ', ' +', word)}(?!\w)", text) is not None

    assert all(stands(word) for word in here)
    needed = " / ".join(here)
    assert not any(stands(word) for word in gone if not re.search(rf"\b{word}\b", needed))
