"""The clouds' own options, asked for by name."""

import pytest

from tests.api.door import Door

PLACE = "body.override_settings.bridge.options"


def asking(options: object, **wishes: object) -> dict[str, object]:
    return {"override_settings": {"bridge": {"options": options, **wishes}}}


@pytest.mark.parametrize("wishes", [{}, {"provider": "runpod"}, {"model": "z-image"}])
async def test_options_are_in_the_job(door: Door, wishes: dict[str, object]) -> None:
    asked = asking({"shift": 3, "upscale_model": "soft", "left": None}, **wishes)
    assert (await door.post("txt2img", asked)).status == 200
    assert door.pipeline.jobs[0].options == {"shift": 3, "upscale_model": "soft"}


async def test_on_auto_any_option_may_have_its_cloud(door: Door) -> None:
    assert (await door.post("txt2img", asking({"nobody": 1}))).status == 200
    assert door.pipeline.jobs[0].options == {"nobody": 1}


@pytest.mark.parametrize(
    ("options", "provider", "words"),
    [
        ({"shft": 3}, "runpod", ": 'shft' is no option of runpod: shift, upscale_model"),
        ({"shift": 3}, "runware", ": 'shift' is no option of runware: it has none"),
        ({"shift": "3"}, "runpod", ".shift: '3' is not a number from 0"),
        ({"upscale_model": "odd"}, "runpod", ".upscale_model: 'odd' is not one of soft, sharp"),
        ({"shift": [3]}, "auto", ".shift: a text, a number, true or false"),
        ({"shift": {}}, "", ".shift: a text, a number, true or false"),
        ([1], "", ": '[1]' is not an object"),
    ],
)
async def test_a_wrong_option_is_named_where_the_route_is_chosen(
    door: Door, options: object, provider: str, words: str
) -> None:
    answer = await door.post("txt2img", asking(options, provider=provider))
    assert (answer.status, answer.json["detail"]) == (422, PLACE + words)
    assert not door.pipeline.jobs


async def test_a_route_chosen_before_counts_too(door: Door) -> None:
    await door.post("options", {"sd_model_checkpoint": "runware/flux1-dev"})
    assert (await door.post("txt2img", asking({"shift": 3}))).status == 422


async def test_the_script_is_listed_with_what_each_route_takes(door: Door) -> None:
    assert (await door.get("/sdapi/v1/scripts")).json == {
        "txt2img": ["bridge"],
        "img2img": ["bridge"],
    }
    text, image = (await door.get("/sdapi/v1/script-info")).json
    assert (text["name"], text["is_alwayson"], text["is_img2img"]) == ("bridge", True, False)
    assert image == {**text, "is_img2img": True}
    (argument,) = text["args"]
    assert argument["value"]["options"] == {}
    assert text["options"] == {
        "runpod/z-image": [
            {
                "label": "shift", "kind": "number", "about": "of the noise schedule",
                "minimum": 0, "maximum": None, "choices": None,
            },
            {
                "label": "upscale_model", "kind": "choice", "about": "what enlarges",
                "minimum": None, "maximum": None, "choices": ["soft", "sharp"],
            },
        ]
    }  # fmt: skip


async def test_the_scripts_own_example_is_what_it_takes(door: Door) -> None:
    (argument, *_) = (await door.get("/sdapi/v1/script-info")).json[0]["args"]
    asked = {"alwayson_scripts": {"bridge": {"args": [argument["value"]]}}}
    assert (await door.post("txt2img", asked)).status == 200
