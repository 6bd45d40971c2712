"""How large a finished picture is to become, and who makes it so: Pillow, or a cloud's job."""

from collections.abc import Sequence
from dataclasses import replace

from bridge.api.a1111.schema import Asked
from bridge.api.terms import fanned_out
from bridge.domain import Hires, Job, Note, Picture
from bridge.errors import BadRequest, Garbled
from bridge.pictures.upscale import by_factor, covering, times, to_size

BUILT_IN = ("None", "Lanczos", "Nearest")


def built_in(asked: Asked) -> str:
    """The first that is not `None`; whatever it is called, Pillow does it."""
    name = asked["upscaler_1"] if asked["upscaler_1"] != "None" else asked["upscaler_2"]
    return name if name in BUILT_IN else "Lanczos"


def stand_in(asked: Asked) -> tuple[Note, ...]:
    """A word about an upscaler that is not here: clients send names of other servers."""
    names = asked["upscaler_1"], asked["upscaler_2"]
    name = next((name for name in names if name != "None"), "None")
    if name in BUILT_IN:
        return ()
    return (Note("upscaler", f"no upscaler is called {name[:80]!r}: Lanczos"),)


async def with_pillow(asked: Asked, picture: Picture) -> Picture:
    """`picture` as large as is asked for; BadRequest when that cannot be."""
    name = built_in(asked)
    if name == "None":
        return picture
    nearest = name == "Nearest"
    _check(asked)
    try:
        if asked["resize_mode"] == 0:
            return await by_factor(picture, asked["upscaling_resize"], nearest=nearest)
        width, height = asked["upscaling_resize_w"], asked["upscaling_resize_h"]
        crop = asked["upscaling_crop"]
        return await to_size(picture, width, height, crop=crop, nearest=nearest)
    except Garbled as error:
        raise BadRequest(error.text) from None


def at_cloud(asked: Asked, pictures: Sequence[Picture], first: Job, most: int) -> tuple[Job, ...]:
    """A job like `first` for each of the pictures; BadRequest before anything is paid.

    What the cloud makes is brought to the exact size afterwards, as A1111 does.
    """
    _check(asked)
    jobs = fanned_out(first, len(pictures), most, "imageList")
    return tuple(_started(job, asked, one) for job, one in zip(jobs, pictures, strict=True))


def _started(job: Job, asked: Asked, picture: Picture) -> Job:
    width, height = _target(asked, picture)
    return replace(
        job,
        init_image=bytes(picture.raw),
        width=width,
        height=height,
        hires=Hires(width, height),
    )


def _target(asked: Asked, picture: Picture) -> tuple[int, int]:
    if asked["resize_mode"] == 0:
        return times(picture, asked["upscaling_resize"])
    wanted = asked["upscaling_resize_w"], asked["upscaling_resize_h"]
    cover = covering(picture, *wanted)
    return wanted if asked["upscaling_crop"] else cover


def _check(asked: Asked) -> None:
    names = ["upscaling_resize"]
    if asked["resize_mode"] != 0:
        names = ["upscaling_resize_w", "upscaling_resize_h"]
    for name in names:
        if asked[name] <= 0:
            raise BadRequest(f"body.{name}: {asked[name]:g} is not above 0")
