"""OpenAI-style chat endpoints (DeepSeek, OpenRouter, vLLM, Ollama, …) over the official client.

The client takes about a second to import, so that is done in a thread at the first question.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from bridge.errors import AttemptError, Garbled, Refused, TimedOut, Unavailable
from bridge.question import Message
from bridge.transport.llm.endpoint import Endpoint, Said, Way, failure

if TYPE_CHECKING:
    from openai import AsyncOpenAI


class OpenAiStyle:
    """`chat/completions` (platform.openai.com/docs/api-reference/chat)."""

    ways: Sequence[Way] = ("schema", "object", "plain")

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._client: AsyncOpenAI | None = None
        self._opening = asyncio.Lock()

    async def say(
        self, model: str, messages: Sequence[Message], way: Way, schema: Mapping[str, Any],
        seconds: float,
    ) -> Said:  # fmt: skip
        """One completion."""
        client = await self._opened()
        from openai import OpenAIError

        try:
            completion = await client.chat.completions.create(
                model=model,
                messages=cast("Any", list(messages)),
                timeout=seconds,
                **cast("Any", _format(way, schema)),
            )
        except OpenAIError as error:
            raise _named(error) from None
        return _said(completion)

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

        key = self._endpoint.api_key or "none"
        return AsyncOpenAI(base_url=self._endpoint.base_url, api_key=key, max_retries=0)


def _format(way: Way, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if way == "plain":
        return {}
    if way == "object":
        return {"response_format": {"type": "json_object"}}
    by_schema = {"name": "answer", "strict": True, "schema": schema}
    return {"response_format": {"type": "json_schema", "json_schema": by_schema}}


def _said(completion: Any) -> Said:
    """The first choice; some endpoints answer with a page or with nothing at all."""
    choices = getattr(completion, "choices", None)
    if not choices:
        raise Garbled("the language model's answer holds no choice")
    message, reason = choices[0].message, choices[0].finish_reason
    if reason == "content_filter" or getattr(message, "refusal", None):
        raise Refused("the language model declined")
    if not message.content:
        raise Garbled("the language model answered with nothing")
    usage = completion.usage
    return Said(
        str(message.content),
        getattr(usage, "prompt_tokens", 0) or 0,
        getattr(usage, "completion_tokens", 0) or 0,
        getattr(usage, "cost", None),  # OpenRouter
        reason == "length",
    )


def _named(error: Exception) -> AttemptError:
    from openai import APIConnectionError, APIStatusError, APITimeoutError

    if isinstance(error, APITimeoutError):
        return TimedOut("the language model took too long")
    if isinstance(error, APIConnectionError):
        return Unavailable("the language model cannot be reached")
    if not isinstance(error, APIStatusError):
        return Garbled("the language model's answer cannot be read")
    wait = error.response.headers.get("retry-after", "")
    return failure(error.status_code, f"{error.code} {error.message}", wait)
