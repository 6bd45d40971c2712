"""OpenAI's images: `POST /openai_images/v1/images/generations` (JSON) and `…/edits` (a form).

Synchronous; pictures in the answer as base64, usage in tokens. Shapes: the official client 3.54.
Inferred: tokens of a picture, that a refused picture is not billed.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from aiohttp import web

from emulator.cloud import Cloud, Refusal, answer, fault, parsed, queue_s
from emulator.clouds.openai_images.rules import (
    MODELS,
    TOKENS,
    complaints,
    image_complaints,
    repainted,
    size_of,
)
from emulator.forms import pieces
from emulator.pictures import Recipe, digest

PATH = "/openai_images/v1"
TEXTS: Mapping[int, tuple[str | None, str]] = {
    401: ("invalid_api_key", "Incorrect API key provided."),
    402: ("insufficient_quota", "You exceeded your current quota, please check your plan."),
    403: ("unsupported_country_region_territory", "Country, region, or territory not supported"),
    404: ("model_not_found", "The model does not exist or you do not have access to it."),
    429: ("rate_limit_exceeded", "Rate limit reached for images per minute."),
    500: ("server_error", "The server had an error while processing your request."),
    503: ("server_error", "The engine is currently overloaded, please try again later."),
}
UNVERIFIED = (
    "Your organization must be verified to use the model `{}`. Please go to: "
    "https://platform.openai.com/settings/organization/general and click on Verify Organization. "
    "If you just verified, it can take up to 15 minutes for access to propagate."
)
REJECTED = (
    "Your request was rejected by the safety system. If you believe this is an error, contact us "
    "and include the request ID req_0. safety_violations=[sexual]."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read: its fields, and the files of an edit."""

    path: str
    fields: Mapping[str, Any]
    images: list[bytes]
    mask: bytes | None = None

    def shown(self) -> dict[str, Any]:
        """For the ledger: files as their SHA-256."""
        files = {"image": [digest(raw) for raw in self.images], "mask": digest(self.mask)}
        return {**self.fields, **{name: value for name, value in files.items() if value}}


