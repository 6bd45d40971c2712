"""Hugging Face's router: `/hf_inference/{cloud}/…`, synchronous, in each cloud's own shape.

Shapes: huggingface_hub 2.4, which is run against this. Inferred: the words of errors but those
about credits and about a model that a cloud does not serve, that an unknown field is refused, and
the limits.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from aiohttp import web

from emulator.cloud import Cloud, Refusal, answer, fault, fields, origin, parsed, queue_s
from emulator.pictures import Recipe

TEXTS = {
    401: "Invalid username or password.",
    402: "You have exceeded your monthly included credits for Inference Providers.",
    403: "This authentication method does not have sufficient permissions to call Inference "
         "Providers on behalf of the user.",
    404: "Not Found",
    429: "Too Many Requests",
    503: "Model is currently loading",
}  # fmt: skip
Asked = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Route:
    """One model of one cloud: what it takes, where the values stand, how it answers."""

    takes: frozenset[str]
    read: Callable[[Asked], Asked]
    answer: str
    """`bytes`, `url` or `base64`."""
    most_steps: int


def own(body: Asked) -> Asked:
    """Hugging Face's servers: the prompt is `inputs`, the rest `parameters`."""
    return {"prompt": body.get("inputs"), **(body.get("parameters") or {})}


def fal(body: Asked) -> Asked:
    """fal: a size of its own."""
    rest = {name: value for name, value in body.items() if name != "image_size"}
    return {**rest, **(body.get("image_size") or {})}


def together(body: Asked) -> Asked:
    """Together: steps have another name."""
    rest = {name: value for name, value in body.items() if name != "steps"}
    return {**rest, "num_inference_steps": body.get("steps", 4)}


SIZE = "prompt width height num_inference_steps seed"
ROUTES: Mapping[str, Route] = {
    "hf-inference/models/black-forest-labs/FLUX.1-schnell": Route(
        fields(SIZE, "guidance_scale scheduler"), own, "bytes", 50
    ),
    "hf-inference/models/stabilityai/stable-diffusion-xl-base-1.0": Route(
        fields(SIZE, "guidance_scale negative_prompt scheduler"), own, "bytes", 100
    ),
    "fal-ai/fal-ai/flux/dev": Route(
        fields(SIZE, "guidance_scale output_format num_images sync_mode"), fal, "url", 50
    ),
    "together/v1/images/generations": Route(
        fields(SIZE, "model response_format negative_prompt"), together, "base64", 4
    ),
}


class HfInference(Cloud):
    """One call a picture."""

    name = "hf_inference"
    kinds = Cloud.kinds | {"failed", "flagged", "unserved"}
    defaults: ClassVar[Mapping[str, Any]] = {"run_s": 4.0, "price": 3000}

    def routes(self) -> list[web.RouteDef]:
        """Every path below the router, and the Hub's whoami."""
        return [
            web.get("/hf_inference/api/whoami-v2", self.whoami),
            web.post("/hf_inference/{path:.+}", self.generate),
        ]

    def stage(self, request: web.Request, body: Any) -> str:
        """Whatever is posted is paid."""
        return "paid" if request.method == "POST" else "other"

    def refusal(self, status: int, text: str = "") -> Refusal:
        """`{"error": …}`."""
        return Refusal(status, {"error": text or TEXTS.get(status, f"Error {status}")})

    async def whoami(self, request: web.Request) -> web.Response:
        """Whose token it is."""
        self.account(self.bearer(request))
        return answer({"type": "user", "name": "someone", "isPro": False})

    async def generate(self, request: web.Request) -> web.Response:
        """Check, bill, draw, answer in the cloud's shape."""
        account, path = self.account(self.bearer(request)), request.match_info["path"]
        if path not in ROUTES or fault(request, "unserved"):
            cloud, _, model = path.partition("/")
            raise self.refusal(400, f"Model {model} is not supported by provider {cloud}.")
        body, route = parsed(await request.read()), ROUTES[path]
        recipe = self.recipe(body, route, path)
        if fault(request, "moderation"):
            raise self.refusal(400, "NSFW content was found in the prompt")
        entry = self.accept(f"h{len(self.world.ledger.entries):06d}", path, account, body)
        entry.facts["payer"] = request.headers.get("X-HF-Bill-To", "")
        entry.billed, entry.cost = not fault(request, "failed"), self.setting("price")
        await self.world.sleep(queue_s(request, 0.0) + float(self.setting("run_s")))
        entry.state = "failed" if fault(request, "failed") else "done"
        if fault(request, "failed"):
            raise self.refusal(500, "CUDA out of memory")
        raw = b"" if fault(request, "empty") else await self.world.draw(recipe, "png")
        return self.told(request, route, raw, bool(fault(request, "flagged")))

    def told(self, request: web.Request, route: Route, raw: bytes, flagged: bool) -> web.Response:
        """The answer; no bytes are no picture."""
        if route.answer == "bytes":
            return web.Response(body=raw, content_type="image/png")
        if route.answer == "base64":
            told = [{"index": 0, "b64_json": b64encode(raw).decode()}] if raw else []
            return answer({"object": "list", "data": told})
        urls = [self.world.keep(self.name, raw, "png", origin(request))] if raw else []
        images = [{"url": url, "content_type": "image/png"} for url in urls]
        return answer({"images": images, "has_nsfw_concepts": [flagged] * len(images)})

    def recipe(self, body: Any, route: Route, path: str) -> Recipe:
        """What the picture is to show; 400 with the reason for what is not taken."""
        if not isinstance(body, dict):
            raise self.refusal(400, "Invalid JSON")
        asked = route.read(body)
        if unknown := sorted(asked.keys() - route.takes):
            raise self.refusal(400, f"unexpected parameter: {', '.join(unknown)}")
        if not isinstance(asked.get("prompt"), str) or not asked["prompt"]:
            raise self.refusal(400, "a prompt is required")
        steps = asked.get("num_inference_steps")
        if steps is not None and not 1 <= steps <= route.most_steps:
            raise self.refusal(422, f"num_inference_steps: 1 to {route.most_steps}")
        sides = asked.get("width", 1024), asked.get("height", 1024)
        if not all(isinstance(side, int) and side % 8 == 0 for side in sides):
            raise self.refusal(422, "height and width have to be divisible by 8")
        return Recipe(
            cloud=self.name, model=path, prompt=asked["prompt"], width=sides[0], height=sides[1],
            seed=asked.get("seed", 0), negative=asked.get("negative_prompt", ""), steps=steps,
            guidance=asked.get("guidance_scale"),
        )  # fmt: skip
