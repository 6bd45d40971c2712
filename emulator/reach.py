"""Whether a cloud can fetch a file that a request names: at watched hosts it really tries.

Everywhere else an address with `unreachable` in it cannot be fetched, and any other can.
"""

import re
from collections.abc import Mapping
from contextvars import ContextVar

import aiohttp
from yarl import URL

_ADDRESS = re.compile(rb"https?://[^\s\"\\<>]+")
_LOST: ContextVar[frozenset[str]] = ContextVar("lost", default=frozenset())
"""What could not be fetched, for a request and the jobs that it begins."""


def lost(address: object) -> bool:
    """Whether the file at this address cannot be had."""
    return "unreachable" in str(address) or str(address) in _LOST.get()


async def look(body: bytes, hosts: Mapping[str, str]) -> None:
    """Fetch what `body` names at one of `hosts`, each an origin and where it is found.

    To be called for every request: what an earlier one lost is forgotten.
    """
    named = {found.decode("ascii", "replace") for found in _ADDRESS.findall(body if hosts else b"")}
    watched = {
        url: there + url.removeprefix(origin)
        for url in named
        for origin, there in hosts.items()
        if url.startswith(origin + "/")
    }
    _LOST.set(frozenset([url for url, there in watched.items() if not await _fetched(there)]))


async def _fetched(url: str) -> bool:
    try:
        async with (
            aiohttp.ClientSession() as session,
            # a signature is of the very characters
            session.get(URL(url, encoded=True), allow_redirects=False) as answer,
        ):
            return answer.status == 200 and bool(await answer.read())
    except aiohttp.ClientError:
        return False
