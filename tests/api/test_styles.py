from collections.abc import AsyncIterator

import pytest

from bridge.domain import Style
from tests.api.door import Door, base64, drawn, opened

INK, DUSK = Style("Ink", "ink drawing of {prompt}", "photo"), Style("Dusk", "warm light")


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with opened(styles={"Ink": INK, "Dusk": DUSK}) as door:
        yield door


async def test_styles_are_listed(door: Door) -> None:
    assert (await door.get("/sdapi/v1/prompt-styles")).json == [
        {"name": "Ink", "prompt": "ink drawing of {prompt}", "negative_prompt": "photo"},
        {"name": "Dusk", "prompt": "warm light", "negative_prompt": ""},
    ]


@pytest.mark.parametrize("path", ["txt2img", "img2img"])
async def test_the_job_has_the_styles_of_the_request(door: Door, path: str) -> None:
    asked = {"styles": ["Dusk", None, "None", "", "Ink"], "init_images": [base64(drawn())]}
    answer = await door.post(path, asked)
    (job,) = door.pipeline.jobs
    assert (job.styles, job.notes) == ((DUSK, INK), ())
    assert answer.info["styles"] == asked["styles"]


async def test_an_unknown_style_is_a_note_as_a1111_ignores_it(door: Door) -> None:
    answer = await door.post("txt2img", {"styles": ["Oil", "Ink"]})
    assert (answer.status, door.pipeline.jobs[0].styles) == (200, (INK,))
    assert "there is no style 'Oil'" in answer.info["extra_generation_params"]["Notes"]


async def test_without_a_file_there_are_none() -> None:
    async with opened() as door:
        assert (await door.get("/sdapi/v1/prompt-styles")).json == []
        assert (await door.post("txt2img", {"styles": None})).status == 200
