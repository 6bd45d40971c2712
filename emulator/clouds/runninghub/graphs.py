"""The graphs that people have published, and what each makes of its nodes.

Sources: the sheet of the workflows in use (ids, nodes, which hide their picture). Inferred: that
sizes off the grid fail in the node, the factor of klein's upscale and what "2K" is (twice the
picture), that a node left out keeps what was saved with it: here a LoRA of its author.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from emulator.clouds.runninghub.carrier import shown
from emulator.jobs import WorkFailed
from emulator.pictures import Recipe, read
from emulator.reach import lost

FLUX = {"4.text": "prompt", "6.width": "width", "6.height": "height", "70.value": "seed",
        "80.value": "lora", "81.value": "weight"}  # fmt: skip
Z_IMAGE = {"81.value": "width", "82.value": "height", "83.value": "seed", "89.value": "lora",
           "99.value": "prompt", "98.text": "style"}  # fmt: skip
KLEIN = {"132.value": "lora", "98.value": "width", "99.value": "height", "6.text": "prompt"}
KLEIN_UP = {"447.value": "lora", "205.width": "width", "205.height": "height",
            "396.text": "prompt"}  # fmt: skip
AUTHORS = "https://loras.example/saved-with-the-graph.safetensors"


@dataclass(frozen=True, slots=True)
class Graph:
    """One published graph: what it calls its inputs, by `node.field`."""

    name: str
    nodes: Mapping[str, str]
    step: int = 16
    factor: int = 1
    """The picture is so many times as large as asked for."""
    needs: str = ""
    hides: bool = False
    """Its picture comes inside a carrier, where the emulator is told so."""
    wants_carrier: bool = False
    saved: Mapping[str, str] = field(default_factory=dict)
    """What its author left in the nodes."""


APPS: Mapping[str, Graph] = {
    "2021692093294452738": Graph(
        "flux1-dev", FLUX, 32, saved={"lora": AUTHORS, "weight": "0.9"}
    ),
    "1982245789865000962": Graph(
        "flux1-dev-tt", FLUX, 32, hides=True, saved={"lora": AUTHORS, "weight": "0.9"}
    ),
    "2027454454034862082": Graph("z-image", Z_IMAGE, factor=2),
    "2036237857823662082": Graph("flux2-klein", KLEIN, needs="lora", hides=True),
    "2029780093899378690": Graph("flux2-klein-up", KLEIN_UP, factor=2, needs="lora", hides=True),
    "2022348592370950145": Graph("upscale", {"112.value": "image"}, factor=2, needs="image"),
    "2022423075609907202": Graph(
        "upscale-tt", {"456.value": "image"}, factor=2, needs="image", wants_carrier=True
    ),
}  # fmt: skip
WORKFLOWS: Mapping[str, Graph] = {
    "1904136902449209346": Graph("own-flux1", FLUX, 32, saved={"lora": AUTHORS, "weight": "0.9"})
}


def fails(graph: Graph, name: str, kind: str, said: str) -> WorkFailed:
    """A node of the graph raised; the cloud tells which."""
    node = next((at for at, known in graph.nodes.items() if known == name), "9.images")
    return WorkFailed(
        {
            "exception_type": kind,
            "node_name": f"{graph.name}-{name}",
            "node_id": node.partition(".")[0],
            "exception_message": said,
            "traceback": ["  File execution.py, line 1\n", f"{kind}: {said}\n"],
            "current_inputs": {"text": "the whole prompt stands here"},
        }
    )


def planned(graph: Graph, asked: Mapping[str, str], drawn: int, image: bytes | None) -> Recipe:
    """The picture that the nodes ask for; WorkFailed names the node that stops."""
    given = {graph.nodes[at]: value for at, value in asked.items()}
    values = {**graph.saved, **given}
    if graph.needs and not values.get(graph.needs):
        raise fails(graph, graph.needs, "ValueError", f"{graph.needs} is empty")
    if graph.needs == "image":
        return enlarged(graph, image)
    width, height = side(graph, values, "width"), side(graph, values, "height")
    style = values.get("style", '""')
    if not (len(style) > 1 and style[0] == style[-1] == '"'):
        raise fails(graph, "style", "SyntaxError", "the style stands in double quotes")
    return Recipe(
        cloud="runninghub",
        model=graph.name,
        prompt=values.get("prompt", "a landscape of the graph's author"),
        negative=style.strip('"'),
        width=width * graph.factor,
        height=height * graph.factor,
        seed=int(values.get("seed", drawn)),
        loras=loras(graph, values),
    )


def side(graph: Graph, values: Mapping[str, str], name: str) -> int:
    """Pixels on the graph's grid."""
    text = values.get(name, "1024")
    if not text.isdecimal() or int(text) % graph.step or not 256 <= int(text) <= 2048:
        raise fails(graph, name, "ValueError", f"{name} {text} is not on the grid")
    return int(text)


def loras(graph: Graph, values: Mapping[str, str]) -> tuple[tuple[str, float], ...]:
    """The LoRA at its weight; none at weight 0."""
    address, weight = values.get("lora", ""), float(values.get("weight", "1"))
    if lost(address):
        raise fails(graph, "lora", "RuntimeError", f"LoRA download failed: 404 for {address}")
    return ((address, weight),) if address and weight else ()


def enlarged(graph: Graph, image: bytes | None) -> Recipe:
    """The input picture, larger; it must lie at the cloud, or be a carrier where one is wanted."""
    if image is None:
        raise fails(graph, "image", "RuntimeError", "the picture's address cannot be read")
    picture = shown(image) if graph.wants_carrier else image
    if picture is None:
        raise fails(graph, "image", "ValueError", "no picture is hidden in the input")
    try:
        width, height = Image.open(BytesIO(picture)).size
    except UnidentifiedImageError:
        raise fails(graph, "image", "ValueError", "cannot identify image file") from None
    try:
        prompt = str(read(picture)["prompt"])
    except KeyError:
        prompt = "a picture made larger"
    size = width * graph.factor, height * graph.factor
    return Recipe("runninghub", graph.name, prompt, *size, seed=0, init=picture)
