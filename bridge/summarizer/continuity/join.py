"""Whether a text that names nobody goes on with the chat that its client was in last."""

import re
from typing import Final

from bridge.summarizer.words import one_of, read
from bridge.visible import visible

_HEADS: Final = one_of([head for heads in read("people")["heads"].values() for head in heads])
_PRONOUN: Final = re.compile(r"\b(?:s?he|they|her|him|his|their|them)\b", re.IGNORECASE)
_SOMEBODY_NEW: Final = re.compile(
    rf"\b(?:an?|the|two|three|four|some)\s(?:[\w’'-]+,?\s){{0,3}}?(?:{_HEADS})s?\b", re.IGNORECASE
)


def goes_on(text: str) -> bool:
    """`She looks up.` means somebody whom the chat knows; `A woman enters. She …` does not."""
    seen = visible(text)
    meant, new = _PRONOUN.search(seen), _SOMEBODY_NEW.search(seen)
    return meant is not None and (new is None or meant.start() < new.start())
