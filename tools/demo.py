"""`make demo`: the emulated clouds and a bridge in front of them, the whole chain without a key."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from bridge.providers import adapters
from tools.emulated import EMULATED, account

ROOT = Path(__file__).parent.parent
FOLDER = Path(os.environ.get("DEMO_FOLDER") or ROOT / "data" / "demo").absolute()
CLOUDS = "runware,runpod"
PATIENCE_S = 60.0
FOREIGN = ("DATABASE_", "S3_", "BRIDGE_LLM", "BRIDGE_VISION", "BRIDGE_PUBLIC", "BRIDGE_LORA_KEYS")
"""What leads out of the demo, besides the accounts."""
HELLO = """
The clouds are emulated at {emulator}; nothing is paid. The bridge is at {bridge}:
point SillyTavern or any other A1111 client at it, or open it in a browser. Ctrl-C ends both.

A picture; the headers tell how it came about, {bridge}/bridge/v1/pictures/1 shows it:
  curl {bridge}/sdapi/v1/txt2img -d '{{"prompt": "a red fox in fresh snow"}}' -D - -o answer.json

Make the first cloud fail, and see the next one make the picture:
  curl {emulator}/_emulator/faults \\
       -d '{{"cloud": "{first}", "kind": "status", "times": null, "args": {{"status": 503}}}}'

All is well again:
  curl -X DELETE {emulator}/_emulator/faults

Other clouds: make demo CLOUDS=fal,together (see docs/how-to/demo.md).
"""


def main(names: Sequence[str]) -> int:
    """Run both until one ends by itself (1), or somebody presses Ctrl-C (0)."""
    if unknown := [name for name in names if name not in EMULATED]:
        print(f"no cloud {', '.join(unknown)} is emulated; there are {', '.join(sorted(EMULATED))}")
        return 1
    port = os.environ.get("EMULATOR_PORT", "7900")
    emulator, bridge = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{_port()}"
    env = settings(os.environ, names, emulator)
    FOLDER.mkdir(parents=True, exist_ok=True)
    programs = [
        subprocess.Popen([sys.executable, "-m", *program], cwd=FOLDER, env=env)
        for program in (["emulator", "--port", port], ["bridge", "serve"])
    ]
    try:
        if _up(programs, f"{emulator}/_emulator/ledger", f"{bridge}/internal/ping"):
            print(HELLO.format(emulator=emulator, bridge=bridge, first=names[0]), flush=True)
        while _run(programs):
            time.sleep(0.2)
    except KeyboardInterrupt:
        return 0
    finally:
        for one in programs:
            one.terminate()
        for one in programs:
            one.wait(15)
    return 1


def settings(env: Mapping[str, str], names: Sequence[str], emulator: str) -> dict[str, str]:
    """`env` without anybody's accounts, so that nothing can be paid, and with emulated ones.

    The bridge starts in a folder of its own: it sees no `.env`.
    """
    cards = [adapter.card for adapter in adapters().values()]
    words = {
        name.partition("_")[0] + "_"
        for card in cards for s in card.settings for name in (s.env, *s.aliases)
    }  # fmt: skip
    harmless = {k: v for k, v in env.items() if not k.startswith((*words, *FOREIGN))}
    emulated = {k: v for name in names for k, v in account(name, emulator).items()}
    ours = {
        "BRIDGE_DATA": str(FOLDER), "BRIDGE_PROVIDERS": ",".join(names),
        "BRIDGE_LORA_DICT": str(ROOT / "master_lora_dict.json"), "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    return {**harmless, **emulated, **ours}


def _port() -> str:
    return os.environ.get("BRIDGE_PORT") or "7861"


def _run(programs: Sequence["subprocess.Popen[bytes]"]) -> bool:
    return all(program.poll() is None for program in programs)


def _up(programs: Sequence["subprocess.Popen[bytes]"], *urls: str) -> bool:
    """Whether all answer, after a while, and none of `programs` has ended."""
    end = time.monotonic() + PATIENCE_S
    while urls and _run(programs) and time.monotonic() < end:
        try:
            with urlopen(urls[0], timeout=1):
                urls = urls[1:]
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    return not urls and _run(programs)


if __name__ == "__main__":
    sys.exit(main((sys.argv[1] if sys.argv[1:] else CLOUDS).split(",")))
