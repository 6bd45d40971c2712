"""Hires fix at the door: read from a txt2img, told in its infotext."""

from collections.abc import Mapping

from bridge.api.a1111.schema import HABITUAL_GUIDANCE, HABITUAL_STEPS, Asked
from bridge.api.rooms import Routes
from bridge.api.terms import SIDES, upscaler_named, within_sides
from bridge.domain import Hires, Made, Note

_FORGES_GUIDANCE = 1.0
"""`hr_cfg` as Forge has it when nobody touches it."""
_OWN = (
    "hr_prompt", "hr_negative_prompt", "hr_checkpoint_name", "hr_sampler_name", "hr_scheduler",
)  # fmt: skip
_SAME = ("Use same sampler", "Use same scheduler", "Use same checkpoint")
_MOST = SIDES[1] / SIDES[0]
"""Times larger: beyond it every side is at its limit."""


def wanted(
    asked: Asked, hr_cfg: float | None, width: int, height: int, routes: Routes
) -> Hires | None:
    """The second pass over a picture of `width` x `height`; None when none is asked for."""
    if not asked.get("enable_hr"):
        return None
    strength, steps = asked["denoising_strength"], asked["hr_second_pass_steps"]
    target = _target(asked, width, height)
    return Hires(
        *target,
        strength=None if strength is None else min(1.0, max(0.0, strength)),
        guidance=None if hr_cfg in (HABITUAL_GUIDANCE, _FORGES_GUIDANCE) else hr_cfg,
        steps=None if steps <= 0 or steps in HABITUAL_STEPS else steps,
        upscaler=upscaler_named(routes, asked["hr_upscaler"] or "") or "",
    )


def _target(asked: Asked, width: int, height: int) -> tuple[int, int]:
    """`hr_resize_x` and `_y`, of which one alone keeps the aspect; without them `hr_scale`."""
    across, down = asked["hr_resize_x"], asked["hr_resize_y"]
    if across > 0 and down > 0:
        return within_sides(across, down)
    scale = asked["hr_scale"]
    if across > 0 or down > 0:
        scale = across / width if across > 0 else down / height
    scale = min(max(scale, 1 / _MOST), SIDES[1] / max(width, height))
    return within_sides(width * scale, height * scale)


def left_out(asked: Asked) -> tuple[Note, ...]:
    """What no cloud's second pass takes: prompts, a model, a sampler."""
    if not asked.get("enable_hr"):
        return ()
    said = [name for name in _OWN if asked[name] not in (None, "", *_SAME)]
    return (Note("hires", f"not used in a second pass: {', '.join(said)}"),) if said else ()


def pairs(made: Made, hires: Hires | None) -> Mapping[str, object]:
    """What an infotext says of it; `Size` is the first pass's, as in A1111."""
    ready, second = made.ready, made.ready.hires
    larger = (made.picture.width, made.picture.height) != (ready.width, ready.height)
    if hires is None or not (second or larger):
        return {}
    return {
        "Size": f"{ready.width}x{ready.height}",
        "Denoising strength": second.strength if second else None,
        "Hires upscale": round(made.picture.width / ready.width, 2),
        "Hires steps": second.steps if second else None,
        "Hires upscaler": second.upscaler or made.provider if second else "Lanczos",
    }
