"""SillyTavern's other sources that fit a bridge: stable-diffusion.cpp and Draw Things."""

from pathlib import Path

import pytest

from tests.clients.shown import shown
from tests.clients.tap import Tap
from tests.clients.tavern import Tavern
from tests.stack import Stack, running

pytestmark = pytest.mark.slow

HERON = "grey heron, reeds, morning mist, still water"


def test_sdcpp_names_its_model_in_every_request_and_keeps_a_prefix(
    tavern: Tavern, tap: Tap
) -> None:
    bridge = f"{tap.url}/some/prefix"
    assert tavern.sd("sdcpp/ping", bridge).status == 200
    models = [row["id"] for row in tavern.sd("sdcpp/models", bridge).json["data"]]
    assert models[0] == "auto"
    assert "runpod/z-image" in models
    answer = tavern.sd(
        "sdcpp/generate", bridge, model="runpod/z-image", prompt=HERON, seed=7, batch_size=1,
        width=512, height=384, steps=9, cfg_scale=4, sampler_name="euler", scheduler="karras",
    )  # fmt: skip
    (picture,) = shown(answer)
    assert (picture["cloud"], picture["prompt"], picture["seed"]) == ("runpod", HERON, 7)
    assert (picture["width"], picture["height"], picture["steps"]) == (512, 384, 9)
    assert tap.calls == [
        "OPTIONS /some/prefix/v1/images/generations",
        "GET /some/prefix/v1/models",
        "POST /some/prefix/sdapi/v1/txt2img",
    ]


def test_sdcpp_sends_no_credentials_and_still_finds_a_locked_bridge(
    tavern: Tavern, tmp_path: Path
) -> None:
    with running(tmp_path, BRIDGE_AUTH="alice:s3cret") as stack:
        assert tavern.sd("sdcpp/ping", stack.bridge_url).status == 200
        assert tavern.sd("sdcpp/generate", stack.bridge_url, prompt=HERON).status == 500
        assert stack.emulator.requests() == []


def test_drawthings_reads_its_settings_at_the_root(tavern: Tavern, tap: Tap) -> None:
    assert tavern.sd("drawthings/ping", tap.url).status == 200
    assert tavern.sd("drawthings/get-model", tap.url).text == "auto"
    assert tavern.sd("drawthings/get-upscaler", tap.url).text
    (picture,) = shown(tavern.sd("drawthings/generate", tap.url, prompt=HERON, seed=8))
    assert (picture["prompt"], picture["seed"]) == (HERON, 8)
    assert tap.calls == ["HEAD /", "GET /", "GET /", "POST /sdapi/v1/txt2img"]


def test_drawthings_sends_credentials_with_the_picture(tavern: Tavern, tmp_path: Path) -> None:
    with running(tmp_path, BRIDGE_AUTH="alice:s3cret") as stack:
        url = stack.bridge_url
        assert tavern.sd("drawthings/generate", url, "alice:no", prompt=HERON).status == 500
        shown(tavern.sd("drawthings/generate", url, "alice:s3cret", prompt=HERON))


def test_a_prefix_is_thrown_away_by_auto_and_a_query_kept(
    tavern: Tavern, tap: Tap, calm: Stack
) -> None:
    shown(tavern.imagine(f"{tap.url}/some/prefix?profile=anna", HERON))
    assert tap.calls == [
        "GET /sdapi/v1/options?profile=anna",
        "POST /sdapi/v1/txt2img?profile=anna",
    ]
