"""Where a moment is, by its own words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.summarizer.location import place_of

NAMED = [
    ("Steam fills the laundrette.", "the laundrette"),
    ("She sits at the kitchen table.", "the kitchen"),
    ("He leans out of the train window.", "the train"),
    ("The hold of the freighter is empty.", "the hold of the freighter"),
    ("They wait on the roof of the old mill.", "the roof of the old mill"),
    ("The city lies below. Two people stand on the rooftop.", "the rooftop above the city"),
    ("The skiff bucks. The river gorge goes by in slabs of rock.", "the skiff, the river gorge"),
    ("Boats pass. A man mends nets on the quay.", "the quay"),
    ("The florist's is closing.", "the florist's"),
    ("The night bus, top deck, front seat. Streetlights slide by.", "the night bus, top deck"),
    ("The stalls, tin tub, kitchen floor, three kettles. She pours.", "kitchen"),
    ("Karaoke Box 14 was built for two.", "karaoke Box 14"),
    (
        "She is at the stern rail of the Persimmon. The city is a low string of lights.",
        "the stern rail of the Persimmon",
    ),
    ("He sits in the barn and looks at the lake.", "the barn"),
    ("It's the colour of the road. She waits in the square.", "the square"),
    ("It is a greenhouse, not a library.", "a greenhouse"),
    ("She sits at the Blue Heron.", "the Blue Heron"),
]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("He waits under Marl Bridge with a lamp.", "Marl Bridge"),
        ("They stand at the top of Candle Street in the dark.", "the top of Candle Street"),
        ("A van is parked in the alley behind the Opera.", "the alley behind the Opera"),
        ("The café terrace has six tables.", "the café terrace"),
        ("In the kitchen he keeps a photograph of \ue000 on a pier.", "the kitchen"),
        ("They had spent the day at the embassy. Now she sits on the roof.", "the roof"),
        ("She has her own lighthouse.", "the lighthouse"),
        ("One by one the jars come out of the ceiling of hold three, glowing.", "hold three"),
    ],
)
def test_names_parts_and_what_is_over(text: str, place: str) -> None:
    assert place_of(text).text == place


@pytest.mark.parametrize(("text", "place"), NAMED)
def test_a_named_place_is_found_with_its_words(text: str, place: str) -> None:
    found = place_of(text)
    assert (found.kind, found.text) == ("explicit", place)


SETTINGS = [
    ("The cable car crosses the gorge. She leans out.", "the cable car above the gorge"),
    ("He ships the spare oar. The boat sways. Fog lies on the lake.", "the boat on the lake"),
    ("She waits on the footbridge. Beyond the river it is dark.", "the footbridge over the river"),
    ("The station is shut. He sits on the platform.", "the platform of the station"),
    ("He sits in the rose garden. Behind him the tea house is lit.",
     "the rose garden by the tea house"),
    ("He sings on the quarterdeck. All round him the harbour lies still.",
     "the quarterdeck of a ship in the harbour"),
    ("She comes out of the cheese tent. He spreads both arms across the lane.",
     "the lane by the cheese tent"),
    ("She drums on the lighthouse kitchen table.", "the lighthouse kitchen"),
    ("The archive lift stops with a cough.", "the archive lift"),
    ("They wait in a yard.", "a yard"),
    ("The potting-shed bench is swept.", "the potting-shed"),
    ("Dust hangs over the switchyard.", "the switchyard"),
    ("He waits in the alley behind the Opera.", "the alley behind the Opera"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place"), SETTINGS)
def test_the_wider_or_nearer_setting_is_told_with_the_place(text: str, place: str) -> None:
    assert place_of(text).text == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Behind her, a tea house. She sits in the garden.", "the garden"),
        ("All morning she had walked out of the tent. He sits in the lane.", "the lane"),
        ("He sits by the lake. A boat passes.", "the lake"),
        ("Once, behind them the abbey stood. They sit in the orchard.", "the orchard"),
        ("He waits in the lane. Behind him the next house is dark.", "the lane"),
        ("She stands in the cellar and has whitewashed the walls.", "the cellar"),
    ],
)
def test_other_people_s_and_other_times_places_are_no_setting(text: str, place: str) -> None:
    assert place_of(text).text == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("She leans on the fridge and eats from the saucepan.", "a kitchen"),
        ("A map lies on the dashboard, rain on the windscreen.", "a car"),
    ],
)
def test_furniture_implies_a_place(text: str, place: str) -> None:
    assert (place_of(text).kind, place_of(text).text) == ("implied", place)


@pytest.mark.parametrize(
    "text",
    [
        "She smiles.",
        "He takes hold of the rope.",
        "It was like a temple, she said.",
        "He thinks of the bus driver.",
        "She wears a plain apron and climbs the last forty steps.",
        "A tower of atlases sways.",
        "Every step brings the bucket up a yard.",
    ],
)
def test_what_names_no_place(text: str) -> None:
    assert place_of(text).kind == "unstated"


def test_a_photograph_shows_another_place() -> None:
    found = place_of("The photograph shows her on a beach. He sits at the end of the platform.")
    assert "platform" in found.text


@given(st.text(alphabet="the in of a room' sea.,\ue000’s", max_size=60))
@settings(max_examples=100)
def test_any_text_is_answered(text: str) -> None:
    assert place_of(text).kind in ("explicit", "implied", "unstated")
