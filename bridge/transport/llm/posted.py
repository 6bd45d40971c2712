"""Wire formats that are one POST over the shared client: Anthropic's messages, RunPod's runsync."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from bridge.errors import Garbled, Refused, TimedOut, Unavailable
from bridge.question import Message
from bridge.transport.blob import Blob
from bridge.transport.client import Transport
from bridge.transport.llm.endpoint import Endpoint, Said, Way, failure

_LONGEST_ANSWER: Final = 2048
"""Tokens; Anthropic asks for a limit."""
_DATA_URL: Final = re.compile(r"data:(?P<type>[\w/+.-]+);base64,(?P<data>.+)", re.DOTALL)


class Anthropic:
    """`/v1/messages`; JSON is asked for as the input of a tool that must be used
    (docs.anthropic.com/en/docs/build-with-claude/tool-use).
    """

    ways: Sequence[Way] = ("schema", "plain")

    def __init__(self, endpoint: Endpoint, transport: Transport) -> None:
        self._url = f"{endpoint.base_url.rstrip('/').removesuffix('/v1')}/v1/messages"
        self._headers = {"x-api-key": endpoint.api_key, "anthropic-version": "2023-06-01"}
        self._transport = transport

    async def say(
        self, model: str, messages: Sequence[Message], way: Way, schema: Mapping[str, Any],
        seconds: float,
    ) -> Said:  # fmt: skip
        """One message."""
        body: dict[str, Any] = {
            "model": model,
            "max_tokens": _LONGEST_ANSWER,
            "system": "\n".join(one["content"] for one in messages if one["role"] == "system"),
            "messages": [_anthropic(one) for one in messages if one["role"] != "system"],
        }
        if way == "schema":
            body["tools"] = [{"name": "answer", "input_schema": schema}]
            body["tool_choice"] = {"type": "tool", "name": "answer"}
        found = await _posted(self._transport, self._url, self._headers, body, seconds)
        if found.get("stop_reason") == "refusal":
            raise Refused("the language model declined")
        parts = [part for part in _listed(found.get("content")) if isinstance(part, dict)]
        used = [part.get("input") for part in parts if part.get("type") == "tool_use"]
        text = "".join(_text(part.get("text")) for part in parts)
        text = json.dumps(used[0], default=_text) if used else text
        tokens = _mapping(found.get("usage"))
        return _told(text, tokens, found.get("stop_reason") == "max_tokens")

    async def aclose(self) -> None:
        """The connections are the transport's."""


class Runpod:
    """RunPod serverless, `{base}/runsync`: `output.result.choices` as Qwen workers answer, or
    vLLM's own `output[0].choices[0].tokens`; a worker that is cold answers too late and rests.
    """

    ways: Sequence[Way] = ("plain",)

    def __init__(self, endpoint: Endpoint, transport: Transport) -> None:
        self._url = f"{endpoint.base_url.rstrip('/').removesuffix('/runsync')}/runsync"
        self._headers = {"Authorization": f"Bearer {endpoint.api_key}"}
        self._transport = transport

    async def say(
        self, model: str, messages: Sequence[Message], way: Way, schema: Mapping[str, Any],
        seconds: float,
    ) -> Said:  # fmt: skip
        """One job."""
        body = {"input": {"model": model, "messages": list(messages), "temperature": 0.3}}
        found = await _posted(self._transport, self._url, self._headers, body, seconds)
        status = found.get("status", "COMPLETED")
        if status in ("IN_QUEUE", "IN_PROGRESS"):
            raise TimedOut("the language model's worker is still starting")
        if status != "COMPLETED":
            raise Unavailable(f"the language model's worker answered {str(status)[:40]}")
        output = found.get("output")
        result = _mapping(output[0] if isinstance(output, list) and output else output)
        result = _mapping(result.get("result", result))
        choice = _mapping(next(iter(_listed(result.get("choices"))), None))
        message = _mapping(choice.get("message"))
        text = _text(message.get("content")) or "".join(map(_text, _listed(choice.get("tokens"))))
        return _told(text, _mapping(result.get("usage")), choice.get("finish_reason") == "length")

    async def aclose(self) -> None:
        """The connections are the transport's."""


async def _posted(
    transport: Transport, url: str, headers: Mapping[str, str], body: Any, seconds: float
) -> Mapping[str, Any]:
    told = {**headers, "Content-Type": "application/json"}
    reply = await transport.request(
        "POST", url, headers=told, body=orjson.dumps(body), timeout=seconds
    )
    if reply.status >= 400:
        raise failure(reply.status, str(reply.json), reply.headers.get("retry-after", ""))
    return reply.mapping()


def _told(text: str, usage: Mapping[str, Any], is_cut: bool) -> Said:
    if not text.strip():
        raise Garbled("the language model answered with nothing")
    counts = [
        next((usage[name] for name in names if isinstance(usage.get(name), int)), 0)
        for names in (("input_tokens", "prompt_tokens", "input"),
                      ("output_tokens", "completion_tokens", "output"))
    ]  # fmt: skip
    return Said(text, counts[0], counts[1], is_cut=is_cut)


def _anthropic(message: Message) -> Message:
    """A message whose pictures are put as Anthropic takes them."""
    if isinstance(message["content"], str):
        return message
    return {"role": message["role"], "content": [_part(part) for part in message["content"]]}


def _part(part: Mapping[str, Any]) -> Mapping[str, Any]:
    found = _DATA_URL.fullmatch(_mapping(part.get("image_url")).get("url", ""))
    if not found:
        return part
    source = {"type": "base64", "media_type": found["type"], "data": found["data"]}
    return {"type": "image", "source": source}


def _text(value: object) -> str:
    """A long string of an answer is set aside as a Blob."""
    if isinstance(value, Blob):
        return bytes(value.view).decode("utf-8", "replace")
    return value if isinstance(value, str) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
