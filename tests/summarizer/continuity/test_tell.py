"""Single messages: what they change, and what they leave as it was."""

from functools import reduce

import pytest

from bridge.summarizer.continuity.state import ChatState, Message, Role
from bridge.summarizer.continuity.tell import advance

CAST = ("Ilva", "Torben")


def said(text: str, name: str = "Ilva", role: Role = "char") -> Message:
    return Message(text, name, role, "Pim", CAST)


def replay(messages: list[Message]) -> ChatState:
    return reduce(advance, messages, ChatState())


START = replay(
    [
        said(
            "*The kitchen, early evening. Ilva sits by the stove in a grey coat and a red scarf."
            " She yawns. Across from her Torben peels potatoes in a green apron. He hums.*"
        )
    ]
)


def after(text: str, name: str = "Ilva", role: Role = "char") -> ChatState:
    return advance(START, said(text, name, role))


def test_the_first_message_sets_the_stage() -> None:
    assert set(START.present) == {"Ilva", "Torben", "Pim"}
    assert (START.place, START.time, START.change) == ("kitchen", "evening", "start")
    assert START.outfit("Ilva") == "grey coat, red scarf"
    assert START.outfit("Torben") == "green apron"
    assert START.outfit("Pim") == ""


@pytest.mark.parametrize(
    "text",
    [
        '"Tomorrow we go to the harbour," *she says.* "We could wear our coats."',
        "*She dreamed of the harbour once, of Torben in a white suit.*",
        "*She would never go to the harbour.*",
        "*Nobody moves toward the door.*",
        "*She looks at the painting of the harbour, at a man in a top hat.*",
    ],
)
def test_plans_dreams_and_pictures_change_nothing(text: str) -> None:
    state = after(text)
    assert (state.place, state.change) == ("kitchen", "stay")
    assert set(state.present) == set(START.present)
    assert [state.outfit(name) for name in START.present] == [
        START.outfit(name) for name in START.present
    ]


@pytest.mark.parametrize(
    ("text", "outfit"),
    [
        ("*She takes off the scarf.*", "grey coat"),
        ("*She takes the coat off and hangs it on the hook.*", "red scarf"),
        ("*Ilva unwinds the red scarf, then shrugs off her coat.*", ""),
        ("*She puts on a straw hat.*", "grey coat, red scarf, straw hat"),
        ("*She changes into a blue dress.*", "blue dress"),
        ("*She hands Torben the scarf.*", "grey coat"),
        ("*She buttons her coat.*", "red scarf, grey coat buttoned"),
        ("*She pulls on a black jacket.*", "red scarf, black jacket"),
        ("*She holds up a yellow dress.*", "grey coat, red scarf"),
    ],
)
def test_clothes_go_on_and_off(text: str, outfit: str) -> None:
    assert after(text).outfit("Ilva") == outfit


def test_what_was_taken_off_comes_back_as_it_was() -> None:
    state = after("*She takes off the scarf.*")
    assert advance(state, said("*She puts the scarf back on.*")).outfit("Ilva") == (
        "grey coat, red scarf"
    )


def test_a_coat_is_lent() -> None:
    state = after("*Torben unties his apron and ties it round her waist.*", "Torben")
    assert state.outfit("Torben") == ""
    assert "green apron" in state.outfit("Ilva")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("*They walk down to the harbour.*", "harbour"),
        ("*She takes Torben by the hand and leads them both into the garden.*", "garden"),
        ("*She goes out to the stable. Torben and Pim follow her.*", "stable"),
    ],
)
def test_all_move(text: str, place: str) -> None:
    state = after(text)
    assert (state.place, state.change) == (place, "move")
    assert set(state.present) == set(START.present)


def test_they_come_back_to_a_place_that_is_known() -> None:
    state = replay([said("*The old lamp factory, rain on its roof. Ilva yawns.*"),
                    said("*They cross the road to the inn.*"),
                    said("*They run back to the factory.*")])  # fmt: skip
    assert state.place == "old lamp factory"


@pytest.mark.parametrize(
    "text",
    [
        "*Torben storms out.*",
        "*Torben gets up. The door slams behind him.*",
        "*Torben is gone.*",
        "*She sends Torben away.*",
        "*Torben laughs. He goes.*",
    ],
)
def test_one_leaves_and_the_others_stay(text: str) -> None:
    state = after(text)
    assert set(state.present) == {"Ilva", "Pim"}
    assert state.place == "kitchen"
    # and comes back as they left
    back = advance(state, said("*Torben comes in again.*"))
    assert set(back.present) == set(START.present)
    assert back.outfit("Torben") == "green apron"


