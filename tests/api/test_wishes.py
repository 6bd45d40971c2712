from pathlib import Path
from typing import Any

import orjson
import pytest

from bridge.domain import LoraFile, Rating
from bridge.errors import AllProvidersFailed, LoraUnreachable
from bridge.question import LlmWish
from tests.api.door import Door, opened

URL = "https://files.example/loras/Mira%20v2.safetensors?token=s3cret"
MIRA = {"url": URL, "weight": "0.7", "trigger_word": "m1ra fox", "family": "flux1"}


README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def setting(**wishes: object) -> dict[str, object]:
    return {"override_settings": {"bridge": wishes}}


def script(**wishes: object) -> dict[str, object]:
    return {"alwayson_scripts": {"Bridge": {"args": [wishes]}}}


@pytest.mark.parametrize("say", [setting, script])
async def test_what_is_wished_is_in_the_job(say: Any) -> None:
    wished = say(
        provider="runpod", model="z-image", rating="general", prompt_mode="never", loras=[MIRA]
    )
    async with opened(rating=Rating.MATURE) as door:
        answer = await door.post("txt2img", {"model": "runware/flux1-dev", **wished})
        (job,) = door.pipeline.jobs
    assert answer.status == 200
    assert (job.route, job.rating, job.prompt_mode) == ("runpod/z-image", Rating.GENERAL, "never")
    (lora,) = job.own_loras
    assert (lora.name, lora.trigger_words) == ("Mira_v2", ("m1ra fox",))
    assert lora.files == {"flux1": LoraFile(URL, 0.7)}


async def test_carriers_are_opened_unless_somebody_says_otherwise() -> None:
    for usual, opens in (("auto", True), ("off", False)):
        async with opened(decode=usual) as door:
            for wished in ({}, setting(decode="auto"), setting(decode="off")):
                await door.post("txt2img", {"prompt": "a fox", **wished})
            assert [job.decode for job in door.pipeline.jobs] == [opens, True, False]


@pytest.mark.parametrize(
    ("wished", "route"),
    [
        ({"provider": "runware"}, "runware"),
        ({"provider": "auto"}, "auto"),
        ({"model": "z-image"}, "runpod/z-image"),
        ({"model": "runware/flux1-dev"}, "runware/flux1-dev"),
        ({"provider": "runware", "model": "runware/flux1-dev"}, "runware/flux1-dev"),
        ({"provider": None, "model": "", "loras": None}, "auto"),
    ],
)
async def test_provider_and_model_choose_the_route(
    door: Door, wished: dict[str, object], route: str
) -> None:
    await door.post("txt2img", setting(**wished))
    assert door.pipeline.jobs[0].route == route


async def test_endpoint_and_model_of_the_writer_are_wished() -> None:
    async with opened(llms=("llm", "careful")) as door:
        assert (await door.post("txt2img", setting(llm="careful", llm_model="m"))).status == 200
        wrong = await door.post("txt2img", setting(llm="nobody"))
        assert door.pipeline.jobs[0].llm == LlmWish("careful", "m")
    assert (wrong.status, wrong.json["detail"]) == (
        422, "body.override_settings.bridge.llm: 'nobody' is none of llm, careful",
    )  # fmt: skip


async def test_the_script_goes_before_the_setting(door: Door) -> None:
    await door.post("img2img", {**setting(model="z-image"), **script(model="flux1-dev")})
    assert not door.pipeline.jobs  # no init image
    both = {**setting(provider="runpod", model="z-image"), **script(provider="runware", model="")}
    answer = await door.post("txt2img", both)
    assert "there is no 'z-image' at runware" in answer.json["detail"]


