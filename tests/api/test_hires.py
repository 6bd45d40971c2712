"""Hires fix, from the request to the infotext."""

from dataclasses import replace

import pytest

from bridge.api.a1111 import hires
from bridge.api.a1111.infotext import parsed
from bridge.domain import Hires, Job
from bridge.pictures.sniff import sniff
from tests.api.door import Door, drawn, made_of

ON = {"enable_hr": True, "width": 512, "height": 768}


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({**ON, "enable_hr": False, "hr_scale": 2}, None),
        (ON, Hires(1024, 1536)),
        ({**ON, "hr_scale": "1.5", "denoising_strength": 0.4}, Hires(768, 1152, 0.4)),
        ({**ON, "denoising_strength": 3, "hr_cfg": 4.5}, Hires(1024, 1536, 1.0, 4.5)),
        ({**ON, "hr_second_pass_steps": 12.0, "hr_cfg": 1}, Hires(1024, 1536, steps=12)),
        ({**ON, "hr_second_pass_steps": 20, "hr_cfg": 7}, Hires(1024, 1536)),
        ({**ON, "hr_second_pass_steps": -4}, Hires(1024, 1536)),
        ({**ON, "hr_resize_x": 640}, Hires(640, 960)),
        ({**ON, "hr_resize_y": 960}, Hires(640, 960)),
        ({**ON, "hr_resize_x": 1000, "hr_resize_y": 1000}, Hires(1000, 1000)),
        ({**ON, "hr_scale": 1}, Hires(512, 768)),
        ({**ON, "hr_scale": 1e300}, Hires(2731, 4096)),
        ({**ON, "hr_scale": -1}, Hires(64, 64)),
    ],
)
async def test_the_job_has_its_first_size_and_the_target(
    door: Door, asked: dict[str, object], wanted: Hires | None
) -> None:
    assert (await door.post("txt2img", asked)).status == 200
    (job,) = door.pipeline.jobs
    assert (job.width, job.height, job.hires) == (512, 768, wanted)


async def test_the_infotext_tells_what_the_bridge_enlarged(door: Door) -> None:
    door.pipeline.picture = sniff(drawn((1024, 1536)))
    answer = await door.post("txt2img", {**ON, "denoising_strength": 0.4})
    told = parsed(answer.info["infotexts"][0])
    assert (told["Size-1"], told["Size-2"], told["Hires upscale"]) == ("512", "768", "2.0")
    assert told["Hires upscaler"] == "Lanczos"
    assert "Denoising strength" not in told  # there was no second pass


def test_the_infotext_tells_a_second_pass() -> None:
    target = Hires(1024, 1536, 0.4, steps=12)
    made = made_of(Job("1", "a fox", 7, width=512, height=768), sniff(drawn((1024, 1536))))
    made = replace(made, ready=replace(made.ready, hires=target))
    assert hires.pairs(made, target) == {
        "Size": "512x768", "Denoising strength": 0.4, "Hires upscale": 2.0, "Hires steps": 12,
        "Hires upscaler": "runpod",
    }  # fmt: skip


def test_a_picture_made_at_once_is_an_ordinary_one() -> None:
    picture = sniff(drawn((1024, 1536)))
    made = made_of(Job("1", "a fox", 7, width=1024, height=1536), picture)
    assert hires.pairs(made, Hires(1024, 1536)) == {}


async def test_what_no_second_pass_takes_is_told(door: Door) -> None:
    await door.post("txt2img", {**ON, "hr_prompt": "a wolf", "hr_sampler_name": "Euler"})
    await door.post("txt2img", {**ON, "hr_prompt": "", "hr_sampler_name": "Use same sampler"})
    await door.post("txt2img", {"hr_prompt": "a wolf"})
    texts = [[note.text for note in job.notes] for job in door.pipeline.jobs]
    assert texts == [["not used in a second pass: hr_prompt, hr_sampler_name"], [], []]
