"""The chain as a client sees it: one call to what fails, then the next cloud, in one deadline."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ask import Answer, ask, begin
from tests.clients.shown import kept, shown
from tests.flow.books import settled, states
from tests.flow.loras import LORAS
from tests.stack import Stack, eventually, running

pytestmark = pytest.mark.slow
BODY = {"prompt": "a red fox, fresh snow, morning", "width": 512, "height": 512, "seed": 7}


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with running(tmp_path, BRIDGE_LLM_BASE_URL="", BRIDGE_DEADLINE="60") as fresh:
        yield fresh


def picture(stack: Stack, **changes: Any) -> Answer:
    return ask(f"{stack.bridge_url}/sdapi/v1/txt2img", {**BODY, **changes})


def paid(stack: Stack) -> list[int]:
    """Submits that reached Runware, and RunPod."""
    return [len(stack.emulator.requests(cloud, "paid")) for cloud in ("runware", "runpod")]


def waiting(stack: Stack) -> int:
    """Pictures that clients are waiting for."""
    state = ask(f"{stack.bridge_url}/sdapi/v1/progress").json["state"]
    return int(state["job_count"])


FALL_OVER = [
    ("status", {"status": 401}, "Unpayable"),
    ("status", {"status": 402}, "Unpayable"),
    ("status", {"status": 404}, "Gone"),
    ("status", {"status": 429, "retry_after": 3}, "Limited"),
    ("status", {"status": 500}, "Unavailable"),
    ("status", {"status": 502}, "Uncertain"),
    ("html", {}, "Uncertain"),
    ("cut", {}, "Uncertain"),
    ("empty", {}, "Uncertain"),
    ("failed", {}, "Unavailable"),
    ("not_a_picture", {}, "Garbled"),
    ("expired", {}, "Garbled"),
    ("hang", {}, "TimedOut"),
]


@pytest.mark.parametrize(("kind", "args", "outcome"), FALL_OVER, ids=str)
def test_the_next_cloud_makes_the_picture(
    stack: Stack, kind: str, args: dict[str, Any], outcome: str
) -> None:
    stack.emulator.fault("runware", kind, times=None, **args)
    answer = picture(stack)
    (record,) = shown(answer)
    assert record["cloud"] == "runpod"
    calls = paid(stack)
    # a model that is gone says nothing of its neighbours: each is asked once
    assert calls[1] == 1
    assert calls[0] == 1 if outcome != "Gone" else calls[0] > 1
    assert outcome in answer.headers["x-bridge-attempts"]
    extra = json.loads(answer.json["info"])["extra_generation_params"]
    assert outcome in str(extra)


def test_a_dead_cloud_that_should_take_in_a_lora_is_called_once(tmp_path: Path) -> None:
    dictionary = tmp_path / "loras.json"
    dictionary.write_text(json.dumps(LORAS))
    settings = {"BRIDGE_LLM_BASE_URL": "", "BRIDGE_LORA_DICT": str(dictionary)}
    with running(tmp_path, **settings) as stack:
        stack.emulator.fault("runware", "status", match=".", times=None, status=503)
        (record,) = shown(picture(stack, prompt="portrait of Rose, harbour, rain"))
        assert record["cloud"] == "runpod"
        assert len(stack.emulator.requests("runware")) == 1


def test_a_refusal_for_content_makes_no_further_paid_call(stack: Stack) -> None:
    stack.emulator.fault("runware", "moderation")
    answer = picture(stack)
    assert answer.status == 422
    assert "policy" in answer.json["detail"]
    assert paid(stack) == [1, 0]


def test_a_resting_cloud_is_not_asked_again(stack: Stack) -> None:
    stack.emulator.fault("runware", "status", times=None, status=429, retry_after=600)
    picture(stack)
    picture(stack)
    last = picture(stack)
    assert paid(stack) == [1, 3]
    assert last.headers["x-bridge-attempts"].startswith("runware/")
    assert " resting " in last.headers["x-bridge-attempts"]


def test_when_all_fail_the_answer_names_every_attempt(stack: Stack) -> None:
    stack.emulator.fault("*", "status", times=None, status=500)
    answer = picture(stack)
    assert answer.status == 502
    assert "runware/" in answer.json["detail"]
    assert "runpod/" in answer.json["detail"]
    assert paid(stack) == [1, 1]


def test_a_client_that_left_causes_no_new_submit(stack: Stack) -> None:
    stack.emulator.fault("runware", "hang")
    client = begin(f"{stack.bridge_url}/sdapi/v1/txt2img", BODY)
    eventually(lambda: stack.emulator.requests("runware", "paid"), "the submit has left")
    client.close()
    eventually(lambda: waiting(stack) == 0, "the bridge has seen that")
    stack.emulator.lift()  # the answer is lost, and the next cloud would be asked
    eventually(lambda: settled(stack.data) and states(stack.data), "the attempt has ended")
    time.sleep(0.5)
    assert paid(stack)[1] == 0


def test_a_client_that_leaves_the_line_causes_no_submit(stack: Stack) -> None:
    stack.emulator.change(clouds={"runware": {"run_s": 100.0}})
    url = f"{stack.bridge_url}/sdapi/v1/txt2img"
    served = [begin(url, {**BODY, "seed": seed}) for seed in range(4)]
    eventually(lambda: paid(stack)[0] == 4, "all places are taken")
    late = begin(url, {**BODY, "seed": 99})
    eventually(lambda: waiting(stack) == 5, "it stands in line")
    late.close()
    eventually(lambda: states(stack.data) == ["kept"] * 4, "the others are done")
    time.sleep(0.3)
    assert paid(stack) == [4, 0]
    for client in served:
        client.close()


def test_what_is_submitted_ends_in_the_gallery_when_the_client_leaves(stack: Stack) -> None:
    stack.emulator.change(clouds={"runware": {"run_s": 20.0}})
    client = begin(f"{stack.bridge_url}/sdapi/v1/txt2img", BODY)
    eventually(lambda: stack.emulator.requests("runware", "status"), "the job is under way")
    client.close()
    eventually(lambda: kept(stack.data), "the picture is in the gallery")
    eventually(lambda: states(stack.data) == ["kept"], "it is booked")
    assert paid(stack) == [1, 0]


def test_a_long_job_comes_through_when_nobody_else_could_be_asked(tmp_path: Path) -> None:
    with running(tmp_path, BRIDGE_PROVIDERS="runpod", BRIDGE_LLM_BASE_URL="") as stack:
        stack.emulator.change(clouds={"runpod": {"run_s": 180.0}})
        (record,) = shown(picture(stack))
    assert record["cloud"] == "runpod"


def test_a_slow_first_cloud_is_waited_for_when_all_others_fail(stack: Stack) -> None:
    stack.emulator.change(clouds={"runware": {"run_s": 200.0}})
    stack.emulator.fault("runpod", "status", times=None, status=500)
    answer = picture(stack)
    (record,) = shown(answer)
    assert record["cloud"] == "runware"
    assert paid(stack) == [1, 1]


def test_an_upload_holds_up_nobody_and_is_made_once(tmp_path: Path) -> None:
    dictionary = tmp_path / "loras.json"
    dictionary.write_text(json.dumps(LORAS))
    settings = {"BRIDGE_LLM_BASE_URL": "", "BRIDGE_LORA_DICT": str(dictionary)}
    with running(tmp_path, **settings) as stack:
        stack.emulator.change(clouds={"runware": {"upload_step_s": 30.0}})
        first = picture(stack, prompt="portrait of Rose, harbour, rain")
        (record,) = shown(first)
        assert record["cloud"] == "runpod"
        assert record["loras"] == [["https://loras.example/rose-z.safetensors", 0.7]]
        assert first.headers["x-bridge-attempts"].count("LoraPending") == 1

        def from_the_first_cloud() -> bool:
            (again,) = shown(picture(stack, prompt="portrait of Rose, harbour, rain"))
            return bool(again["cloud"] == "runware" and again["loras"])

        eventually(from_the_first_cloud, "the uploaded LoRA is used")
        assert len(stack.emulator.requests("runware", "upload")) == 1


def test_an_edit_of_the_dictionary_is_live_and_a_broken_one_refused(tmp_path: Path) -> None:
    dictionary = tmp_path / "loras.json"
    dictionary.write_text(json.dumps({"loras": {}}))
    with running(tmp_path, BRIDGE_LLM_BASE_URL="", BRIDGE_LORA_DICT=str(dictionary)) as stack:

        def loras() -> dict[str, Any]:
            told: dict[str, Any] = ask(f"{stack.bridge_url}/status").json["loras"]
            return told

        assert loras() == {"count": 0, "problem": ""}
        dictionary.write_text(json.dumps(LORAS))
        eventually(lambda: loras() == {"count": 1, "problem": ""}, "the edit is live")
        dictionary.write_text('{"loras": {\n"rose": {"rank": "first"}}}')
        eventually(lambda: "line 2" in loras()["problem"], "the broken edit is refused")
        assert loras()["count"] == 1
        assert "line 2" in stack.log()


def test_a_hanging_llm_costs_its_timeout_not_the_picture(tmp_path: Path) -> None:
    with running(tmp_path, BRIDGE_LLM_TIMEOUT="0.5") as stack:
        stack.emulator.fault("llm", "hang", match=".", times=None)
        answer = picture(stack, prompt='*Mara waits at the harbour.* "Hello?" she calls.')
        (record,) = shown(answer)
        assert "harbour" in record["prompt"]
        assert "scene-by-rules" in answer.headers["x-bridge-notes"]


def test_refused_at_the_door_costs_nothing(stack: Stack) -> None:
    answer = picture(stack, prompt="explicit sex with a minor")
    assert answer.status == 422
    assert paid(stack) == [0, 0]


def test_the_pages_for_machines(stack: Stack) -> None:
    picture(stack)
    assert ask(f"{stack.bridge_url}/healthz").status == 200
    assert ask(f"{stack.bridge_url}/readyz").status == 200
    status = ask(f"{stack.bridge_url}/status").json
    assert {route["name"] for route in status["routes"]} >= {"runware/flux1-dev", "runpod/z-image"}
    assert all(one["state"] == "ready" and not one["last_error"] for one in status["llms"])
    metrics = ask(f"{stack.bridge_url}/metrics").text
    assert 'bridge_attempts_total{model="flux1-dev",outcome="ok",provider="runware"} 1.0' in metrics
    log = stack.log()
    assert "emu-runware-key" not in log + metrics + str(status)
    assert "red fox" not in log
