"""What clouds tell of a job that is over, to an address that came with its submit.

Only addresses of this machine are told, and names that `settings.hosts` places on it: the emulator
talks to nobody else. Where a source tells no pauses between tries they are RunPod's.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from emulator.jobs import Job

PAUSES = (10.0, 10.0)
HERE = ("127.0.0.1", "::1", "localhost")


async def tell(
    job: Job, url: str, bodies: Callable[[], Sequence[Any]], *, hosts: Mapping[str, str],
    sleep: Callable[[float], Awaitable[None]], pauses: Sequence[float] = PAUSES,
) -> None:  # fmt: skip
    """Wait until `job` is over and post each of `bodies`, again after each pause without a 2xx."""
    parts = urlsplit(url)
    here = hosts.get(f"{parts.scheme}://{parts.netloc}", "")
    if here:
        url = here + url.removeprefix(f"{parts.scheme}://{parts.netloc}")
    elif parts.hostname not in HERE:
        return
    await job.over.wait()
    async with aiohttp.ClientSession() as session:
        for body in bodies():
            for pause in (*pauses, 0.0):
                if await _posted(session, url, body):
                    break
                await sleep(pause)


async def _posted(session: aiohttp.ClientSession, url: str, body: Any) -> bool:
    try:
        async with session.post(url, json=body, allow_redirects=False) as reply:
            return reply.ok
    except (TimeoutError, aiohttp.ClientError):
        return False
