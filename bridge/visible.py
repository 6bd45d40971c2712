"""What part of a roleplay text is story: everything that a reader is not meant to see goes.

Chat front ends hide a lot in a message: a model's thinking, notes between the players, status
blocks, HTML. Spoken lines, asterisks, quotes and HTML entities stay, for they are part of the
story as written. Not for finished prompts, where `((words))` is emphasis.
"""

import re
from collections.abc import Callable
from typing import Final

_THINK: Final = (
    r"(?:seed:)?(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection|analysis|scratchpad)"
)
_NOTE: Final = (
    r"(?:OOC|out of character|A/?N|author'?s?[ -]note|note|system|memory|summary|recap"
    r"|end of (?:turn|part|scene|chapter)|to be continued|awaiting"
    r"|instructions?|scenario|reminder|status|stats|tracker)\b"
)
_GAUGE: Final = (
    r"(?:HP|MP|XP|EXP|AC|level|lvl|health|mana|stamina|energy|hunger|affection|affinity|trust"
    r"|arousal|relationship|inventory|equipment|gold|stats?|status|quests?|next goal|objectives?"
    r"|moods?|luck|bonds?|(?:inner )?thoughts?|feelings?|condition|vibes?)"
)
_FIELD: Final = r"[^\w\n]{0,8}\w[\w '/&-]{0,24}[*_]{0,3}:[^\n.!?\"“]*$"
_GAUGE_FIELD: Final = rf"[^\w\n]{{0,8}}{_GAUGE}[*_]{{0,3}}:[^\n]*$"
_UNTOLD: Final = (
    r"\w*?(?:status|stats|panel|variable|memory|summary|recap|tool|function|invoke|choice|options"
    r"|image|img|pic|tracker|inventory|prompt|system|instruction|plan|meta|json|data|debug|schedule)\w*"
)
"""Names of tags between which other extensions keep their own."""
_PICTURE: Final = r"(?:img|image|pic|picture|sd|gen)"


_SIGN: Final = re.compile(r"\\?([<\[({&◁!`|])")


def _cut(pattern: str, by: str = " ") -> Callable[[str], str]:
    """Replaces what a pattern finds; one that begins with a sign is only tried where that stands,
    which spares plain stories nearly all of the work.
    """
    found = re.compile(pattern, re.IGNORECASE | re.DOTALL | re.MULTILINE)
    sign = _SIGN.match(pattern)
    if sign is None or pattern.startswith("("):
        return lambda text: found.sub(by, text)
    return lambda text: found.sub(by, text) if sign[1] in text else text


_PIPED: Final = re.compile(r"^[^\n|:]{0,40}:[^\n|]*(?:\|[^\n|:]{0,40}:[^\n|]*){2,}$", re.MULTILINE)
_TOLD_IN_STATUS: Final = (
    r"(?:time|date|day|hour|weather|location|place|where|scene|setting|season)\b"
)
_TELLS_OF: Final = rf"[^`\n]*\b{_TOLD_IN_STATUS}"
_TOLD_BY_STATUS: Final = re.compile(rf"[\W_]*{_TOLD_IN_STATUS}", re.IGNORECASE)


def _untold(text: str) -> str:
    """Of a status line `Time: … | Bonds: … | Bag: …` only time, place and weather are story."""
    if "|" not in text:
        return text
    return _PIPED.sub(
        lambda line: " | ".join(filter(_TOLD_BY_STATUS.match, line[0].split("|"))), text
    )


