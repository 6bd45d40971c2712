"""The golden scenes, with the people that a perfect LoRA matcher would find in them."""

import json
import re
from pathlib import Path
from typing import Any, Final

from bridge.scene import Scene
from bridge.summarizer.clean import cleaned
from bridge.summarizer.dialects import DIALECTS, render
from bridge.summarizer.offline import write_offline
from bridge.summarizer.people import Known
from bridge.summarizer.tidy import tidy
from bridge.summarizer.words import read

DEV: Final = Path(__file__).parents[1] / "golden" / "dev"
LORAS: Final = json.loads((DEV / "master_lora_dict.json").read_text("utf-8"))["loras"]
SCENES: Final[list[dict[str, Any]]] = [
    json.loads(line) for line in (DEV / "scenes.jsonl").read_text("utf-8").splitlines()
]


def people_in(scene: dict[str, Any]) -> list[Known]:
    found = (LORAS[each] for each in scene["expected_loras"])
    return [
        Known(one["name"], one.get("look_text", ""), (*one["keywords"], *one.get("aliases", ())))
        for one in found
        if one["category"] == "character"
    ]


def scene_of(scene: dict[str, Any]) -> Scene:
    tidied, people = tidy(scene["text"]), people_in(scene)
    return cleaned(write_offline(tidied, people), tidied, people)


def prompts_of(scene: Scene) -> dict[str, str]:
    return {family: render(family, scene, {}).positive for family in DIALECTS}


def headcount(scene: Scene) -> int:
    """Persons in a scene; a subject that is a group says its number first."""
    numbers: dict[str, int] = read("english")["numbers"]
    firsts = (one.look.split(" ")[0] for one in scene.subjects if one.kind == "person")
    return sum(numbers.get(first, 1) for first in firsts)


_LITTLE: Final = re.compile(
    r"(?:an?|the|of|on|in|at|to|and|with|his|her|its|by|from|for|into|out|up|down|off|over|under"
    r"|is|are|was|no|one|it|all|as)",
    re.IGNORECASE,
)


def content(text: str) -> set[str]:
    """Content words, their commonest endings cut off."""
    return {_stem(word) for word in re.findall(r"[\w'’-]+", text) if not _LITTLE.fullmatch(word)}


def _stem(word: str) -> str:
    word = word.lower().replace("’", "'").removesuffix("'s")
    for ending in ("ingly", "ing", "ed", "es", "s", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def kept(scene: dict[str, Any], prompt: str) -> float:
    """Mean share of each fact's content words (names aside) that stand in a prompt."""
    words = content(prompt)
    names = content(" ".join(scene["characters"]))
    shares = []
    for fact in scene["facts"]:
        wanted = content(fact) - names
        shares.append(len(wanted & words) / max(1, len(wanted)))
    return sum(shares) / len(shares)
