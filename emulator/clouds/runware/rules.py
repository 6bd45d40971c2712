"""What Runware takes in an imageInference, model by model, and how it says that it does not.

Sources: runware.ai/docs (imageInference, models), the SDKs' types. Codes of the form
`invalidWidth` and `missingModel` follow the pattern of those seen (`invalidPositivePrompt`,
`missingPositivePrompt`); the exact word for each parameter is inferred.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any
from uuid import UUID

from emulator.cloud import fields


class Wrong(Exception):
    """One element of `errors`."""

    def __init__(
        self, code: str, message: str, parameter: str = "", status: int = 400, **more: Any
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.element: dict[str, Any] = {"code": code, "message": message, **more}
        if parameter:
            self.element["parameter"] = parameter


@dataclass(frozen=True, slots=True)
class Model:
    """A catalogue entry. `price` is micro-dollars for 1024 × 1024; `lora` begins the names of the
    LoRA architectures that fit."""

    name: str
    step: int
    price: int
    lora: tuple[str, ...]
    takes: frozenset[str]
    references: int = 0


I2I = frozenset({"seedImage", "strength"})
INPAINT = I2I | {"maskImage", "maskMargin", "outpaint"}
REFERENCES = frozenset({"referenceImages"})
FLUX1 = ("flux1", "fluxkontext")
FLUX2 = ("flux2", "flux_2", "flux-2", "klein")
Z_IMAGE = ("z-image", "z_image", "zimage")

MODELS: Mapping[str, Model] = {
    "runware:100@1": Model("FLUX.1 schnell", 64, 600, FLUX1, I2I),
    "runware:101@1": Model("FLUX.1 dev", 64, 3800, FLUX1, INPAINT),
    "runware:102@1": Model("FLUX.1 fill dev", 64, 3800, FLUX1, INPAINT),
    "runware:106@1": Model("FLUX.1 kontext dev", 64, 4200, FLUX1, REFERENCES, 2),
    "runware:400@1": Model("FLUX.2 dev", 16, 9000, FLUX2, REFERENCES, 4),
    "runware:400@2": Model("FLUX.2 klein 9B", 16, 800, FLUX2, REFERENCES, 4),
    "runware:400@3": Model("FLUX.2 klein 9B base", 16, 4160, FLUX2, REFERENCES, 4),
    "runware:400@4": Model("FLUX.2 klein 4B", 16, 600, FLUX2, REFERENCES, 4),
    "runware:400@5": Model("FLUX.2 klein 4B base", 16, 1900, FLUX2, REFERENCES, 4),
    "runware:400@6": Model("FLUX.2 klein 9B KV", 16, 800, FLUX2, REFERENCES, 4),
    "runware:z-image@turbo": Model("Z-Image turbo", 16, 1300, Z_IMAGE, INPAINT),
    "runware:z-image@0": Model("Z-Image base", 16, 4500, Z_IMAGE, INPAINT),
}
"""Prices of klein and Z-Image are listed ones; those of FLUX.1 and FLUX.2 dev are inferred, as is
that Z-Image takes `maskImage` (its schema lists maskMargin and outpaint)."""

ALWAYS = fields(
    "taskType taskUUID model positivePrompt negativePrompt width height steps CFGScale scheduler",
    "seed numberResults lora outputType outputFormat outputQuality includeCost checkNSFW safety",
    "deliveryMethod webhookURL uploadEndpoint ttl acceleration inputs",
)
NESTED = {
    "seedImage": "seedImage",
    "image": "seedImage",
    "mask": "maskImage",
    "referenceImages": "referenceImages",
}
"""`inputs` in the newer schemas, by what it is called in the older."""
NEEDED = ("model", "positivePrompt", "width", "height")
AIR = re.compile(r"[\w.-]+:[\w.-]+@[\w.-]+")

Check = Callable[[Any], bool]


def between(low: float, high: float, kinds: type | UnionType = int) -> Check:
    """A number of one of `kinds` within limits; JSON's true is no number."""

    def check(value: Any) -> bool:
        number = isinstance(value, kinds) and not isinstance(value, bool)
        return number and bool(low <= value <= high)

    return check


def one_of(*values: str) -> Check:
    """One of some words."""
    return lambda value: value in values