_THOUGHT: Final = _cut(rf"<({_THINK})\b[^<>]*>(?:(?!<\1\b).)*?</\1\s*>")
# In this order: a block that may quote other blocks goes first. An opening that is repeated before
# it is closed ends the search (`(?!…)`), which keeps the work linear in the text.
_STEPS: Final = (
    # Tags in other dress: as entities, in triangles, as a chat template's own tokens.
    _cut(r"&lt;(/?[a-z!][^<>&\n]{0,200})&gt;", r"<\1>"),
    _cut(rf"◁(/?{_THINK})▷", r"<\1>"),
    _cut(r"<[|｜](begin|end)_of_(?:thought|thinking)[|｜]>", r"<think \1>"),
    _cut(r"<think end>", "</think>"),
    _cut(
        r"<\|channel\|>(?:analysis|commentary)\b(?:(?!<\|channel\|>).)*?"
        r"(?:<\|end\|>|(?=<\|(?:start|channel)\|>)|\Z)"
    ),
    _cut(r"<\|start\|>\w*(?:<\|channel\|>\w*)?<\|message\|>|<\|channel\|>\w*<\|message\|>"),
    _cut(r"<[|｜][^|｜<>\n]{1,40}[|｜]>|<</?SYS>>"),
    _cut(r"\[/?INST\]"),
    # Thinking: closed, also inside other thinking; cut off (the story begins after a blank line or
    # a rule, if at all); only the closing tag left, because the front end ate the opening one; the
    # same without tags.
    _THOUGHT, _THOUGHT, _THOUGHT,
    _cut(rf"\[({_THINK})\](?:(?!\[\1\]).)*?\[/\1\]"),
    _cut(rf"<{_THINK}\b[^<>]*>.*?(?:\n\s*\n|^-{{3,}}\s*$|\Z)"),
    _cut(rf"\A.*?</{_THINK}\s*>"),
    _cut(rf"\A[\s*_#]*(?:{_THINK}|plan)[*_]*\s*:.*?^-{{3,}}\s*$"),
    _cut(rf"\A[\s*_#]*{_THINK}[*_]*\s*:[^\n]*\n\s*\n"),
    _cut(r"^[ \t]*\{\s*\"\w[^{}]*\}[ \t]*$"),
    # Blocks that a page folds away or never shows.
    _cut(r"<!--.*?(?:-->|\Z)"),
    _cut(r"^[ \t]*```.*?(?:^[ \t]*```[^\n]*$|\Z)"),
    _cut(r"^[ \t]*~~~(?![~ \t]*\n\s*\n).*?^[ \t]*~~~[^\n]*$"),  # alone, it is a scene break
    _cut(rf"^[ \t]*`(?!{_TELLS_OF})[^`\n]*[\[:|][^`\n]*`[ \t]*$"),
    _cut(r"<(s|strike|del)>(?:(?!<\1>).)*?</\1\s*>", ""),
    _cut(r"```(?:(?!```).)*(?:```|\Z)"),
    _cut(r"^:::+[ \t]*\w[^\n]*$.*?(?:^:::+[ \t]*$|\Z)"),
    _cut(r"<(details|style|script|template)\b.*?(?:</\1\s*>|\Z)"),
    _cut(r"<(\w+)\b[^<>]*(?:display\s*:\s*none|\shidden\b)[^<>]*>(?:(?!<\1\b).)*?</\1\s*>"),
    _cut(rf"<({_UNTOLD})\b[^<>]*>(?:(?!<\1\b).)*?</\1\s*>", "\n"),
    # Notes between the players, to the model, and to extensions that draw.
    _cut(r"\(\((?:(?!\(\().)*?\)\)"),
    _cut(r"\(\((?:(?!\(\().)*?\)\)+"),
    _cut(r"\(\([^\n]*"),
    _cut(r"\{\{//.*?(?:\}\}|$)"),
    _cut(rf"\[\s*{_NOTE}(?:[^\[\]]|\[[^\[\]]*\])*(?:\]|\Z)"),
    _cut(rf"\[\[?[ \t]*{_PICTURE}\b[ \t]*[:|=][^\[\]\n]*\]{{1,2}}"),
    _cut(rf"\b{_PICTURE}###[^#\n]*(?:###|$)"),
    _cut(r"([({])\s*(?:OOC|out of character|A/N|author'?s note)\b[^)}]*(?:[)}]|\Z)"),
    _cut(r"^[ \t>*_]*(?:/?OOC\b|A/N\s*:|(?:system|author'?s?)[ -]note\s*:|//)[^\n]*$"),
    _cut(r"^#{2,4} (?:response|instruction|input|system)\b[^\n]*$"),
    # What a model or a player says around the story; a title; tags of a post; a chat's clock.
    _cut(
        r"\A(?:sure|of course|certainly|absolutely|okay|here(?:['’]s| is| are| you go))\b"
        r"[^\n\"“*]{0,120}:[ \t]*\n"
    ),
    _cut(
        r"^[ \t(*]*(?:would you like me|let me know|do you want me|shall I (?:go on|continue))\b"
        r"[^\n\"“]*\Z"
    ),
    _cut(r"\A(?:previously|last time|the story so far)\b[^\n:]{0,20}:[^\n]*\n\s*\n"),
    _cut(r"^[ \t]*(?:TW|CW|(?:trigger|content) warnings?)[ \t]*:[^\n]*$"),
    _cut(r"^[^\w\n]*\w[\w'’ -]{0,30} POV\b[^\w\n]*$"),
    _cut(r"(?:(?:^|(?<=\s))[#@](?!\d)\w+[ \t]*){2,}$"),
    _cut(r"^\[\d{1,2}:\d\d(?::\d\d)?\][ \t]*<(\w[\w ]{0,30})>", r"\1:"),
    _cut(r"^/me (?=\S)"),
    _cut(r"^[^\n]*[\u2502-\u257f][^\n]*$"),
    # What the player may do next: a numbered list at the end, with its question.
    _cut(
        r"(?<=\S)\n\s*(?:^[^\n]{0,200}\?[ \t]*\n\s*)?"
        r"(?:^[ \t]*(?:\d{1,2}|[a-h])[.)][^\n]*(?:\n|\Z)){2,12}\s*\Z"
    ),
    # Status lines: at least two fields together, one of which is a gauge; tables.
    _cut(
        rf"^(?:{_GAUGE_FIELD}\n{_FIELD}|{_FIELD}\n{_GAUGE_FIELD})(?:\n(?:{_GAUGE_FIELD}|{_FIELD}))*"
    ),
    _cut(rf"^[ \t]*[\[(][^\]\n|]*\b{_GAUGE}[*_]*\s*:[^\]\n]*[\])][ \t]*$"),
    _untold,
    _cut(r"\|\|([^|\n]+)\|\|", r"\1"),
    _cut(r"(?:^[ \t]*\|[^\n]*\|[ \t]*(?:\n|\Z)){2,}"),
    # Markup: what it frames stays, what it names or points to goes.
    _cut(r"!\[[^\[\]]*\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)?\)"),
    _cut(r"\[([^\[\]]*)\]\([^()\s]*[^()]*\)", r"\1"),
    _cut(r"(?:https?://|data:image/|www\.)[^\s<>\"')\]]+"),
    # Struck out: it is told that this is not so.
    _cut(r"<(s|del|strike)>(?:(?!<\1>).)*?</\1\s*>"),
    _cut(r"~~(?=\S)[^~\n]{1,200}~~"),
    _cut(r"</?q\b[^<>]*>", '"'),
    _cut(
        r"</?(?:br|p|div|li|ul|ol|tr|td|th|table|hr|h[1-6]|blockquote|summary|center)\b[^<>]*>",
        "\n",
    ),
    _cut(r"</?[a-z][^<>]*>", ""),
    _cut(
        r"\[/?(?:b|i|u|s|img|url|quote|spoiler|(?:color|size|font|url)=[^\[\]]*|color|size|font)\]",
        "",
    ),
)  # fmt: skip
_MOST_LAYERS: Final = 4
"""Blocks within blocks that are taken off; what is wrapped deeper was made to deceive."""
_BRACKETS: Final = re.compile(r"[<>\[\](){}`~#|&◁▷]+")
_TRAILING: Final = re.compile(r"[ \t]+$", re.MULTILINE)
_GAP: Final = re.compile(r"\n{3,}")


def visible(text: str) -> str:
    """The story text of a message or chat log, hidden blocks and markup removed.

    Never longer than `text`, and what is visible stays so.
    """
    for _ in range(_MOST_LAYERS):
        before, text = text, _once(text)
        if text == before:
            return text
    return _once(_once(_BRACKETS.sub(" ", text)))


def _once(text: str) -> str:
    text = text.replace("\r\n", "\n")
    for step in _STEPS:
        text = step(text)
    return _GAP.sub("\n\n", _TRAILING.sub("", text)).strip()
