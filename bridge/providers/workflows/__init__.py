"""What differs only by address and fields is data: a JSON file for each worker or workflow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import msgspec

from bridge.domain import Ready
from bridge.engine.card import Model


@dataclass(frozen=True, slots=True)
class LoraFields:
    """How a workflow is told its LoRAs: a list `field` of objects with `url` and `weight` keys."""

    field: str
    url: str
    weight: str


@dataclass(frozen=True, slots=True)
class HiresFields:
    """What a worker calls the fields of a second pass; without a name a field is not sent."""

    scale: str
    """How many times larger the picture becomes, a number."""
    strength: str = ""
    guidance: str = ""
    steps: str = ""
    always: Mapping[str, object] = field(default_factory=dict)
    """What switches it on."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """One worker: what it makes, and what it calls our fields."""

    model: Model
    fields: Mapping[str, str]
    """Name in `Ready` → name in the worker's input."""
    always: Mapping[str, object] = field(default_factory=dict)
    """Sent as it is."""
    loras: LoraFields | None = None
    hires: HiresFields | None = None
    about: str = ""

    def second_pass(self, job: Ready) -> Mapping[str, object]:
        """The fields that ask for `job.hires`; empty when there is none."""
        if self.hires is None or job.hires is None:
            return {}
        names, wanted = self.hires, job.hires
        scale = max(wanted.width / job.width, wanted.height / job.height)
        asked = {
            names.scale: round(scale, 4), names.strength: wanted.strength,
            names.guidance: wanted.guidance, names.steps: wanted.steps,
        }  # fmt: skip
        sent = {name: value for name, value in asked.items() if name and value is not None}
        return {**names.always, **sent}


@cache
def workflows(cloud: str) -> Mapping[str, Workflow]:
    """The files in `<cloud>/`, by their model's id; a wrong field or type is named."""
    folder = Path(__file__).with_name(cloud)
    found = (
        msgspec.json.decode(path.read_bytes(), type=Workflow)
        for path in sorted(folder.glob("*.json"))
    )
    return {workflow.model.id: workflow for workflow in found}
