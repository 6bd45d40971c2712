"""The emulator and the bridge as programs of their own, on free ports, with a fresh folder.

with running(tmp_path, BRIDGE_PROVIDERS="runpod") as stack:
    stack.emulator.fault("runpod", "status", status=503)
    ask(f"{stack.bridge_url}/sdapi/v1/txt2img", {"prompt": "a fox"})
    stack.kill()
    stack.restart()
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.ask import ask
from tests.ports import own_port
from tools.emulated import EMULATED, account, writer

ROOT = Path(__file__).parents[1]
EMULATED_SPEED = 0.05
"""Real seconds per second of the emulated clouds."""
BRIDGE_SPEED = 0.2
"""Real seconds per second that the bridge waits; larger, so that a busy machine stays in time."""
Found = TypeVar("Found")


def eventually(check: Callable[[], Found], what: str, *, seconds: float = 30.0) -> Found:
    """What `check` says as soon as it is true; fails when it is not within `seconds`."""
    end = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < end, f"waited {seconds:g} s in vain: {what}"
        time.sleep(0.02)
    return found


class Program:
    """One process, its output in a file; started in `folder`, so that no `.env` is near."""

    def __init__(self, command: Sequence[str], folder: Path, env: Mapping[str, str]) -> None:
        self._command = list(command)
        self._folder = folder
        self._env = {"PATH": os.environ["PATH"], **env}
        self._log = folder / "log.txt"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, url: str, *, seconds: float = 60.0) -> None:
        """Run it, and wait until it answers at `url`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        eventually(lambda: self._answers(url), f"an answer at {url}", seconds=seconds)

    def stop(self) -> None:
        """SIGTERM, and SIGKILL when 15 seconds were not enough."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is told."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def log(self) -> str:
        """Everything it has said, over all its lives."""
        return self._log.read_text(errors="replace")

    def _answers(self, url: str) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"it ended by itself:\n{self.log()}"
        try:
            return ask(url).status == 200
        except OSError:
            return False


@dataclass(frozen=True, slots=True)
class Emulator:
    """Drives an emulator in another process through `/_emulator`."""

    url: str

    def fault(
        self, cloud: str, kind: str, *, match: str | None = None, times: int | None = 1, **args: Any
    ) -> int:
        """Order a misfortune (`emulator.weather`); its number, to lift it."""
        wanted = {"cloud": cloud, "kind": kind, "match": match, "times": times, "args": args}
        return int(self._tell("POST", "faults", wanted)["id"])

    def lift(self, number: int | None = None) -> None:
        """End one fault, or all; what they held goes on."""
        self._tell("DELETE", "faults" if number is None else f"faults/{number}")

    def jobs(self, cloud: str = "") -> list[dict[str, Any]]:
        """What was accepted, with state, cost and billed; an LLM's answers are jobs too."""
        jobs = self._tell("GET", "ledger")["jobs"]
        return [job for job in jobs if cloud in ("", job["cloud"])]

    def requests(self, cloud: str = "", match: str = "") -> list[dict[str, Any]]:
        """Every request, accepted or not; `match` is a stage or a regexp for the path."""
        found: list[dict[str, Any]] = self._tell("GET", f"requests?cloud={cloud}&match={match}")
        return found

    def change(self, **settings: Any) -> None:
        """Change `emulator.settings`, e.g. `clouds={"runpod": {"run_s": 60}}`."""
        self._tell("POST", "settings", settings)

    def reset(self) -> None:
        """Forget everything but the settings."""
        self._tell("POST", "reset", {})

    def _tell(self, method: str, path: str, body: Any = None) -> Any:
        answer = ask(f"{self.url}/_emulator/{path}", body, method=method)
        assert answer.status == 200, answer.text
        return answer.json


class Stack:
    """A bridge whose clouds are emulated."""

    def __init__(
        self, folder: Path, emulator: Emulator, port: int, settings: Mapping[str, str]
    ) -> None:
        self.emulator = emulator
        self.data = folder / "data"
        self.bridge_url = f"http://127.0.0.1:{port}"
        dictionary = folder / "no_loras.json"
        dictionary.write_text(json.dumps({"config": {}, "loras": {}}))
        ours = {
            "PYTHONPATH": str(ROOT),
            "BRIDGE_PORT": str(port),
            "BRIDGE_DATA": str(self.data),
            "BRIDGE_LORA_DICT": str(dictionary),
            "BRIDGE_TIME_SCALE": str(BRIDGE_SPEED),
            **clouds(emulator.url),
        }
        env = {name: value for name, value in {**ours, **settings}.items() if value}
        command = (sys.executable, "-m", "bridge", "serve")
        self._bridge = Program(command, folder / "bridge", env)

    def start(self) -> None:
        """Run the bridge."""
        self._bridge.start(f"{self.bridge_url}/internal/ping")

    def stop(self) -> None:
        """End it in peace."""
        self._bridge.stop()

    def kill(self) -> None:
        """End it with SIGKILL."""
        self._bridge.kill()

    def restart(self) -> None:
        """End it if it runs, and run it again on the same folder and port."""
        self.stop()
        self.start()

    def log(self) -> str:
        """What the bridge has said so far."""
        return self._bridge.log()


def clouds(url: str) -> dict[str, str]:
    """The settings that point the bridge at the emulator: Runware, then RunPod, then an LLM.

    All others have their keys too and are asked where BRIDGE_PROVIDERS names them.
    """
    return {
        **{
            env: value
            for name in EMULATED
            if name != "runpod"
            for env, value in account(name, url).items()
        },
        "BRIDGE_PROVIDERS": "runware,runpod",
        "BRIDGE_ORDER": "fixed",
        "RUNPOD_API_KEY": "emu-runpod-key",
        "RUNPOD_BASE_URL": f"{url}/runpod/v2",
        "RUNPOD_ZIMAGE_ENDPOINT": "zimage",
        **writer(url),
    }


@contextmanager
def emulating(folder: Path) -> Iterator[Emulator]:
    """An emulator that runs."""
    with own_port() as port:
        command = (sys.executable, "-m", "emulator", "--port", str(port))
        speed = ("--time-scale", str(EMULATED_SPEED))
        program = Program((*command, *speed), folder, {"PYTHONPATH": str(ROOT)})
        emulator = Emulator(f"http://127.0.0.1:{port}")
        try:
            program.start(f"{emulator.url}/_emulator/settings")
            yield emulator
        finally:
            program.stop()


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Stack]:
    """Emulator and bridge; `settings` go before the usual ones, an empty one removes it."""
    with emulating(folder / "emulator") as emulator, own_port() as port:
        stack = Stack(folder, emulator, port, settings)
        try:
            stack.start()
            yield stack
        finally:
            stack.stop()
