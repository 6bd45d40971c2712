"""The AI Horde: `/ai_horde/api/v2/generate/…`; a request waits for a worker.

Source: Haidra-Org/AI-Horde. After a DELETE the request is not known any more. Inferred: what
`check` says of a request that no worker can take beyond `is_possible`.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import uuid4

from aiohttp import web

from emulator.cloud import Cloud, Refusal, answer, fault, origin, parsed, queue_s
from emulator.clouds.ai_horde.rules import FIELDS, MODELS, complaints, recipe, upfront
from emulator.jobs import Job, WorkFailed

ANONYMOUS = "0000000000"
CODES = {
    401: ("InvalidAPIKey", "No user matching sent API Key. Have you remembered to register?"),
    403: ("Forbidden", "Access denied"),
    404: ("RequestNotFound", "Request with that ID not found or has expired."),
    429: ("TooManyPrompts", "Too many concurrent requests."),
    503: ("MaintenanceMode", "The Horde is in maintenance mode."),
}
NO_KUDOS = "Due to heavy demand the client needs to already have the required kudos"
PROMPT = "This prompt appears to violate our terms of service"
AT = "/ai_horde/api/v2"


class AiHorde(Cloud):
    """The queue, and workers for some models."""

    name = "ai_horde"
    home = AT
    options = {"on": "on"}  # noqa: RUF012
    kinds = Cloud.kinds | {"failed", "censored", "upfront", "no_worker"}
    defaults: ClassVar[Mapping[str, Any]] = {"queue_s": 4.0, "run_s": 12.0, "workers": 3}

    def routes(self) -> list[web.RouteDef]:
        """The four calls of a request, and whose key it is."""
        return [
            web.post(f"{AT}/generate/async", self.submit),
            web.get(f"{AT}/generate/check/{{id}}", self.check),
            web.get(f"{AT}/generate/status/{{id}}", self.status),
            web.delete(f"{AT}/generate/status/{{id}}", self.cancel),
            web.get(f"{AT}/find_user", self.user),
        ]

    def stage(self, request: web.Request, body: Any) -> str:
        """By the method."""
        waits = request.method == "GET" and "/generate/" in request.path
        return "paid" if request.method == "POST" else "status" if waits else "other"

    def refusal(self, status: int, text: str = "") -> Refusal:
        """`{message, rc}`."""
        rc, said = CODES.get(status, ("Error", f"Error {status}"))
        return Refusal(status, {"message": text or said, "rc": rc})

    def signed_in(self, request: web.Request) -> str:
        """The account of the `apikey` header; anonymous is one. An agent must name itself."""
        if request.headers.get("Client-Agent", "").count(":") < 2:
            raise Refusal(403, {"message": "Client-Agent is missing", "rc": "BadClientAgent"})
        key = request.headers.get("apikey", "")
        return "anonymous" if key == ANONYMOUS else self.account(key)

    async def submit(self, request: web.Request) -> web.Response:
        """202 and an id."""
        account, body = self.signed_in(request), parsed(await request.read())
        for status, rc, said in complaints(body):
            raise Refusal(status, {"message": said, "rc": rc})
        if fault(request, "moderation"):
            raise Refusal(400, {"message": PROMPT, "rc": "CorruptPrompt"})
        if fault(request, "upfront") or upfront(body):
            raise Refusal(403, {"message": NO_KUDOS, "rc": "KudosUpfront"})
        model = (body.get("models") or MODELS)[0]
        entry = self.accept(str(uuid4()), model, account, body)
        entry.facts["ignored"] = sorted(body.keys() - FIELDS)
        entry.facts["possible"] = model in MODELS and not fault(request, "no_worker")
        struck, here = fault(request, *self.kinds), origin(request)

        async def work() -> Any:
            kind = struck.kind if struck else ""
            if kind == "failed":
                raise WorkFailed({"faulted": True})
            if kind == "empty":
                return []
            raw = await self.world.draw(recipe(body), "webp")
            r2 = self.world.keep(self.name, raw, "webp", here) if body.get("r2", True) else ""
            return [generation(body, r2 or b64encode(raw).decode(), kind == "censored")]

        never = 0.0 if entry.facts["possible"] else 1e9
        job = self.world.jobs.start(
            entry, work, queue_s=never + queue_s(request, self.setting("queue_s")),
            run_s=self.setting("run_s"), lane=self.name, width=self.setting("workers"),
        )  # fmt: skip
        self.world.tell(job, body.get("webhook"), lambda: deliveries(job), (0.0, 0.0))
        return answer({"id": entry.job, "kudos": 12.0, "warnings": []}, 202)

    def job(self, request: web.Request) -> Job:
        """The request of the path, as long as it was not deleted; no key is wanted to look."""
        job = self.world.jobs.get(self.name, request.match_info["id"])
        if job is None or job.state == "cancelled":
            raise self.refusal(404)
        return job

    async def check(self, request: web.Request) -> web.Response:
        """How it stands, without pictures."""
        return answer(told(self.job(request)))

    async def status(self, request: web.Request) -> web.Response:
        """The same with pictures."""
        job = self.job(request)
        return answer({**told(job), "shared": False, "generations": job.result or []})

    async def cancel(self, request: web.Request) -> web.Response:
        """What is finished; then the request is forgotten."""
        job = self.job(request)
        body = {**told(job), "generations": job.result or []}
        await self.world.jobs.cancel(job)
        job.entry.state = "cancelled"
        return answer(body)

    async def user(self, request: web.Request) -> web.Response:
        """Whose key it is."""
        account = self.signed_in(request)
        name = "Anonymous#0" if account == "anonymous" else "someone#1"
        return answer({"username": name, "kudos": 25.0})


def told(job: Job) -> dict[str, Any]:
    """The body of `check`."""
    states = {"queued": "waiting", "running": "processing", "done": "finished"}
    counts = {name: int(states.get(job.state) == name) for name in states.values()}
    return {
        **counts,
        "restarted": 0,
        "done": job.state == "done",
        "faulted": job.state == "failed",
        "wait_time": 0 if job.over.is_set() else 12,
        "queue_position": int(job.state == "queued"),
        "kudos": 12.0,
        "is_possible": job.entry.facts["possible"],
    }


def deliveries(job: Job) -> list[dict[str, Any]]:
    """What a webhook is sent: each generation, with the request's id; of a failure, nothing."""
    return [{**made, "request": job.entry.job, "kudos": 12.0} for made in job.result or []]


def generation(body: Mapping[str, Any], img: str, censored: bool) -> dict[str, Any]:
    """One element of `generations`."""
    meta = [{"type": "censorship", "value": "nsfw"}] if censored else []
    return {
        "img": img,
        "seed": str((body.get("params") or {}).get("seed") or 1234),
        "id": str(uuid4()),
        "censored": censored,
        "model": (body.get("models") or MODELS)[0],
        "worker_id": str(uuid4()),
        "worker_name": "a volunteer",
        "state": "censored" if censored else "ok",
        "gen_metadata": meta,
    }
