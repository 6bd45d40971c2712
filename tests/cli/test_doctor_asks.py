"""`doctor --provider` against the emulated clouds: keys tried for nothing, what was learnt told."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ask import ask
from tests.cli.test_commands import run
from tests.ports import own_port
from tests.stack import Emulator, clouds, emulating, running


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    with emulating(tmp_path / "emulator") as found:
        yield found


def test_each_account_tells_what_it_knows_and_nothing_is_paid(
    emulator: Emulator, tmp_path: Path
) -> None:
    env = {
        **clouds(emulator.url), "BRIDGE_PROVIDERS": "", "TOGETHER_API_KEY": "test-t",
        "TOGETHER_BASE_URL": f"{emulator.url}/together",
    }  # fmt: skip
    done = run(tmp_path, "doctor", "--provider", **env)
    assert done.returncode == 0, done.stdout
    assert "ok     runware: balance 10" in done.stdout
    assert "ok     together: models 6" in done.stdout
    assert "fal: cannot be tried without spending" in done.stdout
    assert not [request for request in emulator.requests() if request["stage"] == "paid"]
    assert not any(key in done.stdout for key in ("test-t", "emu-"))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "status", "status": 401}, ("Unpayable", "RUNWARE_2_API_KEY")),
        ({"kind": "status", "status": 503}, ("Unavailable", "runware/v1")),
        ({"kind": "status", "status": 429}, ("Limited", "later")),
        ({"kind": "html"}, ("Garbled", "runware/v1")),
        ({"kind": "cut"}, ("Cut", "runware/v1")),
    ],
    ids=str,
)
def test_a_failure_is_named_with_what_to_do(
    emulator: Emulator, tmp_path: Path, fault: dict[str, object], words: tuple[str, ...]
) -> None:
    emulator.fault("runware", match=".", **fault)  # type: ignore[arg-type]
    env = {
        "RUNWARE_2_API_KEY": "emu-runware-key",
        "RUNWARE_2_ENDPOINT": f"{emulator.url}/runware/v1",
    }
    done = run(tmp_path, "doctor", "--provider", "runware_2", **env)
    assert done.returncode == 1
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("wrong")]
    assert all(word in line for word in ("runware_2", *words))


@pytest.mark.parametrize(
    ("status", "key", "words"),
    [
        (401, "ana:wrong", "check {0}_KEY: your server, or the proxy before it, does not take it"),
        (401, "", "your server wants a password or a token: set {0}_KEY"),
        (404, "", "check {0}_URL: is it"),
        (503, "", "running and to be reached from here? Check {0}_URL"),
        (429, "", "try again later"),
    ],
)
@pytest.mark.parametrize("name", ["comfyui", "a1111"])
def test_who_owns_the_server_is_not_sent_to_check_a_credit(
    emulator: Emulator, tmp_path: Path, name: str, status: int, key: str, words: str
) -> None:
    emulator.fault(name, "status", match=".", status=status)
    prefix = name.upper()
    env = {f"{prefix}_URL": f"{emulator.url}/{name}", f"{prefix}_KEY": key}
    done = run(tmp_path, "doctor", "--provider", name, **env)
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("wrong")]
    assert words.format(prefix) in line
    assert "credit" not in line


def test_a_server_that_is_not_running_is_named(tmp_path: Path) -> None:
    with own_port() as port:
        url = f"http://127.0.0.1:{port}"
        done = run(tmp_path, "doctor", "--provider", "a1111", A1111_2_URL=url)
    assert "is A1111 running and to be reached from here? Check A1111_2_URL" in done.stdout


def test_nobody_of_that_name(tmp_path: Path) -> None:
    done = run(tmp_path, "doctor", "--provider", "fal", RUNWARE_API_KEY="k")
    assert done.returncode == 1
    assert "there is runware" in done.stderr


@pytest.mark.slow
def test_rests_and_limits_of_a_server_are_told(tmp_path: Path) -> None:
    body = {
        "prompt": "a fox <lora:one:1> <lora:two:1>", "width": 512, "height": 512, "seed": 7,
    }  # fmt: skip
    entries = {name: {"url": f"https://loras.example/{name}"} for name in ("one", "two")}
    dictionary = tmp_path / "loras.json"

    dictionary.write_text(json.dumps({"loras": entries}))
    settings = {
        "BRIDGE_PROVIDERS": "fal,runpod", "BRIDGE_LLM_BASE_URL": "", "FAL_MODEL": "flux1-dev",
        "BRIDGE_LORA_DICT": str(dictionary),
    }  # fmt: skip
    with running(tmp_path, **settings) as stack:
        stack.emulator.fault("fal", "too_many_loras", times=None, most=1)
        answer = ask(f"{stack.bridge_url}/sdapi/v1/txt2img", body)
        assert "lora-limit" in answer.headers["x-bridge-notes"]
        routes = ask(f"{stack.bridge_url}/status").json["routes"]
        (fal,) = [route for route in routes if route["name"] == "fal/flux1-dev"]
        assert (fal["most_loras"], fal["learnt_most_loras"]) == (3, 1)
        stack.emulator.lift()
        stack.emulator.fault("fal", "status", status=429, retry_after=3000)
        ask(f"{stack.bridge_url}/sdapi/v1/txt2img", body)
        assert "limit learnt" in stack.log()
        stack.stop()
        env = {**clouds(stack.emulator.url), "BRIDGE_DATA": str(stack.data)}
        done = run(tmp_path, "doctor", **env)
    assert "fal/flux1-dev: was seen to take 1 LoRAs at most" in done.stdout
    assert "fal: rests for" in done.stdout
