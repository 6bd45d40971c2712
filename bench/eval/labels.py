"""Labelled sets: scenes and chats of a folder or file, with the dictionary beside them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

Label = Mapping[str, Any]
"""One line of a set; its keys are told in docs/how-to/eval.md."""
_DICTIONARY: Final = "master_lora_dict.json"
_CHATS: Final = "chats"


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Scenes and chats with one LoRA dictionary."""

    name: str
    dictionary: Path
    scenes: tuple[Label, ...]
    chats: tuple[Label, ...]


def load(path: Path) -> LabelledSet:
    """All `*.jsonl` of a folder, or one such file; lines with `events` are chats."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    folder = path if path.is_dir() else path.parent
    lines = [
        json.loads(line)
        for file in files
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    name = path.name if path.is_dir() else f"{folder.name}/{path.stem}"
    return LabelledSet(
        name,
        folder / _DICTIONARY,
        tuple(line for line in lines if "events" not in line),
        tuple(line for line in lines if "events" in line),
    )


def permanent(labelled: LabelledSet) -> frozenset[str]:
    """The LoRAs that every picture gets."""
    config = json.loads(labelled.dictionary.read_text(encoding="utf-8"))["config"]
    return frozenset(config["permanent_loras"])
