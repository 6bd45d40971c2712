"""Evaluates labelled sets of roleplay scenes and chats, without network unless an LLM is asked for.

python -m bench.eval [SET …] [--json FILE] [--markdown FILE] [--misses] [--llm]
"""

import argparse
import asyncio
import json
from pathlib import Path
from typing import Final

from bench.eval.chats import of_chats
from bench.eval.labels import LabelledSet, load
from bench.eval.measure import Figures, figures
from bench.eval.report import markdown, misses
from bench.eval.writers import Sample, raw, written
from bridge.app import language_models
from bridge.events import Bus
from bridge.routing.health import Health
from bridge.settings import environment, read

GOLDEN: Final = Path(__file__).parents[2] / "tests" / "golden"


async def evaluated(labelled: LabelledSet, *, with_llm: bool) -> dict[str, list[Sample]]:
    """Samples by writer."""
    found = {"raw text": raw(labelled), "offline": await written(labelled, None, 0.0)}
    if with_llm:
        settings = read(environment(), ())
        if not settings.llms:
            raise SystemExit("--llm needs BRIDGE_LLM_BASE_URL")
        async with language_models(settings, Health(), Bus()) as (writers, _):
            found["LLM"] = await written(labelled, writers.ask, settings.llm_timeout)
    return found


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.eval", description=__doc__.split("\n")[0])
    parser.add_argument("sets", nargs="*", type=Path, help="folders or .jsonl files of labels")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--markdown", type=Path, help="write the report there")
    parser.add_argument("--misses", action="store_true", help="list what is wrong, scene by scene")
    parser.add_argument("--llm", action="store_true", help="ask the LLM of the settings as well")
    return parser.parse_args()


def main() -> None:
    """Print the report."""
    asked = _parsed()
    report: dict[str, dict[str, Figures]] = {}
    for path in asked.sets or sorted(GOLDEN.iterdir()):
        labelled = load(path)
        columns = asyncio.run(evaluated(labelled, with_llm=asked.llm))
        report[labelled.name] = {name: figures(samples) for name, samples in columns.items()}
        report[labelled.name]["offline"] |= of_chats(labelled.chats)
        for sample in columns["offline"] if asked.misses else ():
            for line in misses(sample):
                print(f"{labelled.name} {sample.label['id']}: {line}")
    text = markdown(report)
    print(text)
    if asked.markdown:
        asked.markdown.write_text(text, encoding="utf-8")
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
