"""Writes the answer to txt2img and img2img; base64 is joined into it and never parsed."""

from collections.abc import Sequence
from time import strftime

import orjson
from starlette.responses import Response

from bridge.api.a1111.jobs import Order
from bridge.api.a1111.lists import FIXED
from bridge.api.a1111.recipe import recipe, title
from bridge.api.a1111.schema import Asked
from bridge.api.a1111.wishes import without_wishes
from bridge.api.pieces import Pieces
from bridge.api.rooms import DoorSettings
from bridge.api.trace import Trace, traced
from bridge.domain import Made
from bridge.errors import BridgeError
from bridge.pictures.text import Bytes, base64_bare, base64_parts

_COPIED = (
    "batch_size",
    "denoising_strength",
    "seed_resize_from_h",
    "seed_resize_from_w",
    "subseed_strength",
)
"""Fields of the request that stand in `info` as they are."""


def answered(
    order: Order, outcomes: Sequence[Made | BridgeError], settings: DoorSettings
) -> Response:
    """The pictures that were made, with status 200, even if there are none: see `Generate`."""
    asked, trace = order.asked, traced(order.jobs, outcomes)
    made = [each for outcome in outcomes if isinstance(outcome, Made) for each in outcome.each()]
    texts = [recipe(one, settings, order.jobs[0].hires) for one in made]
    parts: list[Bytes] = [b'{"images":[']
    for place, (one, text) in enumerate(zip(made, texts, strict=True)):
        if asked["send_images"]:
            said = base64_parts(one.picture, text) if settings.infotext != "none" else None
            parts += [b',"' if place else b'"', *(said or [base64_bare(one.picture)]), b'"']
    info = orjson.dumps(_info(order, made, texts, trace, settings.version))
    parts += [
        b'],"parameters":',
        orjson.dumps(_parameters(asked)),
        b',"info":',
        orjson.dumps(info.decode()),
        b"}",
    ]
    return Pieces(parts, trace.headers(), "application/json", made)


def _parameters(asked: Asked) -> dict[str, object]:
    """All fields of the request, without the pictures that it sent unless it wants them back."""
    shown = without_wishes(asked)
    for name in ("init_images", "mask"):
        if name in shown and not asked["include_init_images"]:
            shown[name] = None
    return shown


def sampler(asked: Asked) -> str:
    """As A1111 decides it."""
    return str(asked["sampler_name"] or asked["sampler_index"])


def _own(used: float | None, asked: float) -> float:
    return asked if used is None else used


def _info(
    order: Order, made: Sequence[Made], texts: Sequence[str], trace: Trace, version: str
) -> dict[str, object]:
    """Every key that A1111 1.10.1 has in `info`; without a picture, of what was asked.

    Clients read numbers there: what the model has no knob for stands as it was asked for.
    """
    asked, job = order.asked, order.jobs[0]
    first = made[0] if made else None
    subseed = max(0, asked["subseed"])
    return {
        **FIXED["info"],
        **{name: asked[name] for name in _COPIED},
        "prompt": first.ready.prompt if first else job.text,
        "all_prompts": [one.ready.prompt for one in made],
        "negative_prompt": first.ready.negative if first else job.negative,
        "all_negative_prompts": [one.ready.negative for one in made],
        "seed": first.seed if first else job.seed,
        "all_seeds": [one.seed for one in made],
        "subseed": subseed,
        "all_subseeds": list(range(subseed, subseed + len(made))),
        "width": first.picture.width if first else job.width,
        "height": first.picture.height if first else job.height,
        "sampler_name": sampler(asked),
        "cfg_scale": _own(first.ready.guidance if first else None, asked["cfg_scale"]),
        "steps": _own(first.ready.steps if first else None, asked["steps"]),
        "restore_faces": bool(asked["restore_faces"]),
        "sd_model_name": title(first) if first else job.route,
        "extra_generation_params": trace.facts(),
        "infotexts": texts,
        "styles": asked["styles"] or [],
        "job_timestamp": strftime("%Y%m%d%H%M%S"),
        "version": version or None,
    }
