"""Other languages: their own sentences, but place and weather in English."""

import pytest

from bridge.summarizer.offline import write_offline
from bridge.summarizer.people import Known
from bridge.summarizer.tidy import tidy


@pytest.mark.parametrize(
    ("text", "place", "weather"),
    [
        (
            "Sie steht in der Backstube der Dorfbäckerei und knetet den Teig auf dem Tisch.",
            "a bakery",
            "",
        ),
        ("Elle marche sur le quai, et la pluie tombe dans la nuit.", "a quay", "rain"),
        ("Она сидит на подоконнике в кухне, и за окном идёт снег.", "a kitchen", "snow"),
        ("彼女は駅のホームで本を読んでいる。雨はまだやまない。", "a railway station", "rain"),
        ("她坐在茶馆的窗边,穿着绿色的旗袍,望着街上。", "a teahouse", ""),
        ("그는 부엌에서 빵을 굽고 있다. 창밖은 조용하다.", "a kitchen", ""),
    ],
)
def test_place_and_weather_are_told_in_english(text: str, place: str, weather: str) -> None:
    found = write_offline(tidy(text), [])
    assert (found.place.kind, found.place.text, found.weather) == ("explicit", place, weather)


def test_what_is_inside_another_word_is_no_place() -> None:
    found = write_offline(
        tidy("Der Mann und die Frau sitzen auf der Bank und sie lesen das Buch."), []
    )
    assert found.place.text == ""


def test_a_noun_with_its_article_is_no_name() -> None:
    text = "Maria bindet die Schürze auf dem Markt, und in ihrem Korb liegt der Fisch."
    found = write_offline(tidy(text), [Known("Maria", "woman with black hair", ("Maria",))])
    assert [one.name for one in found.subjects] == ["Maria"]
    assert "Maria" not in " ".join((*found.props, *(one.action for one in found.subjects)))
