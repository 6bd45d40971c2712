from typing import Any

import pytest

from bridge.api.a1111.lists import FIXED
from tests.api.door import ROUTES, Door

NULL = ["refresh-checkpoints", "refresh-vae", "refresh-loras", "refresh-embeddings", "skip"]
EMPTY = ["interrupt", "unload-checkpoint", "reload-checkpoint"]


async def test_the_chosen_model_is_a_title_of_the_list(door: Door) -> None:
    rows = (await door.get("/sdapi/v1/sd-models")).json
    assert [row["title"] for row in rows] == list(ROUTES)
    assert rows[1] == {
        "title": "runware/flux1-dev",
        "model_name": "runware_flux1-dev",
        "hash": None,
        "sha256": None,
        "filename": "runware/flux1-dev",
        "config": None,
    }
    options = (await door.get("/sdapi/v1/options")).json
    assert (options["sd_model_checkpoint"], options["samples_format"]) == ("auto", "png")
    assert "forge_preset" not in options


@pytest.mark.parametrize("name", ["runpod/z-image", "runpod_z-image", "RunPod/Z-Image"])
async def test_a_chosen_model_is_the_callers_own(door: Door, name: str) -> None:
    for profile in ("ana", "ben"):
        assert (await checkpoint(door, profile)) == "auto"
    options = (await door.get("/sdapi/v1/options")).json
    answer = await door.post(
        "options?profile=ana", {**options, "unknown": [1], "sd_model_checkpoint": name}
    )
    assert (answer.status, answer.raw) == (200, b"null")
    assert (await checkpoint(door, "ana"), await checkpoint(door, "ben")) == (
        "runpod/z-image",
        "auto",
    )
    for profile in ("ana", "ben"):
        await door.post(f"txt2img?profile={profile}", {})
    assert [job.route for job in door.pipeline.jobs] == ["runpod/z-image", "auto"]
    assert [job.caller for job in door.pipeline.jobs] == ["ana", "ben"]


async def checkpoint(door: Door, profile: str) -> Any:
    return (await door.get(f"/sdapi/v1/options?profile={profile}")).json["sd_model_checkpoint"]


async def test_options_without_a_model_change_nothing(door: Door) -> None:
    assert (await door.post("options", {"samples_format": "jpg"})).raw == b"null"
    assert (await door.get("/sdapi/v1/options")).json["samples_format"] == "png"


async def test_a_model_that_went_away_is_chosen_no_longer(door: Door) -> None:
    await door.post("options", {"sd_model_checkpoint": "runpod/z-image"})
    door.routes.titles.remove("runpod/z-image")
    assert (await checkpoint(door, "")) == "auto"


async def test_an_unknown_model_is_refused(door: Door) -> None:
    answer = await door.post("options", {"sd_model_checkpoint": "no such model"})
    assert (answer.status, answer.json["detail"]) == (422, "model 'no such model' not found")
    assert (await checkpoint(door, "")) == "auto"


@pytest.mark.parametrize(
    "asked",
    [
        {"model": "runpod/z-image"},
        {"model_override": "runpod/z-image"},
        {"override_settings": {"sd_model_checkpoint": "runpod_z-image", "odd": 1}},
    ],
)
async def test_a_request_names_its_own_model(door: Door, asked: dict[str, object]) -> None:
    await door.post("txt2img", asked)
    await door.post("txt2img", {})
    assert [job.route for job in door.pipeline.jobs] == ["runpod/z-image", "auto"]


async def test_every_fixed_list_is_served(door: Door) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        for path, value in FIXED[method].items():
            answer = await door.ask(method, path)
            assert (answer.status, answer.json) == (200, value), path


@pytest.mark.parametrize(("paths", "body"), [(NULL, b"null"), (EMPTY, b"{}")])
async def test_bare_posts_answer_json(door: Door, paths: list[str], body: bytes) -> None:
    for path in paths:
        answer = await door.post(path, data=b'""')
        assert (answer.status, answer.raw) == (200, body)


async def test_what_sillytavern_selects_is_on_the_lists(door: Door) -> None:
    samplers = {row["name"] for row in (await door.get("/sdapi/v1/samplers")).json}
    schedulers = {row["name"] for row in (await door.get("/sdapi/v1/schedulers")).json}
    assert {"DDIM", "Euler a"} <= samplers
    assert {"normal", "automatic"} <= schedulers


async def test_loras_are_listed_by_the_id_a_prompt_takes(door: Door) -> None:
    assert (await door.get("/sdapi/v1/loras")).json == [
        {"name": "mira", "alias": "Mira the fox", "path": "", "metadata": {}}
    ]


async def test_other_clients_find_the_models_too(door: Door) -> None:
    rows = (await door.get("/v1/models")).json["data"]
    assert [(row["id"], row["owned_by"]) for row in rows][1] == ("runware/flux1-dev", "runware")
    assert (await door.get("/sdapi/v1/version")).json == {"app": "a1111-bridge", "version": "test"}


async def test_the_front_page_suits_who_asks(door: Door) -> None:
    told = await door.get("/", headers={"User-Agent": "node-fetch", "Accept": "*/*"})
    assert told.json == {"model": "auto", "upscaler": "Lanczos"}
    page = await door.get("/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.headers["Content-Type"].startswith("text/html")
    assert b"is running" in page.raw
    assert (await door.ask("HEAD", "/")).status == 200


@pytest.mark.parametrize(
    ("path", "status"), [("/sdapi/v1/nothing", 404), ("/sdapi/v1/txt2img", 405)]
)
async def test_what_is_not_there_says_so(door: Door, path: str, status: int) -> None:
    answer = await door.get(path)
    assert (answer.status, list(answer.json)) == (status, ["detail"])
