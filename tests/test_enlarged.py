"""The last step of the spine: the size that hires fix asks for."""

import json
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bridge.domain import Hires, Job, Made, Picture, Rating, Ready
from bridge.engine.card import Model
from bridge.engine.control import Control
from bridge.engine.fit import fit
from bridge.errors import AllProvidersFailed, BridgeError, Interrupted, Unfit
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

    async def make(self, job: Job, control: object, render: object, *, spent: float = 0.0) -> Made:
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


async def test_a_cloud_that_made_less_than_it_was_asked_for_is_told_of(tmp_path: Path) -> None:
    [note] = (await made(tmp_path, png(32, 48))).notes
    assert (note.code, note.text) == ("size", "m made 32x48: the bridge enlarged that")
    assert (await made(tmp_path, png(64, 96))).notes == ()


async def test_what_has_the_size_is_not_touched(tmp_path: Path) -> None:
    raw = png(128, 192)
    assert (await made(tmp_path, raw)).picture.raw is raw


async def test_what_grows_too_large_on_the_way_is_handed_over_as_it_came(tmp_path: Path) -> None:
    job = replace(JOB, hires=Hires(2, 8192))
    found = await made(tmp_path, png(8192, 1), job)
    assert (found.picture.width, found.picture.height) == (8192, 1)
    assert [note.code for note in found.notes] == ["hires"]


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


UPSCALER = Model("x", "x", "any", upscales=True, image_to_image=True)


async def test_an_upscaler_needs_no_words_and_gets_none(tmp_path: Path) -> None:
    ink = {"name": "Ink", "url": "https://x/i", "category": "style", "trigger_words": ["ink wash"]}
    dictionary = tmp_path / "loras.json"
    loras = {"config": {"permanent_loras": ["ink"]}, "loras": {"ink": ink}}
    dictionary.write_text(json.dumps(loras))
    prompter = Prompter(CatalogFile(dictionary), Summarizer(None, timeout=1.0), "always")
    given, target = png(64, 96), Hires(512, 768)
    job = Job(
        "1", "", 7, width=512, height=768, init_image=given, prompt_mode="never", hires=target
    )
    job = await prompter.prepare(job)
    assert [lora.name for lora in job.loras] == ["Ink"]
    ready = prompter.render(job, UPSCALER)
    assert (ready.prompt, ready.loras, ready.notes) == ("", (), ())
    assert (ready.width, ready.height, ready.hires) == (512, 768, None)
    with pytest.raises(Unfit, match="empty"):
        prompter.render(replace(job, loras=()), replace(UPSCALER, upscales=False))


@dataclass
class TwoPictures(Router):
    """A router that makes what it is asked for, or fails at the upscaler."""

    failure: BridgeError | None = None

    def __post_init__(self) -> None:
        self.jobs: list[tuple[Job, bool]] = []

    async def make(self, job: Job, control: object, render: object, *, spent: float = 0.0) -> Made:
        self.jobs.append((job, spent > 0))
        if job.route and self.failure and len(self.jobs) == 2:
            raise self.failure
        ready = Ready("m", "flux1", job.text, job.width, job.height)
        picture = sniff(png(job.width, job.height))
        return Made(picture, job.route, "m", ready, job.seed, 1000, 0.1, ref=job.route)


async def twice(folder: Path, router: TwoPictures, hires: Hires) -> Made:
    prompter = Prompter(CatalogFile(folder / "none.json"), Summarizer(None, timeout=1.0), "never")
    job = replace(JOB, rating=Rating.MATURE, caller="ana", hires=hires)
    return await Pipeline(prompter, router, Bus()).make(job, Control())


NAMED = Hires(128, 192, upscaler="fal/larger")


async def test_a_named_upscaler_gets_the_picture_and_what_time_is_left(tmp_path: Path) -> None:
    router = TwoPictures()
    found = await twice(tmp_path, router, NAMED)
    (_, first), (second, late) = router.jobs
    assert (first, late) == (False, True)
    assert second == Job(
        "1", "", 7, width=128, height=192, init_image=png(64, 96), rating=Rating.MATURE,
        prompt_mode="never", route="fal/larger", caller="ana", hires=Hires(128, 192),
    )  # fmt: skip
    assert (found.provider, found.ready.prompt, found.ref) == ("auto", "a fox", "fal/larger")
    assert (found.picture.width, found.cost, found.ready.hires) == (128, 2000, NAMED)


async def test_nothing_is_paid_for_a_picture_that_is_large_enough(tmp_path: Path) -> None:
    router = TwoPictures()
    found = await twice(tmp_path, router, Hires(64, 96, upscaler="fal/larger"))
    assert (len(router.jobs), found.picture.width, found.ready.hires) == (1, 64, None)


@pytest.mark.parametrize("failure", [AllProvidersFailed("no picture"), Interrupted("stopped")])
async def test_what_was_paid_is_handed_on_without_the_upscaler(
    tmp_path: Path, failure: BridgeError
) -> None:
    found = await twice(tmp_path, TwoPictures(failure), NAMED)
    assert (found.picture.width, found.cost, found.ref) == (128, 1000, "auto")
    assert [note.code for note in found.notes] == ["hires"]
