"""The whole chain: a roleplay message goes in, the first cloud is down, a picture comes out."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.ask import Answer, ask
from tests.clients.shown import shown
from tests.clients.tavern import Tavern
from tests.stack import ROOT, running

pytestmark = pytest.mark.slow

GOLDEN = ROOT / "tests" / "golden" / "dev"
DICTIONARY = GOLDEN / "master_lora_dict.json"


def scene(wanted: str) -> dict[str, Any]:
    """A scene of the golden set."""
    lines = (GOLDEN / "scenes.jsonl").read_text().splitlines()
    return next(row for row in map(json.loads, lines) if row["id"] == wanted)


def expected_loras(wanted: dict[str, Any], family: str) -> dict[str, float]:
    """Address and weight of every LoRA that the scene calls for."""
    loras = json.loads(DICTIONARY.read_text())["loras"]
    files = [loras[name]["bases"][family] for name in wanted["expected_loras"]]
    return {file["url"]: file["weight"] for file in files}


def check(answer: Answer, wanted: dict[str, Any]) -> None:
    """The picture is the second cloud's and of this moment, with these people."""
    (picture,) = shown(answer)
    assert picture["cloud"] == "runpod"
    assert dict(picture["loras"]) == expected_loras(wanted, "z-image")
    leaked = [text for text in wanted["forbidden_strings"] if text in picture["prompt"]]
    assert not leaked, picture["prompt"]
    loras = json.loads(DICTIONARY.read_text())["loras"]
    for name in wanted["expected_loras"]:
        assert loras[name]["trigger_words"][0] in picture["prompt"]


@pytest.mark.parametrize("name", ["d19", "d34"])
def test_the_next_cloud_makes_the_picture_and_the_trace_says_why(
    tavern: Tavern, tmp_path: Path, name: str
) -> None:
    wanted = scene(name)
    with running(tmp_path, BRIDGE_LORA_DICT=str(DICTIONARY)) as stack:
        emulator = stack.emulator
        emulator.fault("runware", "status", match=".", times=None, status=503)
        answer = tavern.imagine(stack.bridge_url, wanted["text"])
        check(answer, wanted)
        told = json.loads(answer.json["info"])["extra_generation_params"]
        assert told["Provider"] == "runpod"
        assert "runware/flux1-dev Unavailable" in told["Attempts"]
        assert "runpod/z-image ok" in told["Attempts"]
        assert len(emulator.requests("runware")) == 1, "asked again after a 503"
        assert len(emulator.requests("runpod", "paid")) == 1
        assert [job["billed"] for job in emulator.jobs("runpod")] == [True]
        assert not [job for job in emulator.jobs("runware") if job["billed"]]

        asked = {"prompt": wanted["text"], "width": 512, "height": 512}
        direct = ask(f"{stack.bridge_url}/sdapi/v1/txt2img", asked)
        check(direct, wanted)
        assert direct.headers["x-bridge-provider"] == "runpod"
        assert "runpod/z-image ok" in direct.headers["x-bridge-attempts"]
        assert len(emulator.requests("runpod", "paid")) == 2
