"""What differs only by address and fields is data: a JSON file for each worker or workflow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import msgspec

from bridge.engine.card import Model


@dataclass(frozen=True, slots=True)
class LoraFields:
    """How a workflow is told its LoRAs: a list `field` of objects with `url` and `weight` keys."""

    field: str
    url: str
    weight: str


@dataclass(frozen=True, slots=True)
class Workflow:
    """One worker: what it makes, and what it calls our fields."""

    model: Model
    fields: Mapping[str, str]
    """Name in `Ready` → name in the worker's input."""
    always: Mapping[str, object] = field(default_factory=dict)
    """Sent as it is."""
    loras: LoraFields | None = None
    about: str = ""


@cache
def workflows(cloud: str) -> Mapping[str, Workflow]:
    """The files in `<cloud>/`, by their model's id; a wrong field or type is named."""
    folder = Path(__file__).with_name(cloud)
    found = (
        msgspec.json.decode(path.read_bytes(), type=Workflow)
        for path in sorted(folder.glob("*.json"))
    )
    return {workflow.model.id: workflow for workflow in found}
