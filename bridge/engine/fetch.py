"""From what a cloud says is finished to bytes that are a picture."""

import asyncio

from bridge.domain import Picture
from bridge.engine.contract import Entry, Finished, Inline, Local, Raw, RefusedOne, Remote
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


async def _fetch_one(talk: Talk, entry: Entry, seconds: float) -> Picture:
    match entry:
        case Inline(b64=b64):
            if isinstance(b64, str):
                return from_base64(b64.encode())
            return from_base64(b64.view, b64.held)
        case Raw(raw=raw):
            return sniff(raw)
        case Remote(url=url, keyed=keyed):
            url, home = talk.address(url), talk.adapter.account.base_url
            headers = talk.key(url) if keyed and talk.is_home(url) else {}
            got = await talk.transport.download(url, home=home, timeout=seconds, headers=headers)
            return sniff(got.raw, got)
        case Local(draw=draw):
            return sniff(await asyncio.to_thread(draw))
        case RefusedOne(reason=reason):
            raise Refused(f"{talk.adapter.card.title}: {reason}")
