"""How ComfyUI looks at a graph before it takes it: execution.py's checks, in their words."""

from collections.abc import Container, Iterator, Mapping
from typing import Any

from emulator.clouds.comfyui.nodes import CHOICES, NODES, Kind

Graph = Mapping[str, Any]
Error = dict[str, Any]


class Invalid(Exception):
    """The whole answer with status 400."""

    def __init__(self, error: Error, node_errors: Mapping[str, Any] | None = None) -> None:
        super().__init__(error["message"])
        self.body = {"error": error, "node_errors": dict(node_errors or {})}


def error(kind: str, message: str, details: str = "", **extra: Any) -> Error:
    """One error as ComfyUI shapes them."""
    return {"type": kind, "message": message, "details": details, "extra_info": extra}


def check(graph: Graph, files: Mapping[str, list[str]], uploads: Container[str]) -> None:
    """Invalid unless every node is known and what the outputs need is right."""
    for number, node in graph.items():
        name = node.get("class_type") if isinstance(node, dict) else None
        if name not in NODES:
            said = (
                f"Node '{name or f'ID #{number}'}' not found. The custom node may not be installed."
            )
            where = {"node_id": number, "class_type": name, "node_title": name}
            raise Invalid(error("missing_node_type", said, f"Node ID '#{number}'", **where))
    ends = [number for number, node in graph.items() if NODES[node["class_type"]].is_output]
    if not ends:
        raise Invalid(error("prompt_no_outputs", "Prompt has no outputs"))
    wrong: dict[str, Any] = {}
    for number in needed(graph, ends):
        found = list(of_node(graph, number, files, uploads))
        if found:
            kind = graph[number]["class_type"]
            wrong[number] = {"errors": found, "dependent_outputs": ends, "class_type": kind}
    if wrong:
        said = "Prompt outputs failed validation"
        raise Invalid(error("prompt_outputs_failed_validation", said), wrong)


def needed(graph: Graph, ends: list[str]) -> Iterator[str]:
    """Every node that an output hangs on, once; links into nothing are skipped."""
    seen: set[str] = set()
    open_ends = list(ends)
    while open_ends:
        number = open_ends.pop()
        if number in seen or number not in graph:
            continue
        seen.add(number)
        yield number
        inputs = graph[number]["inputs"].values()
        open_ends += [value[0] for value in inputs if isinstance(value, list) and value]


def of_node(
    graph: Graph, number: str, files: Mapping[str, list[str]], uploads: Container[str]
) -> Iterator[Error]:
    """What is wrong with one node's inputs; inputs that it does not have are let pass."""
    spec, inputs = NODES[graph[number]["class_type"]], graph[number]["inputs"]
    for name in spec.required:
        if name not in inputs:
            said = "Required input is missing"
            yield error("required_input_missing", said, name, input_name=name)
    for name, kind in {**spec.required, **spec.optional}.items():
        if name not in inputs:
            continue
        value = inputs[name]
        if isinstance(value, list):
            yield from of_link(graph, name, kind, value)
        elif kind == "input":
            if value not in uploads:
                said = "Custom validation failed for node"
                details = f"{name} - Invalid image file: {value}"
                yield error("custom_validation_failed", said, details, input_name=name)
        else:
            yield from of_value(name, kind, value, {**CHOICES, **files})


def of_link(graph: Graph, name: str, kind: Kind, link: list[Any]) -> Iterator[Error]:
    """[node, slot], where the slot gives what is wanted."""
    if len(link) != 2:
        said = "Bad linked input, must be a length-2 list of [node_id, slot_index]"
        yield error("bad_linked_input", said, name, input_name=name, received_value=link)
        return
    if link[0] not in graph:
        yield error("exception_during_inner_validation", "Exception when validating inner node",
                    repr(link[0]), input_name=name)  # fmt: skip
        return
    outputs = NODES[graph[link[0]]["class_type"]].outputs
    received = outputs[link[1]] if link[1] < len(outputs) else "nothing"
    wanted = kind if isinstance(kind, str) else kind[0]
    if received != wanted:
        details = f"{name}, received_type({received}) mismatch input_type({wanted})"
        said = "Return type mismatch between linked nodes"
        yield error("return_type_mismatch", said, details, input_name=name)


def of_value(name: str, kind: Kind, value: Any, lists: Mapping[str, list[str]]) -> Iterator[Error]:
    """A number within its limits, a text, or one of a list."""
    about = {"input_name": name, "received_value": value}
    if isinstance(kind, tuple):
        try:
            number = int(value) if kind[0] == "INT" else float(value)
        except (TypeError, ValueError) as wrong:
            said = f"Failed to convert an input value to a {kind[0]} value"
            yield error("invalid_input_type", said, f"{name}, {value}, {wrong}", **about)
            return
        if number < kind[1]:
            said = f"Value {number} smaller than min of {kind[1]}"
            yield error("value_smaller_than_min", said, name, **about)
        if number > kind[2]:
            said = f"Value {number} bigger than max of {kind[2]}"
            yield error("value_bigger_than_max", said, name, **about)
    elif kind.islower() and value not in lists[kind]:
        known = lists[kind]
        shown = f"(list of length {len(known)})" if len(known) > 20 else str(known)
        details = f"{name}: {value!r} not in {shown}"
        yield error("value_not_in_list", "Value not in list", details, **about)
    elif kind.isupper() and kind != "STRING":
        yield error("invalid_input_type", f"{kind} cannot be written down", name, **about)
