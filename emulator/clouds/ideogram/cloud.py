"""Ideogram: forms to `/ideogram/v1/ideogram-v3|v4/…`, pictures behind addresses that expire.

Shapes: developer.ideogram.ai as others have written it down. Inferred: that a refused picture is
not billed, and the words of refusals but for the safety check's.
"""

from collections.abc import Mapping
from io import BytesIO
from typing import Any, ClassVar

from aiohttp import web
from PIL import Image

from emulator.cloud import Cloud, Refusal, answer, fault, origin, queue_s
from emulator.clouds.ideogram.rules import FILES, TAKES, complaints, repainted
from emulator.forms import parts
from emulator.jobs import Job, WorkFailed
from emulator.ledger import Entry
from emulator.pictures import Recipe, digest

DETAILS: Mapping[int, tuple[str, str]] = {
    400: ("Bad Request", "The request is invalid."),
    401: ("Unauthorized", "No authorization token provided"),
    402: ("Payment Required", "Insufficient credits."),
    403: ("Forbidden", "Not authorized to generate an image."),
    404: ("Not Found", "The requested URL was not found on the server."),
    415: ("Unsupported Media Type", "Use multipart/form-data."),
    429: ("Too Many Requests", "Too many requests in flight."),
    500: ("Internal Server Error", "The server encountered an internal error."),
    503: ("Service Unavailable", "The request took too long to finish."),
}
UNSAFE = "Prompt provided failed safety check due to the inclusion of prohibited content."
PRICES = {"TURBO": 30_000, "DEFAULT": 60_000, "QUALITY": 100_000}


class Ideogram(Cloud):
    """Two generations of models. A `moderation` fault takes `flag`: a 200 without an address."""

    name = "ideogram"
    home = "/ideogram"
    kinds = Cloud.kinds | {"failed"}
    defaults: ClassVar[Mapping[str, Any]] = {"run_s": 10.0}

    def routes(self) -> list[web.RouteDef]:
        """A path a way; the queue of 4.0; the account's own models."""
        ways = [
            web.post(f"/ideogram/v1/{path}", self.make) for path in TAKES if "async" not in path
        ]
        return [
            *ways,
            web.post("/ideogram/v1/ideogram-v4/async/generate", self.queue),
            web.get("/ideogram/v1/generations/{id}", self.generation),
            web.get("/ideogram/models", self.models),
        ]

    def stage(self, request: web.Request, body: Any) -> str:
        """Every form is paid."""
        if request.method == "POST":
            return "paid"
        return "status" if "/generations/" in request.path else "other"

    def refusal(self, status: int, text: str = "") -> Refusal:
        """RFC 7807; the safety check's 422 has a shape of its own."""
        if status == 422:
            return Refusal(422, {"error": text or "The request could not be done."})
        title, detail = DETAILS.get(status, ("Error", "Error"))
        told = {"type": "about:blank", "title": title, "detail": text or detail}
        return Refusal(status, {**told, "status": status})

    def keyed(self, request: web.Request) -> str:
        """The account of the header Api-Key."""
        return self.account(request.headers.get("Api-Key", ""))

    async def models(self, request: web.Request) -> web.Response:
        """None of its own."""
        self.keyed(request)
        return answer({"datasets": [], "models": []})

    async def read(self, request: web.Request) -> tuple[str, dict[str, bytes]]:
        """The path below /v1, and the form that is right for it."""
        path = request.path.removeprefix("/ideogram/v1/")
        form = parts(request.headers.get("Content-Type", ""), await request.read())
        if not form:
            raise self.refusal(415)
        for wrong in complaints(path, form):
            raise self.refusal(400, wrong)
        held = fault(request, "moderation")
        if held and not held.args.get("flag"):
            raise self.refusal(422, UNSAFE)
        return path, form

    def entered(self, request: web.Request, account: str, path: str, form: Any) -> Entry:
        """The accepted job."""
        shown = {name: digest(raw) if name in FILES else raw.decode() for name, raw in form.items()}
        job = f"gen/{len(self.world.ledger.jobs(self.name)) + 1:06d}=="
        entry = self.accept(job, path, account, shown)
        entry.billed = not fault(request, "failed", "moderation")
        entry.cost = PRICES.get(str(shown.get("rendering_speed")), PRICES["DEFAULT"])
        return entry

    async def make(self, request: web.Request) -> web.Response:
        """Check, draw, bill."""
        account = self.keyed(request)
        path, form = await self.read(request)
        entry = self.entered(request, account, path, form)
        await self.world.sleep(queue_s(request, 0.0) + float(self.setting("run_s")))
        entry.state = "done"
        if fault(request, "failed"):
            entry.state = "failed"
            raise self.refusal(500)
        return answer({"created": "2026-11-21", "data": await self.pictures(request, path, form)})

    async def queue(self, request: web.Request) -> web.Response:
        """The same with an id at once; it wants an https address to call."""
        account = self.keyed(request)
        if not request.query.get("webhook_url", "").startswith("https://"):
            raise self.refusal(400, "webhook_url must be an HTTPS URL")
        path, form = await self.read(request)
        entry = self.entered(request, account, path, form)

        async def work() -> Any:
            if fault(request, "failed"):
                raise WorkFailed("internal_error")
            return await self.pictures(request, path, form)

        run_s = float(self.setting("run_s"))
        job = self.world.jobs.start(
            entry, work, queue_s=queue_s(request, 0.5), run_s=run_s, lane=self.name, width=10
        )
        self.world.tell(job, request.query["webhook_url"], lambda: [told(job)])
        return answer({"generation_id": entry.job})

    async def generation(self, request: web.Request) -> web.Response:
        """How a queued job gets on."""
        self.keyed(request)
        job = self.world.jobs.get(self.name, request.match_info["id"])
        if job is None:
            raise self.refusal(404)
        return answer(told(job))

    async def pictures(self, request: web.Request, path: str, form: Mapping[str, bytes]) -> Any:
        """The list under `data`."""
        if fault(request, "empty"):
            return []
        recipe = recipe_of(path, form)
        size = f"{recipe.width}x{recipe.height}"
        told = {"prompt": recipe.prompt, "resolution": size, "seed": recipe.seed}
        if fault(request, "moderation"):
            return [{**told, "url": None, "is_image_safe": False}]
        raw = await self.world.draw(recipe, "png")
        url = self.world.keep(self.name, raw, "png", origin(request))
        return [{**told, "url": url, "is_image_safe": True}]


