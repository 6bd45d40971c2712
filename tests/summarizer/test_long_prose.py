"""What long prose brings along: titles, earlier scenes, stressed words, crowds, lists of people."""

import pytest

from bridge.scene import Scene
from bridge.summarizer.dialects.copied import told_in
from bridge.summarizer.dialects.retell import retold
from bridge.summarizer.moment import last_turns, sentences
from bridge.summarizer.offline import write_offline
from bridge.summarizer.people import Known
from bridge.summarizer.tidy import tidy
from bridge.visible import visible


def scene(text: str, *known: Known) -> Scene:
    return write_offline(tidy(visible(text)), known)


def looks(text: str) -> list[str]:
    return [one.look for one in scene(text).subjects]


@pytest.mark.parametrize(
    ("text", "story"),
    [
        ("CHAPTER 12\n\nShe waits.", "She waits."),
        ("LOG, 3rd entry. She waits.", "She waits."),
        ("The captain's log. She waits.", "The captain's log. She waits."),
        ("CRITICAL HIT!! \u26a1 She waits.", "She waits."),
        ("<s>Rose</s> Mara waits.", "Mara waits."),
        ("`[\u2661 88] [luck: low]`\nShe waits.", "She waits."),
        ("\U0001d445\U0001d45c\U0001d460\U0001d452 waits.", "Rose waits."),
        ("He leaves.\n\n~~~\n\nShe waits.", "He leaves.\n\nShe waits."),
        ("~~~\nx = 1\n~~~\nShe waits.", "She waits."),
        ("She waits.\n\n---\n\u2764 Mood: curious\n\U0001f4ad Thoughts: He is late", "She waits."),
        ('She waits.\n\n{"mood": "curious", "next": "weir"}', "She waits."),
        ("<scene_data><n>12</n></scene_data>She waits.", "She waits."),
        ("Thinking: a quiet scene. Keep Ash away.\n\nShe waits.", "She waits."),
        ("ooc - last one from me\n\nShe waits.", "She waits."),
        ("She waits.\n\nWhat do you do?\nA) Help her\nB) Leave", "She waits."),
        ("She waits. [Ash: bring the net] She nods.", "She waits. She nods."),
        ("Sure! Here's the next part:\n\nShe waits.", "She waits."),
        ("She waits.\n\nWould you like me to continue?", "She waits."),
        ("Previously: Ash sold the boats.\n\nShe waits.", "She waits."),
        ("TW: storms\n\nShe waits.", "She waits."),
        ("~*~ Rose's POV ~*~\nShe waits.", "She waits."),
        ("She waits. #rp #open @ash_venn", "She waits."),
        ("\u2551 LV 3 \u2551 HP 9 \u2551\nShe waits.", "She waits."),
        ("/me waits by the door.", "waits by the door."),
        ("[End of turn. Awaiting input.]\nShe waits.", "She waits."),
        ("She waits ^_^ xD", "She waits"),
        (
            "She reads the letter. *I have sold the boats.* She puts it in her boot.",
            "She reads the letter. She puts it in her boot.",
        ),
    ],
)
def test_what_stands_around_a_story_goes(text: str, story: str) -> None:
    assert tidy(visible(text)).story == story


def test_a_stressed_word_makes_no_speech_of_the_rest() -> None:
    text = "I hold my candle to the bars of the very last stall. I look, and I wrote: *lot nine.*"
    told = tidy(text)
    assert "candle to the bars" in told.story
    assert told.speech == ("lot nine.",)


def test_unquoted_lines_with_their_verb_are_speech() -> None:
    told = tidy("she puts a pencil behind her ear.\n\nsix letters, she says. a river")
    assert told.story == "she puts a pencil behind her ear."


def test_dashed_lines_below_one_another_are_all_speech() -> None:
    told = tidy("— You're late.\n— I'm early, for once.\n— Sit down, then.")
    assert told.story == ""
    assert len(told.speech) == 3


def test_a_screenplay_cuts_to_its_last_scene() -> None:
    script = (
        "INT. CELLAR — STAIRS — NIGHT\n\nMara counts the barrels under her breath, twice over.\n\n"
        "CUT TO:\n\nEXT. BEACH — DAY\n\nAnn sits in the surf in a white pullover, soaked through."
    )
    moment = " ".join(sentences(last_turns(tidy(script))))
    assert "Ann" in moment
    assert "barrels" not in moment
    assert scene(script).time == ""


def test_what_had_been_is_over_when_the_present_goes_on() -> None:
    told = (
        "They'd spent the morning in the kitchens. The roof, late. Mara stands among the dishes,"
        " eating noodles out of a box. She is wearing a raincoat and her hair is wet."
    )
    assert "kitchens" not in " ".join(sentences(last_turns(tidy(told))))


