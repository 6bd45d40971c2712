"""Whether a match stands for itself or lies inside a longer word, in any script.

Most scripts put spaces between words. Chinese and Japanese do not, and Korean hangs particles on
its nouns: there a name is known by what follows and what precedes it. Thai and its neighbours
give no such sign, and any match counts.
"""

import re
import unicodedata
from typing import Final, Literal

_Script = Literal["han", "hiragana", "katakana", "hangul", "thai", "spaced"]

_RANGES: Final[tuple[tuple[str, str, _Script], ...]] = (
    ("\0", "\u0dff", "spaced"),
    ("\u0e00", "\u0eff", "thai"),
    ("\u1000", "\u109f", "thai"),
    ("\u1780", "\u17ff", "thai"),
    ("\u3005", "\u3007", "han"),
    ("\u3041", "\u309f", "hiragana"),
    ("\u30a0", "\u30ff", "katakana"),
    ("\u3400", "\u9fff", "han"),
    ("\uac00", "\ud7af", "hangul"),
    ("\uf900", "\ufaff", "han"),
    ("\U00020000", "\U0003ffff", "han"),
)
_KANA: Final = re.compile("[\u3041-\u30ff]")

_TITLE: Final = "さん|ちゃん|さま|くん|たち|[様君氏達殿]|先生|先輩|博士|隊長|船長"
_FOLLOWS: Final = {
    # さくらは, さくらさん; not さくらんぼ, さくら餅, さくら色.
    "hiragana": re.compile(
        rf"{_TITLE}|[はがをにへとのもでやかねよわ]|から|まで|より|だ|です|なら|って|じゃ|しか|だけ|など|ら[はがをにのも]"
    ),
    "katakana": re.compile("[^\u30a1-\u30ff]"),
    # 하늘은, 하늘에게; not 하늘색, 하늘빛.
    "hangul": re.compile(
        "(?:이|가|은|는|을|를|의|에|에게|에게서|에서|께|께서|한테|와|과|랑|도|만|로|으로|부터|까지|처럼|보다|마저|조차"
        "|야|아|여|씨|님|양|군|라|다|였다|이었다|입니다)+(?![\uac00-\ud7af])"
    ),
    # In Japanese a title or kana; in Chinese, which has no kana, anything.
    "han": re.compile(rf"{_TITLE}|[^\u3400-\u4dbf\u4e00-\u9fff]"),
}
_COUNTED: Final = frozenset("个個片只隻朵条條张張块塊颗顆粒滴场場阵陣些座棵杯")
"""People are not counted by measure words: 一个小雪人 is a snowman, 一场小雪 a snowfall."""
_SURNAMES: Final = frozenset("김이박최정강조윤장임한오서신권황안송류홍")
"""Korean family names of one syllable, written together with the given name."""


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]`, folded, is a word or name of its own."""
    return _opens(text, start) and _closes(text, end)


def _opens(text: str, start: int) -> bool:
    before = text[start - 1] if start else " "
    if not _in_word(before) or not _in_word(text[start]):
        return True
    script = _script(text[start])
    if script == "hangul" and before in _SURNAMES:
        return start < 2 or _script(text[start - 2]) != "hangul"
    if script in ("han", "hiragana", "thai"):
        return before not in _COUNTED
    return _script(before) != script


def _closes(text: str, end: int) -> bool:
    after = text[end] if end < len(text) else " "
    if not _in_word(after) or not _in_word(text[end - 1]):
        return True
    script = _script(text[end - 1])
    if script in ("spaced", "thai"):
        return (script == "thai" or _script(after) != script) and not _is_mark(after)
    if script == "han" and not _KANA.search(text):
        return True
    return _FOLLOWS[script].match(text, end) is not None


def _in_word(letter: str) -> bool:
    return letter.isalnum() or _is_mark(letter)


def _is_mark(letter: str) -> bool:
    """Vowel signs and the like, which are no letters to Python."""
    return letter >= "\u0300" and unicodedata.category(letter)[0] == "M"


def _script(letter: str) -> _Script:
    for first, last, script in _RANGES:
        if first <= letter <= last:
            return script
    return "spaced"
