import pytest

from bridge.domain import LoraFile
from bridge.lora.tags import at_weight, find, tags
from tests.lora.made import catalog, lora


@pytest.mark.parametrize(
    ("text", "rest", "found"),
    [
        ("a pier", "a pier", []),
        ("  a pier,, ", "  a pier,, ", []),
        ("a pier, <lora:fog:0.8>", "a pier", [("fog", 0.8)]),
        ("a <lora:Sea Fog v1.2:1> pier", "a pier", [("Sea Fog v1.2", 1.0)]),
        ("<lora:fog>, a pier, <LORA:ink:.5>, dusk", "a pier, dusk", [("fog", 1.0), ("ink", 0.5)]),
        ("<lora:fog:0.8:0.6>", "", [("fog", 0.6)]),
        ("<lora:fog:te=0.8:unet=0.6:dyn=4>", "", [("fog", 0.6)]),
        ("<lora:fog:-0.5>", "", [("fog", -0.5)]),
        ("<lora:fog:much>", "", [("fog", 1.0)]),
        ("<lora::1> <lora:fog", "<lora::1> <lora:fog", []),
        ("<lora:a:1><lora:b:1>a pier", "a pier", [("a", 1.0), ("b", 1.0)]),
    ],
)
def test_tags_are_read_and_taken_out(text: str, rest: str, found: list[tuple[str, float]]) -> None:
    assert tags(text) == (rest, found)


def test_a_lora_is_found_by_id_name_alias_or_file() -> None:
    fog = lora("gen_fog", name="Sea Fog", aliases=("haar",))
    rival = lora("haar_2", name="gen_fog", rank=1)
    book = catalog(fog, rival)
    for name in ("GEN_FOG", "sea fog ", "Haar"):
        assert find(book, name) is fog
    filed = lora("x", files={"flux1": LoraFile("https://x.example/Sea%20Mist.safetensors?t=1", 1)})
    assert find(catalog(filed), "sea mist") is filed
    assert find(book, "fog") is None


def test_a_weight_counts_in_every_family() -> None:
    fog = lora("fog", files={"flux1": LoraFile("a", 1.0), "sdxl": LoraFile("b", 0.5)})
    assert {file.weight for file in at_weight(fog, 0.3).files.values()} == {0.3}
    assert fog.files["sdxl"].weight == 0.5
