"""fal: `/fal/queue/{owner}/{alias}/…` and, held until it is done, `/fal/run/…`.

Sources: fal.ai/docs (queue, errors, cancel), the SDKs. The queue takes any JSON for an app that it
knows; what is wrong shows when the result is fetched. Inferred: the bodies of 401, 404 and of a
result that is fetched too early; what becomes of a request that was cancelled; that a picture is
billed unless it failed or was cancelled in time.
"""

import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar
from uuid import uuid4

from aiohttp import web

from emulator.cloud import Cloud, Refusal, answer, fault, most_loras, origin, parsed, queue_s
from emulator.clouds.fal.answers import PAUSES, ended, infrastructure, output
from emulator.clouds.fal.apps import APPS, App
from emulator.clouds.fal.runner import MISFORTUNES, Input, act_out, black, no_path, recipes
from emulator.jobs import Job, WorkFailed
from emulator.pictures import Recipe

TEXTS = {
    401: "Cannot access application. Authentication is required to access this application.",
    403: "User is locked. Reason: Exhausted balance. Top up at fal.ai/dashboard/billing.",
    404: "Application not found",
    429: "Too many requests",
}
NAMED = {503: "runner_scheduling_failure", 504: "request_timeout"}
MEGAPIXEL = 1_000_000


