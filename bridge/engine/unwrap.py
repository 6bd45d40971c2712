"""Carriers: a picture that goes to a cloud in one, and what was paid for inside of one."""

import asyncio
from dataclasses import replace

from bridge.domain import Picture, Ready
from bridge.engine.attempt import Attempt
from bridge.errors import Garbled
from bridge.pictures.sniff import sniff


async def wrapped(attempt: Attempt, ready: Ready) -> Ready:
    """`ready`, its init image hidden in a carrier where the model wants it so."""
    if not attempt.model.hides or ready.init_image is None:
        return ready
    from bridge.stego.tt import encode  # brings numpy, too

    return replace(ready, init_image=await asyncio.to_thread(encode, ready.init_image))


async def unwrapped(attempt: Attempt, picture: Picture) -> tuple[Picture, ...]:
    """The pictures in `picture`, or itself, byte for byte; Sealed when a password is missing."""
    if not attempt.model.carriers or not attempt.decode or picture.kind != "png":
        return (picture,)
    password = attempt.adapter.account.options.get("carrier_password", "")
    return await asyncio.to_thread(_opened, picture, password)


def _opened(picture: Picture, password: str) -> tuple[Picture, ...]:
    from bridge.stego.detect import decode  # brings numpy, which most servers never need

    shown = []
    for hidden in decode(picture.raw, password):
        try:
            shown.append(sniff(hidden.raw))
        except Garbled:  # a video or the like
            continue
    return tuple(shown) or (picture,)