def test_what_was_long_ago_is_over() -> None:
    told = (
        "Ten years ago, in the orchard, Ash taught her to whistle. Mara remembers it. She kneels"
        " by the stream with a lantern between her knees."
    )
    assert "orchard" not in " ".join(sentences(last_turns(tidy(told))))


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("There are seven of them in the boat. A cook has the tiller.", "six others"),
        ("All five of us are in the ditch. A cook holds the lamp.", "three others"),
        ("Two of them carry lanterns. A cook has the tiller.", "a cook"),
    ],
)
def test_a_number_of_them_all_counts_those_who_are_not_told_of(text: str, last: str) -> None:
    assert looks(text)[-1] == last


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "On the bench sit a nun, a drummer and a tall woman, all dripping.",
            ["a nun", "a drummer", "a tall woman"],
        ),
        ("The guards argue about soup. A cook stirs the pot.", ["a cook"]),
        ("A cook stirs the pot, the way people do.", ["a cook"]),
        ("Long tables fill the barn. A cook stirs the pot.", ["a cook"]),
        ("In meeting room Saturn, a cook stirs the pot.", ["a cook"]),
        ("A white lumen glows. A cook stirs the pot.", ["a cook"]),
        ("The captain is dead. A cook stirs the pot.", ["a cook"]),
        ("If there were a queen, she would sit there. A cook stirs the pot.", ["a cook"]),
    ],
)
def test_only_people_who_can_be_counted_are_counted(text: str, found: list[str]) -> None:
    assert looks(text) == found


def test_the_woman_opposite_is_somebody_else() -> None:
    known = Known("Hannah", "a broad woman", ("Hannah",))
    told = scene("Hannah stands at the glass. The woman opposite peels an orange.", known)
    assert [one.name for one in told.subjects] == ["Hannah", ""]


def test_names_in_capitals_keep_their_apostrophe() -> None:
    known = Known("D'arvit", "a lizardfolk man", ("D'ARVIT",))
    told = scene("D'ARVIT: Hold the ladder.\nANN: It slips!", known)
    assert "D'arvit" in [one.name for one in told.subjects]


@pytest.mark.parametrize(
    "text",
    [
        "Inside is a skull and inside the skull, if you put your eye to it, is a ballroom.",
        "She's the sort of woman who hands you a lamp and asks questions later.",
        "The engine goes y-you-ou sh-should, and the sergeant straightens up.",
    ],
)
def test_you_in_passing_is_nobody(text: str) -> None:
    assert scene(text).pov == "third"


def test_a_run_without_little_words_is_cut_short() -> None:
    story = "She sits knitting something that might once have been intended as mittens, smiling."
    assert (
        retold(
            "knitting something that might once have been intended as mittens, smiling",
            story=told_in(story),
        )
        == "knitting something, smiling"
    )


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("It's four in the morning and the baker ices a cake.", "night"),
        ("They won't look in here till morning. The candle drips.", "night"),
        ("It's nearly four. The steps are warm.", "afternoon"),
        ("They have been at it since lunch, on the ladder.", "afternoon"),
        ("The streetlamps have just come on.", "evening"),
    ],
)
def test_hours_told_in_passing(text: str, time: str) -> None:
    assert scene(text).time == time


def test_some_kind_of_lamp_is_nobodys_figure_of_speech() -> None:
    assert scene("Some kind of lamp swings as the door falls shut behind you.").pov == "second"


def test_what_had_been_gives_way_to_now() -> None:
    text = (
        "All week they had waited in the passport office beside a sailor with a crate."
        " Now Mara had the boat to herself. She sat in the stern and peeled an egg."
    )
    assert sentences(last_turns(tidy(text)))[0] == "Now Mara had the boat to herself."


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("The captain of the fire brigade, a tall woman in a cap, sits on a crate.", 1),
        ("Ada kneels on the quay, and the derringer is already in her hand.", 1),
        ("The tea room is shut. Streetlight comes in at the door, and a moth turns.", 0),
        ("A tin of soap and a ball of twine. Pinned over them: an art class, Tuesdays.", 0),
        ("*He turns the cheese over with one finger.* A brown hen walks along the rail.", 1),
    ],
)
def test_things_days_and_second_names_count_as_nobody(text: str, number: int) -> None:
    assert len([one for one in scene(text).subjects if one.kind == "person"]) == number


@pytest.mark.parametrize(
    ("text", "time"),
    [
        (
            "Ada squares the pages; the clock says four minutes to two, the window is black.",
            "night",
        ),
        ("The sun is barely over the horizon and the sand is still blue.", "dawn"),
        ("Streetlight comes in through the lace; a cat sleeps on the piano.", "night"),
        ("A robot waters the glass bowls on this side of the moon.", ""),
    ],
)
def test_the_hour_by_what_is_seen(text: str, time: str) -> None:
    assert scene(text).time == time


@pytest.mark.parametrize(
    "text",
    [
        "Der alte Kassierer lässt den Rollladen herunter. Die Bahn steht, und der Nebel ist da.",
        "Молодой астроном держит термос обеими руками и старается не чихать.",
        "Le vieux boulanger est dans la rue avec son pain, et la neige tombe sur les toits.",
    ],
)
def test_trades_of_other_languages_are_people(text: str) -> None:
    assert len(scene(text).subjects) == 1


def test_snow_falls_where_no_waterfall_is() -> None:
    assert (
        "falls" not in scene("She sits by the stove. Outside, snow falls on the quay.").place.text
    )
    assert "falls" in scene("They camp by the falls.").place.text