class OpenAIImages(Cloud):
    """One model call a request."""

    name = "openai_images"
    home = PATH
    kinds = Cloud.kinds | {"failed", "unverified"}
    defaults: ClassVar[Mapping[str, Any]] = {"run_s": 20.0}

    def routes(self) -> list[web.RouteDef]:
        """Two ways to a picture, and the list of models."""
        return [
            web.post(f"{PATH}/images/{{path:generations|edits}}", self.make),
            web.get(f"{PATH}/models", self.models),
        ]

    def stage(self, request: web.Request, body: Any) -> str:
        """Pictures are paid."""
        return "paid" if request.method == "POST" else "other"

    def refusal(self, status: int, text: str = "") -> Refusal:
        """`{"error": {message, type, param, code}}`."""
        code, message = TEXTS.get(status, ("invalid_value", "Invalid value."))
        return self.wrong(status, code, text or message)

    def wrong(self, status: int, code: str | None, text: str, param: str | None = None) -> Refusal:
        """An error as OpenAI tells it."""
        kind = "server_error" if status >= 500 else "invalid_request_error"
        error = {"message": text, "type": kind, "param": param, "code": code}
        return Refusal(status, {"error": error})

    async def models(self, request: web.Request) -> web.Response:
        """All that the key may use, texts' models too."""
        self.account(self.bearer(request))
        names = [*MODELS, "gpt-6-astra"]
        rows = [{"id": name, "object": "model", "owned_by": "system"} for name in names]
        return answer({"object": "list", "data": rows})

    async def make(self, request: web.Request) -> web.Response:
        """Check, draw, bill."""
        account = self.account(self.bearer(request))
        asked = self.checked(await self.read(request))
        model = asked.fields["model"]
        if fault(request, "unverified"):
            raise self.wrong(403, None, UNVERIFIED.format(model))
        held = fault(request, "moderation")
        if held and held.args.get("stage") != "output":
            raise self.rejected("input")
        job = f"img_{len(self.world.ledger.jobs(self.name)) + 1:06d}"
        entry = self.accept(job, model, account, asked.shown())
        broken = fault(request, "failed")
        usage = usage_of(asked)
        entry.billed, entry.cost = not (broken or held), cost_of(model, usage)
        await self.world.sleep(queue_s(request, 0.0) + float(self.setting("run_s")))
        entry.state = "failed" if broken or held else "done"
        if broken:
            raise self.refusal(500)
        if held:
            raise self.rejected("output")
        return answer(await self.told(asked, usage, empty=bool(fault(request, "empty"))))

    async def told(self, asked: Asked, usage: Any, *, empty: bool) -> dict[str, Any]:
        """The answer with its pictures."""
        kind = str(asked.fields.get("output_format", "png"))
        drawn = 0 if empty else int(asked.fields.get("n", 1))
        raw = await self.world.draw(recipe_of(asked), kind) if drawn else b""
        data = [{"b64_json": b64encode(raw).decode()}] * drawn
        size = asked.fields.get("size", "auto")
        return {"created": 1, "size": size, "output_format": kind, "data": data, "usage": usage}

    def rejected(self, stage: str) -> Refusal:
        """The safety system's answer, before or after the picture was made."""
        body = self.wrong(400, "moderation_blocked", REJECTED).body
        details = {"moderation_stage": stage, "categories": ["sexual"]}
        body["error"] |= {"type": "image_generation_user_error", "moderation_details": details}
        return Refusal(400, body)

    async def read(self, request: web.Request) -> Asked:
        """JSON for generations, a form for edits."""
        raw, path = await request.read(), request.match_info["path"]
        if path == "generations":
            body = parsed(raw)
            if not isinstance(body, dict):
                raise self.wrong(400, None, "We could not parse the JSON body of your request.")
            return Asked(path, body, [])
        form = pieces(request.headers.get("Content-Type", ""), raw)
        if not form:
            raise self.wrong(400, "unsupported_content_type", "Use 'multipart/form-data'.")
        texts: dict[str, Any] = {piece.name: piece.text for piece in form if not piece.filename}
        if texts.get("n", "").isdecimal():
            texts["n"] = int(texts["n"])
        files = [piece for piece in form if piece.filename]
        images = [piece.raw for piece in files if piece.name in ("image", "image[]")]
        masks = [piece.raw for piece in files if piece.name == "mask"]
        return Asked(path, texts, images, masks[0] if masks else None)

    def checked(self, asked: Asked) -> Asked:
        """A known model whose limits are kept."""
        if asked.fields.get("model") not in MODELS:
            raise self.refusal(404)
        found = list(complaints(asked.path, asked.fields))
        if asked.path == "edits":
            found += image_complaints(asked.images, asked.mask)
        for code, param, text in found:
            raise self.wrong(400, code, text, param)
        return asked


def usage_of(asked: Asked) -> dict[str, Any]:
    """Tokens that went in and came out."""
    wide, high = size_of(str(asked.fields.get("size", "auto")))
    quality = str(asked.fields.get("quality", "auto"))
    text, images = len(asked.fields["prompt"]) // 4 + 1, 300 * len(asked.images)
    made = round(TOKENS[quality] * wide * high / 1024**2) * int(asked.fields.get("n", 1))
    return {
        "input_tokens": text + images, "output_tokens": made, "total_tokens": text + images + made,
        "input_tokens_details": {"text_tokens": text, "image_tokens": images},
        "output_tokens_details": {"text_tokens": 0, "image_tokens": made},
    }  # fmt: skip


def cost_of(model: str, usage: Mapping[str, Any]) -> int:
    """Micro-dollars."""
    text, image, made = MODELS[model].prices
    kinds = usage["input_tokens_details"]
    paid: float = text * kinds["text_tokens"] + image * kinds["image_tokens"]
    paid += made * usage["output_tokens"]
    return round(paid)


def recipe_of(asked: Asked) -> Recipe:
    """What the picture is to show."""
    wide, high = size_of(str(asked.fields.get("size", "auto")))
    return Recipe(
        cloud="openai_images",
        model=asked.fields["model"],
        prompt=asked.fields["prompt"],
        width=wide,
        height=high,
        seed=0,
        init=asked.images[0] if asked.images else None,
        mask=repainted(asked.mask) if asked.mask else None,
        references=tuple(asked.images[1:]),
    )