def told(job: Job) -> dict[str, Any]:
    """A queued job; a webhook's body is thought to be the same."""
    body = {"generation_id": job.entry.job, "created": "2026-11-21"}
    if job.state == "failed":
        return {**body, "status": "failed", "failure_reason": job.told}
    if job.state != "done":
        return {**body, "status": "pending"}
    cost = {"usage_cost_usd_micros": job.entry.cost, "response_type": "url"}
    return {**body, **cost, "status": "completed", "data": job.result}


def recipe_of(path: str, form: Mapping[str, bytes]) -> Recipe:
    """What the picture is to show."""
    texts = {name: raw.decode() for name, raw in form.items() if name not in FILES}
    usual = "1024x1024" if "v3" in path else "2048x2048"
    wide, _, high = texts.get("resolution", usual).partition("x")
    size = int(wide), int(high)
    if path.endswith("inpaint"):
        size = Image.open(BytesIO(form["image"])).size
    weight = texts.get("image_weight")
    prompts = (texts.get(name) for name in ("prompt", "text_prompt", "json_prompt"))
    references = (form.get("character_reference_images"),)
    return Recipe(
        cloud="ideogram",
        model=path.partition("/")[0],
        prompt=next(filter(None, prompts)),
        width=size[0],
        height=size[1],
        seed=int(texts.get("seed", 0)),
        negative=texts.get("negative_prompt", ""),
        strength=None if weight is None else 1 - int(weight) / 100,
        init=form.get("image"),
        mask=repainted(form["mask"]) if "mask" in form else None,
        references=tuple(raw for raw in references if raw),
    )
