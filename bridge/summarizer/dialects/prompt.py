"""What all dialects share: the prompt record, sentences, a limit in words."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prompt:
    """What an image model is sent."""

    positive: str
    negative: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of a prompt; the greatest `rank` goes first when there is too much."""

    rank: int
    text: str


def sentence(*parts: str, exact: str = "") -> str:
    """Parts joined by commas, with a capital and a full stop; empty when all parts are.

    What begins with `exact` keeps its letters: a trigger word is read as it was trained.
    """
    text = ", ".join(part.strip(" ,.;") for part in parts if part.strip(" ,.;"))
    if not text:
        return ""
    if exact and text.startswith(exact):
        return f"{text}."
    return f"{text[0].upper()}{text[1:]}" + ("" if text.endswith(("!", "?")) else ".")


def within(lines: Sequence[Line], limit: int) -> str:
    """The lines in their order, the least important left out beyond `limit` words."""
    kept = [line for line in lines if line.text]
    while len(kept) > 1 and _words(kept) > limit:
        worst = max(range(len(kept)), key=lambda index: (kept[index].rank, index))
        del kept[worst]
    return " ".join(line.text for line in kept)


def _words(lines: Sequence[Line]) -> int:
    return sum(max(len(line.text.split()), len(line.text.encode()) // 9) for line in lines)
