"""An A1111 server under `/a1111`, started with --api-auth and the web page.

Sources: modules/api of A1111 1.10 and Forge. As behind ai-dock's proxy, a Bearer token opens it
too. Inferred: what a script that censors raises.
"""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar
from uuid import uuid4

from aiohttp import web

from emulator.cloud import Cloud, Refusal, answer, fault, parsed, queue_s
from emulator.clouds.a1111.asking import Failed, complaints, recipe
from emulator.jobs import Job, WorkFailed
from emulator.world import World

STEPS = 10
TEXTS = {401: "Incorrect username or password", 404: "Not Found", 422: "Unprocessable"}
MISFORTUNES = {
    "failed": Failed(500, "OutOfMemoryError", "CUDA out of memory. Tried to allocate 2.00 GiB"),
    "moderation": Failed(400, "HTTPException", "Safety checker: NSFW content detected"),
    "nan": Failed(500, "NansException", "A tensor with all NaNs was produced in Unet."),
}


class A1111(Cloud):
    """One card, one job at a time, first come, first served."""

    name = "a1111"
    kinds = Cloud.kinds | MISFORTUNES.keys()
    defaults: ClassVar[Mapping[str, Any]] = {
        "run_s": 5.0,
        "internal": True,
        "checkpoints": ["plain-xl.safetensors [31e35c80fc]", "sub/paper-v2.safetensors"],
        "loras": ["fog", "needed", "rose", "Rain", "old town"],
        "loaded": "plain-xl.safetensors [31e35c80fc]",
    }
    """`internal` is false for a server that was started with --nowebui."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.clear()

    def clear(self) -> None:
        """Nothing runs, nothing ran."""
        self.steps: dict[str, int] = {}
        self.interrupted: set[str] = set()

    def routes(self) -> list[web.RouteDef]:
        """What a bridge and the Python client webuiapi ask for."""
        at, key = "/a1111/sdapi/v1", self.with_key
        return [
            web.post(f"{at}/txt2img", key(self.generate)),
            web.post(f"{at}/img2img", key(self.generate)),
            web.get(f"{at}/progress", key(self.progress)),
            web.post(f"{at}/interrupt", key(self.interrupt)),
            web.get(f"{at}/options", key(self.options_)),
            web.get(f"{at}/sd-models", key(self.sd_models)),
            web.get(f"{at}/scripts", key(self.scripts)),
            web.get(f"{at}/loras", self.loras),
            web.post(f"{at}/refresh-loras", self.refresh),
            web.post("/a1111/internal/progress", self.task),
        ]

    def stage(self, request: web.Request, body: Any) -> str:
        """Looking for a new LoRA file is what comes nearest to an upload."""
        last = request.path.rpartition("/")[2]
        stages = {"txt2img": "paid", "img2img": "paid", "refresh-loras": "upload"}
        return stages.get(last, "other")

    def refusal(self, status: int, text: str = "") -> Refusal:
        """`{error, detail, body, errors}`."""
        said = text or TEXTS.get(status, f"Error {status}")
        return Refusal(status, told(status, "HTTPException", said))

    def with_key(
        self, does: Callable[[web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """`does` behind --api-auth; the routes of extensions and /internal have no lock."""

        async def checked(request: web.Request) -> web.Response:
            self.account(self.given(request))
            return await does(request)

        return checked

    def given(self, request: web.Request) -> str:
        """`user:password`, or a token."""
        kind, _, text = request.headers.get("Authorization", "").partition(" ")
        if not kind:
            raise self.refusal(401, "Not authenticated")
        if kind == "Bearer":
            return text
        try:
            decoded = base64.b64decode(text, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            decoded = ""
        if ":" not in decoded:
            raise self.refusal(401, "Invalid authentication credentials")
        return decoded

    async def generate(self, request: web.Request) -> web.Response:
        """Hold the request until the picture is there."""
        body = parsed(await request.read())
        asked: dict[str, Any] = body if isinstance(body, dict) else {}
        if wrong := complaints(asked):
            return answer({"detail": wrong}, 422)
        job = self.start(request, asked)
        await job.over.wait()
        if isinstance(job.told, Failed):
            wrong_ = told(job.told.status, job.told.kind, job.told.text)
            return answer(wrong_, job.told.status)
        return answer(job.result or {"images": [], "parameters": {}, "info": "{}"})

    def start(self, request: web.Request, asked: dict[str, Any]) -> Job:
        """Let the job stand in line and run."""
        name = str(asked.get("force_task_id") or f"task({uuid4().hex})")
        books = {key: value for key, value in asked.items() if key != "force_task_id"}
        entry = self.accept(name, "a1111", self.account(self.given(request)), books)
        entry.billed = True
        struck = fault(request, *self.kinds)
        from_image = request.path.endswith("img2img")

        async def work() -> Any:
            self.interrupted.discard(name)
            for step in range(STEPS):
                self.steps[name] = step
                await self.world.sleep(self.setting("run_s") / STEPS)
                if name in self.interrupted:
                    break
            if struck and struck.kind in MISFORTUNES:
                raise WorkFailed(MISFORTUNES[struck.kind])
            try:
                made = recipe(
                    asked, self.checkpoint(asked), self.setting("loras"), from_image=from_image
                )
            except Failed as failed:
                raise WorkFailed(failed) from None
            entry.facts["model"] = made.model
            raw = await self.world.draw(made, "png")
            images = [] if struck and struck.kind == "empty" else [base64.b64encode(raw).decode()]
            info = {"seed": made.seed, "all_seeds": [made.seed], "infotexts": [made.prompt]}
            return {"images": images, "parameters": asked, "info": json.dumps(info)}

        return self.world.jobs.start(
            entry, work, queue_s=queue_s(request, 0.0), run_s=0.0, lane="a1111", width=1
        )

    def checkpoint(self, asked: Mapping[str, Any]) -> str:
        """The one that is asked for; an unknown one is left out silently."""
        wanted = (asked.get("override_settings") or {}).get("sd_model_checkpoint")
        known: list[str] = self.setting("checkpoints")
        return next((c for c in known if wanted in (c, stem(c))), self.setting("loaded"))

    def running(self) -> Job | None:
        """The job that has the card."""
        jobs = self.world.jobs.of(self.name, "a1111")
        return next((job for job in jobs if job.state == "running"), None)

    async def interrupt(self, request: web.Request) -> web.Response:
        """A flag for whatever runs; nothing when nothing does."""
        if job := self.running():
            self.interrupted.add(job.entry.job)
        return answer({})

    async def progress(self, request: web.Request) -> web.Response:
        """One state for all."""
        job = self.running()
        step = self.steps.get(job.entry.job, 0) if job else 0
        state = {"job": "scripts_txt2img" if job else "", "job_count": 1 if job else 0}
        at = 0.01 + step / STEPS if job else 0.0
        return answer({"progress": at, "eta_relative": 0.0, "state": state, "current_image": None})

    async def task(self, request: web.Request) -> web.Response:
        """/internal/progress, of one task."""
        if not self.setting("internal"):
            raise self.refusal(404)
        name = (parsed(await request.read()) or {}).get("id_task")
        job = self.world.jobs.get(self.name, str(name))
        active = job is not None and job.state == "running"
        at = 0.01 + self.steps.get(str(name), 0) / STEPS if active else None
        queued = job is not None and job.state == "queued"
        over = job is not None and job.over.is_set()
        return answer({"active": active, "queued": queued, "completed": over, "progress": at})

    async def options_(self, request: web.Request) -> web.Response:
        """A few of them."""
        loaded = self.setting("loaded")
        return answer({"sd_model_checkpoint": loaded, "samples_format": "png"})

    async def sd_models(self, request: web.Request) -> web.Response:
        """The checkpoints."""
        return answer([model(title) for title in self.setting("checkpoints")])

    async def scripts(self, request: web.Request) -> web.Response:
        """None are installed."""
        return answer({"txt2img": [], "img2img": []})

    async def loras(self, request: web.Request) -> web.Response:
        """By the names of their files."""
        return answer([{"name": n, "alias": n, "path": f"/l/{n}"} for n in self.setting("loras")])

    async def refresh(self, request: web.Request) -> web.Response:
        """Look into the folder again."""
        return answer(None)


def told(status: int, kind: str, text: str) -> dict[str, str]:
    """An error's body: `detail` for what was raised on purpose, `errors` for a crash."""
    on_purpose = kind == "HTTPException"
    said = {"detail": text, "errors": ""} if on_purpose else {"detail": "", "errors": text}
    return {"error": kind, "body": "", **said}


def stem(title: str) -> str:
    """A checkpoint's `model_name`."""
    return title.partition(" [")[0].removesuffix(".safetensors").replace("/", "_")


def model(title: str) -> dict[str, Any]:
    """One row of /sd-models."""
    file, _, digest = title.partition(" [")
    facts = {"title": title, "model_name": stem(title), "filename": f"/m/{file}"}
    return {**facts, "hash": digest.rstrip("]") or None, "sha256": None, "config": None}