class Fal(Cloud):
    """The queue, and the runners behind it."""

    name = "fal"
    home = "/fal/queue"
    kinds = Cloud.kinds | MISFORTUNES
    defaults: ClassVar[Mapping[str, Any]] = {
        "queue_s": 0.3,
        "run_s": 4.0,
        "at_once": 2,
        "heeds_cancel": True,
    }
    """`at_once` requests run per key, the others wait. A running request may not heed a cancel."""

    def routes(self) -> list[web.RouteDef]:
        """The queue's four calls, and the one that waits."""
        app = "/fal/queue/{owner}/{alias}"
        one = f"{app}/requests/{{id}}"
        return [
            web.get(f"{one}/status", self.of_request(self.status)),
            web.get(one, self.of_request(self.result)),
            web.put(f"{one}/cancel", self.of_request(self.cancel)),
            web.post(app, self.submit),
            web.post(f"{app}/{{path:.+}}", self.submit),
            web.post("/fal/run/{owner}/{alias}", self.run),
            web.post("/fal/run/{owner}/{alias}/{path:.+}", self.run),
        ]

    def stage(self, request: web.Request, body: Any) -> str:
        """By the method: whatever is posted makes a job."""
        return {"POST": "paid", "GET": "status"}.get(request.method, "other")

    def refusal(self, status: int, text: str = "") -> Refusal:
        """A list for 422, else a flat `detail`, with a name when the platform failed."""
        said = text or TEXTS.get(status, f"Error {status}")
        if status == 422:
            item = {"loc": ["body"], "msg": said, "type": "invalid_request", "input": {}}
            return Refusal(status, {"detail": [item]}, {"X-Fal-Retryable": "false"})
        if status in NAMED and not text:
            kind = NAMED[status]
            body = {"detail": "The request could not be served", "error_type": kind}
            return Refusal(status, body, {"X-Fal-Error-Type": kind})
        return Refusal(status, {"detail": said})

    def signed_in(self, request: web.Request) -> str:
        """The account behind `Authorization: Key …`; no other scheme opens one."""
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        return self.account(key if scheme == "Key" else "")

    async def submit(self, request: web.Request) -> web.Response:
        """Accept and answer at once, with the addresses of everything that follows."""
        job = await self.accepted(request)
        info, request_id = request.match_info, job.entry.job
        url = f"{origin(request)}/fal/queue/{info['owner']}/{info['alias']}/requests/{request_id}"
        body = {
            "status": "IN_QUEUE",
            "request_id": request_id,
            "gateway_request_id": request_id,
            "response_url": url,
            "status_url": f"{url}/status",
            "cancel_url": f"{url}/cancel",
            "queue_position": 0,
            "logs": None,
            "metrics": {},
        }
        return answer(body, headers={"x-fal-request-id": request_id})

    async def run(self, request: web.Request) -> web.Response:
        """Hold the connection until the output is there."""
        job = await self.accepted(request)
        await job.over.wait()
        return output(job)

    async def accepted(self, request: web.Request) -> Job:
        """A new job of an app that exists; its input is not looked at yet."""
        info = request.match_info
        account, alias = self.signed_in(request), f"{info['owner']}/{info['alias']}"
        if alias not in APPS:
            raise self.refusal(404, f'Application "{info["alias"]}" not found')
        asked = parsed(await request.read())
        if not isinstance(asked, dict):
            raise self.refusal(422, "Input should be a valid dictionary")
        entry = self.accept(str(uuid4()), alias, account, asked)
        entry.billed = True
        entry.facts["path"] = path = info.get("path", "")
        entry.facts["retries"] = request.headers.get("x-fal-no-retry") != "1"
        struck, here = fault(request, *self.kinds), origin(request)
        app = APPS[alias].get(path)
        app = app and replace(app, most_loras=most_loras(request, app.most_loras))
        entry.facts["ignored"] = sorted(asked.keys() - app.takes) if app else []

        async def work() -> Any:
            try:
                kind = struck.kind if struck else ""
                if app is None or kind == "retired":
                    raise no_path(path)
                flagged = kind == "moderation" and bool(struck and struck.args.get("flag"))
                act_out("" if flagged else kind, asked)
                made = recipes(f"{alias}/{path}".rstrip("/"), app, asked, entry.job)
                entry.cost = app.price * megapixels(made)
                return await self.drawn(made[: kind != "empty" and 4], app, asked, here, flagged)
            except WorkFailed:
                entry.billed = False
                raise

        job = self.world.jobs.start(
            entry, work, queue_s=queue_s(request, self.setting("queue_s")),
            run_s=self.setting("run_s"), lane=f"fal/{account}", width=self.setting("at_once"),
        )  # fmt: skip
        self.world.tell(job, request.query.get("fal_webhook"), lambda: [ended(job)], PAUSES)
        return job

    async def drawn(
        self, made: list[Recipe], app: App, asked: Input, here: str, flagged: bool
    ) -> Input:
        """The model's output."""
        kind = asked.get("output_format", app.kind)
        checked = flagged and asked.get("enable_safety_checker", True)
        images = []
        for recipe in made:
            raw = black(recipe, kind) if checked else await self.world.draw(recipe, kind)
            url = f"data:image/{kind};base64,{base64.b64encode(raw).decode()}"
            if not asked.get("sync_mode"):
                url = self.world.keep("fal", raw, kind, here)
            sides = {"width": recipe.width, "height": recipe.height}
            images.append({"url": url, **sides, "content_type": f"image/{kind}"})
        if app.factor:
            return {"image": images[0]} if app.single and images else {"images": images}
        return {
            "images": images,
            "timings": {"inference": self.setting("run_s")},
            "seed": made[0].seed if made else 0,
            "has_nsfw_concepts": [bool(checked)] * len(made),
            "prompt": asked["prompt"],
        }

    def of_request(
        self, does: Callable[[web.Request, Job], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """`does` with the request of the path; 404 for one that is unknown or another's."""

        async def checked(request: web.Request) -> web.Response:
            account, info = self.signed_in(request), request.match_info
            job = self.world.jobs.get(self.name, info["id"])
            alias = f"{info['owner']}/{info['alias']}"
            if job is None or (job.entry.key, job.entry.model) != (account, alias):
                raise self.refusal(404, "Request not found")
            return await does(request, job)

        return checked

    async def status(self, request: web.Request, job: Job) -> web.Response:
        """Three states; however badly it ended, a request that is over is COMPLETED."""
        url = str(request.url.with_query(None)).removesuffix("/status")
        facts: dict[str, Any] = {"request_id": job.entry.job, "response_url": url, "logs": None}
        if job.state == "queued":
            return answer({"status": "IN_QUEUE", "queue_position": self.ahead(job), **facts}, 202)
        if job.state == "running":
            return answer({"status": "IN_PROGRESS", **facts}, 202)
        metrics = {"inference_time": job.ran_ms / 1000}
        return answer({"status": "COMPLETED", "metrics": metrics, **facts, **infrastructure(job)})

    def ahead(self, job: Job) -> int:
        """How many of the key's requests came earlier and wait too."""
        waiting = [one for one in self.world.ledger.jobs(self.name) if one.state == "queued"]
        return [one.job for one in waiting if one.key == job.entry.key].index(job.entry.job)

    async def result(self, request: web.Request, job: Job) -> web.Response:
        """The output, or the failure with its own status."""
        if not job.over.is_set():
            raise self.refusal(400, "Request is still in progress")
        return output(job)

    async def cancel(self, request: web.Request, job: Job) -> web.Response:
        """Out of the queue; what runs gets a signal, which it heeds or not."""
        if job.over.is_set():
            return answer({"status": "ALREADY_COMPLETED"}, 400)
        waits = job.state == "queued"
        if waits or self.setting("heeds_cancel"):
            job.entry.billed = False
            await self.world.jobs.cancel(job)
        return answer({"status": "OK" if waits else "CANCELLATION_REQUESTED"}, 202)


def megapixels(made: list[Recipe]) -> int:
    """Begun megapixels, picture by picture."""
    return sum(-(-recipe.width * recipe.height // MEGAPIXEL) for recipe in made)
