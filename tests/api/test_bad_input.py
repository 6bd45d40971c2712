import asyncio
import json
import struct
from io import BytesIO
from typing import Any
from zlib import compress, crc32

import orjson
import pytest

from tests.api.door import Door, base64, drawn, opened

IMAGE = base64(drawn())
MB = 1024 * 1024
PATIENCE_S = 20.0
"""What takes longer hangs."""


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc32(kind + body))


def bomb(width: int, height: int) -> str:
    """A grey PNG of black pixels, small as a file and huge when unpacked."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = compress(b"\0" * min((width + 1) * height, 64 * MB), 9)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", body), chunk(b"IEND", b""))
    return base64(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def talkative() -> str:
    """A PNG whose text chunk is a bomb."""
    raw = drawn()
    text = chunk(b"zTXt", b"parameters\0\0" + compress(b"a" * 64 * MB, 9))
    return base64(raw[:33] + text + raw[33:])


async def refused(door: Door, path: str, body: Any, status: int = 422) -> str:
    """The reason in a refusal of the shape that clients read."""
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    async with asyncio.timeout(PATIENCE_S):
        answer = await door.post(path, data=raw)
    assert answer.status == status, answer.raw[:300]
    assert {"error", "detail", "message", "errors"} <= answer.json.keys()
    assert not door.pipeline.jobs
    return str(answer.json["detail"])


@pytest.mark.parametrize("path", ["txt2img", "options", "png-info"])
@pytest.mark.parametrize(
    "raw",
    [
        b"{", b'{"prompt": }', b"nonsense", b"[1]", b"7", b'"text"', b"null", b"\xff\xfe{}",
        b'{"prompt": "\xff"}', b'{"steps": NaN}', b"[" * 5000, b'{"a":' * 5000,
        b'{"prompt": "\\ud800"}',
    ],
)  # fmt: skip
async def test_what_is_no_object_is_told(door: Door, path: str, raw: bytes) -> None:
    assert (await refused(door, path, raw)).startswith("body")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"prompt": ["a", "fox"]}, "body.prompt"),
        ({"prompt": {"text": "a fox"}}, "body.prompt"),
        ({"steps": "many"}, "body.steps"),
        ({"steps": {}}, "body.steps"),
        ({"width": "wide"}, "body.width"),
        ({"cfg_scale": "1e999"}, "body.cfg_scale"),
        ({"seed": [7]}, "body.seed"),
        ({"override_settings": "x"}, "body.override_settings"),
        ({"alwayson_scripts": ["ADetailer"]}, "body.alwayson_scripts"),
        ({"styles": {"a": 1}}, "body.styles"),
        ({"batch_size": 10**9, "n_iter": 10**9}, "body.batch_size"),
        ({"batch_size": "1e300"}, "body.batch_size"),
        ({"n_iter": -3}, "body.batch_size"),
        ({"model": ["x"]}, "body.model"),
        ({"rating": "wild"}, "body.rating"),
        ({"prompt_mode": 7}, "body.prompt_mode"),
        ({"extra_images": ["x"]}, "body.extra_images[0]"),
        ({"extra_images": [None]}, "body.extra_images[0]"),
    ],
)
async def test_a_wrong_kind_is_named(door: Door, asked: dict[str, object], words: str) -> None:
    assert (await refused(door, "txt2img", asked)).startswith(words)


@pytest.mark.parametrize(
    "asked",
    [
        {"width": 10**9, "height": 10**9}, {"width": -5, "height": 0}, {"width": "1e300"},
        {"steps": 10**12}, {"steps": -1}, {"cfg_scale": -1e30}, {"seed": 10**40},
        {"seed": -(10**40)}, {"seed": "1e300"}, {"seed": "9" * 9000}, {"subseed": 10**30},
        {"hr_scale": 1e300, "enable_hr": True}, {"hr_scale": 1e308, "enable_hr": True},
        {"hr_scale": -2, "enable_hr": True}, {"hr_resize_x": 10**300, "enable_hr": True},
        {"subseed_strength": 1e308, "denoising_strength": -1e308}, {"prompt": "x" * MB},
        {"prompt": "\0\x1b[2J\r\nX-Evil: 1"}, {"sampler_name": "no such sampler"},
        {"sampler_name": 7, "scheduler": 8}, {"styles": [None, 7, {}]},
        {"script_args": [{}]}, {"script_name": "None"},
        {"alwayson_scripts": {"Nobody": {"args": [1]}, "Other": None, "": []}},
        {"override_settings": {"no_such": {"deep": [1]}, "sd_model_checkpoint": ["x"]}},
        {"force_task_id": "x" * 10000},
    ],
)  # fmt: skip
async def test_what_is_absurd_is_brought_into_range(door: Door, asked: dict[str, object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        answer = await door.post("txt2img", data=dumped(asked))
    assert answer.status == 200, answer.raw[:300]
    (job,) = door.pipeline.jobs
    assert 64 <= min(job.width, job.height) <= max(job.width, job.height) <= 4096
    assert 0 <= job.seed < 2**32
    assert job.steps is None or job.steps >= 1
    assert "X-Evil" not in answer.headers


def dumped(asked: dict[str, object]) -> BytesIO:
    """JSON with integers of any length."""
    return BytesIO(json.dumps(asked).encode())


async def test_what_is_unknown_is_noted(door: Door) -> None:
    asked = {"prompt": "a fox", "script_name": "X/Y/Z plot", "model": "no such"}
    answer = await door.post("txt2img", asked)
    assert answer.headers["X-Bridge-Notes"].startswith("unknown-model, script")
    notes = answer.info["extra_generation_params"]["Notes"]
    assert "no model is called 'no such'" in notes
    assert "there is no script 'X/Y/Z plot'" in notes
    assert (await refused_model(door)) == "model 'no such' not found"


async def refused_model(door: Door) -> str:
    answer = await door.post("options", {"sd_model_checkpoint": "no such"})
    assert answer.status == 422
    return str(answer.json["detail"])


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (7, "a picture in base64"),
        ({"data": IMAGE}, "a picture in base64"),
        ("", "an empty answer"),
        ("data:image/png;base64,", "an empty answer"),
        ("data:image/png;base64", "not base64"),
        ("§§§", "not base64"),
        (IMAGE[:-9], "not base64"),
        (IMAGE[:40], "cut off"),
        (base64(b"GIF89a" + b"\0" * 50), "not a picture"),
        (base64(b"<html></html>"), "HTML"),
        (base64(drawn()[:-12]), "cut off"),
        ("http://127.0.0.1/x.png", "addresses are not fetched"),
        ("file:///etc/passwd", "not base64"),
        (bomb(60000, 60000), "60000x60000 pixels"),
        (bomb(2**31 - 1, 2**31 - 1), "pixels"),
    ],
)
async def test_a_bad_picture_is_named(door: Door, image: object, words: str) -> None:
    told = await refused(door, "img2img", {"init_images": [image]})
    assert told.startswith("body.init_images[0]: ")
    assert words in told


@pytest.mark.parametrize("init", [None, [], "", {}])
async def test_a_missing_picture_is_told(door: Door, init: object) -> None:
    told = await refused(door, "img2img", {"init_images": init})
    assert "init" in told.lower()


@pytest.mark.parametrize("image", [bomb(8000, 8000), bomb(60000, 60000), talkative()])
async def test_a_bomb_does_not_go_off(door: Door, image: str) -> None:
    asks = {
        "png-info": {"image": image},
        "extra-single-image": {"image": image, "upscaling_resize": 8, "upscaler_1": "Lanczos"},
        "extra-batch-images": {"imageList": [image] * 3, "upscaler_1": "Nearest"},
        "img2img": {"init_images": [IMAGE], "mask": image},
    }
    for path, asked in asks.items():
        async with asyncio.timeout(PATIENCE_S):
            answer = await door.post(path, asked)
        assert answer.status in (200, 422), (path, answer.raw[:300])
        assert len(answer.raw) < MB, path


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"image": IMAGE, "upscaler_1": "x", "upscaling_resize": 10**9}, "upscaling_resize"),
        ({"image": IMAGE, "upscaler_1": "x", "upscaling_resize": 1e300}, "upscaling_resize"),
        ({"image": IMAGE, "upscaler_1": "x", "upscaling_resize": 1e-9}, ""),
        ({"image": IMAGE, "upscaler_1": "x", "upscaling_resize": -1}, "upscaling_resize"),
        ({"image": IMAGE, "upscaler_1": "x", "resize_mode": 1, "upscaling_resize_w": 10**30}, ""),
        ({"image": IMAGE, "upscaler_1": "x", "resize_mode": 1, "upscaling_resize_h": 0}, "_h"),
        ({"image": IMAGE, "resize_mode": "x"}, "resize_mode"),
        ({}, "body.image"),
        ({"image": None}, "body.image"),
    ],
)
async def test_a_bad_enlargement_is_told(door: Door, asked: dict[str, object], words: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        answer = await door.post("extra-single-image", data=dumped(asked))
    assert answer.status == 422 or (not words and answer.status == 200), answer.raw[:300]
    assert not words or words in answer.json["detail"] or "pixels" in answer.json["detail"]


@pytest.mark.parametrize("rows", [[], None, [{}], [{"name": "a"}], [7], [[]], {"data": IMAGE}])
async def test_a_bad_batch_is_told(door: Door, rows: object) -> None:
    assert "imageList" in await refused(door, "extra-batch-images", {"imageList": rows})


async def test_a_body_of_50_mb_is_no_matter() -> None:
    async with opened() as door, asyncio.timeout(PATIENCE_S):
        told = await door.post("txt2img", data=BytesIO(b'{"prompt": "' + b"x" * 50 * MB))
        assert (told.status, told.json["error"]) == (422, "BadRequest")
        assert len(told.raw) < 1000
        made = await door.post("png-info", data=dumped({"image": "A" * 50 * MB}))
        assert made.status == 422
    async with opened(body_limit=MB) as door, asyncio.timeout(PATIENCE_S):
        told = await door.post("txt2img", data=BytesIO(b'{"prompt": "' + b"x" * 2 * MB))
        assert (told.status, told.json["error"]) == (413, "TooLarge")


async def test_a_client_that_sends_half_is_not_waited_for_by_others(door: Door) -> None:
    host, port = door.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /sdapi/v1/txt2img HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{")
    await writer.drain()
    async with asyncio.timeout(PATIENCE_S):
        assert (await door.get("/sdapi/v1/progress")).status == 200
    writer.close()


@pytest.mark.parametrize("path", ["/sdapi/v1/%00", "/sdapi/v1/..%2f..%2fetc", "/%ff%fe", "/sdapi"])
async def test_odd_paths_are_not_found(door: Door, path: str) -> None:
    assert (await door.get(path)).status == 404
