"""How soon a bridge is ready, and how much memory it takes at rest and after pictures.

    python -m bench.start [RUNS]

Seconds from the start of the process to the first answer of /readyz, and VmRSS/VmHWM of the
bridge's process from /proc: at rest, after one picture through every provider at the emulator
(with the LLM writer), and after thirty more. Linux only.
"""

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROMPT = "*Rose waits at the harbour in the rain, a lantern in her hand. Gulls cry over the pier.*"


def main(runs: int) -> None:
    """Print a table."""
    with tempfile.TemporaryDirectory() as folder, emulator(Path(folder)) as url:
        ready, rest, after, more = zip(*(once(Path(folder), url) for _ in range(runs)), strict=True)
    print(f"{'':24}{'median':>10}{'min':>10}{'max':>10}")
    for name, row, unit in (
        ("ready", ready, "s"), ("at rest", rest, "MB"), ("one picture each", after, "MB"),
        ("thirty more", more, "MB"),
    ):  # fmt: skip
        figures = (statistics.median(row), min(row), max(row))
        print(f"{name:24}" + "".join(f"{figure:>8.2f} {unit}" for figure in figures))


def once(folder: Path, emulated: str) -> tuple[float, float, float, float]:
    """Seconds until ready; megabytes at rest, after one picture each, after thirty more."""
    port = free_port()
    env = {
        "PATH": os.environ["PATH"], "BRIDGE_PORT": str(port), "BRIDGE_DATA": str(folder / "data"),
        "BRIDGE_RATING": "general", "RUNWARE_API_KEY": "emu-runware-key",
        "RUNWARE_ENDPOINT": f"{emulated}/runware/v1", "RUNPOD_API_KEY": "emu-runpod-key",
        "RUNPOD_BASE_URL": f"{emulated}/runpod/v2", "RUNPOD_ZIMAGE_ENDPOINT": "zimage",
        "RUNPOD_FLUX_KLEIN_ENDPOINT": "klein", "BRIDGE_LLM_BASE_URL": f"{emulated}/llm/v1",
        "BRIDGE_LLM_API_KEY": "emu-llm-key", "BRIDGE_LLM_MODEL": "emulated-writer",
        "TOGETHER_API_KEY": "emu-together-key", "TOGETHER_BASE_URL": f"{emulated}/together",
    }  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    begun = time.perf_counter()
    program = subprocess.Popen(
        [sys.executable, "-m", "bridge", "serve"], env=env, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(f"{url}/readyz")
        seconds = time.perf_counter() - begun
        time.sleep(1.0)
        rest = memory(program.pid)
        routes = [m["title"] for m in ask(f"{url}/sdapi/v1/sd-models") if m["title"] != "auto"]
        for route in routes:
            picture(url, route)
        after = memory(program.pid)
        for _ in range(30):
            picture(url, routes[0])
        return seconds, rest, after, memory(program.pid)
    finally:
        program.terminate()
        program.wait(15)


def picture(url: str, route: str) -> None:
    """One picture from a route; models that need a mask or a LoRA answer with an error."""
    body = {
        "prompt": PROMPT, "width": 1024, "height": 1024,
        "override_settings": {"sd_model_checkpoint": route},
    }  # fmt: skip
    try:
        assert ask(f"{url}/sdapi/v1/txt2img", body)["images"]
    except urllib.error.HTTPError as error:
        assert "fill" in route or "lora" in route, error.read()


def memory(pid: int) -> float:
    """VmRSS in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else float("nan")


@contextmanager
def emulator(folder: Path) -> Iterator[str]:
    """The emulated clouds in a process of their own, twenty times faster than life."""
    port = free_port()
    program = subprocess.Popen(
        [sys.executable, "-m", "emulator", "--port", str(port), "--time-scale", "0.05"],
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/_emulator/ledger")
        yield f"http://127.0.0.1:{port}"
    finally:
        program.terminate()
        program.wait(15)


def wait_for(url: str) -> None:
    """Until `url` answers; a look every five milliseconds, half a minute at most."""
    for _ in range(6000):
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.005)
    raise TimeoutError(url)


def ask(url: str, body: object = None) -> Any:
    """A JSON answer."""
    raw = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, raw, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
