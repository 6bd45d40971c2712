import pybase64
import pytest

from bridge.domain import Picture
from bridge.errors import Limited
from bridge.pictures.sniff import sniff
from bridge.pictures.text import with_text
from tests.api.door import Door, base64, drawn, opened

TEXT = "a fox\nNegative prompt: fog\nSteps: 4, Sampler: Euler, Seed: 7, Size: 16x8"


def size(text: str) -> tuple[int, int]:
    picture = sniff(pybase64.b64decode(text, validate=True))
    return picture.width, picture.height


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        ({}, (16, 8)),
        ({"upscaler_1": "Lanczos"}, (32, 16)),
        ({"upscaler_1": "R-ESRGAN 4x+", "upscaling_resize": 4}, (64, 32)),
        ({"upscaler_2": "Nearest", "upscaling_resize": "1.5"}, (24, 12)),
        (
            {
                "upscaler_1": "Lanczos",
                "resize_mode": 1,
                "upscaling_resize_w": 20,
                "upscaling_resize_h": 20,
            },
            (20, 20),
        ),
        (
            {
                "upscaler_1": "Lanczos",
                "resize_mode": 1,
                "upscaling_resize_w": 20,
                "upscaling_resize_h": 20,
                "upscaling_crop": False,
            },
            (40, 20),
        ),
    ],
)
async def test_a_picture_is_enlarged(
    door: Door, asked: dict[str, object], made: tuple[int, int]
) -> None:
    answer = await door.post("extra-single-image", {"image": base64(drawn()), **asked})
    assert answer.status == 200
    assert size(answer.json["image"]) == made
    assert answer.json["html_info"].startswith("<p>")


async def test_an_enlarged_picture_keeps_its_recipe(door: Door) -> None:
    image = with_text(sniff(drawn()), TEXT).decode()
    large = await door.post("extra-single-image", {"image": image, "upscaler_1": "Lanczos"})
    told = await door.post("png-info", {"image": large.json["image"]})
    assert told.json["info"] == TEXT
    assert told.json["items"] == {}
    assert told.json["parameters"]["Prompt"] == "a fox"
    assert told.json["parameters"]["Size-1"] == "16"


async def test_a_batch_is_enlarged(door: Door) -> None:
    rows = [{"data": base64(drawn()), "name": "a"}, {"data": base64(drawn((4, 4))), "name": "b"}]
    answer = await door.post("extra-batch-images", {"imageList": rows, "upscaler_1": "Lanczos"})
    assert [size(text) for text in answer.json["images"]] == [(32, 16), (8, 8)]


@pytest.mark.parametrize(
    ("path", "asked", "words"),
    [
        ("extra-single-image", {}, "body.image: an empty answer"),
        ("extra-single-image", {"image": "aGVsbG8="}, "body.image: not a picture"),
        (
            "extra-single-image",
            {"image": base64(drawn()), "upscaler_1": "x", "upscaling_resize": 0},
            "body.upscaling_resize: 0 is not above 0",
        ),
        (
            "extra-single-image",
            {"image": base64(drawn()), "upscaler_1": "x", "upscaling_resize": 1e9},
            "pixels",
        ),
        ("extra-batch-images", {}, "body.imageList"),
        ("extra-batch-images", {"imageList": [{"name": "a"}]}, "body.imageList[0]"),
        ("png-info", {}, "body.image"),
        ("png-info", {"image": base64(drawn()[:-1])}, "body.image: the picture is cut off"),
        ("interrogate", {"image": base64(drawn()), "model": "clip"}, "no model that describes"),
    ],
)
async def test_a_refusal_says_what_and_where(
    door: Door, path: str, asked: dict[str, object], words: str
) -> None:
    answer = await door.post(path, asked)
    assert answer.status == 422
    assert words in answer.json["detail"]


class Eyes:
    async def describe(self, picture: Picture) -> str:
        return f"a picture of {picture.width} by {picture.height}"


class NoEyes:
    async def describe(self, picture: Picture) -> str:
        raise Limited("the language model answered 429", retry_after=7)


async def test_a_vision_model_describes_a_picture() -> None:
    body = {"image": base64(drawn()), "model": "clip"}
    async with opened(viewer=Eyes()) as door:
        answer = await door.post("interrogate", body)
        assert answer.json == {"caption": "a picture of 16 by 8"}
        assert (await door.post("interrogate", {"image": "no"})).status == 422
    async with opened(viewer=NoEyes()) as door:
        answer = await door.post("interrogate", body)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "7")


async def test_a_picture_without_words_says_nothing(door: Door) -> None:
    same = await door.post("extra-single-image", {"image": base64(drawn())})
    assert same.json["image"] == base64(drawn())
    answer = await door.post("png-info", {"image": "data:image/png;base64," + same.json["image"]})
    assert answer.json["info"] == ""
    assert answer.json["parameters"]["Prompt"] == ""
