"""The FLUX.1 custom faces worker: one LoRA from a Hugging Face repository, credentials in `input`.

Source: the sheet of its fields. Inferred: that a bucket without credentials is refused, and that a
field that is not known is.
"""

from typing import Any

from emulator.cloud import fields
from emulator.clouds.runpod.workers import Input, Plan, PoliteError, prompt_of
from emulator.pictures import Recipe

FACES_FIELDS = fields(
    "prompt negative_prompt width height num_inference_steps guidance_scale num_images seed",
    "custom_lora_repo custom_lora_weight_name hf_token aws_access_key_id aws_secret_access_key",
    "aws_region s3_bucket s3_prefix",
)
RANGES = {
    "width": (256, 2048), "height": (256, 2048), "num_inference_steps": (1, 100),
    "guidance_scale": (0, 20), "num_images": (1, 4),
}  # fmt: skip
URI = "data:image/png;base64,"


def faces(asked: Input) -> Plan:
    """`images` as data URIs, `seed`, `image_url` (the first of them) and `s3_urls` for a bucket."""
    if unknown := sorted(asked.keys() - FACES_FIELDS):
        raise PoliteError(f"Unexpected input. {unknown[0]} is not a valid input option.")
    for name, (low, high) in RANGES.items():
        if name in asked and not low <= asked[name] <= high:
            raise PoliteError(f"{name} must be between {low} and {high}")
    keys = ("aws_access_key_id", "aws_secret_access_key")
    if asked.get("s3_bucket") and not all(asked.get(key) for key in keys):
        raise PoliteError("S3 upload needs aws_access_key_id and aws_secret_access_key")
    seed = int(asked.get("seed", 1234))
    file = asked.get("custom_lora_weight_name", "lora.safetensors")
    repo = asked.get("custom_lora_repo")
    recipes = tuple(
        Recipe(
            cloud="runpod", model="faces", prompt=prompt_of(asked), seed=seed + number,
            negative=asked.get("negative_prompt", ""), width=asked.get("width", 1024),
            height=asked.get("height", 1024), steps=asked.get("num_inference_steps", 28),
            guidance=asked.get("guidance_scale", 3.5),
            loras=((f"{repo}/{file}", 1.0),) if repo else (),
        )
        for number in range(asked.get("num_images", 1))
    )  # fmt: skip

    def shape(places: list[str]) -> dict[str, Any]:
        images = [URI + place for place in places]
        made = {"images": images, "seed": seed, "num_images": len(images), "image_url": images[0]}
        if bucket := asked.get("s3_bucket"):
            home = f"https://{bucket}.s3.example/{asked.get('s3_prefix', '')}"
            made["s3_urls"] = [f"{home}{number}.png" for number in range(len(images))]
        return made

    return Plan(recipes, "png", "images", many=True, inline=True, shape=shape)
