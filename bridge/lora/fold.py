"""Makes texts comparable: case, accents, quotes, hyphens, gaps and emphasis marks made equal."""

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_ACCENTS: Final = "\u0300-\u036f\u3099\u309a"
_UNSEEN: Final = "\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufe00-\ufe0f\ufeff"
_ODD: Final = re.compile(
    rf"""&(?:\#\d{{1,7}}|\#[xX][0-9a-fA-F]{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,30}});  # an HTML entity
    |\s[\s*_~{_UNSEEN}]*\s|[^\S\ ]                  # any gap but one plain space
    |[*_~{_UNSEEN}]+                                # marks that no reader sees as letters
    |(?<=[\w{_ACCENTS}])[-\u2010\u2011][ \t]*\r?\n[ \t]*(?=\w)  # a word cut by a line's end
    |(?:[A-Za-z](?=[{_ACCENTS}]))?[^\x00-\x7f\s{_UNSEEN}]+
    """,
    re.VERBOSE,
)
_EVEN: Final = re.compile(r"[ -%'-)+-^a-}]+")
"""Signs among which, if no two spaces meet, there is nothing odd and nothing to make equal."""
_CLUSTER: Final = re.compile(rf"[\u1100-\u11ff]+|.[{_ACCENTS}]*", re.DOTALL)
_NOTHING: Final = re.compile(f"[*_~{_UNSEEN}]")
_EQUAL: Final = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc\u00b4`", "'")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-")
    | {chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)}
)
_START: Final = (0,)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text that remembers where it came from."""

    text: str
    """Case-folded."""
    cased: str
    """The same with its letters' case, offset by offset."""
    starts: tuple[int, ...]
    froms: tuple[int, ...]
    """Where the piece that begins at the same index of `starts` began in the original."""

    def origin(self, offset: int) -> int:
        """Offset in the original of what begins at `offset` here."""
        piece = bisect_right(self.starts, offset) - 1
        return self.froms[piece] + offset - self.starts[piece] if piece >= 0 else 0


def fold(text: str) -> Folded:
    """`text` folded, with offsets; emphasis marks and zero-width marks are gone."""
    if _EVEN.fullmatch(text) and "  " not in text:
        return Folded(text.lower(), text, _START, _START)
    parts: list[str] = []
    starts: list[int] = []
    froms: list[int] = []
    length = 0
    for part, origin in _pieces(text):
        parts.append(part)
        starts.append(length)
        froms.append(origin)
        length += len(part)
    cased = "".join(parts).translate(_EQUAL)
    return Folded(cased.casefold(), cased, tuple(starts), tuple(froms))


def folded_term(term: str) -> str:
    """A keyword or name in the form in which `fold(...).text` holds it."""
    return fold(term).text.strip()


def _pieces(text: str) -> Iterator[tuple[str, int]]:
    """(piece, its offset in `text`), every piece as long as its case-folded form."""
    at = 0
    for odd in _ODD.finditer(text):
        if at < odd.start():
            yield text[at : odd.start()], at
        at = odd.end()
        yield from _evened(odd.group(), odd.start())
    if at < len(text):
        yield text[at:], at


def _evened(odd: str, at: int) -> Iterator[tuple[str, int]]:
    if odd[0].isspace():
        yield " ", at
    elif odd[0] == "&":
        yield _same_length(_NOTHING.sub("", html.unescape(odd)).replace("\u00a0", " ")), at
    elif "\n" in odd:
        yield "-", at
    elif _NOTHING.match(odd):
        return
    elif unicodedata.is_normalized("NFC", odd) and len(odd.casefold()) == len(odd):
        yield odd, at
    else:
        for cluster in _CLUSTER.finditer(odd):
            yield _same_length(cluster.group()), at + cluster.start()


def _same_length(text: str) -> str:
    """Composed; folded already where folding would change its length (`ß`)."""
    composed = unicodedata.normalize("NFC", text)
    low = composed.casefold()
    return composed if len(low) == len(composed) else low
