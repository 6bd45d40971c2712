"""A picture that may be a carrier: what is hidden in it is what was paid for."""

import asyncio

from bridge.domain import Picture
from bridge.engine.attempt import Attempt
from bridge.errors import Garbled
from bridge.pictures.sniff import sniff


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
