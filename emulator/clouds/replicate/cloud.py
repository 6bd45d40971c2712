"""Replicate: `/replicate/v1/models/{owner}/{name}/predictions`, polled, cancelled or waited for.

Sources: the Python SDK 1.0.7, replicate.com/docs (HTTP, error codes), copies of bodies.
Inferred: words of 401 and 404, that a prediction over the level's concurrency waits, that a
failed or cancelled one is not billed.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Any, ClassVar
from uuid import uuid4

from aiohttp import web

from emulator.cloud import Cloud, Refusal, answer, fault, origin, parsed, queue_s
from emulator.clouds.replicate.schemas import SCHEMAS, complaints, recipe
from emulator.jobs import Job, WorkFailed
from emulator.reach import lost

TITLES = {
    401: ("Unauthenticated", "You did not pass a valid authentication token"),
    402: ("Insufficient credit", "You have insufficient credit to run this model."),
    403: ("Forbidden", "You do not have permission to perform this action."),
    404: ("Not found", "The requested resource could not be found."),
    422: ("Input validation failed", "- input: Invalid input"),
    429: ("", "Request was throttled. Your rate limit resets in ~3s."),
}
ENDINGS = {
    "moderation": "The input or output was flagged as sensitive. Please try again. (E005)",
    "nsfw": "NSFW content detected. Try running it again, or try a different prompt.",
    "failed": "Prediction interrupted; please retry (code: PA)",
    "memory": "CUDA out of memory. (E1001)",
}
STATES = {
    "queued": "starting", "running": "processing", "done": "succeeded", "failed": "failed",
    "cancelled": "canceled",
}  # fmt: skip
WAIT = re.compile(r"wait(?:=(\d+))?")


class Replicate(Cloud):
    """Predictions of official models."""

    name = "replicate"
    home = "/replicate/v1"
    kinds = Cloud.kinds | {"failed", "nsfw", "memory"}
    defaults: ClassVar[Mapping[str, Any]] = {"queue_s": 0.3, "run_s": 3.0, "at_once": 10}

    def routes(self) -> list[web.RouteDef]:
        """What the SDK calls for a picture, and for the account."""
        one = f"{self.home}/predictions/{{id}}"
        return [
            web.post(f"{self.home}/models/{{owner}}/{{name}}/predictions", self.create),
            web.get(one, self.of_prediction(self.get)),
            web.post(f"{one}/cancel", self.of_prediction(self.cancel)),
            web.get(f"{self.home}/account", self.whose),
        ]

    def stage(self, request: web.Request, body: Any) -> str:
        """A prediction is created with a POST that is no cancel."""
        if request.method == "POST":
            return "other" if request.path.endswith("/cancel") else "paid"
        return "status" if "/predictions/" in request.path else "other"

    def refusal(self, status: int, text: str = "") -> Refusal:
        """A problem (RFC 7807); of a 429 the seconds too."""
        title, detail = TITLES.get(status, ("Internal server error", "Something went wrong"))
        body: dict[str, Any] = {"detail": text or detail, "status": status}
        body |= {"title": title} if title else {"retry_after": 3}
        return Refusal(status, body)

    async def create(self, request: web.Request) -> web.Response:
        """202 while it runs; 201 when it was over within `Prefer: wait`."""
        account, info = self.account(self.bearer(request)), request.match_info
        model = f"{info['owner']}/{info['name']}"
        if model not in SCHEMAS:
            raise self.refusal(404)
        body = parsed(await request.read())
        asked = body.get("input") if isinstance(body, dict) else None
        if not isinstance(asked, dict):
            raise self.refusal(422, "- (root): input is required")
        if wrong := list(complaints(model, asked)):
            told = "\n".join(f"- input.{name}: {why}" for name, why in wrong)
            raise self.refusal(422, told)
        seconds = self.waits(request.headers.get("Prefer", ""))
        job = self.started(request, account, model, body)
        if seconds:
            await self.world.wait(seconds, job.over)
        if job.over.is_set():
            return answer(self.told(request, job), 201)
        # what the wait was too short for is starting, even if it runs: the SDK relies on it
        return answer({**self.told(request, job), "status": "starting", "logs": ""}, 202)

    def waits(self, prefer: str) -> float:
        """Seconds of the header; 60 without a number, 0 without the header."""
        found = WAIT.fullmatch(prefer)
        if found is None or not found[1]:
            return 60.0 if found else 0.0
        if not 1 <= int(found[1]) <= 60:
            raise self.refusal(400, "Prefer: wait must be between 1 and 60")
        return float(found[1])

    def started(self, request: web.Request, account: str, model: str, body: Any) -> Job:
        """The prediction of a request, under way."""
        known, asked, struck = SCHEMAS[model], body["input"], fault(request, *self.kinds)
        entry = self.accept(uuid4().hex[:26], model, account, asked)
        entry.facts["webhook"] = [body.get("webhook"), body.get("webhook_events_filter")]
        entry.facts["prefer"] = request.headers.get("Prefer", "")
        entry.cost, here, kind = known.price, origin(request), struck.kind if struck else ""

        async def work() -> Any:
            if kind in ENDINGS and not (kind == "nsfw" and asked.get("disable_safety_checker")):
                raise WorkFailed(ENDINGS[kind])
            for name in ("lora_weights", "extra_lora"):
                if lost(asked.get(name)):
                    raise WorkFailed(f"Failed to download LoRA weights {asked[name]}: 404")
            entry.billed = True
            drawn = int.from_bytes(sha256(entry.job.encode()).digest()[:4], "big") >> 1
            form = {"jpg": "jpeg"}.get(
                asked.get("output_format", "webp"), asked.get("output_format")
            )
            raw = await self.world.draw(recipe(model, asked, drawn), form or "webp")
            urls = (
                [] if kind == "empty" else [self.world.keep(self.name, raw, form or "webp", here)]
            )
            return urls[0] if known.alone and urls else urls

        job = self.world.jobs.start(
            entry, work, queue_s=queue_s(request, self.setting("queue_s")),
            run_s=self.setting("run_s"), lane=f"replicate/{account}", width=self.setting("at_once"),
        )  # fmt: skip
        if "completed" in body.get("webhook_events_filter", ["completed"]):
            self.world.tell(job, body.get("webhook"), lambda: [self.told(request, job)])
        return job

    def told(self, request: web.Request, job: Job) -> dict[str, Any]:
        """The prediction."""
        entry, here = job.entry, f"{origin(request)}{self.home}/predictions/{job.entry.job}"
        running = job.state == "running"
        return {
            "id": entry.job, "model": entry.model, "version": "hidden", "input": entry.request,
            "logs": "Using seed: 42\n 40%|####      | 4/10 [00:01<00:02]" if running else "",
            "output": job.result, "error": job.told, "status": STATES[job.state],
            "created_at": "2026-01-01T00:00:00.000Z", "data_removed": False,
            "metrics": {"predict_time": job.ran_ms / 1000} if job.over.is_set() else {},
            "urls": {"get": here, "cancel": f"{here}/cancel"},
        }  # fmt: skip

    def of_prediction(
        self, does: Callable[[web.Request, Job], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """`does` with the prediction of the path; 404 for one that is unknown or another's."""

        async def checked(request: web.Request) -> web.Response:
            account = self.account(self.bearer(request))
            job = self.world.jobs.get(self.name, request.match_info["id"])
            if job is None or job.entry.key != account:
                raise self.refusal(404)
            return await does(request, job)

        return checked

    async def get(self, request: web.Request, job: Job) -> web.Response:
        """How it stands."""
        return answer(self.told(request, job))

    async def cancel(self, request: web.Request, job: Job) -> web.Response:
        """Stop it; one that is over stays as it is."""
        await self.world.jobs.cancel(job)
        return answer(self.told(request, job))

    async def whose(self, request: web.Request) -> web.Response:
        """The account."""
        self.account(self.bearer(request))
        return answer({"type": "user", "username": "mira", "name": "Mira", "github_url": None})