@pytest.mark.parametrize("place", ["override_settings.bridge", "alwayson_scripts.Bridge.args"])
@pytest.mark.parametrize(
    ("wished", "words"),
    [
        ({"provder": "x"}, ": 'provder' is none of provider, model,"),
        ({"provider": "nobody"}, ".provider: there is no 'nobody'"),
        ({"model": "nothing"}, ".model: there is no 'nothing'"),
        ({"provider": "runpod", "model": "flux1-dev"}, ".model: there is no 'flux1-dev' at runpod"),
        ({"provider": ["runpod"]}, ".provider: "),
        ({"rating": "wild"}, ".rating: 'wild' is none of general,"),
        ({"prompt_mode": "odd"}, ".prompt_mode: 'odd' is none of auto,"),
        ({"decode": "on"}, ".decode: 'on' is none of auto, off"),
        ({"loras": {"url": URL}}, ".loras: "),
        ({"loras": ["mira"]}, ".loras[0]: an object"),
        ({"loras": [MIRA, {**MIRA, "wieght": 1}]}, ".loras[1]: 'wieght' is none of url,"),
        ({"loras": [{**MIRA, "weight": "much"}]}, ".loras[0].weight: 'much' is not a number"),
        ({"loras": [{**MIRA, "url": "file:///etc/passwd"}]}, ".loras[0].url: "),
        ({"loras": [{**MIRA, "url": "http://[x?token=s3cret"}]}, ".loras[0].url: "),
        ({"loras": [{**MIRA, "url": ""}]}, ".loras[0].url: the address"),
        ({"loras": [{**MIRA, "family": ""}]}, ".loras[0].family: one of flux1,"),
        ({"loras": [{**MIRA, "family": "any"}]}, ".loras[0].family: 'any' is none of flux1,"),
        ({"loras": [MIRA, MIRA]}, ".loras[1].url: 'Mira_v2' is there twice"),
    ],
)
async def test_a_wrong_wish_is_named(
    door: Door, place: str, wished: dict[str, object], words: str
) -> None:
    asked = setting(**wished) if place.startswith("over") else script(**wished)
    answer = await door.post("txt2img", asked)
    assert (answer.status, answer.json["error"]) == (422, "BadRequest")
    assert answer.json["detail"].startswith(f"body.{place}{words}")
    assert b"s3cret" not in answer.raw
    assert not door.pipeline.jobs


@pytest.mark.parametrize(
    "asked",
    [
        {"override_settings": {"bridge": "fast"}},
        {"override_settings": {"bridge": [1]}},
        {"alwayson_scripts": {"bridge": {"args": ["fast"]}}},
        {"alwayson_scripts": {"BRIDGE": 7}},
    ],
)
async def test_wishes_are_an_object(door: Door, asked: dict[str, object]) -> None:
    answer = await door.post("txt2img", asked)
    assert answer.status == 422
    assert answer.json["detail"].endswith("an object is expected")


@pytest.mark.parametrize(
    "scripts", [{}, {"Bridge": {}}, {"Bridge": {"args": []}}, {"Bridge": None}, {"Other": [1]}]
)
async def test_no_wish_is_no_matter(door: Door, scripts: dict[str, object]) -> None:
    answer = await door.post("txt2img", {"alwayson_scripts": scripts})
    assert (answer.status, door.pipeline.jobs[0].own_loras) == (200, ())


@pytest.mark.parametrize("say", [setting, script])
async def test_the_key_in_an_address_is_told_to_nobody(
    door: Door, say: Any, caplog: pytest.LogCaptureFixture
) -> None:
    failed = LoraUnreachable(f"Cloud: cannot load {URL}, see https://u:s3cret@h.example/x#s3cret.")
    door.pipeline.failures = {
        1: failed,
        2: AllProvidersFailed(f"no picture: {failed.text}", failed),
    }
    two = await door.post("txt2img", {**say(loras=[MIRA]), "batch_size": 2})
    none = await door.post("txt2img", say(loras=[MIRA]))
    loras = await door.get("/sdapi/v1/loras")
    assert (two.status, none.status) == (200, 502)
    assert "https://files.example/loras/Mira%20v2.safetensors" in none.json["detail"]
    assert "h.example/x" in none.json["detail"]
    for answer in (two, none, loras):
        assert b"s3cret" not in answer.raw
        assert "s3cret" not in str(answer.headers)
    assert "cannot load" in caplog.text
    assert "s3cret" not in caplog.text


async def test_the_readmes_example_works(door: Door) -> None:
    example = orjson.loads(README.partition("```json")[2].partition("```")[0])
    assert (await door.post("txt2img", example)).status == 200
    (job,) = door.pipeline.jobs
    assert (job.route, job.own_loras[0].name) == ("runware/flux1-dev", "fox")
