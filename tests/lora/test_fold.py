import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.lora import fold as folding
from bridge.lora.edges import stands_alone
from bridge.lora.fold import fold, folded_term

ODD = st.sampled_from(
    [*"aZ-'*_~ \n\tßéİ", "e\u0301", "\u200b", "\u00ad", "ﬁ", "’", "‑", "Ｒ", "さ", "が", "か\u3099",
     "하", "&amp;", "&nbsp;", "&#233;", "\u00a0", "🎈", "-\n"]
)  # fmt: skip
TEXT = st.lists(ODD, max_size=40).map("".join)


@pytest.mark.parametrize(
    "variant",
    [
        "Zoë D'Arve-Lin",
        "ZOË D’ARVE‑LIN",
        "Zoe\u0308 d'arve-lin",
        "Zo\u200bë  D'arve-\nLin",
        "*Zoë* **D'arve**-Lin",
        "Zo&euml;\r\n D&#39;Arve-Lin",
        "Ｚｏë\u00a0D´arve–Lin",
        " ~Zoë *\n* D'arve-\n  Lin_",
    ],
)
def test_variants_fold_to_one(variant: str) -> None:
    assert folded_term(variant) == "zoë d'arve-lin"


@settings(max_examples=200, deadline=None)
@given(TEXT | st.text(st.characters(max_codepoint=127), max_size=8))
def test_what_looks_even_is_folded_as_all_else(text: str) -> None:
    quick = fold(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folding, "_EVEN", re.compile(r"(?!)"))
        assert quick == fold(text)


@settings(max_examples=200, deadline=None)
@given(TEXT)
def test_case_is_kept_offset_by_offset(text: str) -> None:
    folded = fold(text)
    assert folded.cased.casefold() == folded.text
    assert len(folded.cased) == len(folded.text)


@settings(max_examples=200, deadline=None)
@given(TEXT, TEXT)
def test_offsets_survive_folding(before: str, after: str) -> None:
    text = f"{before}\nQ7x {after}"
    folded = fold(text)
    assert folded.origin(folded.text.index("q7x")) == text.index("Q7x")


@settings(max_examples=100, deadline=None)
@given(TEXT)
def test_composed_and_decomposed_texts_fold_alike(text: str) -> None:
    plain = text.replace("&", "")
    assert fold(plain).text == fold(unicodedata.normalize("NFD", plain)).text


@pytest.mark.parametrize(
    ("word", "text", "alone"),
    [
        ("rose", "rose's", True),
        ("rose", "“rose”", True),
        ("rose", "arose", False),
        ("rose", "roses", False),
        ("k-7", "dock-7", False),
        ("k-7", "k-7は来た", True),
        ("मीर", "मीरा", False),
        ("มาลี", "แล้วมาลีก็ยิ้ม", True),
        ("さくら", "さくらは来た", True),
        ("さくら", "「さくら!」", True),
        ("さくら", "昨日さくらさんが", True),
        ("さくら", "さくらんぼ", False),
        ("さくら", "さくら色", False),
        ("エマ", "エマは", True),
        ("エマ", "エマルジョン", False),
        ("美咲", "佐藤美咲先生は", True),
        ("美咲", "美咲町へ", False),
        ("小雨", "小雨走进门", True),
        ("小雨", "下了一场小雨", False),
        ("별", "별이 웃는다", True),
        ("별", "별빛이", False),
        ("하나", "김하나는", True),
        ("하늘", "밤하늘은", False),
    ],
)
def test_edges_of_words(word: str, text: str, alone: bool) -> None:
    at = text.index(word)
    assert stands_alone(text, at, at + len(word)) is alone
