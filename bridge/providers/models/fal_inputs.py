"""fal's models take the same things on paths of their own: which path, and which fields."""

from collections.abc import Mapping

from bridge.domain import Family, Ready
from bridge.engine.calls import DataUri
from bridge.pictures.sniff import sniff

PATHS: Mapping[Family, Mapping[str, str]] = {
    "flux1": {"start": "/image-to-image", "mask": "/inpainting", "mask_field": "mask_url"},
    "flux2-dev": {"references": "/edit"},
    "flux2-klein": {"references": "/edit", "loras": "/lora"},
    "z-image": {"start": "/image-to-image", "mask": "/inpaint", "mask_field": "mask_image_url",
                "loras": "/lora"},
    "ideogram4": {"start": "/image-to-image", "mask": "/inpaint", "mask_field": "mask_url",
                  "loras": "/lora"},
}  # fmt: skip
"""What is added to a model's id for what the job has, and what its mask is called."""
ALWAYS: Mapping[Family, Mapping[str, object]] = {"ideogram4": {"expansion_model": "None"}}
"""Ideogram 4 would rewrite our prompt, for a fee."""
FACTORS: Mapping[str, str] = {
    "clarityai/crystal-upscaler": "scale_factor",
    "fal-ai/seedvr/upscale/image": "upscale_factor",
}
"""Upscalers by id, and what each calls the factor."""


def inputs(job: Ready, *, checked: bool) -> tuple[str, dict[str, object]]:
    """The whole id and the input; only what the job has is in it."""
    path, asked = _enlarging(job) if job.model in FACTORS else _making(job, checked)
    whole = {**job.options, **asked, "output_format": "png"}
    return path, {name: value for name, value in whole.items() if value is not None}


def _enlarging(job: Ready) -> tuple[str, dict[str, object]]:
    given = job.init_image or b""
    was = sniff(given)
    factor = max(job.width / was.width, job.height / was.height, 1.0)
    return job.model, {"image_url": DataUri(given), FACTORS[job.model]: factor}


def _making(job: Ready, checked: bool) -> tuple[str, dict[str, object]]:
    paths = PATHS[job.family]
    path = job.model
    path += paths["mask"] if job.mask else paths["start"] if job.init_image else ""
    path += paths["references"] if job.references else ""
    path += paths.get("loras", "") if job.loras else ""
    return path, {
        "prompt": job.prompt, "negative_prompt": job.negative or None,
        "image_size": {"width": job.width, "height": job.height},
        "num_inference_steps": job.steps, "guidance_scale": job.guidance, "seed": job.seed,
        "loras": [{"path": use.url, "scale": use.weight} for use in job.loras] or None,
        "image_url": job.init_image and DataUri(job.init_image), "strength": job.strength,
        paths.get("mask_field", ""): job.mask and DataUri(job.mask),
        "image_urls": [DataUri(raw) for raw in job.references] or None,
        "enable_safety_checker": checked, **ALWAYS.get(job.family, {}),
    }  # fmt: skip