def test_a_voice_is_not_there() -> None:
    state = replay([said("*Ilva sits in the office.*"), said("*Torben's voice is on the radio.*")])
    assert "Torben" not in state.present


def test_a_pronoun_means_somebody_who_is_there() -> None:
    assert after("*He peels another.*", "Ilva").told_of == ("Ilva", "Torben")
    assert after("*I look at her coat.*", "Pim", "user").told_of[:1] == ("Pim",)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("*It is full dark when she looks up.*", "night"),
        ("*Two hours later she wakes.*", "night"),
        ("*The next morning she is still there.*", "morning"),
        ("*It strikes midnight.*", "night"),
        ('"Last night was long. See you at noon."', "evening"),
    ],
)
def test_time_goes_on_when_it_is_told(text: str, time: str) -> None:
    assert after(text).time == time


@pytest.mark.parametrize("text", ["her coat " * 900, "door shut " * 800, "She takes off " * 500])
def test_long_nonsense_takes_no_long_work(text: str) -> None:
    # what grew with the square of the length took longer than any test may
    assert "Ilva" in after(text).present


@pytest.mark.parametrize("text", ["", "***", "«»", "I", "she", "\ue000\uf8ff", "a" * 5000])
def test_whatever_is_written_there_is_a_state(text: str) -> None:
    assert set(after(text).present) >= {"Ilva"}


@pytest.mark.parametrize(
    ("text", "place", "time"),
    [
        (
            "*Platform four, a little after six in the evening. Ilva waits.*",
            "Platform four",
            "evening",
        ),
        ("*Back at the tram depot, 2 a.m., rain. Ilva waits.*", "tram depot", "night"),
        ("*Ilva's workshop smells of glue. Morning light comes in.*", "workshop", "morning"),
        ("*Monday, noon, the old mill itself: dust, belts. Ilva waits.*", "old mill", "midday"),
        ("*Four in the morning, the bakery. Ilva kneads.*", "bakery", "night"),
        ("*Rain on the office window, the street going red, off, red.*", "office", ""),
    ],
)
def test_an_opening_without_a_verb_tells_the_place(text: str, place: str, time: str) -> None:
    state = advance(ChatState(), said(text))
    assert (state.place, state.time) == (place, time)


def test_who_is_called_where_a_chat_begins_is_there() -> None:
    state = advance(ChatState(), said('*Ilva waits.* "Torben, come down. Is Pim late again?"'))
    assert set(state.present) == {"Ilva", "Torben", "Pim"}
    state = advance(ChatState(), said('*Ilva waits.* "Torben said noon."'))
    assert "Torben" not in state.present


def test_a_way_in_several_sentences_has_an_end() -> None:
    alone = advance(ChatState(), Message("*The bar. I wait.*", "Ilva", "char", "Ilva", CAST))
    state = advance(alone, said("*Ilva backs out. Up the stairs, two flights. The roof.*"))
    assert (state.place, state.change) == ("roof", "move")


def test_a_follower_is_led_along() -> None:
    state = after("*I follow Ilva through the hall and out onto the terrace.*", "Pim", "user")
    assert (state.place, set(state.present)) == ("terrace", {"Pim", "Ilva"})


@pytest.mark.parametrize(
    "text",
    [
        "*Torben goes to fetch water.*",
        "*Torben clanks away to charge.*",
        '*"Goodbye," says Torben, and the stairs creak all the way down.*',
    ],
)
def test_an_errand_takes_somebody_away(text: str) -> None:
    assert "Torben" not in after(text, "Torben").present


def test_the_clock_is_read_after_the_hour_before() -> None:
    morning = advance(ChatState(), said("*The kitchen, morning. Ilva waits.*"))
    assert advance(morning, said("*Ilva looks at the clock. It says one.*")).time == "midday"
    assert advance(morning, said("*The clock strikes eleven.*")).time == "morning"


