"""The last step of the spine: the size that hires fix asks for."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bridge.domain import Hires, Job, Made, Picture, Ready
from bridge.engine.control import Control
from bridge.engine.fit import fit
from bridge.events import Bus
from bridge.lora.catalog import CatalogFile
from bridge.pictures.sniff import sniff
from bridge.pipeline import Pipeline, Prompter
from bridge.providers.workflows import workflows
from bridge.routing.router import Router
from bridge.summarizer.summarize import Summarizer

JOB = Job("1", "a fox", 7, width=64, height=96, hires=Hires(128, 192))


@dataclass
class OnePicture(Router):
    """A router that has a picture already."""

    picture: Picture

    async def make(self, job: Job, control: object, render: object) -> Made:
        ready = Ready("m", "flux1", job.text, job.width, job.height)
        return Made(self.picture, "cloud", "m", ready, job.seed, None, 0.1)


def png(width: int, height: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "PNG")
    return file.getvalue()


async def made(folder: Path, raw: bytes, job: Job = JOB) -> Made:
    prompter = Prompter(CatalogFile(folder / "none.json"), Summarizer(None, timeout=1.0), "never")
    return await Pipeline(prompter, OnePicture(sniff(raw)), Bus()).make(job, Control())


@pytest.mark.parametrize("size", [(64, 96), (128, 128), (120, 180)])
async def test_a_picture_is_brought_to_the_target(tmp_path: Path, size: tuple[int, int]) -> None:
    picture = (await made(tmp_path, png(*size))).picture
    assert (picture.width, picture.height) == (128, 192)


async def test_what_has_the_size_is_not_touched(tmp_path: Path) -> None:
    raw = png(128, 192)
    assert (await made(tmp_path, raw)).picture.raw is raw


async def test_a_damaged_picture_is_handed_over_as_it_came(tmp_path: Path) -> None:
    raw = bytearray(png(64, 96))
    raw[raw.index(b"IDAT") + 8] ^= 0xFF
    found = await made(tmp_path, bytes(raw))
    assert found.picture.raw == bytes(raw)
    assert [note.code for note in found.notes] == ["hires"]


def test_the_workers_are_asked_for_their_second_pass() -> None:
    workflow = workflows("runpod")["z-image"]
    job = Job("1", "a fox", 7, width=512, height=768, hires=Hires(1024, 1536, 0.3, 4.0, 12))
    hires = fit(job, workflow.model).job.hires
    ready = Ready("z-image", "z-image", "a fox", 512, 768, hires=hires)
    assert workflow.second_pass(ready) == {
        "second_pass_enabled": True, "second_pass_upscale": 2.0, "second_pass_strength": 0.3,
        "second_pass_guidance_scale": 4.0, "second_pass_steps": 12,
    }  # fmt: skip
    assert workflow.second_pass(Ready("z-image", "z-image", "a fox", 512, 768)) == {}
