"""Counts tokens as CLIP's text encoder does, by the merges that OpenAI published under MIT.

`words/clip/merges.txt.gz` is what github.com/openai/CLIP's tokenizer uses of its
`bpe_simple_vocab_16e6.txt.gz`: 48,894 pairs, the commonest first. It is read when the first prompt
is counted, which takes some 60 ms once.
"""

import gzip
import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

from bridge.summarizer import words

CHUNK: Final = 77
"""Tokens that the encoder reads in one piece, its two marks for start and end among them."""
MARKS: Final = 2
_WORD: Final = re.compile(r"'(?:s|t|re|ve|m|ll|d)|[^\W\d_]+|\d|(?:[^\w\s]|_)+")
_LAST: Final = "</w>"


def clip_tokens(text: str) -> int:
    """How many tokens `text` is, with the marks for start and end."""
    found = _WORD.findall(unicodedata.normalize("NFC", text).lower())
    return MARKS + sum(map(_pieces, found))


@lru_cache(maxsize=4096)
def _pieces(word: str) -> int:
    """Of one word: its bytes, joined pair by pair, the commonest pair first."""
    letters = [_letters()[byte] for byte in word.encode()]
    parts = [*letters[:-1], letters[-1] + _LAST]
    ranks = _ranks()
    while len(parts) > 1:
        pairs = list(pairwise(parts))
        best = min(pairs, key=lambda pair: ranks.get(pair, len(ranks)))
        if best not in ranks:
            break
        parts = _joined(parts, best)
    return len(parts)


def _joined(parts: list[str], pair: tuple[str, str]) -> list[str]:
    done: list[str] = []
    for part in parts:
        if done and (done[-1], part) == pair:
            done[-1] += part
        else:
            done.append(part)
    return done


@cache
def _ranks() -> Mapping[tuple[str, str], int]:
    packed = files(words).joinpath("clip", "merges.txt.gz").read_bytes()
    lines = gzip.decompress(packed).decode().splitlines()
    return {(one, other): rank for rank, line in enumerate(lines) for one, other in [line.split()]}


@cache
def _letters() -> Mapping[int, str]:
    """Bytes as the merges write them: those that cannot be printed stand above U+00FF."""
    printed = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(0x100) if byte not in printed]
    return {byte: chr(byte) for byte in printed} | {
        byte: chr(0x100 + place) for place, byte in enumerate(others)
    }
