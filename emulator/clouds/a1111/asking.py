"""What an A1111 server makes of a request: its checks, its defaults, its LoRA tags.

Sources: modules/api of A1111 1.10 and Forge. What is unknown is ignored, as there. Pydantic 2's
words for a wrong type, as Forge has them.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

from PIL import Image, UnidentifiedImageError

from emulator.pictures import Recipe

Asked = Mapping[str, Any]
TAG = re.compile(r"<(\w+):([^>]+)>")
WHOLE = (
    "width", "height", "steps", "seed", "batch_size", "n_iter", "hr_resize_x", "hr_resize_y",
    "hr_second_pass_steps", "resize_mode", "inpainting_fill", "mask_blur",
)  # fmt: skip
NUMBERS = ("cfg_scale", "denoising_strength", "distilled_cfg_scale", "hr_scale", "hr_cfg")
LISTS = ("init_images", "styles", "hr_additional_modules")
SWITCHES = ("enable_hr", "send_images", "save_images", "inpaint_full_res")
MIXED = ("Latent", "Latent (nearest)", "None", "Lanczos", "Nearest")


class Failed(Exception):
    """Status, class of the error and its words."""

    def __init__(self, status: int, kind: str, text: str) -> None:
        super().__init__(text)
        self.status, self.kind, self.text = status, kind, text


def complaints(asked: Asked) -> list[dict[str, Any]]:
    """Fields of a wrong type; null is always right."""
    found: list[dict[str, Any]] = []
    kinds = {
        **dict.fromkeys(WHOLE, ("int_parsing", "Input should be a valid integer", _is_whole)),
        **dict.fromkeys(NUMBERS, ("float_parsing", "Input should be a valid number", _is_number)),
        **dict.fromkeys(LISTS, ("list_type", "Input should be a valid list", _is_list)),
        **dict.fromkeys(SWITCHES, ("bool_type", "Input should be a valid boolean", _is_switch)),
        **dict.fromkeys(
            ("prompt", "negative_prompt", "mask", "force_task_id", "sampler_name"),
            ("string_type", "Input should be a valid string", _is_text),
        ),
    }
    for name, (kind, said, good) in kinds.items():
        if asked.get(name) is not None and not good(asked[name]):
            found.append({"type": kind, "loc": ["body", name], "msg": said, "input": asked[name]})
    return found


def _is_whole(value: Any) -> bool:
    return (isinstance(value, int | float) and value == int(value)) or str(value).isdecimal()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_switch(value: Any) -> bool:
    return isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def recipe(asked: Asked, checkpoint: str, loras: Iterable[str], *, from_image: bool) -> Recipe:
    """What would be painted; Failed with what A1111 raises."""
    prompt = str(asked.get("prompt") or "")
    width, height = _side(asked, "width"), _side(asked, "height")
    init = mask = None
    if from_image:
        if not asked.get("init_images"):
            raise Failed(404, "HTTPException", "Init image not found")
        init = picture(asked["init_images"][0])
        mask = picture(asked["mask"]) if asked.get("mask") else None
    elif asked.get("enable_hr"):
        if asked.get("hr_upscaler", "Latent") not in MIXED:
            said = f"could not find upscaler named {asked['hr_upscaler']}"
            raise Failed(500, "Exception", said)
        width, height = _target(asked, width, height)
    guidance = asked.get("distilled_cfg_scale") or asked.get("cfg_scale") or 7.0
    return Recipe(
        cloud="a1111",
        model=checkpoint,
        prompt=TAG.sub("", prompt).strip(),
        width=width,
        height=height,
        seed=int(asked.get("seed") or 0),
        negative=str(asked.get("negative_prompt") or ""),
        loras=tuple(used(prompt, set(loras))),
        steps=int(asked.get("steps") or 50),
        guidance=float(guidance),
        strength=asked.get("denoising_strength"),
        init=init,
        mask=mask,
    )


def used(prompt: str, known: set[str]) -> Iterable[tuple[str, float]]:
    """The LoRAs of the tags; one that is not there is left out, and only a log would say so."""
    for kind, args in TAG.findall(prompt):
        name, _, weight = args.partition(":")
        if kind in ("lora", "lyco") and name in known:
            yield name, float(weight.partition(":")[0] or 1.0)


def picture(text: str) -> bytes:
    """The bytes of a base64 picture, with or without data: before it."""
    try:
        raw = base64.b64decode(text.partition("base64,")[2] or text, validate=True)
        Image.open(BytesIO(raw)).verify()
    except (binascii.Error, ValueError, UnidentifiedImageError):
        raise Failed(500, "HTTPException", "Invalid encoded image") from None
    return raw


def _side(asked: Asked, name: str) -> int:
    return int(asked.get(name) or 512) // 8 * 8


def _target(asked: Asked, width: int, height: int) -> tuple[int, int]:
    wide, high = int(asked.get("hr_resize_x") or 0), int(asked.get("hr_resize_y") or 0)
    if wide or high:
        return wide or width * high // height, high or height * wide // width
    scale = float(asked.get("hr_scale") or 2.0)
    return int(width * scale), int(height * scale)
