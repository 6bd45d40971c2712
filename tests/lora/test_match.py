import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.lora.fold import folded_term
from bridge.lora.match import Matcher, matcher
from tests.lora.made import catalog, found, lora, many

PEARL = lora("pearl", "Pearl", category="character", name="Pearl Underhay")
WILL = lora("will", "Will", category="character")
CHIEF = lora("chief", "Chief Dunmore", category="character", aliases=("the Chief",))
FOG = lora("fog", "fog", "foggy", "fogs", category="general")
CLOAK = lora("cloak", "cloak", "cloaks")
SMILE = lora("smile", "smile", "smiles", "smiling", category="expression")
INK = lora("ink", "ink drawing", category="style")
ALL = (PEARL, WILL, CHIEF, FOG, CLOAK, SMILE, INK)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Pearl nods.", {"pearl"}),
        ("“Now, Pearl’s turn,” he says.", {"pearl"}),
        ("*PEARL* runs.", {"pearl"}),
        ("The sign says PEARL.", set()),
        ("The gull drops a pearl.", set()),
        ("A pearl light. Pearl nods.", {"pearl"}),
        ("ok so pearl nods and goes in. then she sits", {"pearl"}),
        ("He nods at Pearls.", set()),
        ("They meet in Pearl Street.", set()),
        ("They wait at Pearl's Landing; Pearl is there.", {"pearl"}),
        ("Will you stay?", set()),
        ("He will stay.", set()),
        ("Will stays.", {"will"}),
        ("The Chief nods.", {"chief"}),
        ("Then chief Dunmore nods.", {"chief"}),
        ("The chief of the fire watch nods.", set()),
        ("The Chief of Tarn nods.", set()),
        ("Not Pearl, he thinks.", set()),
        ("There was no sign of Pearl.", set()),
        ("Isn't Pearl cold?", {"pearl"}),
        ("She reads a letter from Pearl.", set()),
        ("Pearl stayed behind in the town.", set()),
        ("And Pearl? The boat rocks. Pearl is two hundred miles away.", set()),
        ("Pearl was miles away, they thought. Then Pearl steps in.", {"pearl"}),
        ("He watches Pearl until the boat is far away.", {"pearl"}),
        ("Fog everywhere.", {"fog"}),
        ("There is no fog.", set()),
        ("There is no thick fog today.", set()),
        ("It isn't foggy any more.", set()),
        ("No light but the fog.", {"fog"}),
        ("The fog has long since lifted.", set()),
        ("We sail before it fogs.", set()),
        ("The fog was gone.", set()),
        ("The fog never ended.", {"fog"}),
        ("Fog at the pier.\n\n***\n\nSun on the roof.", set()),
        ("Fog at the pier. Two days later, the sun.", set()),
        ("Two days later, fog.", {"fog"}),
        ("Voices like fog.", set()),
        ("The smell of fog.", set()),
        ("She stands without her cloak.", set()),
        ("She takes off her wet cloak.", set()),
        ("He pulls the cloak off.", set()),
        ("He pulls the cloak tight.", {"cloak"}),
        ("She did not see the cloak.", {"cloak"}),
        ("Something hung there like a cloak.", set()),
        ("He cannot help but smile.", {"smile"}),
        ("He does not smile.", set()),
        ("She stopped smiling.", set()),
        ("She never stopped smiling.", {"smile"}),
        ("He might smile.", set()),
        ("Will smiles.", {"will", "smile"}),
        ("She smiles. " + "Then the long road again. " * 60, set()),
        ("Done like an ink drawing.", {"ink"}),
    ],
)
def test_what_a_text_calls_for(text: str, ids: set[str]) -> None:
    assert found(ALL, text) == ids


def test_a_keyword_in_small_letters_takes_its_capitals_from_the_name() -> None:
    small = lora("pearl", "pearl", category="character", name="Pearl Underhay")
    assert found([small], "Pearl nods.") == {"pearl"}
    assert found([small], "The gull drops a pearl.") == set()
    assert found([lora("x", "redhead", category="character")], "The redhead nods.") == {"x"}


def test_names_that_are_no_words_need_no_capitals() -> None:
    robot = lora("robot", "T-90", "Ka'lor", category="character")
    assert found([robot], "Then t-90 turns.") == found([robot], "Then ka'lor turns.") == {"robot"}


def test_an_exclude_keyword_anywhere_takes_the_lora_out() -> None:
    fog = lora("fog", "fog", exclude_keywords=("fog machine",))
    assert found([fog], "Fog, and fog again.") == {"fog"}
    assert found([fog], "Fog from the fog\nmachine.") == set()


def test_a_hit_tells_its_words_and_where_the_last_one_is() -> None:
    text = "Mist & fog. *Foggy*, then sun; mist."
    (hit,) = Matcher(catalog(lora("fog", "fog", "foggy", aliases=("mist",)))).match(text)
    assert set(hit.words) == {"fog", "foggy", "mist"}
    assert hit.position == text.rindex("mist")


def test_hits_come_by_rank() -> None:
    loras = [lora("b", "fog", rank=2), lora("a", "fog", rank=3), lora("c", "fog", rank=1)]
    hits = Matcher(catalog(*loras)).match("fog")
    assert [hit.lora.id for hit in hits] == ["c", "b", "a"]


def test_a_catalogue_keeps_its_matcher() -> None:
    one = catalog(PEARL)
    assert matcher(one) is matcher(one)
    assert matcher(catalog(PEARL)) is not matcher(one)


def test_an_empty_dictionary_calls_for_nothing() -> None:
    assert Matcher(catalog()).match("Pearl") == Matcher(catalog(lora("x", " "))).match("x") == ()


def test_ten_thousand_loras_make_no_more_candidates_than_a_hundred() -> None:
    text = "The road went on through orchards for the whole of the first day. " * 20
    assert Matcher(many(10_000)).match(text) == Matcher(many(100)).match(text)


WORDS = st.sampled_from(["ab", "abc", "ba", "b-a", "c'a", "zoë", "ab_c", "ABC", "straße", "ß"])
TEXTS = st.lists(
    st.one_of(WORDS, st.sampled_from([" ", "\n", ", ", "'s", "-", "*", ""])), max_size=25
)
KEYWORDS = st.lists(st.lists(WORDS, min_size=1, max_size=2).map(" ".join), max_size=3)


def slowly(keywords: list[str], text: str) -> bool:
    """The reference: every keyword as a regular expression."""
    folded = folded_term(text)
    terms = (folded_term(keyword) for keyword in keywords)
    return any(re.search(rf"(?<![^\W_]){re.escape(term)}(?![^\W_])", folded) for term in terms)


@settings(max_examples=200, deadline=None)
@given(st.lists(KEYWORDS, max_size=6), TEXTS.map("".join))
def test_the_automaton_finds_what_a_slow_search_finds(entries: list[list[str]], text: str) -> None:
    loras = [lora(str(n), *keywords) for n, keywords in enumerate(entries)]
    assert found(loras, text) == {str(n) for n, words in enumerate(entries) if slowly(words, text)}


@settings(max_examples=100, deadline=None)
@given(KEYWORDS, st.lists(KEYWORDS, max_size=5), TEXTS.map("".join))
def test_other_loras_never_change_a_hit(own: list[str], others: list[list[str]], text: str) -> None:
    mine = lora("mine", *own)
    more = [lora(str(n), *words, rank=n) for n, words in enumerate(others)]
    alone = Matcher(catalog(mine)).match(text)
    among = [hit for hit in Matcher(catalog(mine, *more)).match(text) if hit.lora.id == "mine"]
    assert list(alone) == among