REAL = int | float
CHECKS: Mapping[str, Check] = {
    "positivePrompt": lambda text: isinstance(text, str) and 2 <= len(text) <= 3000,
    "negativePrompt": lambda text: isinstance(text, str) and 2 <= len(text) <= 3000,
    "steps": between(1, 100),
    "CFGScale": between(0, 50, REAL),
    "seed": between(1, 2**63 - 1),
    "numberResults": between(1, 20),
    "strength": between(0, 1, REAL),
    "maskMargin": between(32, 128),
    "outputQuality": between(20, 99),
    "ttl": between(60, 2**31),
    "scheduler": lambda name: isinstance(name, str) and bool(name),
    "acceleration": one_of("none", "low", "medium", "high"),
    "outputType": one_of("URL", "base64Data", "dataURI"),
    "outputFormat": one_of("JPG", "PNG", "WEBP"),
    "deliveryMethod": one_of("sync", "async"),
    "includeCost": lambda value: isinstance(value, bool),
    "checkNSFW": lambda value: isinstance(value, bool),
}


def checked(task: Mapping[str, Any], most_loras: int) -> tuple[Model, dict[str, Any]]:
    """The model and the task with `inputs` flattened; raises Wrong."""
    for name in NEEDED:
        if name not in task:
            raise Wrong(f"missing{capital(name)}", f"'{name}' is required.", name)
    model = MODELS.get(str(task["model"]))
    if model is None:
        raise Wrong("modelNotFound", f"Model {task['model']} was not found.", "model", 404)
    flat = flattened(task)
    check_names(flat, model)
    check_size(flat, model)
    for name, check in CHECKS.items():
        if name in flat and not check(flat[name]):
            raise Wrong(f"invalid{capital(name)}", f"'{name}' is out of range.", name)
    check_images(flat, model)
    check_loras(flat.get("lora", []), most_loras)
    return model, flat


def check_task_id(task: Mapping[str, Any]) -> None:
    """taskUUID has to be there and to be a version 4 UUID."""
    given = task.get("taskUUID")
    try:
        good = isinstance(given, str) and UUID(given).version == 4
    except ValueError:
        good = False
    if not good:
        raise Wrong("invalidTaskUUID", "'taskUUID' must be a UUID v4.", "taskUUID")


def flattened(task: Mapping[str, Any]) -> dict[str, Any]:
    """The task with what stands in `inputs` under its older names."""
    inputs = task.get("inputs", {})
    if not isinstance(inputs, dict):
        raise Wrong("invalidInputs", "'inputs' must be an object.", "inputs")
    for name in inputs:
        if name not in NESTED:
            raise Wrong("unsupportedParameter", f"'inputs.{name}' is not supported.", name)
    nested = {NESTED[name]: value for name, value in inputs.items()}
    return {**task, **nested}


def check_names(task: Mapping[str, Any], model: Model) -> None:
    """Nothing is ignored: a field that the model does not know is an error."""
    for name in task:
        if name not in ALWAYS | model.takes:
            raise Wrong(
                "unsupportedParameter",
                f"The parameter '{name}' is not supported by {model.name}.",
                name,
                documentation="https://runware.ai/docs/image-inference/api-reference",
            )


def check_size(task: Mapping[str, Any], model: Model) -> None:
    """128–2048, in steps of 64 or 16."""
    good = between(128, 2048)
    for name in ("width", "height"):
        if not good(task[name]) or task[name] % model.step:
            said = f"'{name}' must be a multiple of {model.step} between 128 and 2048."
            raise Wrong(f"invalid{capital(name)}", said, name, type="integer")


def check_images(task: Mapping[str, Any], model: Model) -> None:
    """What needs what, and how many."""
    for name in ("strength", "maskImage", "outpaint"):
        if name in task and "seedImage" not in task:
            raise Wrong("missingSeedImage", f"'{name}' needs 'seedImage'.", "seedImage")
    references = task.get("referenceImages", [])
    if not isinstance(references, list) or len(references) > model.references:
        said = f"'referenceImages' takes up to {model.references} images."
        raise Wrong("invalidReferenceImages", said, "referenceImages")


def check_loras(loras: Any, most: int) -> None:
    """[{model: AIR, weight −4…4}], at most `most`. The limit is not documented."""
    if not isinstance(loras, list):
        raise Wrong("invalidLora", "'lora' must be an array.", "lora")
    if len(loras) > most:
        raise Wrong("maxLoraModelsExceeded", f"At most {most} LoRAs are supported.", "lora")
    weight = between(-4, 4, REAL)
    for lora in loras:
        known = isinstance(lora, dict) and lora.keys() <= {"model", "weight"}
        if not known or not AIR.fullmatch(str(lora.get("model"))):
            raise Wrong("invalidLora", "A LoRA is {model: AIR, weight}.", "lora")
        if not weight(lora.get("weight", 1)):
            raise Wrong("invalidLoraWeight", "'weight' must be between -4 and 4.", "lora")


def price(model: Model, task: Mapping[str, Any]) -> int:
    """Micro-dollars for one picture, by area."""
    pixels: int = task["width"] * task["height"]
    return round(model.price * pixels / 1024**2)


def capital(name: str) -> str:
    """`width` → `Width`."""
    return name[0].upper() + name[1:]
