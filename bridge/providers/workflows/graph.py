"""ComfyUI workflows as data: a graph in API format with places for what a job asks for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from bridge.engine.card import Model
from bridge.errors import BadRequest

PLACES = ("file", "prompt", "negative", "width", "height", "seed", "steps", "guidance", "strength")
PICTURES = ("init_image", "mask")
Values = Mapping[str, object]
Sent = dict[str, dict[str, Any]]
"""A graph as ComfyUI takes it."""


@dataclass(frozen=True, slots=True)
class Node:
    """`"$name"` among the inputs stands for a value, `["4", 0]` for output 0 of node 4."""

    inputs: Mapping[str, object]
    class_type: str = ""
    """Empty: the graph has this node, and only these inputs of it change."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Nodes that are put in once for each LoRA or reference, one group behind the other."""

    after: Mapping[str, tuple[str, int]]
    """Name of a place → the output it stands for in the first group, e.g. `model`: ["1", 0]."""
    nodes: Mapping[str, Node]
    ends: Mapping[str, tuple[str, int]]
    """Name of a place → the group's output that takes over from there."""


@dataclass(frozen=True, slots=True)
class Graph:
    """One workflow; `start` and `mask` change the nodes when the job has a picture, a mask."""

    model: Model
    nodes: Mapping[str, Node]
    usual: Values = field(default_factory=dict)
    """What stands in a place for which the job has no value."""
    start: Mapping[str, Node] = field(default_factory=dict)
    mask: Mapping[str, Node] = field(default_factory=dict)
    loras: Chain | None = None
    references: Chain | None = None
    about: str = ""

    def filled(
        self,
        values: Values,
        loras: Iterable[Values],
        references: Iterable[Values],
        files: Mapping[str, str],
    ) -> Sent:
        """The graph to send; a place without any value is a KeyError.

        `files`: a file's name here → its name on the server.
        """
        values = {**self.usual, **{k: v for k, v in values.items() if v is not None}}
        sent: Sent = {}
        for nodes in (
            self.nodes,
            self.start if "init_image" in values else {},
            self.mask if "mask" in values else {},
        ):
            for name, node in nodes.items():
                old = sent.get(name, {"class_type": node.class_type, "inputs": {}})
                named = {k: files.get(str(v), v) for k, v in node.inputs.items()}
                inputs = {k: _value(v, values) for k, v in named.items()}
                sent[name] = {**old, "inputs": {**old["inputs"], **inputs}}
        for chain, items in ((self.loras, loras), (self.references, references)):
            if chain:
                _put_in(sent, chain, items)
        return sent


def _put_in(sent: Sent, chain: Chain, items: Iterable[Values]) -> None:
    heads = {name: list(output) for name, output in chain.after.items()}
    added: Sent = {}
    for number, values in enumerate(items, 1):
        names = {name: f"{name}-{number}" for name in chain.nodes}
        places = {**values, **heads}
        for name, node in chain.nodes.items():
            inputs = {k: _renamed(_value(v, places), names) for k, v in node.inputs.items()}
            added[names[name]] = {"class_type": node.class_type, "inputs": inputs}
        heads = {name: [names[node], slot] for name, (node, slot) in chain.ends.items()}
    moved = {output: heads[name] for name, output in chain.after.items() if name in chain.ends}
    for inputs in [node["inputs"] for node in sent.values()]:
        for key, value in inputs.items():
            if isinstance(value, list):
                inputs[key] = moved.get((value[0], value[1]), value)
    sent.update(added)


def _value(value: object, values: Values) -> object:
    return values[value[1:]] if isinstance(value, str) and value.startswith("$") else value


def _renamed(value: object, names: Mapping[str, str]) -> object:
    """A link inside a group, to this group's own node."""
    return [names.get(value[0], value[0]), value[1]] if isinstance(value, list) else value


@cache
def graphs(cloud: str) -> Mapping[str, Graph]:
    """The files in `<cloud>/`, by their model's id."""
    return _read(Path(__file__).with_name(cloud))


@cache
def own_graphs(folder: str) -> Mapping[str, Graph]:
    """The operator's own files; BadRequest says which is wrong and why."""
    if not Path(folder).is_dir():
        raise BadRequest(f"{folder}: no such folder of workflows")
    return _read(Path(folder))


def _read(folder: Path) -> Mapping[str, Graph]:
    found: dict[str, Graph] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            graph = msgspec.json.decode(path.read_bytes(), type=Graph)
            for value in (1, None):
                values = {**dict.fromkeys(PLACES, 1), **dict.fromkeys(PICTURES, value)}
                graph.filled(values, [{"name": "", "weight": 1}], [{"name": ""}], {})
        except msgspec.MsgspecError as error:
            raise BadRequest(f"{path}: {error}") from None
        except KeyError as error:
            raise BadRequest(f"{path}: nothing is known of the place ${error.args[0]}") from None
        found[graph.model.id] = graph
    return found
