import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.summarizer.tidy import tidy

SPOKEN = [
    ('"Come in," she says. The door is red.', "The door is red.", "Come in"),
    ("The door is red. “Come in,” says Mara.", "The door is red. Mara.", "Come in"),
    ("Mara opens the door. „Komm herein!“", "Mara opens the door.", "Komm herein"),
    ("Elle ouvre la porte. « Entrez ! »", "Elle ouvre la porte.", "Entrez"),
    ("扉は赤い。「どうぞ」", "扉は赤い。", "どうぞ"),
    ("『どうぞ』扉は赤い。", "扉は赤い。", "どうぞ"),
    ("Дверь красная. — Войдите, — говорит она.", "Дверь красная.", "Войдите"),
    ("‘Don’t touch it,’ she says. The lamp is lit.", "The lamp is lit.", "Don’t touch it"),
    ("*Mara opens the door.* Come in, you must be cold.", "Mara opens the door.", "Come in"),
    ('The door is red. He growls: "Who\'s there?"', "The door is red.", "Who's there"),
]


@pytest.mark.parametrize(("text", "story", "spoken"), SPOKEN)
def test_speech_goes_out_of_the_story(text: str, story: str, spoken: str) -> None:
    tidied = tidy(text)
    assert tidied.story == story
    assert any(line.startswith(spoken) for line in tidied.speech)


@pytest.mark.parametrize(
    "text",
    [
        "The sailor's coat hangs by the captain's chair.",
        "A 6\" nail lies on the boards' edge.",
        'The so-called "best" chair has three legs.',
        'The new board reads "THE DRY CHAIR" in gold.',
        'A sign over the door says, in gold letters: "OPEN ALL NIGHT".',
    ],
)
def test_apostrophes_inches_scare_quotes_and_lettering_are_no_speech(text: str) -> None:
    tidied = tidy(text)
    assert tidied.speech == ()
    for word in ("captain's", "nail", "edge", "best", "THE DRY CHAIR", "OPEN ALL NIGHT"):
        assert (word in text) == (word in tidied.story)


def test_whoever_goes_on_to_act_stays_and_a_bare_pronoun_goes() -> None:
    assert tidy('"Drink," she says, handing him a glass.').story == "she, handing him a glass."
    assert tidy('"Drink," she says.').story == ""
    assert tidy('"No," says Brenna.').story == "Brenna."


def test_a_log_falls_into_turns() -> None:
    tidied = tidy('Narrator: It snows.\nMara: *She nods.* "Yes."\nTom: Then let\'s go!')
    assert tidied.speakers == ("Mara", "Tom")
    assert [turn.story for turn in tidied.turns] == ["It snows.", "She nods.", ""]
    assert tidied.speech == ("Yes.", "Then let's go!")


def test_a_scene_break_begins_a_turn_and_fields_are_told() -> None:
    tidied = tidy("It rains.\n\n***\n\nLocation: the old mill | Time: 21:40\nA lamp burns.")
    assert [turn.story for turn in tidied.turns] == [
        "It rains.",
        "the old mill. 21:40 A lamp burns.",
    ]


def test_what_is_not_meant_to_be_read_is_gone() -> None:
    text = "<think>plan</think>*{{char}} waves.* ✨ ((OOC: brb)) <b>Snow</b> falls. https://x.example/a"
    tidied = tidy(text)
    for gone in ("plan", "{{", "✨", "brb", "<b>", "https", "*"):
        assert gone not in tidied.story
    assert "Snow falls." in tidied.story


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab C.,!?\"“”«»「」*_—–'’:\n()[]<>{}"), max_size=120))
def test_any_text_can_be_taken_apart(text: str) -> None:
    tidied = tidy(text)
    assert "*" not in tidied.story
    assert all(line.strip() == line for line in tidied.speech)


@settings(max_examples=60, deadline=None)
@given(st.from_regex(r"[a-z]{2,8}( [a-z]{2,8}){3,7}", fullmatch=True))
def test_what_stands_in_quotes_never_stays_in_the_story(line: str) -> None:
    assert line not in tidy(f'The lamp burns low. "{line}!" The lamp goes out.').story
