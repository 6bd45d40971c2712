"""Pixel Dojo: `/pixeldojo/api/v1/models/{id}/run` with jobs, and the old `/flux`, held open.

Sources: pixeldojo.ai (API reference, pages of flux, flux-2-dev and z-image-spicy), the older
document of /flux, the scripts of the vendor. Inferred: fields of the models whose page was not
seen, words of a moderation, what a LoRA that cannot be fetched comes to, sizes of the ratios, a
list under `GET /jobs`, that a field nobody knows is refused at /flux too.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, ClassVar
from uuid import uuid4

from aiohttp import web

from emulator.cloud import Cloud, Refusal, answer, fault, fields, origin, parsed, queue_s
from emulator.jobs import Job, WorkFailed
from emulator.ledger import Entry
from emulator.pictures import Recipe
from emulator.reach import lost

SIZES = {
    "1:1": (1024, 1024), "16:9": (1344, 768), "9:16": (768, 1344), "4:3": (1152, 896),
    "3:4": (896, 1152), "3:2": (1216, 832), "2:3": (832, 1216),
}  # fmt: skip
PLAIN = fields("prompt aspect_ratio webhook_url")
FLUX2 = PLAIN | fields(
    "resolution num_outputs safety_tolerance prompt_upsampling seed output_format"
)
MODELS: Mapping[str, tuple[frozenset[str], float]] = {
    "z-image-turbo": (PLAIN, 0.5),
    "flux-2-klein-9b": (PLAIN, 0.5),
    "flux-2-klein-4b": (PLAIN, 0.1),
    "flux-2-dev": (FLUX2, 1.0),
    "flux-dev": (PLAIN, 1.0),
    "flux-krea-dev": (PLAIN, 1.0),
}
"""What each model of the job API takes, and its credits."""
OLD = {"flux-pro": 1.0, "flux-1.1-pro": 1.0, "flux-1.1-pro-ultra": 1.5, "flux-dev-single-lora": 1.0}
OLD_TAKES = fields(
    "prompt model aspect_ratio num_outputs seed output_format output_quality raw lora_weights",
    "lora_scale num_inference_steps guidance_scale megapixels go_fast",
)
CREDIT = 40_000
"""Micro-dollars, a guess."""
ERRORS = {
    400: ("invalid_request", "Invalid request"),
    401: ("invalid_api_key", "Invalid API key"),
    402: ("insufficient_credits", "Your account has insufficient credits"),
    403: ("insufficient_credits", "Your account has insufficient credits"),
    404: ("model_not_found", "Model not found"),
    422: ("invalid_request", "Invalid request"),
    429: ("rate_limit_exceeded", "Too many requests"),
}
STATES = {"queued": "pending", "running": "processing", "done": "completed", "failed": "failed"}
MODERATED = "Content policy: the request was flagged by moderation"


class Pixeldojo(Cloud):
    """Credits, one pool a key."""

    name = "pixeldojo"
    home = "/pixeldojo/api/v1"
    kinds = Cloud.kinds | {"failed"}
    defaults: ClassVar[Mapping[str, Any]] = {"queue_s": 0.3, "run_s": 4.0, "at_once": 4}

    def routes(self) -> list[web.RouteDef]:
        """Both generations of the API lie side by side."""
        return [
            web.post(f"{self.home}/flux", self.flux),
            web.post(f"{self.home}/models/{{model}}/run", self.run),
            web.get(f"{self.home}/jobs", self.jobs),
            web.get(f"{self.home}/jobs/{{job}}", self.job),
        ]

    def stage(self, request: web.Request, body: Any) -> str:
        """Whatever is posted is paid."""
        return "paid" if request.method == "POST" else "status"

    def refusal(self, status: int, text: str = "") -> Refusal:
        """`{"error": {code, message, status}}`."""
        code, said = ERRORS.get(status, ("server_error", "Something went wrong"))
        return Refusal(status, {"error": {"code": code, "message": text or said, "status": status}})

    async def run(self, request: web.Request) -> web.Response:
        """Accept a job; a field outside of the model's schema is refused."""
        account, model = self.account(self.bearer(request)), request.match_info["model"]
        if model not in MODELS:
            raise self.refusal(404)
        takes, credit = MODELS[model]
        asked = self.checked(parsed(await request.read()), takes)
        job = self.started(request, account, model, asked, credit)
        told = {
            "jobId": job.entry.job, "status": "pending", "creditCost": credit,
            "statusUrl": f"{origin(request)}{self.home}/jobs/{job.entry.job}",
            "creditsRemaining": 95, "expiresAt": "2026-01-02T00:00:00Z",
        }  # fmt: skip
        return answer(told, 202)

    async def flux(self, request: web.Request) -> web.Response:
        """The old call: hold on, then the address of the picture."""
        account = self.account(self.bearer(request))
        asked = self.checked(parsed(await request.read()), OLD_TAKES)
        model = asked.get("model", "flux-pro")
        if model not in OLD:
            raise self.refusal(404)
        if (model == "flux-dev-single-lora") != ("lora_weights" in asked) or asked.get("go_fast"):
            raise self.refusal(400, "lora_weights goes with flux-dev-single-lora, go_fast off")
        job = self.started(request, account, model, asked, OLD[model])
        await job.over.wait()
        if job.told is not None:
            raise self.refusal(
                500 if job.told["code"] == "server_error" else 400, job.told["message"]
            )
        return answer({"images": job.result, "credits_used": OLD[model], "credits_remaining": 99})

    def checked(self, asked: Any, takes: frozenset[str]) -> dict[str, Any]:
        """The fields, each known and right."""
        if not isinstance(asked, dict) or not isinstance(asked.get("prompt"), str):
            raise self.refusal(400, "prompt is required")
        if unknown := sorted(asked.keys() - takes):
            raise self.refusal(400, f"Unrecognized key: {unknown[0]}")
        if asked.get("aspect_ratio", "1:1") not in SIZES:
            raise self.refusal(400, f"aspect_ratio must be one of {', '.join(SIZES)}")
        numbers = {"seed": 2**31 - 1, "num_outputs": 4, "lora_scale": 2}
        for name, most in numbers.items():
            value = asked.get(name, 0)
            if isinstance(value, bool) or not isinstance(value, int | float) or value > most:
                raise self.refusal(400, f"{name} must be a number up to {most}")
        return asked

    def started(
        self, request: web.Request, account: str, model: str, asked: dict[str, Any], credit: float
    ) -> Job:
        """The job of a request, under way."""
        entry = self.accept(f"job_{uuid4().hex[:12]}", model, account, asked)
        entry.cost = round(credit * CREDIT)
        struck, here = fault(request, *self.kinds), origin(request)

        async def work() -> list[str]:
            kind = struck.kind if struck else ""
            if kind == "moderation":
                raise WorkFailed({"code": "content_policy", "message": MODERATED})
            if kind == "failed":
                raise WorkFailed({"code": "server_error", "message": "Generation failed"})
            if lost(asked.get("lora_weights")):
                raise WorkFailed({"code": "invalid", "message": "LoRA could not be downloaded"})
            entry.billed = True
            if kind == "empty":
                return []
            raw = await self.world.draw(recipe(entry, asked), "png")
            return [self.world.keep(self.name, raw, "png", here)]

        job = self.world.jobs.start(
            entry, work, queue_s=queue_s(request, self.setting("queue_s")),
            run_s=self.setting("run_s"), lane=f"pixeldojo/{account}", width=self.setting("at_once"),
        )  # fmt: skip
        self.world.tell(job, asked.get("webhook_url"), lambda: [told(job)])
        return job

    async def job(self, request: web.Request) -> web.Response:
        """How it stands; `output` when it is completed, `error` when it failed."""
        account = self.account(self.bearer(request))
        job = self.world.jobs.get(self.name, request.match_info["job"])
        if job is None or job.entry.key != account:
            raise self.refusal(404, "Job not found")
        return answer(told(job))

    async def jobs(self, request: web.Request) -> web.Response:
        """The key's own."""
        account = self.account(self.bearer(request))
        mine = [one for one in self.world.ledger.jobs(self.name) if one.key == account]
        return answer({"jobs": [{"jobId": one.job, "status": STATES[one.state]} for one in mine]})


def told(job: Job) -> dict[str, Any]:
    """The job; a webhook's body is thought to be the same."""
    body: dict[str, Any] = {"jobId": job.entry.job, "status": STATES[job.state]}
    if job.state == "done":
        body |= {"output": {"images": job.result}, "creditCost": job.entry.cost / CREDIT}
    if job.state == "failed":
        body["error"] = job.told
    return body


def recipe(entry: Entry, asked: Mapping[str, Any]) -> Recipe:
    """What the picture is to show."""
    width, height = SIZES[asked.get("aspect_ratio", "1:1")]
    drawn = int.from_bytes(sha256(entry.job.encode()).digest()[:4], "big") >> 1
    loras = (
        [(asked["lora_weights"], asked.get("lora_scale", 0.7))] if "lora_weights" in asked else []
    )
    return Recipe(
        cloud="pixeldojo", model=entry.model, prompt=asked["prompt"], width=width, height=height,
        seed=asked.get("seed", drawn), loras=tuple(loras),
    )  # fmt: skip
