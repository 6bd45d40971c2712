import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.summarizer.mode import is_story, raw_message, strip_boilerplate

PROMPTS = [
    "1girl, solo, red hair, (smile:1.2), outdoors",
    "a fox in the snow",
    "A cinematic photo of a woman with red hair in a field, golden hour, 85mm lens.",
    "landscape, mountains, river, morning mist",
    "portrait of an old fisherman, oil painting style, dramatic lighting",
    "A small cottage by the lake at dawn.",
    "cyberpunk street at night",
    "A knight stands on a hill. The sky is red. Cinematic lighting.",
    "Woman with copper hair, standing at the lens. The setting is a lighthouse, dusk.",
    "a castle <lora:stone_style:0.8> BREAK a moat",
    "score_9, score_8_up, a red house",
    "赤い家, 山, 朝, 霧",
    "",
]
STORIES = [
    "*She nods.*",
    "Rose rose.",
    '"Come in," says Mara.',
    "I push the door open and you follow me into the hall.",
    "Mara: Where have you been?\nTom: Out.",
    "Mara walks to the window. Rain runs down the glass. She does not turn round.",
    "さくらは笑う。「どうぞ」",
    "On the shelf stand three jars. The plaster is damp.",
    "((OOC: brb)) Tom waits by the gate.",
    "he smiles and hands you the lamp",
]


@pytest.mark.parametrize("text", PROMPTS)
def test_a_finished_prompt_is_no_story(text: str) -> None:
    assert not is_story(text)


@pytest.mark.parametrize("text", STORIES)
def test_a_story_is_one(text: str) -> None:
    assert is_story(text)


def test_sillytaverns_prefix_and_negative_are_boilerplate() -> None:
    text, removed = strip_boilerplate("best quality, absurdres, masterpiece, a fox, snow")
    assert text == "a fox, snow"
    assert removed == "best quality, absurdres, masterpiece"
    negative = (
        "lowres, bad anatomy, bad hands, text, error, cropped, worst quality, low quality, "
        "normal quality, jpeg artifacts, signature, watermark, username, blurry"
    )
    assert strip_boilerplate(negative) == ("", negative)
    assert strip_boilerplate("(masterpiece:1.3), a fox")[0] == "a fox"


def test_the_same_words_inside_a_sentence_stay() -> None:
    text = "It was a masterpiece, he said,\nand the text was blurry at best."
    assert strip_boilerplate(text) == (text, "")


@given(st.lists(st.sampled_from(["masterpiece", "8k", "a fox", "snow"]), min_size=1))
def test_stripping_twice_changes_nothing_more(tags: list[str]) -> None:
    once, removed = strip_boilerplate(", ".join(tags))
    assert strip_boilerplate(once) == (once, "")
    assert (removed == "") == ({"masterpiece", "8k"}.isdisjoint(tags))


@pytest.mark.parametrize("rest", ["(a tavern:0.7), (a tall woman:0.5)", "(:0.7), (:0.5)"])
def test_sillytaverns_raw_last_message_is_unwrapped(rest: str) -> None:
    message = "*Mara waits (alone) by the door.* ((not me)) She waves."
    assert raw_message(f"(({message})), {rest}") == message


@pytest.mark.parametrize("text", ["", "((masterpiece)), (a cat:0.7)", "*She waves.* ((brb))"])
def test_nothing_else_is_a_raw_message(text: str) -> None:
    assert raw_message(text) == ""
