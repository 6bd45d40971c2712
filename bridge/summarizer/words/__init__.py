"""The word lists of this room: one JSON file each, so that they can be read and grown as lists."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any


@cache
def read(name: str) -> Any:
    """The content of `words/<name>.json`."""
    return json.loads((Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8"))


@cache
def listed(name: str) -> tuple[str, ...]:
    """One list of `english.json`."""
    return tuple(read("english")[name])


def alternatives(name: str) -> str:
    """A list of `english.json` as the inside of a regular expression, longest first."""
    return one_of(listed(name))


def one_of(terms: "tuple[str, ...] | list[str]") -> str:
    """Terms as the inside of a regular expression, longest first, any white space between words."""
    ordered = sorted(terms, key=len, reverse=True)
    return "|".join(re.escape(term).replace(r"\ ", r"\s+") for term in ordered)
