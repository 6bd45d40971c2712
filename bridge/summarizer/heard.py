"""Things that people speak of, as short noun phrases: all there is when nothing is narrated."""

import re
from collections.abc import Iterable
from typing import Final

from bridge.summarizer.words import listed, one_of

_ADJECTIVES: Final = one_of([*listed("colours"), *listed("materials")])
_NOUNS: Final = one_of(
    sorted({*listed("things"), *listed("garments"), *listed("animals"), *listed("creatures")})
)
_NO_THING: Final = one_of(
    [*listed("prepositions"), *listed("pronouns"), "and", "as", "is", "are", "of", "or"]
)
_THING: Final = re.compile(
    rf"\b(?:(?P<exact>(?:(?:{_ADJECTIVES})\s){{0,2}}(?:{_NOUNS})s?)"
    rf"|(?P<coloured>(?:{_ADJECTIVES})\s(?!(?:{_NO_THING})\b)[a-z]+))\b",
    re.IGNORECASE,
)
_MOST: Final = 14


def things_heard(lines: Iterable[str]) -> list[str]:
    """Up to 14 things, each of at most three words, in the order in which they are named."""
    found: list[str] = []
    for line in lines:
        for match in _THING.finditer(line):
            thing = (match["exact"] or match["coloured"]).lower()
            if thing != line.strip(" .!?").lower() and thing not in found:
                found.append(thing)
    return [one for one in found if not any(one != other and one in other for other in found)][
        :_MOST
    ]
