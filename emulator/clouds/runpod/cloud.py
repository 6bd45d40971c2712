"""RunPod serverless: `/runpod/v2/{endpoint}/run` and its kin, in front of emulated workers.

Sources: docs.runpod.io (operations, job states), the Python SDK. Inferred: the JSON of error
bodies, that a body over the limit is a 400, what cancel answers for a job that is over, the id in
`workerId`. A job counts as billed from its acceptance, at `run_s` × `price_per_s`, unless it is
cancelled in the queue. Public endpoints lie among the others; they tell their cost, and their
`runsync` refuses with a 400.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar
from uuid import uuid4

from aiohttp import web

from emulator.cloud import Cloud, Refusal, answer, fault, most_loras, origin, parsed, queue_s
from emulator.clouds.runpod.endings import STATES, act_out, planned, told
from emulator.clouds.runpod.roster import OPTIONS, PUBLIC, WORKERS
from emulator.clouds.runpod.workers import Plan
from emulator.jobs import Job, WorkFailed
from emulator.ledger import Entry
from emulator.world import World

TEXTS = {401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests"}
MIB = 1024 * 1024
EMPTY_INPUT_S = 40.0
"""After so long a job with an empty input is given up (measured by others: 40–100 s)."""


class RunPod(Cloud):
    """The platform."""

    name = "runpod"
    home = "/runpod/v2"
    options = OPTIONS
    kinds = Cloud.kinds | {
        "failed", "error_in_output", "error_status", "repeats_input", "timed_out", "too_many_loras",
    }  # fmt: skip
    defaults: ClassVar[Mapping[str, Any]] = {
        "endpoints": {name: {"worker": name} for name in WORKERS},
        "queue_s": 0.5,
        "run_s": 6.0,
        "cold_start_s": 0.0,
        "lora_load_s": 0.0,
        "workers": 2,
        "price_per_s": 310,
        "result_ttl_s": 1800.0,
        "sync_ttl_s": 60.0,
    }
    """An endpoint may have its own value for each. `cold_start_s` delays its first job,
    `lora_load_s` every job whose LoRA stack differs from the one before. Money in micro-dollars."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.stacks: dict[str, tuple[tuple[str, float], ...]] = {}

    def clear(self) -> None:
        """All workers are cold again."""
        self.stacks.clear()

    def routes(self) -> list[web.RouteDef]:
        """Under `/v2/{endpoint}`, so that the SDK's base URL is `…/runpod/v2`."""
        at = "/runpod/v2/{endpoint}"
        return [
            web.post(f"{at}/run", self.at_endpoint(self.run)),
            web.post(f"{at}/runsync", self.at_endpoint(self.runsync)),
            web.get(f"{at}/status/{{job}}", self.at_endpoint(self.status)),
            web.post(f"{at}/cancel/{{job}}", self.at_endpoint(self.cancel)),
            web.get(f"{at}/health", self.at_endpoint(self.health)),
            web.post(f"{at}/purge-queue", self.at_endpoint(self.purge)),
        ]

    def stage(self, request: web.Request, body: Any) -> str:
        """By the operation."""
        operation = (request.path.split("/") + [""] * 5)[4]
        return {"run": "paid", "runsync": "paid", "status": "status"}.get(operation, "other")

    def refusal(self, status: int, text: str = "") -> Refusal:
        """`{"error": …}`."""
        return Refusal(status, {"error": text or TEXTS.get(status, f"Error {status}")})

    def at_endpoint(
        self, operation: Callable[[web.Request, str, str], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """`operation` behind the checks of key and endpoint."""

        async def checked(request: web.Request) -> web.Response:
            account = self.account(self.bearer(request))
            endpoint = request.match_info["endpoint"]
            if endpoint not in self.setting("endpoints"):
                raise self.refusal(404, "endpoint not found")
            return await operation(request, account, endpoint)

        return checked

    def own(self, endpoint: str, name: str) -> Any:
        """A setting of this endpoint, else of all."""
        return self.setting("endpoints")[endpoint].get(name, self.setting(name))

    async def run(self, request: web.Request, account: str, endpoint: str) -> web.Response:
        """Accept and answer at once."""
        job = await self.accepted(request, account, endpoint, "", 10)
        return answer({"id": job.entry.job, "status": "IN_QUEUE"})

    async def runsync(self, request: web.Request, account: str, endpoint: str) -> web.Response:
        """Hold the request for `wait` milliseconds at most, 90 s if not said."""
        wait_ms = min(max(int(request.query.get("wait", 90_000)), 1000), 300_000)
        job = await self.accepted(request, account, endpoint, "sync-", 20)
        await self.world.wait(wait_ms / 1000, job.over)
        refused = endpoint in PUBLIC and job.state == "failed"
        return answer(told(job), 400 if refused else 200)

    async def accepted(
        self, request: web.Request, account: str, endpoint: str, prefix: str, most_mib: int
    ) -> Job:
        """A new job; an empty input is accepted too and fails late."""
        raw = await request.read()
        body = parsed(raw)
        if len(raw) > most_mib * MIB:
            raise self.refusal(400, "request body is too large")
        if not isinstance(body, dict) or not isinstance(body.get("input"), dict):
            raise self.refusal(400, "request body must be a JSON object with 'input'")
        entry = self.accept(f"{prefix}{uuid4()}-u1", endpoint, account, body)
        job = self.start(request, endpoint, entry, body["input"])
        ttl_ms = (body.get("policy") or {}).get("ttl", 86_400_000)
        job.expires_at = self.world.now() + max(float(ttl_ms), 10_000) / 1000
        # docs.runpod.io (send requests); it is not signed (none is known)
        self.world.tell(job, body.get("webhook"), lambda: [told(job)])
        return job

    def start(self, request: web.Request, endpoint: str, entry: Entry, asked: Any) -> Job:
        """Let the job wait and run."""
        worker = WORKERS[self.setting("endpoints")[endpoint]["worker"]]
        entry.facts["ignored"] = sorted(asked.keys() - worker.fields)
        entry.billed = bool(asked)
        entry.cost = round(self.own(endpoint, "run_s") * self.own(endpoint, "price_per_s"))
        struck = fault(request, *self.kinds)
        kind = struck.kind if struck else ""
        here, most = origin(request), most_loras(request, 100)

        async def work() -> Any:
            if not asked:
                await self.world.sleep(EMPTY_INPUT_S)
                raise WorkFailed({"error": "job timed out after 1 retries", "retries": 1})
            act_out(kind, asked)
            plan = planned(worker.plan, asked)
            if len(plan.recipes[0].loras) > most:  # the words are inferred
                entry.billed = False
                raise WorkFailed({"error": f"Too many LoRAs: at most {most} LoRAs are supported"})
            await self.load(endpoint, plan)
            return None if kind == "empty" else await plan.output(self.world, here)

        cold = 0.0 if endpoint in self.stacks else float(self.own(endpoint, "cold_start_s"))
        self.stacks.setdefault(endpoint, ())
        return self.world.jobs.start(
            entry,
            work,
            queue_s=cold + queue_s(request, float(self.own(endpoint, "queue_s"))),
            run_s=self.own(endpoint, "run_s") if asked else 0.0,
            lane=f"{self.name}/{endpoint}",
            width=self.own(endpoint, "workers"),
        )

    async def load(self, endpoint: str, plan: Plan) -> None:
        """Changing the LoRA stack takes time."""
        stack = plan.recipes[0].loras
        if stack != self.stacks.get(endpoint, ()):
            self.stacks[endpoint] = stack
            await self.world.sleep(self.own(endpoint, "lora_load_s"))

    def job(self, request: web.Request, account: str, endpoint: str) -> Job:
        """The job of the path; 404 when it never was, is another's, or has expired."""
        job = self.world.jobs.get(self.name, request.match_info["job"])
        if job is None or (job.entry.key, job.entry.model) != (account, endpoint):
            raise self.refusal(404, "job not found")
        kept = "sync_ttl_s" if job.entry.job.startswith("sync-") else "result_ttl_s"
        ended = job.entry.ended_at
        stale = ended is not None and ended + self.own(endpoint, kept) < self.world.now()
        if stale or (job.expires_at or 0.0) < self.world.now():
            raise self.refusal(404, "job not found")
        return job

    async def status(self, request: web.Request, account: str, endpoint: str) -> web.Response:
        """How the job stands."""
        return answer(told(self.job(request, account, endpoint)))

    async def cancel(self, request: web.Request, account: str, endpoint: str) -> web.Response:
        """Stop the job; one that is over stays as it is."""
        job = self.job(request, account, endpoint)
        job.entry.billed = job.entry.billed and job.state != "queued"
        await self.world.jobs.cancel(job)
        return answer({"id": job.entry.job, "status": STATES[job.state]})

    async def purge(self, request: web.Request, account: str, endpoint: str) -> web.Response:
        """Forget what waits."""
        waiting = [job for job in self.world.jobs.of(self.name, endpoint) if job.state == "queued"]
        for job in waiting:
            job.entry.billed = False
            await self.world.jobs.cancel(job)
        return answer({"removed": len(waiting), "status": "completed"})

    async def health(self, request: web.Request, account: str, endpoint: str) -> web.Response:
        """Counts of jobs and workers."""
        states = [job.state for job in self.world.jobs.of(self.name, endpoint)]
        running = states.count("running")
        names = {"completed": "done", "failed": "failed", "inProgress": "running"}
        jobs = {name: states.count(state) for name, state in names.items()}
        idle = max(self.own(endpoint, "workers") - running, 0) if endpoint in self.stacks else 0
        workers = {"idle": idle, "initializing": 0, "ready": idle, "running": running}
        return answer(
            {
                "jobs": {**jobs, "inQueue": states.count("queued"), "retried": 0},
                "workers": {**workers, "throttled": 0, "unhealthy": 0},
            }
        )
