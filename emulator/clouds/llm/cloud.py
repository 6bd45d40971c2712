"""A language model behind three APIs: OpenAI's chat, Anthropic's messages, RunPod's runsync.

`/llm/v1/chat/completions`, `/llm/v1/models`, `/llm/anthropic/v1/messages` and
`/llm/runpod/{endpoint}/runsync`. It answers with a scene as JSON when a schema or a JSON object is
asked for, or when a message speaks of JSON; else with one sentence. Streaming is refused. Shapes:
the API references of OpenAI and Anthropic; runsync as Qwen workers answer it.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from aiohttp import web

from emulator.cloud import Cloud, Refusal, answer, fault, parsed, queue_s
from emulator.clouds.llm.writing import KINDS, counted, written
from emulator.ledger import Entry

TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "unknown_error",
    429: "rate_limit_error",
}
TEXTS = {
    401: "Incorrect API key provided.",
    402: "Insufficient Balance",
    429: "Rate limit reached.",
}
Json = dict[str, Any]


class Llm(Cloud):
    """The LLM."""

    name = "llm"
    kinds = Cloud.kinds | KINDS
    defaults: ClassVar[Mapping[str, Any]] = {
        "models": ["emulated-writer"],
        "run_s": 1.0,
        "formats": ["json_schema", "json_object", "text"],
    }
    """Any model name is accepted when `models` is empty; other response formats answer 400."""

    def routes(self) -> list[web.RouteDef]:
        """What a prompt writer needs."""
        return [
            web.post("/llm/v1/chat/completions", self.complete),
            web.get("/llm/v1/models", self.models),
            web.post("/llm/anthropic/v1/messages", self.message),
            web.post("/llm/runpod/{endpoint}/runsync", self.runsync),
        ]

    def stage(self, request: web.Request, body: Any) -> str:
        """An answer is paid."""
        return "other" if request.path.endswith("/models") else "paid"

    def refusal(self, status: int, text: str = "") -> Refusal:
        """OpenAI's error object."""
        message = text or TEXTS.get(status, "The server had an error.")
        kind = TYPES.get(status, "server_error")
        return Refusal(
            status, {"error": {"message": message, "type": kind, "param": None, "code": None}}
        )

    async def models(self, request: web.Request) -> web.Response:
        """The models there are."""
        self.account(self.bearer(request))
        found = [{"id": name, "object": "model"} for name in self.setting("models")]
        return answer({"object": "list", "data": found})

    async def complete(self, request: web.Request) -> web.Response:
        """OpenAI's one choice, after `run_s` seconds."""
        account = self.account(self.bearer(request))
        body = self.checked(parsed(await request.read()))
        wanted = body.get("response_format") or {"type": "text"}
        if wanted.get("type") not in self.setting("formats"):
            raise self.refusal(400, f"response_format {wanted.get('type')} is not supported")
        schema = (wanted.get("json_schema") or {}).get("schema")
        is_json = wanted["type"] != "text"
        entry, content, tokens = await self.told(request, account, body, schema, is_json=is_json)
        usage = dict(zip(("prompt_tokens", "completion_tokens"), tokens, strict=True))
        usage["total_tokens"] = sum(tokens)
        entry.facts["usage"] = usage
        choice = {"index": 0, **choice_of(content, is_cut=self.is_cut(request))}
        told = {"id": entry.job, "object": "chat.completion", "created": int(entry.accepted_at)}
        return answer({**told, "model": body["model"], "choices": [choice], "usage": usage})

    async def message(self, request: web.Request) -> web.Response:
        """Anthropic's message: the tool that must be used is used."""
        account = self.account(request.headers.get("x-api-key", ""))
        body = self.checked(parsed(await request.read()))
        if "anthropic-version" not in request.headers or not body.get("max_tokens"):
            raise self.refusal(400, "anthropic-version and max_tokens are required")
        if any(one["role"] == "system" for one in body["messages"]):
            raise self.refusal(400, "the system prompt is a field of its own")
        messages = [{"content": body.get("system", "")}, *body["messages"]]
        tools = body.get("tools") or [{}]
        entry, content, tokens = await self.told(
            request, account, {**body, "messages": messages}, tools[0].get("input_schema")
        )
        part: Json = {"type": "text", "text": content}
        used = parsed(content.encode())
        if tools[0] and isinstance(used, dict):
            name = tools[0]["name"]
            part = {"type": "tool_use", "id": f"toolu_{entry.job}", "name": name, "input": used}
        usage = dict(zip(("input_tokens", "output_tokens"), tokens, strict=True))
        stop = "max_tokens" if self.is_cut(request) else "end_turn"
        told = {"id": entry.job, "type": "message", "role": "assistant", "model": body["model"]}
        return answer({**told, "content": [part], "stop_reason": stop, "usage": usage})

    async def runsync(self, request: web.Request) -> web.Response:
        """RunPod's finished job with the worker's own answer in it."""
        account = self.account(self.bearer(request))
        body = self.checked((parsed(await request.read()) or {}).get("input"))
        entry, content, tokens = await self.told(request, account, body, None)
        usage = dict(zip(("prompt_tokens", "completion_tokens"), tokens, strict=True))
        choice = choice_of(content, is_cut=self.is_cut(request))
        output = {"result": {"choices": [choice], "usage": usage}}
        return answer({"id": entry.job, "status": "COMPLETED", "output": output})

    async def told(
        self, request: web.Request, account: str, body: Json, schema: Json | None, *,
        is_json: bool = False,
    ) -> tuple[Entry, str, tuple[int, int]]:  # fmt: skip
        """The entry in the ledger, the answer, and its tokens; after `run_s` seconds."""
        number = len(self.world.ledger.jobs(self.name)) + 1
        entry = self.accept(f"chatcmpl-{number:06d}", body["model"], account, body)
        await self.world.sleep(queue_s(request, float(self.setting("run_s"))))
        found = fault(request, *self.kinds)
        content = written(body["messages"], schema, found.kind if found else "", is_json=is_json)
        entry.state, entry.billed = "done", True
        return entry, content, counted(body["messages"], content)

    def is_cut(self, request: web.Request) -> bool:
        """Whether the answer ends before its end."""
        return fault(request, "cut_off") is not None

    def checked(self, body: Any) -> Json:
        """The body, if it is one: a known model, messages of role and content, no stream."""
        if not isinstance(body, dict) or not isinstance(body.get("model"), str):
            raise self.refusal(400, "you must provide a model parameter")
        known = self.setting("models")
        if known and body["model"] not in known:
            raise self.refusal(404, f"The model `{body['model']}` does not exist")
        messages = body.get("messages")
        if not isinstance(messages, list) or not messages:
            raise self.refusal(400, "'messages' must be a list with at least one message")
        if not all(isinstance(one, dict) and {"role", "content"} <= one.keys() for one in messages):
            raise self.refusal(400, "a message has 'role' and 'content'")
        if body.get("stream"):
            raise self.refusal(400, "streaming is not emulated")
        return body


def choice_of(content: str, *, is_cut: bool) -> Json:
    """A choice with the model's message in it."""
    message = {"role": "assistant", "content": content}
    return {"message": message, "finish_reason": "length" if is_cut else "stop"}
