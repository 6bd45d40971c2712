"""The Playground v2.5 worker: `create` with a score, `production` with Real-ESRGAN behind it.

Source: the sheet of its fields. Inferred: what it says of a size that is no multiple of 8, and that
`upscale_factor` 1 leaves the picture as it is.
"""

from typing import Any

from emulator.cloud import fields
from emulator.clouds.runpod.workers import Input, Plan, PoliteError, prompt_of
from emulator.pictures import Recipe

PLAYGROUND_FIELDS = fields(
    "route prompt negative_prompt width height seed steps cfg_scale filename",
    "upscale_factor use_tiled_upscale tile_size",
)
USUAL = {"create": (1152, 768, 25), "production": (1024, 680, 50)}


def playground(asked: Input) -> Plan:
    """`image` as base64 of a JPEG, with `route`, `metadata` and, of `create`, `aesthetic_score`."""
    route = asked.get("route")
    if route not in USUAL:
        raise PoliteError(f"Invalid route: {route}")
    wide, high, usual = USUAL[route]
    width, height = asked.get("width", wide), asked.get("height", high)
    if width % 8 or height % 8:
        raise ValueError(f"width and height must be divisible by 8 (got {width}x{height})")
    factor = float(asked.get("upscale_factor", 4.0)) if route == "production" else 1.0
    seed = int(asked.get("seed", -1))
    facts: dict[str, Any] = {
        "prompt": prompt_of(asked), "negative_prompt": asked.get("negative_prompt", ""),
        "width": width, "height": height, "seed": seed if seed >= 0 else 1234,
        "steps": asked.get("steps", usual), "cfg_scale": asked.get("cfg_scale", 7.0),
        "filename": asked.get("filename", ""),
    }  # fmt: skip
    recipe = Recipe(
        cloud="runpod", model="playground", prompt=facts["prompt"], seed=facts["seed"],
        negative=facts["negative_prompt"], width=round(width * factor),
        height=round(height * factor), steps=facts["steps"], guidance=facts["cfg_scale"],
    )  # fmt: skip

    def shape(places: list[str]) -> dict[str, Any]:
        if route == "create":
            facts["model"] = "playground-v2.5-1024px-aesthetic"
            return {"route": route, "image": places[0], "aesthetic_score": 7.45, "metadata": facts}
        more = {
            "base_width": width, "base_height": height, "final_width": recipe.width,
            "final_height": recipe.height, "upscale_factor": factor,
            "upscaler": "Real-ESRGAN 4x",
        }  # fmt: skip
        return {"route": route, "image": places[0], "metadata": {**facts, **more}}

    return Plan((recipe,), "jpeg", "image", many=False, inline=True, shape=shape)
