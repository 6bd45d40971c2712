"""A1111's infotext: the recipe in one text, written and read back.

`prompt`, `Negative prompt: …` on a line of its own, and a last line of `Key: value` pairs; a value
with a comma, a colon or a newline is a JSON string.
"""

import json
import re
from collections.abc import Mapping

_NEGATIVE = "Negative prompt:"
_FEWEST_PAIRS = 3
"""A last line with fewer is still prompt."""

_PAIR = re.compile(
    r"""
    \s* (?P<key> \w[\w\ /-]+ ) : \s*
    (?P<value> "(?: [^"\\] | \\. )*" | [^,]* )
    (?: , | $ )
    """,
    re.VERBOSE,
)
_SIZE = re.compile(r"(\d+)x(\d+)")
_PARTING = re.compile(r'[,:\n"\\]')

_ABSENT: Mapping[str, str] = {
    "Clip skip": "1",
    "Hires resize-1": "0",
    "Hires resize-2": "0",
    "Hires sampler": "Use same sampler",
    "Hires checkpoint": "Use same checkpoint",
    "Hires prompt": "",
    "Hires negative prompt": "",
    "Mask mode": "Inpaint masked",
    "Masked content": "original",
    "Inpaint area": "Whole picture",
    "Masked area padding": "32",
    "RNG": "GPU",
    "Schedule type": "Automatic",
    "Schedule max sigma": "0",
    "Schedule min sigma": "0",
    "Schedule rho": "0",
    "VAE Encoder": "Full",
    "VAE Decoder": "Full",
    "FP8 weight": "Disable",
}
"""What a reader of pairs may take for granted, as A1111 fills it in."""


def written(prompt: str, negative: str, pairs: Mapping[str, object]) -> str:
    """The infotext; pairs whose value is None or empty are left out."""
    lines = [prompt]
    if negative:
        lines.append(f"{_NEGATIVE} {negative}")
    shown = [f"{key}: {_quoted(str(value))}" for key, value in pairs.items()
             if value is not None and value != ""]  # fmt: skip
    lines.append(", ".join(shown))
    return "\n".join(lines).strip()


def parsed(text: str) -> dict[str, str]:
    """`Prompt`, `Negative prompt` and the pairs, sizes as `Size-1` and `Size-2`, gaps filled in."""
    *lines, last = text.strip().split("\n")
    pairs = [(match["key"], _unquoted(match["value"])) for match in _PAIR.finditer(last)]
    if len(pairs) < _FEWEST_PAIRS:
        lines, pairs = [*lines, last], []
    prompt, negative = _prompts(lines)
    found = {"Prompt": prompt, "Negative prompt": negative}
    for key, value in pairs:
        size = _SIZE.fullmatch(value)
        if size:
            found[f"{key}-1"], found[f"{key}-2"] = size.groups()
        else:
            found[key] = value
    return {**_ABSENT, **found}


def _prompts(lines: list[str]) -> tuple[str, str]:
    starts = (at for at, line in enumerate(lines) if line.strip().startswith(_NEGATIVE))
    split = next(starts, len(lines))
    negative = "\n".join(lines[split:]).strip().removeprefix(_NEGATIVE)
    return "\n".join(lines[:split]).strip(), negative.strip()


def _quoted(value: str) -> str:
    if _PARTING.search(value) or value != value.strip():
        return json.dumps(value, ensure_ascii=False)
    return value


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value.strip()
    try:
        return str(json.loads(value))
    except ValueError:
        return value
