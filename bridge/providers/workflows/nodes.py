"""ComfyUI graphs that a cloud keeps: which node takes which of our fields, one JSON file each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from bridge.domain import Ready
from bridge.engine.card import Model


@dataclass(frozen=True, slots=True)
class LoraNodes:
    """One place for a LoRA; without `weight` the graph's own weight stands."""

    url: str
    weight: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """One graph. Places in it are written `node.field`; every value is sent as a text."""

    model: Model
    """Its id is the graph's, unless the account has one of its own."""
    kind: Literal["app", "workflow"]
    """Published for all, or kept in the account."""
    nodes: Mapping[str, str]
    """Name in `Ready`, or of an option of the model → place."""
    loras: tuple[LoraNodes, ...] = ()
    always: Mapping[str, str] = field(default_factory=dict)
    """Place → value, where the job has none: what is left out keeps what was saved there."""
    quoted: tuple[str, ...] = ()
    """Names whose values stand in double quotes."""
    pictures: Literal["url", "name"] = "url"
    """Whether a node takes a picture by its address or by the uploaded file's name."""
    factor: int = 1
    """The graph enlarges its picture so many times; we ask for one so much smaller."""
    returns: str = ""
    """The node whose picture is wanted, where there are several."""
    about: str = ""

    def filled(self, job: Ready, picture: str = "") -> list[dict[str, str]]:
        """The nodes for `job`; `picture` is what the cloud calls the uploaded init image."""
        values = {**self.always, **dict(self._values(job, picture))}
        return [
            {"nodeId": node, "fieldName": name, "fieldValue": value}
            for place, value in values.items()
            for node, _, name in [place.partition(".")]
        ]

    def _values(self, job: Ready, picture: str) -> Iterator[tuple[str, str]]:
        asked = {**job.options, "prompt": job.prompt, "negative": job.negative, "seed": job.seed}
        asked |= {"steps": job.steps, "guidance": job.guidance, "strength": job.strength}
        asked |= {"width": job.width // self.factor, "height": job.height // self.factor}
        asked["init_image"] = picture or None
        for name, place in self.nodes.items():
            if (value := asked.get(name)) is not None:
                yield place, f'"{value}"' if name in self.quoted else str(value)
        for use, places in zip(job.loras, self.loras, strict=False):
            yield places.url, use.url
            if places.weight:
                yield places.weight, f"{use.weight:g}"


@cache
def graphs(cloud: str) -> Mapping[str, Graph]:
    """The files in `<cloud>/`, by their model's id; a wrong field or type is named."""
    paths = sorted(Path(__file__).with_name(cloud).glob("*.json"), key=lambda path: path.stem)
    found = (msgspec.json.decode(path.read_bytes(), type=Graph) for path in paths)
    return {graph.model.id: graph for graph in found}
