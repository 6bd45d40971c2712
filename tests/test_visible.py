from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.visible import visible

HIDDEN = [
    "<think>Rose is late.</think>",
    "<thinking>\nRose?\n\nStill Rose.\n</thinking>",
    '<reasoning effort="low">Rose</reasoning>',
    "[THINK]Rose[/THINK]",
    "((brb, Rose at the door))",
    "((Rose (my cat) ran))",
    "((two ((deep)) Rose))",
    "((Rose is never closed",
    "[OOC: Rose [the cat] says hi]",
    "(OOC, Rose is my sister)",
    "{ooc: Rose}",
    "OOC: Rose again",
    "*OOC:* Rose again",
    "// Rose comes later",
    "[System note: Rose is hidden.]",
    "[Memory: Rose left\nlong ago]",
    "[Author's note: mention Rose]",
    "<!-- Rose -->",
    "```\nName: Rose\n```",
    "~~~yaml\nname: Rose\n~~~",
    "<s>Rose</s>",
    "~~Rose~~",
    "<details><summary>Rose</summary>Rose's stats</details>",
    '<div style="color:red; display: none">Rose</div>',
    "<style>.rose { color: Rose }</style>",
    "{{// Rose }}",
    "![Rose](https://files.example/x.png)",
    "https://files.example/Rose.png",
    '<img src="Rose.png" alt="Rose">',
    "HP: 34/50\nBond: Rose\nInventory: rope",
    "**Mood:** Rose\n**Affection:** 72%",
    "[HP: 3 | Bond: Rose]",
    "<think>a<think>Rose</think>Rose</think>",
    "&lt;think&gt;Rose&lt;/think&gt;",
    "◁think▷Rose◁/think▷",
    "<|begin_of_thought|>Rose<|end_of_thought|>",
    "<|channel|>analysis<|message|>Rose<|end|>",
    "<StatusBlock>Rose</StatusBlock>",
    "<UpdateVariable>_.set('Rose', 1);</UpdateVariable>",
    "<memory>Rose left.</memory>",
    '<tool_call>{"name": "Rose"}</tool_call>',
    "<image>Rose waving</image>",
    '<pic prompt="Rose">',
    '<!--img-prompt="Rose waving"-->',
    "[[IMG: Rose waving | portrait | SEED]]",
    '[IMG:GEN:{"prompt": "Rose"}]',
    "image###Rose waving###",
    "System Note: Rose is hidden.",
    "### Instruction: write Rose",
    ":::status\nRose: 3\n:::",
    "| HP | Rose |\n|---|---|\n| 3 | 4 |",
]


@pytest.mark.parametrize("block", HIDDEN)
@pytest.mark.parametrize("frame", ["{}\n\nShe waits.", "He nods.\n\n{}\n\nShe waits."])
def test_hidden_blocks_go_and_the_story_stays(block: str, frame: str) -> None:
    shown = visible(frame.format(block))
    assert "Rose" not in shown
    assert "She waits." in shown
    assert frame.startswith("{}") or "He nods." in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Rose, cut off</think>\nShe waits.", "She waits."),
        ("<think>Rose, never closed\n\nShe waits.", "She waits."),
        ("Thought: Rose next.\n---\nShe waits.", "She waits."),
        ("**Thinking:** Rose.\nMore Rose.\n---\nShe waits.", "She waits."),
        ("He nods.\n\n<think>Rose, never closed", "He nods."),
        ("He nods.\n```\nRose", "He nods."),
        ("She [waits](https://x.example/Rose) here.", "She waits here."),
        ('<font color="Rose">*She waits.*</font><br>Rain.', "*She waits.*\nRain."),
        ("[color=Rose]She[/color] waits.", "She waits."),
        ("R<b>os</b>e waits.", "Rose waits."),
        ("<|start|>assistant<|channel|>final<|message|>She waits.<|im_end|>", "She waits."),
        ("[INST] She waits. [/INST]", "She waits."),
        ("She waits. ||Rain.||", "She waits. Rain."),
        ("<q>Now,</q> he says.", '"Now," he says.'),
        ("She waits.\n\nWhat do you do?\n1. Rose\n2. Stay", "She waits."),
    ],
)
def test_markup_goes_and_what_it_frames_stays(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    "story",
    [
        '*She waits.* "Now," he says.',
        "Rose: Here.\nAsh: Where?",
        "He said (softly) no, and 3 < 4 > 2.",
        "The note [sealed] lay there; &amp; rain.",
        "She thinks: not now.",
        "Trust me.\nEnergy everywhere: lamps, wires.",
        "1. She waits.\n2. He nods.",
        "The image: a red door. A picture [small] hangs there.",
        "He goes.\n\n~~~\n\nShe waits.",
    ],
)
def test_a_story_without_hidden_blocks_is_not_touched(story: str) -> None:
    assert visible(story) == story


PARTS = st.sampled_from([
    "<think>", "</think>", "((", "))", "[OOC", "]", "```", "\n", "\n\n", "Rose ", "<b>", "HP: 1",
    "---",
])  # fmt: skip
MORE = st.sampled_from([
    "<", ">", "th<b>ink", "(", ")", "[", "](", "[/", "&lt;", "&gt;", "|", "◁think▷", "{{//",
    "<q>", "<!--", "~~~\n", ":::a\n", "status>", "1. a\n", "a?\n", "img###", "[[IMG:", "//",
    "www.", "http://a", "<|im_end|>", "\r\n", "plan:", " ",
])  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(PARTS, max_size=30).map("".join))
def test_nothing_is_made_up_or_moved(text: str) -> None:
    rest = iter(text.replace(" ", "").replace("\n", ""))
    assert all(letter in rest for letter in "".join(visible(text).split()))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(PARTS, MORE, st.text(max_size=6)), max_size=30).map("".join))
def test_what_is_visible_stays_and_is_never_longer(text: str) -> None:
    shown = visible(text)
    assert visible(shown) == shown
    assert len(shown) <= len(text)


@pytest.mark.parametrize("depth", [1, 3, 5, 40])
def test_however_deep_it_is_wrapped_it_stays_hidden(depth: int) -> None:
    shown = visible("<think>" * depth + "Rose" + "</think>" * depth + "\n\nShe waits.")
    assert shown in ("She waits.", "")


HOSTILE = [
    "<think>", "</think>", "((a", "[OOC: [", "<a ", "![[", "![a](", "```", "~~~\n", "{{//",
    "<div hidden>", "[url=", "HP: 1\nX: y\n", "[a: ", "plan:", "{OOC ", "1. a\n", "a?\n1. a\n",
    "| a |\n", "||", "image###", "[[IMG: ", ":::a\n", "<status>", "<|channel|>analysis", "&lt;a",
    "\n\n", " ", "<q>",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_repetition_takes_time_in_proportion(piece: str) -> None:
    # processor time, with much room: what grows with the square would take minutes here
    begun = process_time()
    visible(piece * (100_000 // len(piece)))
    assert process_time() - begun < 4.0
