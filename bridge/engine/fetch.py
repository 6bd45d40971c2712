"""From what a cloud says is finished to bytes that are a picture."""

import asyncio

from bridge.domain import Picture
from bridge.engine.contract import Finished, Inline, Local, RefusedOne, Remote
from bridge.engine.talk import Talk
from bridge.errors import AttemptError, Garbled, Refused
from bridge.pictures.sniff import from_base64, sniff


async def fetch(talk: Talk, finished: Finished, *, seconds: float) -> Picture:
    """The first entry of `finished` that is a picture.

    Refused when moderation held all back, Garbled when there is none, else the first failure.
    """
    failure: AttemptError | None = None
    for entry in finished.pictures:
        try:
            return await _fetch_one(talk, entry, seconds)
        except AttemptError as error:
            failure = failure or error
    raise failure or Garbled(f"{talk.adapter.card.title}: finished without a picture")


async def _fetch_one(
    talk: Talk, entry: Inline | Remote | Local | RefusedOne, seconds: float
) -> Picture:
    match entry:
        case Inline(b64=b64):
            return from_base64(b64.encode() if isinstance(b64, str) else b64.view)
        case Remote(url=url):
            home = talk.adapter.account.base_url
            return sniff(await talk.transport.download(url, home=home, timeout=seconds))
        case Local(draw=draw):
            return sniff(await asyncio.to_thread(draw))
        case RefusedOne(reason=reason):
            raise Refused(f"{talk.adapter.card.title}: {reason}")
