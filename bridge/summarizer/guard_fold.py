"""Undoes disguises: every way in which a text may be read, as plain words between single spaces.

In a reading `,` stands alone for any mark that parts two thoughts; other marks are gaps. What is
undone: width and fancy letters, accents, unseen characters, letters of other alphabets, digits
and signs for letters, marks inside words, spelled-out words, stars for letters, repeated letters.
"""

import html
import itertools
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Final

import ahocorasick_rs

from bridge.summarizer.words import read

_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz"
_COMMON: Final = (
    ("’", "'"),
    ("‘", "'"),
    ("“", '"'),
    ("”", '"'),
    ("—", ","),
    ("–", "-"),
    ("…", ","),
)
_CONTROLS: Final = dict.fromkeys((*range(9), *range(14, 32), 127))
_UNSEEN: Final = re.compile(
    "[\u0080-\u009f\u00ad\u0300-\u036f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\U000e0000-\U000e0fff]"
)
_BOXED: Final = {  # 🅐, 🅰 and 🇦, which NFKC leaves alone
    first + at: chr(97 + at) for first in (0x1F150, 0x1F170, 0x1F1E6) for at in range(26)
}
_FIRST_BOXED: Final = chr(min(_BOXED))
_LATIN: Final = str.maketrans(read("guard/lookalikes")["latin"])
_CYRILLIC: Final = str.maketrans(read("guard/lookalikes")["cyrillic"])
_LATIN_LETTERS: Final = frozenset(_ALPHABET)
_LOOKALIKES: Final = frozenset(map(chr, _LATIN))
_READABLE: Final = _LATIN_LETTERS | _LOOKALIKES
_ENDINGS: Final = frozenset({"s", "t", "d", "m", "ll", "re", "ve"})
_UNITS: Final = frozenset({"mm", "cm", "k", "px", "fps", "mp"})
"""What stands behind figures in half of all prompts: `35mm`, `8k`."""
_REACH: Final = 5
"""Words kept on either side of a decoded one: as far as an age or a phrase goes."""
_SIGNS: Final = "0134567892@$!|+€£¢"
_AS_I: Final = str.maketrans(_SIGNS, "oieasgtbgzasiitelc")
_AS_L: Final = str.maketrans(_SIGNS, "oleasgtbgzaslltelc")
_STARTS: Final = "@$€£¢"
"""Signs that may stand for a word's first letter; others at an edge are only marks."""
_EDGES: Final = "!\"#%&'()*+,-./:;<=>?[\\]^_`{}~。、，！？「」『』（）【】《》；：·"
_EDGE: Final = f"[{re.escape(_EDGES)}]"
_CHUNK: Final = re.compile(
    rf"(?:{_EDGE}*+(?:[a-z]++|[0-9]*+(?:{'|'.join(sorted(_UNITS))})?+){_EDGE}*+(?:\s++|\Z))++|(\S++)"
)
"""Of small ASCII letters: what is more than words and figures with marks around them."""
_MERE_EDGES: Final = "\"'(),-./:;<=>?[\\]_{}~"
_PARTING: Final = ",;()[]{}|!?。、，！？「」『』（）【】《》；"
_MARKS: Final = "".join(
    "\x1f" if sign in _PARTING or sign == "\x1f" else sign if sign.isalnum() else " "
    for sign in map(chr, range(128))
)
"""For `str.translate`, which reads a table of letters in a third of a mapping's time."""
_PART: Final = re.compile(f"[{re.escape(_PARTING)}]")
_MARK: Final = re.compile(r"[^\w\s\x1f]|_")
_LETTER: Final = re.compile(r"[^\W\d_]")
_NO_LETTER: Final = re.compile(r"[\W_]+")
_SPELLED: Final = re.compile(r" (?:\S (?:, )?){2,}\S(?= )| [가-힣] [가-힣](?= )")
_BETWEEN: Final = re.compile(
    r"(?<=[\u3040-\u30ff\u3400-\u9fff])[ ,]+(?=[\u3040-\u30ff\u3400-\u9fff])"
)
_TRIPLE: Final = re.compile(r"([^\W\d_])\1{2,}")
_TRIPLES: Final = ahocorasick_rs.AhoCorasick(
    [letter * 3 for letter in "abcdefghijklmnopqrstuvwxyzабвгдежзийклмнопрстуфхцчшщъыьэюя"]
)
"""Tells in a tenth of the time whether `_TRIPLE` has anything to find."""
_MOST_WAYS: Final = 128
"""Ways to read one word; a limit for all words together could be used up by others."""


def readings(text: str) -> list[str]:
    """The text as plain words, then as what it may disguise; no two alike."""
    folded = _folded(text)
    found = dict.fromkeys(map(_words, (folded, *_decoded(folded))))
    return list(dict.fromkeys(itertools.chain.from_iterable(map(_whole, found))))


def _folded(text: str) -> str:
    """Small letters without accents, width, entities and unseen characters."""
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        for odd, plain in _COMMON:
            text = text.replace(odd, plain)
    if not text.isprintable():
        text = text.translate(_CONTROLS)
    if text.isascii():
        return text.lower()
    if max(text) >= _FIRST_BOXED:
        text = text.translate(_BOXED)
    text = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFC", _UNSEEN.sub("", unicodedata.normalize("NFD", text)))


