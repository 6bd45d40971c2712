"""A chat's state is that of a fresh replay, whatever was swiped, edited, removed or set by hand."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.scene import Place
from bridge.summarizer.continuity.chat import Chat, Line
from bridge.summarizer.continuity.own import Own, amended
from bridge.summarizer.continuity.state import ChatState, Message
from bridge.summarizer.continuity.tell import advance

TEXTS = (
    "*Ilva sits in the kitchen in a grey coat and a red scarf. It is morning.*",
    "*She takes off the scarf.*",
    "*Torben comes in, snow on his black hat.*",
    "*They walk down to the harbour. It gets dark.*",
    "*Torben storms out.*",
    "*She puts the scarf back on and changes into a blue dress.*",
    '"Nothing at all," *she says.*',
)
OWNS = (
    Own(place="attic"),
    Own(outfits={"Ilva": {"outer": "white fur coat", "neck": ""}}),
    Own(present=("Ilva", "Pim"), time="night"),
)


def message(text: str) -> Message:
    return Message(text, "Ilva", "char", "Pim", ("Torben",))


@dataclass(slots=True)
class Model:
    """The plain thing: a list of messages with their swipes, and what was set behind each."""

    swipes: list[list[str]] = field(default_factory=list)
    shown: list[int] = field(default_factory=list)
    owns: list[list[Own]] = field(default_factory=lambda: [[]])

    def state(self) -> ChatState:
        state = ChatState()
        for own in self.owns[0]:
            state = amended(state, own)
        for texts, swipe, owns in zip(self.swipes, self.shown, self.owns[1:], strict=True):
            state = advance(state, message(texts[swipe]))
            for own in owns:
                state = amended(state, own)
        return state


def step(data: st.DataObject, chat: Chat, model: Model) -> None:
    count = len(model.swipes)
    deed = data.draw(
        st.sampled_from(["new", "own"] + ["swipe", "back", "edit", "remove", "look"] * (count > 0))
    )
    if deed == "own":
        own = data.draw(st.sampled_from(OWNS))
        chat.take(Line("own", count - 1, own=own))
        model.owns[-1].append(own)
        return
    if deed == "new":
        text = data.draw(st.sampled_from(TEXTS))
        chat.take(Line("message", count, message=message(text)))
        model.swipes.append([text])
        model.shown.append(0)
        model.owns.append([])
        return
    at = data.draw(st.integers(0, count - 1))
    change(data, deed, at, chat, model)


def change(data: st.DataObject, deed: str, at: int, chat: Chat, model: Model) -> None:
    if deed == "look":
        chat.state(at)
    elif deed == "remove":
        chat.take(Line("removed", at))
        del model.swipes[at], model.shown[at]
        model.owns[at] += model.owns.pop(at + 1)
    elif deed == "back":
        model.shown[at] = data.draw(st.integers(0, len(model.swipes[at]) - 1))
        chat.take(Line("shown", at, model.shown[at]))
    else:
        text = data.draw(st.sampled_from(TEXTS))
        if deed == "swipe":
            model.swipes[at].append(text)
            model.shown[at] = len(model.swipes[at]) - 1
        else:
            model.swipes[at][model.shown[at]] = text
        chat.take(Line("message", at, model.shown[at], message(text)))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_state_is_that_of_a_fresh_replay(data: st.DataObject) -> None:
    chat, model = Chat(), Model()
    for _ in range(data.draw(st.integers(1, 12))):
        step(data, chat, model)
        if data.draw(st.booleans()):
            assert chat.state() == model.state()
    assert chat.state() == model.state()


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_lines_survive_the_way_to_disk(data: st.DataObject) -> None:
    chat, again, model = Chat(), Chat(), Model()
    lines: list[Line] = []
    take = chat.take

    def kept(line: Line) -> None:
        lines.append(line)
        take(line)

    chat.take = kept  # type: ignore[method-assign]
    for _ in range(6):
        step(data, chat, model)
    for line in lines:
        assert Line.read(line.told()) == line
        again.take(Line.read(line.told()))
    assert again.state() == chat.state()


def told(*texts: str) -> Chat:
    chat = Chat()
    for at, text in enumerate(texts):
        chat.take(Line("message", at, message=message(text)))
    return chat


def test_what_a_person_sets_holds_until_the_story_says_otherwise() -> None:
    chat = told(TEXTS[0])
    own = Own(place="attic", outfits={"Ilva": {"neck": "green shawl"}})
    chat.take(Line("own", 0, own=own))
    chat.take(Line("message", 1, message=message(TEXTS[6])))
    assert (chat.state().place, chat.state().outfit("Ilva")) == ("attic", "grey coat, green shawl")
    # a swipe of the message that it stands behind does not undo it
    chat.take(Line("message", 0, 1, message(TEXTS[0])))
    assert chat.state().place == "attic"
    chat.take(Line("message", 2, message=message("*She takes off the shawl. They go to the inn.*")))
    assert (chat.state().place, chat.state().outfit("Ilva")) == ("inn", "grey coat")


def test_a_picture_of_an_old_message_is_as_the_chat_was_then() -> None:
    chat = told(TEXTS[0], TEXTS[1], TEXTS[3])
    assert chat.state(0).outfit("Ilva") == "grey coat, red scarf"
    assert (chat.state(1).place, chat.state(2).place) == ("kitchen", "harbour")


def test_where_the_last_picture_was_goes_with_its_swipe() -> None:
    chat = told(TEXTS[0], TEXTS[1])
    chat.take(Line("stood", 0, place=Place("forest-01", "unstated", "a forest"), rival="market"))
    assert chat.standing(1) == (Place("forest-01", "unstated", "a forest"), "market")
    assert chat.standing(0) is None
    chat.take(Line("message", 0, 1, message(TEXTS[0])))
    assert chat.standing(1) is None
