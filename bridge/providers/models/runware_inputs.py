"""What Runware's tasks take: a picture's fields by family, and an uploaded LoRA's."""

from collections.abc import Mapping
from hashlib import blake2b

from bridge.domain import Family, Ready
from bridge.engine.calls import DataUri
from bridge.engine.contract import Asset

ALWAYS = {"numberResults": 1, "outputType": "URL", "outputFormat": "PNG", "includeCost": True,
          "deliveryMethod": "async"}  # fmt: skip
NESTED: frozenset[Family] = frozenset({"flux2-dev", "flux2-klein", "z-image"})
"""Families whose schemas have pictures in `inputs`; the older have them beside the rest."""
BASES: Mapping[Family, tuple[str, str]] = {
    "flux1": ("runware:101@1", "flux1d"),
    "flux2-klein": ("runware:400@2", "flux2-klein-9b"),
    "z-image": ("runware:z-image@turbo", "z-image-turbo"),
}
"""The model that a family's LoRAs are for, and its architecture where the cloud does not tell it;
the last two are inferred."""


def inference(job: Ready, hook: str = "") -> dict[str, object]:
    """The fields of an imageInference, of which `hook` is told; None where there is nothing."""
    pictures = {
        "seedImage": job.init_image and DataUri(job.init_image),
        "maskImage": job.mask and DataUri(job.mask),
        "referenceImages": [DataUri(raw) for raw in job.references],
    }
    given = {name: picture for name, picture in pictures.items() if picture}
    return {
        **job.options, "model": job.model,
        "positivePrompt": job.prompt, "negativePrompt": job.negative or None,
        "width": job.width, "height": job.height, "steps": job.steps, "CFGScale": job.guidance,
        "seed": job.seed, "strength": job.strength,
        "lora": [{"model": use.handle, "weight": use.weight} for use in job.loras] or None,
        "webhookURL": hook or None,
        **({"inputs": given or None} if job.family in NESTED else given), **ALWAYS,
    }  # fmt: skip


def model_upload(asset: Asset, source: str, architecture: str) -> dict[str, object]:
    """The fields of a modelUpload; the same file gets the same id under the account's `source`."""
    digest = blake2b(asset.url.encode(), digest_size=16).hexdigest()
    return {
        "category": "lora", "architecture": architecture, "format": "safetensors",
        "air": f"{source}:{int(digest[:12], 16)}@1", "uniqueIdentifier": digest, "version": "1",
        "name": asset.name, "downloadURL": asset.url, "private": True,
    }  # fmt: skip