def test_clothes_beneath_and_clothes_left_lying() -> None:
    state = after("*She pulls off the coat, a brown dress under it, and sits.*")
    assert state.outfit("Ilva") == "red scarf, brown dress"
    state = after("*Ilva is barefoot, the scarf thrown on a chair.*")
    assert "scarf" not in state.outfit("Ilva")
    assert "helmet" not in after("*Ilva sits on his helmet.*").outfit("Ilva")


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("[02:10] ilva: where are you\n*She stamps her feet.*", "night"),
        ('"Morning, all," *she says.*', "morning"),
        ('"The sun\'s coming up," *she says.*', "dawn"),
        ('"It\'s nearly noon," *she says.*', "midday"),
        ("\"If it's noon they'll be here,\" *she says.*", "evening"),
        ("*Down the hill a church does eleven.*", "night"),
        ("*He sleeps. When he wakes it's dark.*", "night"),
        ("*The window has gone quite black.*", "night"),
        ("*Five o'clock and pitch black outside.*", "evening"),
        ("*It gets dark; after supper she reads.*", "night"),
    ],
)
def test_hours_told_by_the_way(text: str, time: str) -> None:
    assert after(text).time == time


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("**Gull Light, ground floor.** *Ilva* mends a net.", "ground floor of Gull Light"),
        ("[Salvage tug Juno — galley] Ilva stirs a pot.", "galley of the Salvage tug Juno"),
        ("*Session 9.* The Bell Inn, common room. No fire.", "common room of the Bell Inn"),
        ("Base tent, Third Camp. Ilva yawns.", "base tent of the Third Camp"),
        ("The kitchen, Lammas Eve. Ilva yawns.", "kitchen"),
    ],
)
def test_a_part_of_a_named_place_opens_a_chat(text: str, place: str) -> None:
    assert advance(ChatState(), said(text, role="narrator")).place == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("*They take the lift. It stops at the laundry.*", "laundry"),
        ("*They go out after her: the harbour, wind, gulls.*", "harbour"),
        ("In the cellar Ilva lights a lamp.", "cellar"),
        ("*They are on a list.*", "kitchen"),
        ("*She peels potatoes on the back step.*", "kitchen"),
        ("*She has her head out of the window.*", "kitchen"),
        ("*Ilva is fanning flies off the bread.*", "kitchen"),
    ],
)
def test_where_a_way_ends_and_what_is_no_way(text: str, place: str) -> None:
    state = after(text)
    assert state.place == place
    assert set(state.present) == set(START.present)


def test_who_comes_over_a_bridge_comes_here() -> None:
    state = after("*I come across the bridge at a run.*", "Pim", "user")
    assert (state.place, state.change) == ("kitchen", "stay")


def test_a_narrator_speaks_to_the_player_without_saying_a_line() -> None:
    state = after(
        "*Ilva, in a blue cap, looks up.* You three came in together, Pim.", "Narrator", "narrator"
    )
    assert "blue cap" in state.outfit("Ilva")


def test_a_voice_that_goes_out_is_nobody_who_goes() -> None:
    state = after('*Torben\'s hologram flickers over the table.* "Later," *he says. He goes out.*')
    assert "Pim" in state.present


def test_it_is_not_who_it_seemed_to_be() -> None:
    state = after("*It isn't Torben by the stove, it is only his coat.*")
    assert "Torben" not in state.present


@pytest.mark.parametrize(
    ("text", "outfit"),
    [
        ("*My oilskin's streaming.*", "oilskin"),
        ("*I zip my down suit to the chin.*", "down suit"),
        ("*I put on an apron with a cartoon crab.*", "apron with a cartoon crab"),
    ],
)
def test_clothes_by_the_way(text: str, outfit: str) -> None:
    assert outfit in after(text, "Pim", "user").outfit("Pim")


def test_what_a_player_notes_to_wear_is_worn() -> None:
    worn = after('I bow. (OOC: I\'m just in my travelling coat, btw) "Sorry."', "Pim", "user")
    asked = after("I bow. (OOC: could be I'm in a cape next?)", "Pim", "user")
    assert worn.outfit("Pim") == "travelling coat"
    assert asked.outfit("Pim") == ""


def test_a_name_at_the_end_says_of_whom_all_was_told() -> None:
    state = after(
        "*In the mirror a tall man, in a bellhop's jacket, stops dead with a tray: Torben.*"
    )
    assert "jacket" in state.outfit("Torben")
    assert "jacket" not in state.outfit("Ilva")


def test_a_chat_begins_where_its_writer_says() -> None:
    text = 'ilva: "im outside the Vesper, where r u" *She stamps her feet on the pavement.*'
    assert advance(ChatState(), said(text)).place == "pavement outside the Vesper"
