"""Together: `POST /together/v1/images/generations`, synchronous, pictures in the answer.

Shapes: the official client 3.1.1 and Together's openapi.yaml. Inferred: limits of sizes and steps,
that FLUX.1.1 pro refuses `steps`, and that an unknown field is let pass.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from aiohttp import web

from emulator.cloud import Cloud, Refusal, answer, fault, most_loras, origin, parsed, queue_s
from emulator.pictures import Recipe

TEXTS = {
    401: "Invalid API key provided.",
    402: "You have reached your monthly spending limit.",
    404: "Unable to access model. The model does not exist.",
    429: "You have reached the rate limit specific to this model.",
    503: "The engine is currently overloaded.",
}
LORA_MODEL = "black-forest-labs/FLUX.1-dev-lora"
MODELS: Mapping[str, tuple[int, int, int]] = {
    "black-forest-labs/FLUX.1-schnell": (4, 0, 0),
    LORA_MODEL: (50, 2, 0),
    "black-forest-labs/FLUX.2-dev": (50, 0, 8),
    "black-forest-labs/FLUX.1.1-pro": (0, 0, 0),
    "RunDiffusion/Juggernaut-Lightning-Flux": (8, 0, 0),
    "stabilityai/stable-diffusion-xl-base-1.0": (50, 0, 0),
}
"""Most steps, LoRAs and references of each model."""


class Together(Cloud):
    """One model call a request."""

    name = "together"
    kinds = Cloud.kinds | {"failed", "too_many_loras"}
    defaults: ClassVar[Mapping[str, Any]] = {"run_s": 3.0, "price": 2700, "retired": ""}
    """`price` in micro-dollars a picture; `retired` is a model that is gone."""

    def routes(self) -> list[web.RouteDef]:
        """The newest client adds `/v1` itself; older ones are given it with the address."""
        home, path = "/together/v1", "/images/generations"
        return [
            web.post(f"{home}{path}", self.generate),
            web.post(f"{home}/v1{path}", self.generate),
            web.get(f"{home}/models", self.listing),
        ]

    def stage(self, request: web.Request, body: Any) -> str:
        """Whatever is posted is paid."""
        return "paid" if request.method == "POST" else "other"

    def refusal(self, status: int, text: str = "") -> Refusal:
        """`{"error": {message, type}}`."""
        message = text or TEXTS.get(status, "Invalid request.")
        kind = "server_error" if status >= 500 else "invalid_request_error"
        return Refusal(status, {"error": {"message": message, "type": kind}})

    async def listing(self, request: web.Request) -> web.Response:
        """A bare array, of all kinds of models."""
        self.account(self.bearer(request))
        offered = [one for one in MODELS if one != self.setting("retired")]
        return answer([{"id": one, "object": "model", "type": "image"} for one in offered])

    async def generate(self, request: web.Request) -> web.Response:
        """Check, bill, draw."""
        account = self.account(self.bearer(request))
        body = self.checked(parsed(await request.read()), most_loras(request, 2))
        if fault(request, "moderation"):
            raise self.refusal(422, "image may contain NSFW content")
        number = len(self.world.ledger.jobs(self.name)) + 1
        entry = self.accept(f"o{number:06d}", body["model"], account, body)
        broken = fault(request, "failed")
        entry.billed, entry.cost = not broken, self.setting("price")
        await self.world.sleep(queue_s(request, 0.0) + float(self.setting("run_s")))
        entry.state = "failed" if broken else "done"
        if broken:
            raise self.refusal(500, "Inference failed.")
        data = [] if fault(request, "empty") else [await self.picture(request, body)]
        told = {"id": entry.job, "model": body["model"], "object": "list", "data": data}
        return answer(told)

    async def picture(self, request: web.Request, body: Mapping[str, Any]) -> dict[str, Any]:
        """One element of `data`, as base64 or behind a URL that expires."""
        kind = str(body.get("output_format", "jpeg"))
        raw = await self.world.draw(recipe_of(body), kind)
        if body.get("response_format") == "base64":
            return {"index": 0, "type": "b64_json", "b64_json": b64encode(raw).decode()}
        url = self.world.keep(self.name, raw, kind, origin(request))
        return {"index": 0, "type": "url", "url": url}

    def checked(self, body: Any, most: int) -> dict[str, Any]:
        """A known model with a prompt, whose limits are kept."""
        if not isinstance(body, dict) or not all(body.get(k) for k in ("model", "prompt")):
            raise self.refusal(400, "'model' and 'prompt' are required")
        if body["model"] not in MODELS or body["model"] == self.setting("retired"):
            raise self.refusal(404)
        for wrong in complaints(body, most):
            raise self.refusal(422, wrong)
        return body


def complaints(body: Mapping[str, Any], most: int) -> Iterator[str]:
    """What a known model finds wrong with a request; the words for too many LoRAs are inferred."""
    steps, loras, references = MODELS[body["model"]]
    loras = min(loras, most)
    asked = body.get("image_loras") or []
    if "steps" in body and not 1 <= body["steps"] <= steps:
        yield f"steps must be between 1 and {steps}"
    if body["model"] == LORA_MODEL and not asked:
        yield "image_loras: this model needs at least one"
    if len(asked) > loras or not all({"path", "scale"} <= one.keys() for one in asked):
        yield f"image_loras: at most {loras} of path and scale"
    if len(body.get("reference_images") or []) > references:
        yield f"reference_images: at most {references}"
    sides = (body.get("width", 1024), body.get("height", 1024))
    if not all(256 <= side <= 1440 and side % 16 == 0 for side in sides):
        yield "width and height are 256 to 1440, in steps of 16"
    if body.get("response_format", "url") not in ("base64", "url"):
        yield "response_format is base64 or url"


def recipe_of(body: Mapping[str, Any]) -> Recipe:
    """What the picture is to show."""
    references = (str(one).partition("base64,")[2] for one in body.get("reference_images") or ())
    return Recipe(
        cloud="together",
        model=body["model"],
        prompt=body["prompt"],
        width=body.get("width", 1024),
        height=body.get("height", 1024),
        seed=body.get("seed", 0),
        negative=body.get("negative_prompt") or "",
        loras=tuple((one["path"], one["scale"]) for one in body.get("image_loras") or ()),
        steps=body.get("steps"),
        guidance=body.get("guidance_scale"),
        references=tuple(b64decode(text) if text else None for text in references),
    )
