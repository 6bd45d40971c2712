"""The commands as a shell sees them, in a folder of their own."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.cli.serve import listening
from bridge.errors import BadRequest

GOLDEN = Path(__file__).parents[1] / "golden" / "dev"
ROOT = Path(__file__).parents[2]


def run(
    folder: Path, *arguments: str, said: str = "", **env: str
) -> "subprocess.CompletedProcess[str]":
    clean = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **env}
    command = [sys.executable, "-m", "bridge", *arguments]
    return subprocess.run(
        command, cwd=folder, env=clean, input=said, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip


def test_doctor_without_anything_says_what_to_do(tmp_path: Path) -> None:
    done = run(tmp_path, "doctor")
    assert done.returncode == 1
    assert "RUNWARE_API_KEY" in done.stdout
    assert "prompt card" in done.stdout


def test_doctor_is_content_with_one_cloud(tmp_path: Path) -> None:
    done = run(tmp_path, "doctor", RUNWARE_API_KEY="rw-secret")
    assert done.returncode == 0
    assert "flux1-dev" in done.stdout
    assert "rw-secret" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"BRIDGE_PORT": "x"}, "BRIDGE_PORT"),
        ({"RUNPOD_API_KEY": "k"}, "RUNPOD_ZIMAGE_ENDPOINT"),
        ({"RUNWARE_API_KEY": "k", "BRIDGE_HOST": "0.0.0.0"}, "BRIDGE_AUTH"),
        ({"RUNWARE_API_KEY": "k", "FAL_2_BASE_URL": "http://x"}, "set FAL_2_API_KEY"),
        ({"RUNWARE_API_KEY": "k", "BRIDGE_PROVIDERS": "runware,fal_2"}, "fal_2 has no key"),
        ({"RUNWARE_API_KEY": "k", "BRIDGE_REHOST_LORAS": "on"}, "S3_BUCKET"),
        ({"RUNWARE_API_KEY": "k", "BRIDGE_LLM_BASE_URL": "http://x/v1"}, "BRIDGE_LLM_MODEL"),
    ],
)
def test_doctor_finds_what_is_wrong(tmp_path: Path, env: dict[str, str], words: str) -> None:
    done = run(tmp_path, "doctor", **env)
    assert done.returncode == 1
    assert words in done.stdout


@pytest.mark.parametrize("command", ["doctor", "serve"])
def test_broken_styles_are_told_at_the_start(tmp_path: Path, command: str) -> None:
    (tmp_path / "styles.csv").write_text("name,prompt\nInk,ink, fine\n")
    done = run(tmp_path, command, RUNWARE_API_KEY="k", BRIDGE_PORT="0")
    assert done.returncode == 1
    assert "styles.csv line 2" in done.stdout + done.stderr


def test_doctor_tells_each_account(tmp_path: Path) -> None:
    done = run(tmp_path, "doctor", FAL_KEY="k1", FAL_2_KEY="k2", BRIDGE_PROVIDERS="fal_2")
    assert done.returncode == 0
    assert "ok     fal 2: flux1-dev" in done.stdout
    assert "todo   fal: has a key, but BRIDGE_PROVIDERS leaves it out" in done.stdout


def test_doctor_reads_a_broken_dictionary(tmp_path: Path) -> None:
    (tmp_path / "master_lora_dict.json").write_text('{"loras": {\n"a": {"name": 3}}}')
    done = run(tmp_path, "doctor", RUNWARE_API_KEY="k")
    assert done.returncode == 1
    assert "line 2" in done.stdout


def test_imagine_writes_the_prompt_card(tmp_path: Path) -> None:
    done = run(tmp_path, "imagine", "a red fox", "-o", "fox.png", "--size", "256x256")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "fox.png").read_bytes().startswith(b"\x89PNG")
    assert "sketch/card" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("--size", "big"), "--size"), (("--route", "nowhere"), "nowhere")],
)
def test_imagine_says_what_is_wrong(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    done = run(tmp_path, "imagine", "a fox", "-o", "fox.png", *arguments)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_lora_match_reads_and_writes_lines(tmp_path: Path) -> None:
    said = (GOLDEN / "scenes.jsonl").read_text(encoding="utf-8").splitlines()[:3]
    dictionary = str(GOLDEN / "master_lora_dict.json")
    done = run(tmp_path, "lora", "match", "--dict", dictionary, said="\n".join(said))
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    wanted = [json.loads(line) for line in said]
    assert [row["id"] for row in found] == ["d01", "d02", "d03"]
    for row, scene in zip(found, wanted, strict=True):
        assert set(scene["expected_loras"]) <= set(row["loras"])
    assert found[1]["loras"] == ["char_oswin", "style_woodblock", "gen_fine_detail"]


def test_scene_writes_scene_prompt_and_notes(tmp_path: Path) -> None:
    said = json.dumps({"id": 7, "text": '*Mara waits at the harbour at dusk.* "Hello there!"'})
    done = run(tmp_path, "scene", "--offline", "--dialect", "z-image", said=said)
    assert done.returncode == 0, done.stderr
    (row,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert set(row) == {"id", "scene", "prompt", "negative", "notes"}
    assert row["id"] == 7
    assert "harbour" in row["prompt"]
    assert "Hello" not in row["prompt"]
    assert row["scene"]["time"] == "dusk"


@pytest.mark.parametrize("command", [("lora", "match"), ("scene", "--offline")])
def test_a_line_that_is_none_is_named(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = run(tmp_path, *command, said='{"id": 1, "text": "a"}\nnot json\n')
    assert done.returncode == 1
    assert "line 2" in done.stderr


def test_port_0_is_a_free_port_whatever_the_settings_say(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text("[]")  # stops it behind the door
    with socket.create_server(("127.0.0.1", 0)) as taken:
        env = {"BRIDGE_PORT": str(taken.getsockname()[1]), "BRIDGE_PLACES": "mine.json"}
        told = [run(tmp_path, "serve", *port, **env).stderr for port in ((), ("--port", "0"))]
    assert "cannot listen" in told[0]
    assert "BRIDGE_PORT names another port" in told[0]
    assert "cannot listen" not in told[1]
    assert "mine.json" in told[1]


def test_a_broken_list_of_places_is_said_with_its_entry(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text('[{"id": "mill", "group": 3}]')
    for command in (["doctor"], ["scene", "--offline"], ["serve", "--port", "0"]):
        done = run(tmp_path, *command, RUNWARE_API_KEY="k", BRIDGE_PLACES="mine.json")
        assert done.returncode == 1
        assert "mine.json: entry 1 (mill): group: Expected" in done.stdout + done.stderr
        assert "Unclosed" not in done.stderr


def test_a_second_bridge_on_a_port_is_told_so_while_the_first_still_starts() -> None:
    with listening("127.0.0.1", 0) as first, pytest.raises(BadRequest, match="in use"):
        listening(*first.getsockname())
