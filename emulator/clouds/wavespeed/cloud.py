"""WaveSpeed: `POST /wavespeed/api/v3/{model}`, then the result by id; ids of models have slashes.

Sources: wavespeed.ai/docs (error codes, sync mode, levels), the Python SDK 2.0.5. Inferred: status
and words for an empty balance, that what is wrong with an input shows in the task, that tasks over
the level's concurrency wait, that failed tasks are not billed.
"""

import base64
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, ClassVar
from uuid import uuid4

from aiohttp import web

from emulator.cloud import Cloud, Refusal, answer, fault, most_loras, origin, parsed, queue_s
from emulator.clouds.wavespeed.schemas import SCHEMAS, recipe, wrong
from emulator.jobs import Job

TEXTS = {
    401: ("Invalid API key", "UNAUTHORIZED"),
    402: ("Insufficient balance, please top up", "INSUFFICIENT_BALANCE"),
    403: ("Permission denied", "FORBIDDEN"),
    404: ("Model not found", "NOT_FOUND"),
    429: ("Too many requests", "RATE_LIMITED"),
}
STATES = {"queued": "created", "running": "processing", "done": "completed", "failed": "failed"}
ENDINGS = {
    "moderation": (1200, "Content flagged as potentially sensitive"),
    "failed": (1403, "Task failed"),
    "unavailable": (5003, "Service unavailable"),
}


class Wavespeed(Cloud):
    """Models behind one queue per key."""

    name = "wavespeed"
    home = "/wavespeed/api/v3"
    kinds = Cloud.kinds | {"failed", "unavailable", "timed_out", "envelope", "too_many_loras"}
    defaults: ClassVar[Mapping[str, Any]] = {
        "queue_s": 0.2, "run_s": 2.0, "at_once": 2, "sync_s": 60.0, "balance": 12.5,
    }  # fmt: skip
    """`at_once` as on the lowest level; `sync_s`: how long sync mode holds on."""

    def routes(self) -> list[web.RouteDef]:
        """A model's id is whatever is left of the path."""
        at = self.home
        return [
            web.get(f"{at}/predictions/{{id}}/result", self.result),
            web.get(f"{at}/predictions/{{id}}", self.result),
            web.get(f"{at}/balance", self.balance),
            web.post(f"{at}/{{model:.+}}", self.submit),
        ]

    def stage(self, request: web.Request, body: Any) -> str:
        """Whatever is posted makes a task."""
        status = "status" if "/predictions/" in request.path else "other"
        return "paid" if request.method == "POST" else status

    def refusal(self, status: int, text: str = "") -> Refusal:
        """`{code, message, error_code}`."""
        said, named = TEXTS.get(status, (f"Error {status}", "ERROR"))
        return Refusal(status, {"code": status, "message": text or said, "error_code": named})

    async def submit(self, request: web.Request) -> web.Response:
        """Accept and answer at once, or hold on in sync mode."""
        account, model = self.account(self.bearer(request)), request.match_info["model"]
        asked = parsed(await request.read())
        if model not in SCHEMAS:
            raise self.refusal(404)
        if not isinstance(asked, dict):
            raise self.refusal(400, "Invalid request body")
        if found := fault(request, "envelope"):
            raise Refusal(200, {"code": found.args["code"], "message": found.args["text"]})
        job = self.started(request, account, model, asked)
        if asked.get("enable_sync_mode") is True:
            await self.world.wait(self.setting("sync_s"), job.over)
            return answer(self.told(request, job, sync=True))
        return answer(self.told(request, job))

    def started(self, request: web.Request, account: str, model: str, asked: Any) -> Job:
        """The task of a request, under way."""
        known, struck = SCHEMAS[model], fault(request, *self.kinds)
        known = replace(known, most_loras=most_loras(request, known.most_loras))
        entry = self.accept(
            uuid4().hex, model, account, asked, webhook=request.query.get("webhook")
        )
        entry.cost, kind = known.price, struck.kind if struck else ""
        entry.facts["ignored"] = sorted(asked.keys() - known.takes)
        entry.facts["flag"] = kind == "moderation" and bool(struck and struck.args.get("flag"))
        entry.facts["timed_out"] = (
            struck.args.get("looks", 2) if struck and kind == "timed_out" else 0
        )
        here = origin(request)

        async def work() -> Any:
            if kind in ENDINGS and not entry.facts["flag"]:
                raise wrong(*ENDINGS[kind])
            drawn = int.from_bytes(sha256(entry.job.encode()).digest()[:4], "big") >> 1
            made = recipe(model, known, asked, drawn)
            entry.billed = True
            if kind == "empty":
                return []
            raw = await self.world.draw(made, asked.get("output_format", "jpeg"))
            if asked.get("enable_base64_output"):
                return [base64.b64encode(raw).decode()]
            return [self.world.keep(self.name, raw, asked.get("output_format", "jpeg"), here)]

        job = self.world.jobs.start(
            entry, work, queue_s=queue_s(request, self.setting("queue_s")),
            run_s=self.setting("run_s"), lane=f"wavespeed/{account}", width=self.setting("at_once"),
        )  # fmt: skip
        hook = request.query.get("webhook")
        self.world.tell(job, hook, lambda: [self.told(request, job)["data"]])
        return job

    async def result(self, request: web.Request) -> web.Response:
        """How the task stands; 200 however it ended."""
        account = self.account(self.bearer(request))
        job = self.world.jobs.get(self.name, request.match_info["id"])
        if job is None or job.entry.key != account:
            raise self.refusal(404, "Prediction not found")
        return answer(self.told(request, job))

    def told(self, request: web.Request, job: Job, *, sync: bool = False) -> dict[str, Any]:
        """The envelope around the prediction."""
        entry, here = job.entry, f"{origin(request)}{self.home}"
        status, ended = STATES[job.state], job.told or {}
        outputs = job.result or []
        if sync and not job.over.is_set():
            status, ended = "processing", {"code": 5004, "error": "Sync mode timed out"}
        if entry.facts["timed_out"] and job.over.is_set():
            entry.facts["timed_out"] -= 1
            status, outputs = "failed", []
            ended = {"code": 5004, "error": "Task timed out, it continues"}
        task = {
            "id": entry.job, "model": entry.model, "input": entry.request, "outputs": outputs,
            "urls": {"get": f"{here}/predictions/{entry.job}/result"}, "status": status,
            "has_nsfw_contents": [entry.facts["flag"]] * len(outputs), "error": "",
            "created_at": "2026-01-01T00:00:00.000Z", "timings": {"inference": job.ran_ms}, **ended,
        }  # fmt: skip
        return {"code": 200, "message": "success", "data": task}

    async def balance(self, request: web.Request) -> web.Response:
        """What is left, in dollars."""
        self.account(self.bearer(request))
        data = {"balance": self.setting("balance")}
        return answer({"code": 200, "message": "success", "data": data})
