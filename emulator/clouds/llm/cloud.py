"""An OpenAI-compatible chat endpoint: `/llm/v1/chat/completions`, `/llm/v1/models`.

It answers with a scene as JSON when a schema or a JSON object is asked for, or when a message
speaks of JSON; else with one sentence. Streaming is refused. Shapes: the OpenAI API reference.
"""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from aiohttp import web

from emulator.cloud import Cloud, Refusal, answer, fault, parsed, queue_s
from emulator.clouds.llm.scene import scene_of, shaped

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
SPOILT = {
    "thinking": "<think>The user wants a scene. {Let me see who is there.}</think>\n\n{}",
    "fences": "Here is the scene:\n```json\n{}\n```\nI hope this helps!",
}
GARBAGE = 'Sure! {"subjects": [{"name": "…", and then they all'
NO = "I'm sorry, but I can't help with that request."


class Llm(Cloud):
    """The LLM."""

    name = "llm"
    kinds = Cloud.kinds | {"thinking", "fences", "garbage", "schema_violation", "refusal"}
    defaults: ClassVar[Mapping[str, Any]] = {"models": ["emulated-writer"], "run_s": 1.0}
    """Any model name is accepted when `models` is empty."""

    def routes(self) -> list[web.RouteDef]:
        """The two routes that a prompt writer needs."""
        return [
            web.post("/llm/v1/chat/completions", self.complete),
            web.get("/llm/v1/models", self.models),
        ]

    def stage(self, request: web.Request, body: Any) -> str:
        """A completion is paid."""
        return "paid" if request.path.endswith("/completions") else "other"

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
        """One choice, after `run_s` seconds."""
        account = self.account(self.bearer(request))
        body = self.checked(parsed(await request.read()))
        number = len(self.world.ledger.jobs(self.name)) + 1
        entry = self.accept(f"chatcmpl-{number:06d}", body["model"], account, body)
        await self.world.sleep(queue_s(request, float(self.setting("run_s"))))
        found = fault(request, *self.kinds)
        content = written(body, found.kind if found else "")
        usage = counted(body["messages"], content)
        entry.state, entry.billed = "done", True
        entry.facts["usage"] = usage
        message = {"role": "assistant", "content": content}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        told = {"id": entry.job, "object": "chat.completion", "created": int(entry.accepted_at)}
        return answer({**told, "model": body["model"], "choices": [choice], "usage": usage})

    def checked(self, body: Any) -> dict[str, Any]:
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


def written(body: dict[str, Any], kind: str) -> str:
    """What the LLM says, spoilt in one of the ways that LLMs have."""
    if kind in {"refusal", "moderation"}:
        return NO
    if kind == "empty":
        return ""
    if kind == "garbage":
        return GARBAGE
    if kind == "schema_violation":
        return json.dumps({"people": "several", "subjects": "a person", "rating": "fine"})
    text = str(body["messages"][-1]["content"])
    wanted = body.get("response_format") or {}
    told = json.dumps(body["messages"]).lower()
    if wanted.get("type", "text") == "text" and "json" not in told:
        return f"A quiet scene. {text[:200]}"
    scene = json.dumps(fitted(scene_of(text), wanted), ensure_ascii=False)
    return SPOILT[kind].replace("{}", scene) if kind in SPOILT else scene


def fitted(scene: dict[str, Any], wanted: dict[str, Any]) -> Any:
    """The scene in the schema of a `json_schema` response format."""
    schema = (wanted.get("json_schema") or {}).get("schema")
    return shaped(scene, schema, schema) if schema else scene


def counted(messages: list[dict[str, Any]], content: str) -> dict[str, int]:
    """Tokens, at four characters each."""
    prompt = sum(len(str(one["content"])) for one in messages) // 4 + 1
    reply = len(content) // 4
    return {"prompt_tokens": prompt, "completion_tokens": reply, "total_tokens": prompt + reply}
