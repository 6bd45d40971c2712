from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.api.door import Door, base64, drawn

INIT = drawn((40, 24))


async def test_the_init_image_reaches_the_job(door: Door) -> None:
    answer = await door.post(
        "img2img", {"init_images": ["data:image/png;base64," + base64(INIT)], "prompt": "a fox"}
    )
    (job,) = door.pipeline.jobs
    assert (job.init_image, job.strength, job.mask) == (INIT, 0.75, None)
    assert (job.width, job.height) == (512, 512)
    assert "Denoising strength: 0.75" in answer.info["infotexts"][0]
    assert (answer.json["parameters"]["init_images"], answer.json["parameters"]["mask"]) == (
        None,
        None,
    )


async def test_init_images_come_back_when_wanted(door: Door) -> None:
    text = base64(INIT)
    answer = await door.post("img2img", {"init_images": [text], "include_init_images": True})
    assert answer.json["parameters"]["init_images"] == [text]


async def test_pictures_start_from_the_init_images_in_turn(door: Door) -> None:
    other = drawn((8, 8))
    texts = [base64(INIT), base64(other)]
    await door.post("img2img", {"init_images": texts, "batch_size": 3, "denoising_strength": 1.7})
    assert [job.init_image for job in door.pipeline.jobs] == [INIT, other, INIT]
    assert door.pipeline.jobs[0].strength == 1.0


@pytest.mark.parametrize(
    ("more", "left", "size"),
    [
        ({}, 255, (40, 24)),
        ({"inpainting_mask_invert": 1}, 0, (40, 24)),
        ({"inpaint_full_res": False}, 255, (512, 512)),
    ],
)
async def test_a_mask_is_white_where_it_is_repainted(
    door: Door, more: dict[str, Any], left: int, size: tuple[int, int]
) -> None:
    image = Image.new("RGBA", (20, 12), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (0, 0, 10, 12))
    out = BytesIO()
    image.save(out, "png")
    await door.post(
        "img2img", {"init_images": [base64(INIT)], "mask": base64(out.getvalue()), **more}
    )
    (job,) = door.pipeline.jobs
    assert job.mask is not None
    with Image.open(BytesIO(job.mask)) as mask:
        assert (mask.size, mask.getpixel((1, 12))) == ((40, 24), left)
    assert (job.width, job.height) == size


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "Init image not found"),
        ({"init_images": []}, "Init image not found"),
        ({"init_images": ["http://example.org/a.png"]}, "init_images[0]: addresses are not"),
        ({"init_images": ["PGh0bWw+"]}, "init_images[0]: HTML instead of a picture"),
        ({"init_images": [7]}, "init_images[0]: a picture in base64"),
        ({"init_images": [base64(INIT)], "mask": "%%%"}, "body.mask: this is not base64"),
    ],
)
async def test_no_picture_is_a_clear_refusal(
    door: Door, asked: dict[str, object], words: str
) -> None:
    answer = await door.post("img2img", asked)
    assert answer.status == 422
    assert words in answer.json["detail"]
    assert not door.pipeline.jobs


async def test_a_damaged_mask_is_the_clients_mistake(door: Door) -> None:
    raw = drawn()
    middle = raw.index(b"IDAT") + 6
    damaged = raw[:middle] + b"\0\0\0\0" + raw[middle + 4 :]
    answer = await door.post("img2img", {"init_images": [base64(INIT)], "mask": base64(damaged)})
    assert (answer.status, answer.json["detail"].split(" (")[0]) == (
        422,
        "body.mask: the picture is damaged",
    )
