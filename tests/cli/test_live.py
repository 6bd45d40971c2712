"""`make live` against the emulated clouds: a table, and a cap that is kept."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_commands import ROOT
from tests.stack import BRIDGE_SPEED, Emulator, clouds, emulating


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulating(tmp_path_factory.mktemp("emulator")) as found:
        yield found


def live(
    emulator: Emulator, folder: Path, *arguments: str, providers: str
) -> "subprocess.CompletedProcess[str]":
    emulator.reset()
    env = {
        **clouds(emulator.url), "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT),
        "BRIDGE_PROVIDERS": providers, "BRIDGE_LLM_BASE_URL": "",
        "BRIDGE_TIME_SCALE": str(BRIDGE_SPEED),
    }  # fmt: skip
    command = [sys.executable, "-m", "tools.live", *arguments]
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=60
    )


def paid(emulator: Emulator) -> list[str]:
    return [request["cloud"] for request in emulator.requests(match="paid")]


def test_one_small_picture_each(emulator: Emulator, tmp_path: Path) -> None:
    done = live(emulator, tmp_path, "--max-usd", "0.05", providers="runware,fal,together")
    assert done.returncode == 0, done.stdout + done.stderr
    assert paid(emulator) == ["runware", "fal", "together"]
    assert "3 of 3 made a picture" in done.stdout
    assert "runware/flux1-schnell" in done.stdout  # its cheapest
    assert "512x512 png" in done.stdout


def test_the_cap_stops_what_would_pass_it(emulator: Emulator, tmp_path: Path) -> None:
    done = live(emulator, tmp_path, "--max-usd", "0.001", providers="runware,fal,together")
    assert paid(emulator) == ["runware", "together"]
    assert "would pass the cap" in done.stdout
    assert done.returncode == 0


def test_nothing_is_asked_under_a_cap_of_nothing(emulator: Emulator, tmp_path: Path) -> None:
    done = live(emulator, tmp_path, "--max-usd", "0", providers="runware,fal")
    assert (paid(emulator), done.returncode) == ([], 1)


def test_a_cap_must_be_said(emulator: Emulator, tmp_path: Path) -> None:
    for arguments in ((), ("--max-usd", "nothing")):
        done = live(emulator, tmp_path, *arguments, providers="fal")
        assert (paid(emulator), done.returncode) == ([], 2)


def test_a_failure_stands_in_the_table(emulator: Emulator, tmp_path: Path) -> None:
    emulator.change(keys={"fal": []})
    try:
        done = live(emulator, tmp_path, "--max-usd", "1", providers="runware,fal")
    finally:
        emulator.change(keys={"fal": ["emu-fal-key"]})
    assert done.returncode == 1
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("fal/")]
    assert "AllProvidersFailed" in line
    assert "emu-fal-key" not in done.stdout + done.stderr
    assert "1 of 2 made a picture" in done.stdout
