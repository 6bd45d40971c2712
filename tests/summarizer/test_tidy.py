import unicodedata
from time import process_time

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
    ("»Komm herein«, sagt sie. Die Tür ist rot.", "Die Tür ist rot.", "Komm herein"),
    ("‚Komm herein‘, sagt sie. Die Tür ist rot.", "Die Tür ist rot.", "Komm herein"),
    ("‹Komm herein›, sagt sie. Die Tür ist rot.", "Die Tür ist rot.", "Komm herein"),
    ("«Entrez», dit-elle. La porte est rouge.", "La porte est rouge.", "Entrez"),
    ("“请进，”她说。门是红的。", "门是红的。", "请进"),
    ("﹁請進﹂門是紅的。", "門是紅的。", "請進"),
    ("''Come in,'' she says. The door is red.", "The door is red.", "Come in"),
    ("``Come in,'' she says. The door is red.", "The door is red.", "Come in"),
    ("＂Come in＂ The door is red.", "The door is red.", "Come in"),
    ("<q>Come in</q> The door is red.", "The door is red.", "Come in"),
    ("*She waves.* Hello there!", "She waves.", "Hello there"),
    ("*waves shyly* Hello there!", "waves shyly.", "Hello there"),
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


@pytest.mark.parametrize(
    ("text", "story"),
    [
        ("~~She runs.~~ She waits.", "She waits."),
        ("\\*She waits.\\*", "She waits."),
        ("She is *very much* awake.", "She is very much awake."),
        ("*Mara* waits by the door.", "Mara waits by the door."),
        ("Assistant: She waits.", "She waits."),
        ("{{user}} waves. {{char}}'s coat is red.", "waves. coat is red."),
        ("She waits 😀👋🏽 by the 🚪 door.", "She waits by the door."),
        ("She <b>waits</b>&nbsp;&amp; <i>nods</i>.", "She waits & nods."),
        ("# The well\n\n> She waits.\n- He nods.", "The well. She waits. He nods."),
        ("Chapter one\n\nShe waits.", "She waits."),
        ("She waits. See [the map](https://x.example/a).", "She waits. See the map."),
        ("She waits. ![Mara](https://x.example/a.png)", "She waits."),
    ],
)
def test_marks_go_and_words_stay(text: str, story: str) -> None:
    assert tidy(text).story == story


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


PIECES = [
    "She waits. ", '"', "“", "”", "*", "Mara: ", "\n", "<b>", "((", "))", "— ", "says ", "{{a}}",
    "🚪", "[OOC", "]", "```", "«", "»", "'", "The sign reads ", "~~", "\\*", "&amp;", "| ",
]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=25).map("".join))
def test_a_story_is_never_longer_than_its_text(text: str) -> None:
    tidied = tidy(text)
    assert len(tidied.story) <= len(unicodedata.normalize("NFC", text))
    assert sum(map(len, tidied.speech)) <= len(unicodedata.normalize("NFC", text))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["She waits.", '"Come in."', "*He nods.*", "((brb))"])).map(" ".join)
)
def test_a_tidied_story_is_tidy(text: str) -> None:
    story = tidy(text).story
    assert tidy(story).story == story
    assert tidy(story).speech == ()


HOSTILE = [
    "— ", "— a — b says ", "*a b c* ", '"', "“", "«", "„", "‘a’", 'Name: "', '" she says ',
    "sign reads ", 'sign "a" and ', "\x01", "''", "``", "»", "‚", "“a”她", "\\*", "~~", "[x] ",
    "a-\n", "the sign on ", "HP: 1\n",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_repetition_takes_time_in_proportion(piece: str) -> None:
    # processor time, with much room: it is a tenth of a second
    begun = process_time()
    tidy(piece * (24_000 // len(piece)))
    assert process_time() - begun < 2.0


@settings(max_examples=60, deadline=None)
@given(st.from_regex(r"[a-z]{2,8}( [a-z]{2,8}){3,7}", fullmatch=True))
def test_what_stands_in_quotes_never_stays_in_the_story(line: str) -> None:
    assert line not in tidy(f'The lamp burns low. "{line}!" The lamp goes out.').story


@pytest.mark.parametrize(
    ("text", "story"),
    [
        ('"They are late," she says, and pulls the hood tighter.', "She pulls the hood tighter."),
        ('"Come in," the old man says and opens the door.', "The old man opens the door."),
        ('"Go," Ash says quietly, then turns to the window.', "Ash turns to the window."),
        ('"Stay," she says to Tom and Ann. They nod.', "They nod."),
    ],
)
def test_who_speaks_and_goes_on_to_do_something_stays(text: str, story: str) -> None:
    assert tidy(text).story == story
