"""The GPU workers behind RunPod endpoints: what each makes of `input`.

Sources: `zimage-serverless` and `flux.2-klein-base-9b-serverless`. The first reads its input by
name: an unknown field is ignored, and the ledger entry lists it under `facts.ignored`; the second
refuses it, as RunPod's validator does. Sizes that are no multiple of 16, and LoRAs that
cannot be fetched fail the job (inferred for Z-Image).
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.cloud import fields
from emulator.pictures import Recipe
from emulator.reach import lost
from emulator.world import World

Input = dict[str, Any]

Z_IMAGE_FIELDS = fields(
    "prompt negative_prompt width height steps guidance_scale seed shift max_sequence_length",
    "use_beta_sigmas cfg_normalization cfg_truncation vae_tiling loras lora_url lora_scale",
    "upscale_model upscale_enabled upscale_factor second_pass_enabled second_pass_upscale",
    "second_pass_strength second_pass_steps second_pass_guidance_scale second_pass_seed",
    "second_pass_cfg_normalization second_pass_cfg_truncation second_pass_max_sequence_length",
    "second_pass_vae_tiling second_pass_vae_slicing",
)
KLEIN_FIELDS = fields(
    "prompt preset width height num_inference_steps guidance_scale shift seed num_images",
    "max_sequence_length output_format return_type loras lora_scale_mode enable_2nd_pass",
    "second_pass_strength second_pass_steps second_pass_guidance_scale enable_upscale",
    "upscale_factor upscale_blend",
)
PRESETS: Mapping[str, tuple[int, int]] = {
    "realistic_character": (1024, 1024),
    "portrait_hd": (1024, 1536),
    "cinematic_full": (1536, 1024),
    "fast_preview": (1024, 1024),
    "maximum_quality": (1024, 1024),
    "character_portrait_best": (1024, 1024),
    "character_portrait_vertical": (896, 1152),
    "character_cinematic": (1344, 896),
    "manga_style": (1024, 1024),
}
"""The sizes of those that the sheet gives none for are inferred."""


class PoliteError(Exception):
    """The worker returns `{"error": …}` itself."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A kind of worker. `plan` reads the input; ValueError is a crash, PoliteError is not."""

    fields: frozenset[str]
    plan: Callable[[Input], "Plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Pictures to draw and how to hand them over."""

    recipes: tuple[Recipe, ...]
    kind: str
    key: str
    """The name in `output`."""
    many: bool
    inline: bool = False
    metadata: Mapping[str, Any] | None = None
    shape: Callable[[list[str]], dict[str, Any]] | None = None
    """The output, given the pictures as URLs or base64, where `key` alone does not say it."""

    async def output(self, world: World, origin: str) -> dict[str, Any]:
        """The worker's `output`."""
        places = []
        for recipe in self.recipes:
            raw = await world.draw(recipe, self.kind)
            inline = base64.b64encode(raw).decode() if self.inline else ""
            places.append(inline or world.keep("runpod", raw, self.kind, origin))
        if self.shape:
            return self.shape(places)
        made: dict[str, Any] = {self.key: places if self.many else places[0]}
        return made if self.metadata is None else {**made, "metadata": dict(self.metadata)}


def z_image(asked: Input) -> Plan:
    """`image_url` of a PNG, larger than asked for unless both enlargements are switched off."""
    loras = lora_list(asked.get("loras", []), ("url",), 0.85)
    if asked.get("lora_url"):
        loras += ((str(asked["lora_url"]), float(asked.get("lora_scale", 0.85))),)
    factor, strength = 1.0, None
    if asked.get("second_pass_enabled", True):
        factor = float(asked.get("second_pass_upscale", 1.25))
        strength = second_pass(asked, 0.42)
    elif asked.get("upscale_enabled", True):
        factor = float(asked.get("upscale_factor", 1.5))
    width, height = sides(asked, 1024, 1024)
    recipe = Recipe(
        cloud="runpod",
        model="zimage",
        prompt=prompt_of(asked),
        negative=asked.get("negative_prompt", "photographic default"),
        width=round(width * factor),
        height=round(height * factor),
        seed=int(asked.get("seed", 42)),
        steps=asked.get("steps"),
        guidance=asked.get("guidance_scale"),
        strength=strength,
        loras=checked_loras(loras),
    )
    return Plan((recipe,), "png", "image_url", many=False)


def klein(asked: Input) -> Plan:
    """`image_urls` or, as base64, `images`, with `metadata`."""
    if unknown := sorted(asked.keys() - KLEIN_FIELDS):
        raise PoliteError(f"Unexpected input. {unknown[0]} is not a valid input option.")
    preset = asked.get("preset", "realistic_character")
    if preset not in PRESETS:
        raise PoliteError(f"Unknown preset: {preset}")
    width, height = sides(asked, *PRESETS[preset])
    if asked.get("enable_upscale", False):
        factor = float(asked.get("upscale_factor", 2.0))
        width, height = round(width * factor), round(height * factor)
    names = [lora.get("adapter_name") for lora in asked.get("loras", [])]
    given = [name for name in names if name is not None]
    if len(set(given)) < len(given):
        raise PoliteError("adapter_name must be unique")
    seed = int(asked.get("seed", -1))
    first = seed if seed >= 0 else 1234
    recipes = tuple(
        Recipe(
            cloud="runpod",
            model="klein",
            prompt=prompt_of(asked),
            width=width,
            height=height,
            seed=first + number,
            steps=asked.get("num_inference_steps", 8),
            guidance=asked.get("guidance_scale", 1.0),
            strength=second_pass(asked, 0.2) if asked.get("enable_2nd_pass", False) else None,
            loras=checked_loras(lora_list(asked.get("loras", []), ("path", "url"), 1.0)),
        )
        for number in range(int(asked.get("num_images", 1)))
    )
    inline = asked.get("return_type", "s3") == "base64"
    facts = {"seed": first, "preset": preset, "width": width, "height": height}
    kind = asked.get("output_format", "jpeg")
    if kind not in {"jpeg", "png"}:
        raise PoliteError(f"Unknown output_format: {kind}")
    return Plan(recipes, kind, "images" if inline else "image_urls", True, inline, facts)


def prompt_of(asked: Input) -> str:
    """The prompt; both workers complain politely when there is none."""
    prompt = asked.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise PoliteError("prompt is required")
    return prompt


def sides(asked: Input, width: int, height: int) -> tuple[int, int]:
    """Width and height; the pipelines want multiples of 16."""
    found = int(asked.get("width", width)), int(asked.get("height", height))
    for name, side in zip(("width", "height"), found, strict=True):
        if side % 16 or not 256 <= side <= 2048:
            raise ValueError(f"{name} must be divisible by 16 (got {side})")
    return found


def second_pass(asked: Input, usual: float) -> float:
    """The strength of a second pass whose numbers make sense; ValueError (inferred) if not."""
    strength = float(asked.get("second_pass_strength", usual))
    steps, guidance = asked.get("second_pass_steps", 4), asked.get("second_pass_guidance_scale", 1)
    if not 0 <= strength <= 1 or int(steps) < 1 or float(guidance) < 0:
        raise ValueError("a second pass has a strength of 0 to 1 and at least one step")
    return strength


def lora_list(
    loras: list[dict[str, Any]], names: tuple[str, ...], scale: float
) -> tuple[tuple[str, float], ...]:
    """(address, scale) pairs; KeyError for a LoRA without an address."""
    found = []
    for lora in loras:
        address = next((lora[name] for name in names if name in lora), None)
        if address is None:
            raise KeyError(names[0])
        found.append((str(address), float(lora.get("scale", scale))))
    return tuple(found)


def checked_loras(loras: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
    """The same, if all can be fetched."""
    for address, _ in loras:
        if lost(address):
            raise PoliteError(f"Failed to load LoRA {address}")
    return loras


WORKERS: Mapping[str, Worker] = {
    "zimage": Worker(Z_IMAGE_FIELDS, z_image),
    "klein": Worker(KLEIN_FIELDS, klein),
}
