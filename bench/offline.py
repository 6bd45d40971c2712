"""What the offline writer costs a scene, and what it costs to import.

python -m bench.offline
"""

import json
import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Final

from bridge.summarizer.clean import cleaned
from bridge.summarizer.offline import write_offline
from bridge.summarizer.tidy import tidy

GOLDEN: Final = Path(__file__).parents[1] / "tests" / "golden"
ROUNDS: Final = 20
IMPORTS: Final = 10
_IMPORT: Final = "\n".join(
    (
        "from time import process_time as now",
        "begun = now()",
        "import bridge.summarizer.offline",
        "print(now() - begun)",
    )
)
"""In a process of its own; user and system time, which other work on the machine hardly moves."""


def texts() -> list[str]:
    """Every scene of every labelled set."""
    lines = (
        json.loads(line)
        for path in sorted(GOLDEN.rglob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    )
    return [line["text"] for line in lines if "text" in line]


def milliseconds(text: str) -> float:
    """From a text to its Scene."""
    begun = perf_counter()
    tidied = tidy(text)
    cleaned(write_offline(tidied, ()), tidied, ())
    return (perf_counter() - begun) * 1000


def imported() -> float:
    """Milliseconds of processor time that the import takes."""
    told = subprocess.run([sys.executable, "-c", _IMPORT], capture_output=True, check=True).stdout
    return float(told) * 1000


def main() -> None:
    """The quickest of twenty rounds counts for each scene: the rest is the machine's."""
    all_texts = texts()
    rounds = [[milliseconds(text) for text in all_texts] for _ in range(ROUNDS)]
    best = [min(times) for times in zip(*rounds, strict=True)]
    print(f"{len(best)} scenes: median {statistics.median(best):.2f} ms, most {max(best):.2f} ms")
    imports = [imported() for _ in range(IMPORTS)]
    print(f"import: {min(imports):.0f} ms of processor time, the best of {IMPORTS}")


if __name__ == "__main__":
    main()
