"""One request through a cloud's official client, told as a Reply like any other.

The clients of OpenAI and Together come from one generator and name their errors alike.
"""

import asyncio
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

from bridge.errors import Unavailable
from bridge.transport.client import Cut, Slow, reply_of
from bridge.transport.reply import Reply

Send = Callable[[Any, float], Awaitable[Any]]
"""Given the client's module and seconds, the raw response (`with_raw_response`)."""


async def through_sdk(name: str, send: Send, seconds: float) -> Reply:
    """What the cloud answered, success or not. Unavailable when nothing left; Cut, Slow else."""
    sdk = await asyncio.to_thread(import_module, name)
    try:
        raw = await send(sdk, seconds)
        return reply_of(raw.status_code, dict(raw.headers), await raw.http_response.aread())
    except sdk.APIStatusError as error:
        body = error.response.content
        return reply_of(error.response.status_code, dict(error.response.headers), body)
    except sdk.APITimeoutError as error:
        if "Connect" in type(error.__cause__).__name__:
            raise Unavailable("cannot connect in time") from None
        raise Slow("no complete answer in time") from None
    except sdk.APIConnectionError as error:
        if "Connect" in type(error.__cause__).__name__:
            raise Unavailable("cannot connect") from None
        raise Cut(f"the connection broke ({type(error.__cause__).__name__})") from None
