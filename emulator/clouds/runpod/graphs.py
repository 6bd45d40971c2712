"""worker-comfyui 5.8: a graph in, its pictures out, as base64.

Sources: its handler and README (texts of its errors, shape of its output). Of ComfyUI's own
validation it acts out what a wrong graph meets first: an unknown class, a link to nowhere, a
missing text.
"""

from typing import Any

from emulator.clouds.runpod.workers import Input, Plan, PoliteError
from emulator.pictures import Recipe

COMFYUI_FIELDS = frozenset({"workflow", "images", "comfy_org_api_key"})
CLASSES = {
    "CheckpointLoaderSimple", "CLIPTextEncode", "FluxGuidance", "EmptySD3LatentImage", "KSampler",
    "VAEDecode", "SaveImage", "LoadImage", "LoraLoader",
}  # fmt: skip
Graph = dict[str, dict[str, Any]]


def comfyui(asked: Input) -> Plan:
    """`images` as objects with filename, type and base64; nothing without a SaveImage node."""
    graph = asked.get("workflow")
    if not isinstance(graph, dict) or not graph:
        raise PoliteError("Missing 'workflow' parameter")
    images = asked.get("images", [])
    if not all(isinstance(i, dict) and {"name", "image"} <= i.keys() for i in images):
        raise PoliteError("'images' must be a list of objects with 'name' and 'image' keys")
    check(graph)
    sampler = the(graph, "KSampler")
    guided = at(graph, sampler["positive"])
    words = at(graph, guided["conditioning"]) if "conditioning" in guided else guided
    canvas = at(graph, sampler["latent_image"])
    recipe = Recipe(
        cloud="runpod", model="comfyui", prompt=words["text"], seed=sampler["seed"],
        width=canvas["width"], height=canvas["height"], steps=sampler["steps"],
        guidance=guided.get("guidance"),
    )  # fmt: skip

    def shape(places: list[str]) -> dict[str, Any]:
        if not any(node["class_type"] == "SaveImage" for node in graph.values()):
            return {"status": "success_no_images", "images": []}
        image = {"filename": "bridge_00001_.png", "type": "base64", "data": places[0]}
        return {"images": [image]}

    return Plan((recipe,), "png", "images", many=True, inline=True, shape=shape)


def check(graph: Graph) -> None:
    """The worker's text for a graph that ComfyUI does not take."""
    for name, node in graph.items():
        if node.get("class_type") not in CLASSES:
            raise PoliteError(f"Workflow validation failed: invalid class_type in node {name}")
        for field, value in node.get("inputs", {}).items():
            if isinstance(value, list) and str(value[0]) not in graph:
                raise PoliteError(f"Workflow validation failed: node {name} (errors): {field}")


def the(graph: Graph, kind: str) -> dict[str, Any]:
    """The inputs of the graph's node of that class."""
    found: list[dict[str, Any]] = [n["inputs"] for n in graph.values() if n["class_type"] == kind]
    if not found:
        raise PoliteError(f"Workflow validation failed: no {kind}")
    return found[0]


def at(graph: Graph, link: list[Any]) -> dict[str, Any]:
    """The inputs of the node that a link leads to."""
    inputs: dict[str, Any] = graph[link[0]]["inputs"]
    return inputs
