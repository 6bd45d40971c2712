"""Where other servers trip SillyTavern up, and what the bridge does instead."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.clients.shown import shown
from tests.clients.tap import Tap, tapping
from tests.clients.tavern import Tavern
from tests.stack import Stack, eventually, running

pytestmark = pytest.mark.slow

OWL = "barn owl, old rafters, moonlight through a gap, dust"
TXT2IMG = "POST /sdapi/v1/txt2img"
FAILURES: list[tuple[str, dict[str, Any], int, str]] = [
    ("status", {"status": 401}, 502, "Unpayable"),
    ("status", {"status": 402}, 502, "Unpayable"),
    ("status", {"status": 429, "retry_after": 30}, 503, "Limited"),
    ("status", {"status": 500}, 502, "Unavailable"),
    ("html", {}, 502, "Uncertain"),
    ("empty", {}, 502, "Uncertain"),
    ("moderation", {}, 422, "Refused"),
]
"""Fault, its arguments, our status and the error's class: without a clear answer to a paid call,
nobody can tell whether it was accepted."""


@pytest.mark.parametrize(("kind", "args", "status", "name"), FAILURES, ids=str)
def test_a_failure_is_never_an_empty_success(
    tavern: Tavern, tmp_path: Path, kind: str, args: dict[str, Any], status: int, name: str
) -> None:
    """SillyTavern shows every failure as "Internal Server Error": the bridge's log has the why."""
    with running(tmp_path, BRIDGE_PROVIDERS="runware") as stack, tapping(stack.bridge_url) as tap:
        stack.emulator.fault("runware", kind, times=None, **args)
        answer = tavern.imagine(tap.url, OWL)
        assert (answer.status, answer.text) == (500, "Internal Server Error")
        told = tap.only(TXT2IMG)
        assert told.status == status
        reason = json.loads(told.answer.partition("\r\n\r\n")[2])["detail"]
        assert f" {name}: " in reason
        assert f" {name}: " in stack.log().splitlines()[-1]


def test_when_the_clouds_are_down_the_page_still_loads(tavern: Tavern, stack: Stack) -> None:
    stack.emulator.fault("*", "status", match=".*", times=None, status=503)
    assert tavern.imagine(stack.bridge_url, OWL).status == 500
    for route in ["ping", "samplers", "schedulers", "upscalers", "vaes", "models", "get-model"]:
        assert tavern.sd(route, stack.bridge_url).status == 200


def test_the_answer_is_whole_bare_and_direct(tavern: Tavern, tap: Tap) -> None:
    answer = tavern.imagine(tap.url, OWL).json
    assert answer.keys() == {"images", "parameters", "info"}
    assert not [text for text in answer["images"] if text.startswith("data:")]
    assert isinstance(json.loads(answer["info"]), dict)
    assert [exchange.status for exchange in tap.exchanges] == [200, 200], "no redirects"


def test_a_model_change_does_not_wait_for_somebody_elses_picture(
    tavern: Tavern, tmp_path: Path
) -> None:
    with running(tmp_path, BRIDGE_PROVIDERS="runpod") as stack, tapping(stack.bridge_url) as tap:
        stack.emulator.change(clouds={"runpod": {"run_s": 1200}})
        anna, bridge = f"{stack.bridge_url}/?profile=anna", f"{tap.url}/?profile=ben"
        with closing(tavern.begin("generate", anna, prompt=OWL)):
            eventually(stack.emulator.jobs, "anna's job")
            assert tavern.sd("set-model", bridge, model="runpod/z-image").status == 200
        assert tap.calls.count("GET /sdapi/v1/progress?profile=ben") == 1


def test_a_url_with_credentials_in_it_never_leaves_sillytavern(tavern: Tavern, tap: Tap) -> None:
    bridge = tap.url.replace("http://", "http://user:pass@")
    assert tavern.sd("ping", bridge).status == 500
    assert tap.calls == []


def test_a_job_that_takes_half_a_minute(tavern: Tavern, tmp_path: Path) -> None:
    """700 s of the emulated cloud: SillyTavern waits, the line is silent, the picture comes."""
    with running(tmp_path, BRIDGE_PROVIDERS="runpod") as stack:
        stack.emulator.change(clouds={"runpod": {"run_s": 700}})
        (picture,) = shown(tavern.imagine(stack.bridge_url, OWL))
        assert picture["prompt"] == OWL
        (job,) = stack.emulator.jobs()
        assert job["ended_at"] - job["accepted_at"] > 30, "the emulator did not take its time"
