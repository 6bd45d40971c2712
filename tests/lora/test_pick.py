from bridge.domain import Rating
from bridge.lora.match import Matcher
from bridge.lora.pick import one_of_each_group, pick
from tests.lora.made import catalog, lora

FOG = lora("fog", "fog", category="general", rank=30)
INK = lora("ink", "ink", category="style", rank=20, exclusive_group="medium")
OIL = lora("oil", "oil", category="style", rank=10, exclusive_group="medium")
ANNA = lora("anna", "Anna", category="character", rank=1)
BELA = lora("bela", "Bela", category="character", rank=2)
CORA = lora("cora", "Cora", category="character", rank=3, rating=Rating.MATURE)
GRAIN = lora("grain", category="general", rank=40)
BOOK = catalog(FOG, INK, OIL, ANNA, BELA, CORA, GRAIN, permanent=("grain",), caps={"character": 1})


def picked(
    text: str, ceiling: Rating = Rating.MATURE, extra: tuple[str, ...] = ()
) -> tuple[list[str], list[str]]:
    hits = Matcher(BOOK).match(text)
    loras, notes = pick(hits, BOOK, ceiling=ceiling, extra=[BOOK.loras[i] for i in extra])
    return [lora.id for lora in loras], [note.code for note in notes]


def test_permanent_ones_are_always_there_and_all_are_ranked() -> None:
    assert picked("") == (["grain"], [])
    assert picked("Fog, and Anna.") == (["anna", "fog", "grain"], [])


def test_one_of_a_group_the_best_ranked() -> None:
    assert picked("ink and oil") == (["oil", "grain"], ["lora-group"])
    assert one_of_each_group([INK, FOG, OIL])[0] == (OIL, FOG)


def test_no_more_than_the_cap_and_what_was_asked_for_goes_first() -> None:
    assert picked("Anna and Bela.") == (["anna", "grain"], ["lora-cap"])
    assert picked("Anna and Bela.", extra=("bela",)) == (["bela", "grain"], ["lora-cap"])


def test_a_cap_never_shuts_out_a_permanent_one() -> None:
    book = catalog(FOG, GRAIN, permanent=("grain",), caps={"general": 0})
    loras, notes = pick(Matcher(book).match("fog"), book, ceiling=Rating.GENERAL)
    assert (loras, [note.code for note in notes]) == ((GRAIN,), ["lora-cap"])


def test_what_is_above_the_ceiling_is_left_out_and_takes_nobodys_place() -> None:
    assert picked("Cora and Anna.", Rating.SUGGESTIVE) == (["anna", "grain"], ["lora-rating"])
    _, notes = pick(Matcher(BOOK).match("Cora"), BOOK, ceiling=Rating.GENERAL)
    assert notes[0].text == "cora is left out: it is mature, the ceiling general"


def test_what_is_asked_for_twice_is_there_once() -> None:
    assert picked("Fog.", extra=("fog", "grain")) == (["fog", "grain"], [])
