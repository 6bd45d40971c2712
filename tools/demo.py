"""`make demo`: the emulated clouds and a bridge in front of them, the whole chain without a key."""

import os
import subprocess
import sys
import time
from pathlib import Path

EMULATOR = "http://127.0.0.1:7900"
SETTINGS = {
    "BRIDGE_DATA": "data/demo",
    "BRIDGE_PROVIDERS": "runware,runpod",
    "RUNWARE_API_KEY": "emu-runware-key",
    "RUNWARE_ENDPOINT": f"{EMULATOR}/runware/v1",
    "RUNPOD_API_KEY": "emu-runpod-key",
    "RUNPOD_BASE_URL": f"{EMULATOR}/runpod/v2",
    "RUNPOD_ZIMAGE_ENDPOINT": "zimage",
}
HELLO = f"""
The clouds are emulated at {EMULATOR}; nothing is paid. The bridge comes up on
http://127.0.0.1:7861: point SillyTavern or any other A1111 client at it. Ctrl-C ends both.

Make the first cloud fail, and see the next one make the picture:
  curl -X POST {EMULATOR}/_emulator/faults -H 'Content-Type: application/json' \\
       -d '{{"cloud": "runware", "kind": "status", "times": null, "args": {{"status": 503}}}}'
"""


def main() -> int:
    """Run both until one ends or somebody presses Ctrl-C."""
    Path(SETTINGS["BRIDGE_DATA"]).mkdir(parents=True, exist_ok=True)
    env = {**os.environ, **SETTINGS}
    programs = [
        subprocess.Popen([sys.executable, "-m", "emulator", "--port", "7900"], env=env),
        subprocess.Popen([sys.executable, "-m", "bridge", "serve"], env=env),
    ]
    print(HELLO, flush=True)
    try:
        while all(program.poll() is None for program in programs):
            time.sleep(0.2)
    except KeyboardInterrupt:
        pass
    finally:
        for program in programs:
            program.terminate()
        for program in programs:
            program.wait(15)
    return 0


if __name__ == "__main__":
    sys.exit(main())