def folded_term(term: str) -> str:
    """A term of the lists as it stands in a reading."""
    return _folded(term)


def _words(text: str) -> str:
    text = text.replace(". ", "\x1f ").replace(": ", "\x1f ")
    text = text.translate(_MARKS) if text.isascii() else _MARK.sub(" ", _PART.sub("\x1f", text))
    words = " ".join(text.replace("\x1f", " , ").split())
    return f" {words} "


def _decoded(text: str) -> Iterator[str]:
    """What stands around oddly written words, with these decoded."""
    told = dict.fromkeys(_CHUNK.findall(text) if text.isascii() else text.split())
    odd = {chunk: None for chunk in told if chunk and _is_odd(chunk)}  # in the text's order
    if odd:
        near = _near(text.split(), odd)
        for decoded in _decoders(odd):
            yield " ".join(decoded(chunk) if chunk in odd else chunk for chunk in near)
        if tails := " , ".join(_filled(odd)):
            yield tails


def _is_odd(chunk: str) -> bool:
    if chunk.isalpha():
        return not chunk.isascii() and _is_foreign(chunk)
    if chunk[0] in _STARTS:
        return bool(_LETTER.search(chunk))
    core = chunk.strip(_EDGES)
    if core.isalpha():
        return not core.isascii() and _is_foreign(core)
    if core.lstrip("0123456789") in _UNITS:
        return False
    word, _, ending = core.partition("'")
    return bool(_LETTER.search(core)) and not (ending in _ENDINGS and word.isalpha())


def _is_foreign(word: str) -> bool:
    """Whether another alphabet's letters may stand for Latin ones, or Latin ones for its own."""
    return _READABLE.issuperset(word) or not (
        _LATIN_LETTERS.isdisjoint(word) or _LOOKALIKES.isdisjoint(word)
    )


def _near(chunks: list[str], odd: Collection[str]) -> list[str]:
    """The odd chunks with their neighbours; `,` where something between them is left out."""
    near: list[str] = []
    end = 0
    for at, chunk in enumerate(chunks):
        if chunk in odd:
            if at - _REACH > end:
                near.append(",")
            near += chunks[max(end, at - _REACH) : at + _REACH + 1]
            end = at + _REACH + 1
    return near


def _decoders(odd: Collection[str]) -> Iterator[Callable[[str], str]]:
    signs = frozenset("".join(odd))
    yield lambda chunk: _NO_LETTER.sub("", chunk)
    if not signs.isdisjoint(_LOOKALIKES):
        yield lambda chunk: _NO_LETTER.sub("", chunk.translate(_LATIN))
        yield lambda chunk: _NO_LETTER.sub("", chunk.translate(_CYRILLIC))
    if not signs.isdisjoint(_SIGNS):
        for table in (_AS_I, _AS_L):
            yield partial(_unleeted, table)


def _unleeted(table: dict[int, int], chunk: str) -> str:
    return _NO_LETTER.sub("", chunk.translate(_LATIN).rstrip(_EDGES).translate(table))


def _filled(odd: Collection[str]) -> Iterator[str]:
    """Each way to fill `n*de` and to read `ch|1d`, where there is more than one."""
    for chunk in odd:
        word = chunk.strip(_MERE_EDGES)
        stars = sum(map(word.count, "*#"))
        letters = {"1": "il", "!": "il", "|": "il"}
        letters |= dict.fromkeys("*#", "aeiouy" if stars > 1 else _ALPHABET)
        ways = [letters.get(ch, ch.translate(_AS_I)) for ch in word if ch not in _MERE_EDGES]
        if 1 < math.prod(map(len, ways)) <= _MOST_WAYS:
            yield from map("".join, itertools.product(*ways))


def _whole(words: str) -> list[str]:
    """A reading with its spelled-out words written together, and with repeats taken out."""
    found = [words]
    if not words.isascii():
        found.append(_BETWEEN.sub("", words))
    if _TRIPLES.find_matches_as_indexes(words):
        odd = filter(_TRIPLE.search, words.split())
        tails = itertools.chain.from_iterable(map(_shortened, odd))
        found += _TRIPLE.sub(r"\1", words), _TRIPLE.sub(r"\1\1", words), f" {' , '.join(tails)} "
    return found


def _shortened(word: str) -> Iterator[str]:
    """Each run of a letter once or twice, in every combination of the first four runs."""
    pieces = _TRIPLE.split(word)
    letters = pieces[1::2][:4]
    for counts in itertools.product((1, 2), repeat=len(letters)):
        runs = [letter * count for letter, count in zip(letters, counts, strict=True)]
        yield "".join(itertools.chain(*itertools.zip_longest(pieces[::2], runs, fillvalue="")))


def spelled_out(words: str) -> list[str]:
    """What is spelled letter by letter in a reading, written together: `n u d e` → `nude`."""
    found = _SPELLED.findall(words)
    if not found:
        return []
    runs = [_NO_LETTER.sub("", run) for run in found]
    return list(dict.fromkeys(
        version for run in runs for version in (run, run.translate(_AS_I), run.translate(_AS_L))
    ))  # fmt: skip
