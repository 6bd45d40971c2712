"""An infotext tells what was used: no steps, sampler, guidance or seed that a model has not."""

from dataclasses import replace

import pybase64
import pytest

from bridge.api.a1111.infotext import parsed
from bridge.api.a1111.recipe import recipe
from bridge.api.rooms import DoorSettings
from bridge.domain import Family, Job, Made
from bridge.engine.card import Model
from bridge.engine.fit import fit, seed_within
from bridge.pictures.sniff import sniff
from bridge.pictures.text import read_text
from bridge.providers import adapters
from tests.api.door import made_of, opened

KNOBS = ("Steps", "Sampler", "Schedule type", "CFG scale", "Seed", "Denoising strength")
ASKED = {
    "prompt": "a fox", "steps": 33, "cfg_scale": 4.5, "seed": 7, "sampler_name": "DDIM",
    "scheduler": "karras",
}  # fmt: skip
MODELS = [
    pytest.param(model, id=f"{name}/{model.name}")
    for name, adapter in adapters().items()
    for model in adapter.card.models
]


def made_with(model: Model) -> Made:
    """A picture of a job that sets every number, as it is cut to `model`."""
    job = fit(Job("1", "a fox", 7, steps=33, guidance=4.5), model).job
    whole = made_of(job)
    family: Family = model.family
    ready = replace(
        whole.ready, family=family, steps=job.steps, guidance=job.guidance,
        seed=seed_within(job.seed, model.seeds), loras=(),
    )  # fmt: skip
    return replace(whole, ready=ready)


@pytest.mark.parametrize("model", MODELS)
def test_the_card_decides_what_is_told(model: Model) -> None:
    lines = recipe(made_with(model), DoorSettings()).splitlines()
    found = parsed("\n".join(lines))
    assert found["Prompt"] == "painted: a fox"  # the last line was read as pairs
    told = {knob for knob in KNOBS if f"{knob}: " in lines[-1]}
    spans = {"Steps": model.steps, "CFG scale": model.guidance, "Seed": model.seeds}
    assert told == {knob for knob, span in spans.items() if span}


async def test_a_model_without_knobs_at_both_doors() -> None:
    (model,) = [m for m in adapters()["openai_images"].card.models if m.name == "gpt-image-2"]
    bare = made_with(model)
    async with opened() as door:
        door.pipeline.instead = bare
        a1111 = await door.post("txt2img", ASKED)
        answer = await door.ask("POST", "/v1/images/generations", {"prompt": "a fox"})
    (text,) = a1111.info["infotexts"]
    assert text == (
        "painted: a fox\nSize: 16x8, Model: runpod/z-image, Provider: runpod, Cost: $0.0013, "
        "Version: test"
    )
    b64 = answer.json["data"][0]["b64_json"]
    assert read_text(sniff(pybase64.b64decode(b64, validate=True)))[0] == text
    assert (a1111.info["steps"], a1111.info["all_seeds"]) == (33, [7])  # numbers for who reads them
