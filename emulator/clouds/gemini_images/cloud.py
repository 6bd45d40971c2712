"""Gemini: `POST /gemini_images/v1beta/models/{model}:generateContent`, also under `/v1`.

Synchronous; the picture is one of the answer's parts, a refusal is a 200 without it. Shapes: the
types of google-genai 3.4. Inferred: that a refused request is not billed.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, ClassVar

from aiohttp import web

from emulator.cloud import Cloud, Refusal, answer, fault, parsed, queue_s
from emulator.clouds.gemini_images.rules import (
    AN_IMAGE,
    MODELS,
    TIERS,
    camel,
    complaints,
    parts_of,
    unknown,
)
from emulator.pictures import Recipe

PATH = "/gemini_images/{version:v1beta|v1}/models"
TYPES = "type.googleapis.com/google.rpc."
STATES: Mapping[int, tuple[str, str]] = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", "Request had invalid authentication credentials."),
    402: ("FAILED_PRECONDITION", "Please enable billing on your project."),
    403: ("PERMISSION_DENIED", "The caller does not have permission."),
    404: ("NOT_FOUND", "The model is not found for API version v1beta."),
    429: (
        "RESOURCE_EXHAUSTED",
        "You exceeded your current quota, please check your plan and billing details.",
    ),
    500: ("INTERNAL", "An internal error has occurred."),
    503: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
    504: ("DEADLINE_EXCEEDED", "The request timed out."),
}
WORDS = "I'm sorry, I can't create that image."


class GeminiImages(Cloud):
    """One picture a request.

    A `moderation` fault takes `how`: `prompt` (blocked), `image` (finishReason), `words`.
    """

    name = "gemini_images"
    home = "/gemini_images/v1beta"
    kinds = Cloud.kinds | {"failed", "no_image", "drafts"}
    defaults: ClassVar[Mapping[str, Any]] = {"run_s": 10.0, "retry_delay": 26, "quota": "PerMinute"}
    """`retry_delay` in seconds and `quota` are told with a 429."""

    def routes(self) -> list[web.RouteDef]:
        """The SDK's own version is v1."""
        return [
            web.post(PATH + "/{model}:generateContent", self.generate),
            web.get(PATH, self.models),
        ]

    def stage(self, request: web.Request, body: Any) -> str:
        """Every generateContent is paid."""
        return "paid" if request.method == "POST" else "other"

    def refusal(self, status: int, text: str = "") -> Refusal:
        """`{"error": {code, message, status, details}}`."""
        state, message = STATES.get(status, ("UNKNOWN", "Unknown error."))
        error = {"code": status, "message": text or message, "status": state}
        if status == 429:
            quota = f"GenerateRequests{self.setting('quota')}PerProjectPerModel-FreeTier"
            failure = {"@type": TYPES + "QuotaFailure", "violations": [{"quotaId": quota}]}
            delay = f"{self.setting('retry_delay')}s"
            retry = {"@type": TYPES + "RetryInfo", "retryDelay": delay}
            error["details"] = [failure, retry]
        return Refusal(status, {"error": error})

    def keyed(self, request: web.Request) -> str:
        """The account; a wrong key is a 400 here, a missing one a 403."""
        key = request.headers.get("x-goog-api-key") or request.query.get("key", "")
        if not key:
            raise self.refusal(403, "Method doesn't allow unregistered callers.")
        if not self.world.settings.accepts(self.name, key):
            wrong = self.refusal(400, "API key not valid. Please pass a valid API key.")
            info = {"@type": TYPES + "ErrorInfo", "reason": "API_KEY_INVALID"}
            wrong.body["error"]["details"] = [info]
            raise wrong
        return self.account(key)

    async def models(self, request: web.Request) -> web.Response:
        """What the key may use, texts' models too."""
        self.keyed(request)
        names = (*MODELS, "gemini-3.8-flash")
        return answer({"models": [{"name": f"models/{name}"} for name in names]})

    async def generate(self, request: web.Request) -> web.Response:
        """Check, draw, bill."""
        account = self.keyed(request)
        model = request.match_info["model"]
        if model not in MODELS:
            raise self.refusal(404, f"models/{model} is not found for API version v1beta")
        body = self.checked(model, camel(parsed(await request.read())))
        number = len(self.world.ledger.jobs(self.name)) + 1
        entry = self.accept(f"g{number:06d}", model, account, body)
        broken, held = fault(request, "failed"), fault(request, "moderation", "no_image")
        usage = usage_of(model, body)
        entry.billed, entry.cost = not (broken or held), cost_of(model, usage)
        await self.world.sleep(queue_s(request, 0.0) + float(self.setting("run_s")))
        entry.state = "failed" if broken or held else "done"
        if broken:
            raise self.refusal(500)
        if held:
            return answer(withheld("no_image" if held.kind == "no_image" else held.args.get("how")))
        candidates = [] if fault(request, "empty") else [await self.candidate(request, model, body)]
        told = {"candidates": candidates, "usageMetadata": usage, "modelVersion": model}
        return answer(told | {"responseId": entry.job})

    async def candidate(
        self, request: web.Request, model: str, body: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Some words, then the picture; a model that thinks may show its drafts before."""
        recipe = recipe_of(model, body)
        raw = b64encode(await self.world.draw(recipe, "png")).decode()
        picture = {
            "inlineData": {"mimeType": "image/png", "data": raw},
            "thoughtSignature": "c2lnbmVk",
        }
        parts: list[dict[str, Any]] = [{"text": "Here it is."}, picture]
        if fault(request, "drafts"):
            draft = {"mimeType": "image/png", "data": "ZHJhZnQ="}
            parts = [{"inlineData": draft, "thought": True}, *parts]
        content = {"role": "model", "parts": parts}
        return {"content": content, "finishReason": "STOP", "index": 0}

    def checked(self, model: str, body: Any) -> dict[str, Any]:
        """A request that the model can do."""
        if not isinstance(body, dict) or not isinstance(body.get("contents"), list):
            raise self.refusal(400, "contents is not specified")
        for wrong in (*unknown(body), *complaints(MODELS[model], body)):
            raise self.refusal(400, wrong)
        return body


def withheld(how: str | None) -> dict[str, Any]:
    """A 200 without a picture."""
    if how == "words":
        content = {"role": "model", "parts": [{"text": WORDS}]}
        return {"candidates": [{"content": content, "finishReason": "STOP", "index": 0}]}
    if how in ("image", "no_image"):
        reason = {"image": "IMAGE_SAFETY", "no_image": "NO_IMAGE"}[how]
        return {"candidates": [{"finishReason": reason, "index": 0}]}
    return {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}


def usage_of(model: str, body: Mapping[str, Any]) -> dict[str, int]:
    """Tokens in and out."""
    texts, images = parts_of(body)
    asked = sum(len(text) // 4 + 1 for text in texts) + AN_IMAGE * len(images)
    made = MODELS[model].tokens[shape_of(body).get("imageSize", "1K")]
    total = {"totalTokenCount": asked + made}
    return {"promptTokenCount": asked, "candidatesTokenCount": made, **total}


def cost_of(model: str, usage: Mapping[str, int]) -> int:
    """Micro-dollars."""
    asked, made = MODELS[model].prices
    return round(asked * usage["promptTokenCount"] + made * usage["candidatesTokenCount"])


def shape_of(body: Mapping[str, Any]) -> Mapping[str, str]:
    """The imageConfig."""
    found: Mapping[str, str] = (body.get("generationConfig") or {}).get("imageConfig") or {}
    return found


def recipe_of(model: str, body: Mapping[str, Any]) -> Recipe:
    """What the picture is to show."""
    shape = shape_of(body)
    texts, images = parts_of(body)
    wide, high = MODELS[model].sizes[shape.get("aspectRatio", "1:1")]
    times = TIERS[shape.get("imageSize", "1K")]
    return Recipe(
        cloud="gemini_images",
        model=model,
        prompt=" ".join(texts),
        width=wide * times,
        height=high * times,
        seed=0,
        references=tuple(images),
    )
