"""`make demo`: its own words can be copied, and nothing of one's own accounts is used."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bridge.providers import adapters
from tests.cli.test_commands import ROOT
from tests.needs import needs
from tests.ports import own_port
from tests.stack import eventually
from tools.demo import settings
from tools.emulated import EMULATED

OWN = {
    "FAL_API_KEY": "own", "FAL_2_API_KEY": "own", "HF_TOKEN": "own", "HORDE_API_KEY": "own",
    "BRIDGE_LLM_2_BASE_URL": "https://llm.example/v1", "BRIDGE_VISION_BASE_URL": "own",
    "DATABASE_URL": "own", "S3_BUCKET": "own", "BRIDGE_DATA": "own",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(EMULATED))
def test_nothing_of_ones_own_is_left(name: str) -> None:
    kept = {"PATH": "/bin", "BRIDGE_PORT": "9", "BRIDGE_AUTH": "a:b"}
    found = settings({**OWN, **kept}, [name], "http://127.0.0.1:1")
    assert found.items() >= kept.items()
    assert "own" not in found.values()
    assert not [value for value in found.values() if value.startswith("https")]
    required = {s.env for s in adapters()[name].card.settings if s.required}
    assert found.keys() >= required


@contextmanager
def demo(folder: Path, *arguments: str) -> Iterator["tuple[subprocess.Popen[bytes], Path]"]:
    log = folder / "log.txt"
    command = [sys.executable, "-m", "tools.demo", *arguments]
    with own_port() as door, own_port() as emulator, log.open("wb") as out:
        env = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "BRIDGE_PORT": str(door),
            "EMULATOR_PORT": str(emulator), "DEMO_FOLDER": str(folder / "demo"), **OWN,
        }  # fmt: skip
        program = subprocess.Popen(command, cwd=folder, env=env, stdout=out, stderr=out)
        try:
            yield program, log
        finally:
            program.send_signal(signal.SIGINT)
            program.wait(30)


@pytest.mark.slow
def test_what_it_says_can_be_copied(tmp_path: Path) -> None:
    needs("curl", shutil.which("curl") is not None, "the demo's words are given to a shell")
    with demo(tmp_path) as (program, log):
        eventually(lambda: "Other clouds" in log.read_text() or program.poll(), "its words")
        said = log.read_text().replace("\\\n", "")
        commands = re.findall(r"^ *(curl .*)$", said, re.MULTILINE)
        picture, fault, lift = commands
        ports = re.findall(r"127.0.0.1:(\d+)", picture)[0], re.findall(r"127.0.0.1:(\d+)", lift)[0]
        told = [shell(command, tmp_path) for command in (picture, fault, picture, lift)]
        assert json.loads((tmp_path / "answer.json").read_bytes())["images"]
        for command in of_pages(*ports):
            shell(command, tmp_path)
    assert "x-bridge-provider: runware" in told[0]
    assert json.loads(told[1])["struck"] == 0
    assert "runware/flux1-dev Unavailable" in told[2]
    assert program.returncode == 0


def of_pages(bridge: str, emulator: str) -> list[str]:
    """Every curl of the README and of the how-to pages, at these ports; an error ends it."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs/how-to").glob("*.md"))]
    found = [
        c for page in pages for c in re.findall(r"(?:^|`)(curl [^`\n]*)", page.read_text(), re.M)
    ]
    assert len(found) >= 5
    swapped = [c.replace(":7861", f":{bridge}").replace(":7900", f":{emulator}") for c in found]
    return [c.replace("curl ", "curl --fail ", 1) for c in swapped]


def shell(command: str, folder: Path) -> str:
    done = subprocess.run(
        command, shell=True, cwd=folder, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def test_an_unknown_cloud_is_told_with_those_there_are(tmp_path: Path) -> None:
    with demo(tmp_path, "fall,runware") as (program, log):
        assert program.wait(30) == 1
    assert "no cloud fall is emulated; there are a1111, ai_horde" in log.read_text()
