"""What a picture's file says of how it was made: what was really used, and nothing else."""

from bridge.api.a1111 import hires, infotext
from bridge.api.rooms import DoorSettings
from bridge.api.trace import dollars
from bridge.domain import Hires, Made


def recipe(made: Made, settings: DoorSettings, second: Hires | None = None) -> str:
    """The infotext as far as it is told; `second` is the hires pass that was asked for.

    Never nothing, for LibreChat fails on an empty text. What a model has no knob for is left out;
    nobody is sent a sampler. Size, Model and Provider are always there: A1111 takes a last line
    with fewer than three pairs for prompt.
    """
    ready, picture = made.ready, made.picture
    if settings.infotext != "full":
        return infotext.written(ready.prompt, "", {})
    pairs = {
        "Steps": ready.steps,
        "CFG scale": ready.guidance,
        "Seed": None if ready.seed is None else made.seed,
        "Size": f"{picture.width}x{picture.height}",
        "Model": title(made),
        "Denoising strength": ready.strength,
        **hires.pairs(made, second),
        "Loras": ", ".join([f"{use.id}: {use.weight:g}" for use in ready.loras]),
        "Options": ", ".join([f"{name}: {value}" for name, value in ready.options.items()]),
        "Provider": made.provider,
        "Cost": None if made.cost is None else f"${dollars(made.cost)}",
        "Version": settings.version,
    }
    return infotext.written(ready.prompt, ready.negative, pairs)


def title(made: Made) -> str:
    """The route that made it, as it stands in sd-models."""
    return f"{made.provider}/{made.model}"
