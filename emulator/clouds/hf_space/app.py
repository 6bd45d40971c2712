"""The app in the Space: what `/run_lora` takes, and what it makes of it.

The signature is that of the Spaces that people use so; what a slider says out of its range, and
that any other exception has no text, was seen at gradio 6.31. Inferred: the words of a refusal
and of a LoRA that cannot be had.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emulator.jobs import WorkFailed
from emulator.pictures import Recipe
from emulator.reach import lost

API = "run_lora"
PARAMETERS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("run_lora.json").read_text(encoding="utf-8")
)
EXAMPLES = {
    "url": "",
    "repo": '[{"repo": "owner/name", "weights": "a.safetensors", "adapter_name": "a"}]',
}
"""What stands in the LoRA field by the setting `loras`: how the Space wants them named."""
KINDS = {"Textbox": ("string", str), "Slider": ("number", float), "Checkbox": ("boolean", bool)}
QUOTA = "You have exceeded your GPU quota (60s requested vs. 12s left). Try again in 3:21:09"
TEXTS = {
    "moderation": ("Error", "NSFW content was found in the prompt"),
    "quota": ("ZeroGPU quota exceeded", QUOTA),
    "gpu": ("ZeroGPU client error", "No GPU was available"),
    "aborted": ("ZeroGPU worker error", "GPU task aborted"),
    "duration": (
        "ZeroGPU illegal duration",
        "The requested GPU duration (300s) is larger than the maximum allowed",
    ),
}
"""Title and text by the fault that strikes the job."""
MISFORTUNES = frozenset(TEXTS) | {"failed", "unsaid"}


def failed(text: str | None, title: str = "Error") -> WorkFailed:
    """`gr.Error`; without a text any other exception, which a Space does not tell."""
    return WorkFailed({"error": text, "title": title} if text else {"error": None})


def act_out(kind: str) -> None:
    """The misfortunes of an event that was accepted."""
    if kind in TEXTS:
        title, text = TEXTS[kind]
        raise failed(text, title)
    if kind == "failed":
        raise failed(None)


def info(loras: str) -> dict[str, Any]:
    """The body of `/info`."""
    parameters = [
        {
            "label": one["name"],
            "parameter_name": one["name"],
            "parameter_has_default": "default" in one,
            "parameter_default": usual(one, loras),
            "type": {"type": KINDS[one["component"]][0]},
            "python_type": {"type": KINDS[one["component"]][1].__name__, "description": ""},
            "component": one["component"],
            "example_input": None,
        }
        for one in PARAMETERS
    ]
    returns = [
        {"label": name, "type": {}, "python_type": {"type": "str", "description": ""},
         "component": kind}
        for name, kind in (("picture", "Image"), ("result", "Textbox"))
    ]  # fmt: skip
    named = {f"/{API}": {"parameters": parameters, "returns": returns, "show_api": True}}
    return {"named_endpoints": named, "unnamed_endpoints": {}}


def usual(one: Mapping[str, Any], loras: str) -> Any:
    """A parameter's default."""
    example = EXAMPLES[loras] if one["name"] == "lora_strings_json" else ""
    return example or one.get("default")


def config(root: str) -> dict[str, Any]:
    """As much of the body of `/config` as a client reads."""
    kinds = [*(one["component"].lower() for one in PARAMETERS), "image", "textbox"]
    ids, split = list(range(1, len(kinds) + 1)), len(PARAMETERS)
    components = [
        {"id": number, "type": kind, "props": {"name": kind}, "skip_api": False}
        for number, kind in zip(ids, kinds, strict=True)
    ]
    run = {
        "id": 0,
        "targets": [[99, "click"]],
        "inputs": ids[:split],
        "outputs": ids[split:],
        "backend_fn": True,
        "queue": True,
        "api_name": API,
        "api_visibility": "public",
        "types": {"generator": False, "cancel": False},
        "connection": "sse",
    }
    return {
        "version": "6.31.0",
        "api_prefix": "/gradio_api",
        "protocol": "sse_v3",
        "connect_heartbeat": False,
        "enable_queue": True,
        "show_error": False,
        "root": root,
        "components": components,
        "dependencies": [run],
    }


def recipe(values: list[Any], loras: str, uploads: Mapping[str, bytes]) -> Recipe:
    """What the picture is to show; raises what the app says of wrong values."""
    if len(values) < len(PARAMETERS):
        raise failed(None)
    asked = {one["name"]: value for one, value in zip(PARAMETERS, values, strict=False)}
    for one in PARAMETERS:
        check(one, asked[one["name"]])
    start = uploads.get(asked["image_url"].partition("/file=")[2])
    if asked["image_url"] and start is None:
        raise failed(None)
    return Recipe(
        cloud="hf_space",
        model=API,
        prompt=asked["prompt"],
        width=int(asked["width"]),
        height=int(asked["height"]),
        seed=1234 if asked["randomize_seed"] else int(asked["seed"]),
        steps=int(asked["steps"]),
        guidance=asked["cfg_scale"],
        loras=lora_list(asked["lora_strings_json"], loras),
        init=start,
        strength=asked["image_strength"] if start else None,
    )


def check(one: Mapping[str, Any], value: Any) -> None:
    """The type that the component wants; a slider knows its range too."""
    kind = KINDS[one["component"]][1]
    right = isinstance(value, bool) == (kind is bool)
    if not right or not isinstance(value, int | float if kind is float else kind):
        raise failed(None)
    if "high" in one and value > one["high"]:
        raise failed(f"Value {value} is greater than maximum value {one['high']}.")
    if "low" in one and value < one["low"]:
        raise failed(f"Value {value} is less than minimum value {one['low']}.")


def lora_list(text: str, shape: str) -> tuple[tuple[str, float], ...]:
    """(address, weight) pairs; what has another shape is a crash."""
    try:
        found = [
            (one["url"], one["weight"])
            if shape == "url"
            else (f"{one['repo']}/{one['weights']}", one["adapter_weight"])
            for one in json.loads(text or "[]")
        ]
    except (ValueError, KeyError, TypeError):
        raise failed(None) from None
    for address, _ in found:
        if lost(address):
            raise failed(f"Failed to load LoRA {address}")
    return tuple(found)
