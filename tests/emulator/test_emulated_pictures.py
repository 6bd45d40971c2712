"""A picture shows its request to the eye and tells it to a test."""

from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from emulator import pictures
from emulator.pictures import Recipe

PLAIN = Recipe("runware", "m", "a fox", 256, 256, 1)
RED = (255, 0, 0)


def shown(recipe: Recipe) -> Image.Image:
    """The pixels."""
    return Image.open(BytesIO(pictures.draw(recipe, "png"))).convert("RGB")


def flat(colour: str, size: tuple[int, int] = (64, 64)) -> bytes:
    """A picture of one colour."""
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


@settings(max_examples=25, deadline=None)
@given(
    prompt=st.text(max_size=400),
    negative=st.text(max_size=50),
    seed=st.integers(0, 2**63),
    kind=st.sampled_from(["png", "jpeg", "webp"]),
)
def test_any_text_comes_back_whole(prompt: str, negative: str, seed: int, kind: str) -> None:
    recipe = replace(PLAIN, prompt=prompt, negative=negative, seed=seed, width=64, height=64)
    raw = pictures.draw(recipe, kind)
    found = pictures.read(raw)
    assert (found["prompt"], found["negative"], found["seed"]) == (prompt, negative, seed)
    assert Image.open(BytesIO(raw)).size == (64, 64)


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_equal_recipes_give_equal_bytes(kind: str) -> None:
    assert pictures.draw(PLAIN, kind) == pictures.draw(replace(PLAIN), kind)
    assert pictures.draw(PLAIN, kind) != pictures.draw(replace(PLAIN, seed=2), kind)


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAIN, prompt="a hare"),
        replace(PLAIN, seed=2),
        replace(PLAIN, negative="blurry"),
        replace(PLAIN, loras=(("mine:1@1", 0.5),)),
        replace(PLAIN, init=flat("red")),
        replace(PLAIN, references=(None,)),
        replace(PLAIN, mask=flat("white")),
    ],
    ids=["prompt", "seed", "negative", "lora", "init", "reference", "mask"],
)
def test_what_is_asked_for_can_be_seen(other: Recipe) -> None:
    assert ImageChops.difference(shown(PLAIN), shown(other)).getbbox() is not None


def test_the_init_image_is_pasted_at_the_foot() -> None:
    pixel = shown(replace(PLAIN, init=flat("red"))).getpixel((30, 256 - 30))
    assert pixel == RED


def test_the_mask_tints_what_is_repainted() -> None:
    half = Image.new("L", (2, 1))
    half.putpixel((1, 0), 255)
    file = BytesIO()
    half.resize((256, 256), Image.Resampling.NEAREST).save(file, "PNG")
    change = ImageChops.difference(shown(PLAIN), shown(replace(PLAIN, mask=file.getvalue())))
    box = change.getbbox()
    assert box is not None
    assert box[0] == 128


def test_what_is_no_picture_is_recorded_and_not_drawn() -> None:
    raw = pictures.draw(replace(PLAIN, init=b"text"), "png")
    assert pictures.read(raw)["init"] == pictures.digest(b"text")


def test_a_strange_picture_has_no_record() -> None:
    with pytest.raises(KeyError):
        pictures.read(flat("red"))


def test_an_unknown_format() -> None:
    with pytest.raises(ValueError, match="gif"):
        pictures.draw(PLAIN, "gif")
