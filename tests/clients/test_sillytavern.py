"""What SillyTavern calls for each of its routes, and what it makes of the bridge's answers."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.ask import basic
from tests.clients.shown import shown
from tests.clients.tap import Tap, tapping
from tests.clients.tavern import Tavern
from tests.stack import Stack, running

pytestmark = pytest.mark.slow

API = "/sdapi/v1"
FOX = "red fox, fresh snow, birch trees, low winter sun, wide shot"
LATENT = ["Latent", "Latent (antialiased)", "Latent (bicubic)"]
LISTS: list[tuple[str, set[str], Callable[[Any], bool]]] = [
    ("samplers", {"samplers"}, lambda names: {"DDIM", "Euler a"} < set(names)),
    ("schedulers", {"schedulers"}, lambda names: {"normal", "automatic"} < set(names)),
    (
        "upscalers",
        {"upscalers", "latent-upscale-modes"},
        lambda names: names[:4] == ["None", *LATENT] and "Lanczos" in names,
    ),
    ("sd-next/upscalers", {"upscalers"}, lambda names: names[:4] == ["None", *LATENT]),
    ("vaes", {"sd-vae", "sd-modules"}, lambda names: isinstance(names, list)),
    (
        "models",
        {"sd-models"},
        lambda rows: (
            rows[0] == {"value": "auto", "text": "auto"}
            and "runware/z-image-turbo" in [row["value"] for row in rows]
        ),
    ),
]


@pytest.mark.parametrize(("route", "calls", "is_right"), LISTS, ids=[row[0] for row in LISTS])
def test_a_list(
    tavern: Tavern, tap: Tap, route: str, calls: set[str], is_right: Callable[[Any], bool]
) -> None:
    answer = tavern.sd(route, tap.url)
    assert answer.status == 200
    assert is_right(answer.json), answer.json
    assert sorted(tap.calls) == sorted(f"GET {API}/{name}" for name in calls)
    assert {exchange.headers["authorization"] for exchange in tap.exchanges} == {"Basic"}


def test_ping(tavern: Tavern, tap: Tap) -> None:
    assert tavern.sd("ping", tap.url).status == 200
    assert tap.calls == [f"GET {API}/options"]


def test_a_page_load_asks_for_everything_at_once_and_no_cloud(
    tavern: Tavern, calm: Stack, tap: Tap
) -> None:
    calm.emulator.reset()
    routes = ["samplers", "get-model", "models", "upscalers", "schedulers", "vaes"]
    with ThreadPoolExecutor(len(routes)) as page:
        answers = list(page.map(lambda route: tavern.sd(route, tap.url), routes))
    assert [answer.status for answer in answers] == [200] * len(routes)
    assert calm.emulator.requests() == []


def test_the_model_menu_chooses_the_route(tavern: Tavern, tap: Tap) -> None:
    bridge = f"{tap.url}/?profile=chooser"
    assert tavern.sd("get-model", bridge).text == "auto"
    titles = [row["value"] for row in tavern.sd("models", bridge).json]
    for title in [title for title in titles if title.endswith(("/z-image-turbo", "/z-image"))]:
        assert tavern.sd("set-model", bridge, model=title).status == 200
        assert tavern.sd("get-model", bridge).text == title
        (picture,) = shown(tavern.imagine(bridge, FOX))
        assert picture["cloud"] == title.partition("/")[0]
    assert tap.calls.count(f"GET {API}/progress?profile=chooser") == 2, "it did not read idle"
    assert tavern.sd("get-model", tap.url).text == "auto", "another caller's choice"


def test_an_unknown_model_is_refused(tavern: Tavern, tap: Tap) -> None:
    assert tavern.sd("set-model", tap.url, model="nothing of ours").status == 500
    assert tap.only(f"POST {API}/options").status == 422
    assert f"GET {API}/progress" not in tap.calls


def test_a_picture(tavern: Tavern, calm: Stack, tap: Tap) -> None:
    calm.emulator.reset()
    answer = tavern.imagine(tap.url, FOX, seed=1234, width=640, height=448)
    (picture,) = shown(answer)
    assert (picture["prompt"], picture["seed"]) == (FOX, 1234)
    assert (picture["width"], picture["height"]) == (640, 448)
    assert tap.calls == [f"GET {API}/options", f"POST {API}/txt2img"]
    assert len(calm.emulator.requests(match="paid")) == 1

    info = json.loads(answer.json["info"])
    assert info["all_seeds"] == [info["seed"]] == [1234]
    assert (info["width"], info["height"]) == (640, 448)
    assert info["infotexts"][0].startswith(FOX)
    assert answer.json["parameters"]["prompt"] == FOX


def test_the_password_in_the_body_comes_back_nowhere(tavern: Tavern, calm: Stack) -> None:
    answer = tavern.sd("generate", calm.bridge_url, "alice:s3cret", prompt=FOX)
    shown(answer)
    assert "s3cret" not in answer.text
    assert "s3cret" not in calm.log()


def test_without_a_seed_each_picture_is_another(tavern: Tavern, calm: Stack) -> None:
    seeds = {shown(tavern.imagine(calm.bridge_url, FOX))[0]["seed"] for _ in range(2)}
    assert len(seeds) == 2


def test_forge_fields_are_dropped_because_we_are_not_forge(tavern: Tavern, tap: Tap) -> None:
    shown(tavern.imagine(tap.url, FOX))
    sent = tap.only(f"POST {API}/txt2img").body
    assert sent["override_settings"] == {"CLIP_stop_at_last_layers": 1}


@pytest.mark.parametrize("box", ["", None, "alice:s3cret"], ids=["empty", "missing", "filled"])
def test_an_open_bridge_reads_no_credentials(tavern: Tavern, calm: Stack, box: str | None) -> None:
    assert tavern.sd("ping", calm.bridge_url, box).status == 200


def test_credentials(tavern: Tavern, tmp_path: Path) -> None:
    with running(tmp_path, BRIDGE_AUTH="alice:s3cret") as stack, tapping(stack.bridge_url) as tap:
        for wrong in ["", None, "alice:wrong"]:
            assert tavern.sd("ping", tap.url, wrong).status == 500
            assert tavern.sd("generate", tap.url, wrong, prompt=FOX).status == 500
        assert {exchange.status for exchange in tap.exchanges} == {401}
        assert stack.emulator.requests() == []

        tap.exchanges.clear()
        assert tavern.sd("ping", tap.url, "alice:s3cret").status == 200
        (picture,) = shown(tavern.sd("generate", tap.url, "alice:s3cret", prompt=FOX))
        assert picture["prompt"] == FOX
        sent = basic("alice:s3cret")["Authorization"]
        assert {exchange.headers["authorization"] for exchange in tap.exchanges} == {sent}
