"""An OpenAI-style chat endpoint, over the official client: messages in, one text out.

An endpoint that does not know a response format answers 400 or 422: then a plainer one is tried.

The client takes about a second to import, so that is done in a thread at the first question.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from bridge.errors import (
    AttemptError,
    Garbled,
    Gone,
    Limited,
    Refused,
    TimedOut,
    Unavailable,
    Unfit,
    Unpayable,
)

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_BY_STATUS: Final[Mapping[int, type[AttemptError]]] = {
    401: Unpayable, 402: Unpayable, 403: Unpayable, 404: Gone, 408: TimedOut, 429: Limited,
}  # fmt: skip


class OpenAiLlm:
    """One model at one endpoint; remembers which response format the endpoint takes."""

    def __init__(self, base_url: str, api_key: str, model: str, timeout: float) -> None:
        self._base_url = base_url
        self._api_key = api_key
        self._model = model
        self._timeout = timeout
        self._client: AsyncOpenAI | None = None
        self._opening = asyncio.Lock()
        self._format = 0

    async def ask(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]) -> str:
        """The model's answer, by schema where the endpoint can, else as JSON, else as it comes.

        Limited (with Retry-After), Unpayable, Unavailable, TimedOut, Refused, Gone, Garbled, Unfit.
        """
        client = await self._opened()
        formats = _formats(schema)
        for number in range(self._format, len(formats)):
            try:
                text = await self._asked(client, messages, formats[number])
            except Unfit:
                if number + 1 == len(formats):
                    raise
            else:
                self._format = number
                return text
        raise Unfit("the language model takes no response format")

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _opened(self) -> "AsyncOpenAI":
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(self._open)
            return self._client

    def _open(self) -> "AsyncOpenAI":
        from openai import AsyncOpenAI

        return AsyncOpenAI(
            base_url=self._base_url,
            api_key=self._api_key or "none",
            max_retries=0,
            timeout=self._timeout,
        )

    async def _asked(
        self,
        client: "AsyncOpenAI",
        messages: Sequence[Mapping[str, str]],
        wanted: Mapping[str, Any],
    ) -> str:
        from openai import OpenAIError

        try:
            completion = await client.chat.completions.create(
                model=self._model, messages=cast("Any", list(messages)), **cast("Any", wanted)
            )
        except OpenAIError as error:
            raise _named(error) from None
        return _content(completion)


def _formats(schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    by_schema = {"name": "scene", "strict": True, "schema": schema}
    return (
        {"response_format": {"type": "json_schema", "json_schema": by_schema}},
        {"response_format": {"type": "json_object"}},
        {},
    )


def _content(completion: Any) -> str:
    """The text of the first choice; some endpoints answer with a page or with nothing at all."""
    choices = getattr(completion, "choices", None)
    if not choices:
        raise Garbled("the language model's answer holds no choice")
    message = choices[0].message
    if choices[0].finish_reason == "content_filter" or getattr(message, "refusal", None):
        raise Refused("the language model declined")
    if not message.content:
        raise Garbled("the language model answered with nothing")
    return str(message.content)


def _named(error: Exception) -> AttemptError:
    from openai import APIConnectionError, APIStatusError, APITimeoutError

    if isinstance(error, APITimeoutError):
        return TimedOut("the language model took too long")
    if isinstance(error, APIConnectionError):
        return Unavailable("the language model cannot be reached")
    if not isinstance(error, APIStatusError):
        return Garbled("the language model's answer cannot be read")
    status = error.status_code
    kind = _BY_STATUS.get(status, Unavailable if status >= 500 else Unfit)
    if error.code in ("insufficient_quota", "billing_hard_limit_reached"):
        kind = Unpayable
    if error.code in ("content_filter", "content_policy_violation"):
        kind = Refused
    wait = error.response.headers.get("retry-after", "")
    return kind(
        f"the language model answered {status}",
        retry_after=float(wait) if wait.replace(".", "", 1).isdecimal() else None,
        status=status,
    )
