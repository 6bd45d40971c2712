"""Black Forest Labs: `POST /bfl/v1/{model}`, then the task's own address at a regional host.

Sources: docs.bfl.ai (OpenAPI, integration), the vendor's skills repository. Inferred: words of the
errors, `details` of a moderation, that a region is known by its host (here by a part of the path),
that a task which failed or was moderated is not billed.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, ClassVar
from uuid import uuid4

from aiohttp import web

from emulator.cloud import Cloud, Refusal, answer, fault, origin, parsed, queue_s
from emulator.clouds.bfl.schemas import SCHEMAS, complaints, recipe
from emulator.jobs import Job, WorkFailed

TEXTS = {
    401: "Not authenticated",
    402: "Insufficient credits",
    403: "Not authenticated - Invalid Authentication",
    404: "Not Found",
}
ENDINGS: Mapping[str, tuple[str, Any]] = {
    "moderation": ("Request Moderated", {"Moderation Reasons": ["Safety Filter"]}),
    "content": ("Content Moderated", {"Moderation Reasons": ["Derivative Works Filter"]}),
    "failed": ("Error", {"error": "Generation Error"}),
}
STATES = {"queued": "Pending", "running": "Pending", "done": "Ready"}
DELIVERED_S = 600.0
"""A result's address is signed for ten minutes."""


class Bfl(Cloud):
    """The global host takes tasks; the region that runs them is asked for them."""

    name = "bfl"
    home = "/bfl/v1"
    kinds = Cloud.kinds | {"failed", "content", "elsewhere"}
    defaults: ClassVar[Mapping[str, Any]] = {
        "queue_s": 0.2, "run_s": 4.0, "at_once": 24, "credits": 123.4, "pending": "Pending",
    }  # fmt: skip
    """`pending`: what a task that runs is called; FLUX.3 has names of its own."""

    def routes(self) -> list[web.RouteDef]:
        """`/bfl/eu2` stands for a regional host."""
        return [
            web.get("/bfl/eu2/v1/get_result", self.result),
            web.get(f"{self.home}/get_result", self.unknown),
            web.get(f"{self.home}/credits", self.credits),
            web.post(f"{self.home}/{{model}}", self.submit),
        ]

    def stage(self, request: web.Request, body: Any) -> str:
        """Whatever is posted makes a task."""
        status = "status" if request.path.endswith("/get_result") else "other"
        return "paid" if request.method == "POST" else status

    def refusal(self, status: int, text: str = "") -> Refusal:
        """A flat `detail`, a list for 422, and for 429 an object of its own."""
        said = text or TEXTS.get(status, "Internal Server Error" if status >= 500 else "Error")
        if status == 422:
            item = {"loc": ["body"], "msg": text or "Invalid input", "type": "value_error"}
            return Refusal(status, {"detail": [item]})
        if status == 429:
            told = {"error": "rate_limit_exceeded", "message": "Too many concurrent requests"}
            return Refusal(status, {**told, "retry_after": 5})
        return Refusal(status, {"detail": said})

    def signed_in(self, request: web.Request) -> str:
        """The account behind `x-key`; no other header opens one."""
        return self.account(request.headers.get("x-key", ""))

    async def submit(self, request: web.Request) -> web.Response:
        """Accept and answer at once."""
        account, model = self.signed_in(request), request.match_info["model"]
        if model not in SCHEMAS:
            raise self.refusal(404)
        asked = parsed(await request.read())
        if not isinstance(asked, dict):
            raise self.refusal(422, "Input should be a valid dictionary")
        wrong = [
            {"loc": ["body", name], "msg": said, "type": "value_error"}
            for name, said in complaints(SCHEMAS[model], asked)
        ]
        if wrong:
            raise Refusal(422, {"detail": wrong})
        job = self.started(request, account, model, asked)
        elsewhere = fault(request, "elsewhere")
        host = elsewhere.args["host"] if elsewhere else origin(request)
        told = {
            "id": job.entry.job, "cost": job.entry.cost / 10_000, "input_mp": 0.0, "output_mp": 1.0,
            "polling_url": f"{host}/bfl/eu2/v1/get_result?id={job.entry.job}",
        }  # fmt: skip
        return answer(told)

    def started(self, request: web.Request, account: str, model: str, asked: Any) -> Job:
        """The task of a request, under way."""
        entry = self.accept(str(uuid4()), model, account, asked)
        drawn = int.from_bytes(sha256(entry.job.encode()).digest()[:4], "big")
        made = recipe(model, asked, drawn)
        megapixels = max(1.0, made.width * made.height / 1_000_000)
        entry.cost = round(SCHEMAS[model].cents * megapixels * 10_000)
        struck, here = fault(request, *self.kinds), origin(request)
        entry.facts["seed"] = made.seed

        async def work() -> str:
            kind = struck.kind if struck else ""
            if kind in ENDINGS:
                raise WorkFailed(ENDINGS[kind])
            entry.billed = True
            if kind == "empty":
                return ""
            form = asked.get("output_format", "jpeg")
            raw = await self.world.draw(made, form)
            until = self.world.now() + DELIVERED_S
            return here + self.world.files.put(self.name, raw, form, until)

        return self.world.jobs.start(
            entry, work, queue_s=queue_s(request, self.setting("queue_s")),
            run_s=self.setting("run_s"), lane=f"bfl/{account}", width=self.setting("at_once"),
        )  # fmt: skip

    async def result(self, request: web.Request) -> web.Response:
        """How the task stands, 200 however it ended."""
        account = self.signed_in(request)
        job = self.world.jobs.get(self.name, request.query.get("id", ""))
        if job is None or job.entry.key != account:
            return await self.unknown(request)
        status, details = job.told if job.told is not None else (STATES[job.state], None)
        told: dict[str, Any] = {
            "id": job.entry.job, "status": status, "result": None, "progress": None,
            "details": details, "preview": None,
        }  # fmt: skip
        if job.state == "running":
            told |= {"status": self.setting("pending"), "progress": 0.5}
        if job.state == "done":
            facts = {"prompt": job.entry.request["prompt"], "seed": job.entry.facts["seed"]}
            told["result"] = {"sample": job.result or None, **facts, "duration": job.ran_ms / 1000}
        return answer(told)

    async def unknown(self, request: web.Request) -> web.Response:
        """A task of another region, or of nobody."""
        self.signed_in(request)
        told = {"id": request.query.get("id", ""), "status": "Task not found", "result": None}
        return answer(told, 404)

    async def credits(self, request: web.Request) -> web.Response:
        """What is left; a credit is a cent."""
        self.signed_in(request)
        return answer({"credits": self.setting("credits")})
