"""The last step to the size that hires fix asks for: at the upscaler that it names, and here."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bridge.domain import Hires, Job, Made, Note
from bridge.errors import BadRequest, BridgeError, Garbled
from bridge.pictures.upscale import to_size


async def at_upscaler(made: Made, job: Job, make: Callable[[Job], Awaitable[Made]]) -> Made:
    """`made` with the picture that the upscaler of `job` makes of it; `make` asks the clouds.

    The first picture is paid and in the gallery: where the second comes to nothing it is handed on,
    with a note.
    """
    hires, picture = job.hires, made.picture
    if hires is None or not hires.upscaler:
        return made
    if picture.width >= hires.width and picture.height >= hires.height:
        return made
    size = Hires(hires.width, hires.height)
    second = Job(
        job.id, "", job.seed, width=size.width, height=size.height, init_image=bytes(picture.raw),
        rating=job.rating, shows=job.shows, prompt_mode="never", route=hires.upscaler,
        caller=job.caller, hires=size, decode=job.decode,
    )  # fmt: skip
    try:
        larger = await make(second)
    except BridgeError as error:
        text = f"{hires.upscaler} did not enlarge the picture, the bridge does: {error.text}"
        return replace(made, notes=(*made.notes, Note("hires", text)))
    costs = [one.cost for one in (made, larger) if one.cost is not None]
    return replace(
        made,
        picture=larger.picture,
        ready=replace(made.ready, hires=replace(size, upscaler=hires.upscaler)),
        cost=sum(costs) if costs else None,
        seconds=made.seconds + larger.seconds,
        attempts=(*made.attempts, *larger.attempts),
        notes=(*made.notes, *larger.notes),
        facts={**made.facts, **larger.facts},
        ref=larger.ref,
    )


async def to_target(made: Made, hires: Hires | None) -> Made:
    """`made` as large as it was asked for; the gallery keeps the cloud's own picture."""
    picture = made.picture
    if hires is None or (picture.width, picture.height) == (hires.width, hires.height):
        return made
    notes = made.notes
    if picture.width < made.ready.width:
        text = f"{made.model} made {picture.width}x{picture.height}: the bridge enlarged that"
        notes = (*notes, Note("size", text))
    try:
        larger = await to_size(picture, hires.width, hires.height)
    except (Garbled, BadRequest) as error:
        note = Note("hires", f"the picture could not be enlarged: {error.text}")
        return replace(made, notes=(*made.notes, note))
    return replace(made, picture=larger, notes=notes)
