"""A private Space behind Gradio's queue: `/hf_space/config` and `/hf_space/gradio_api/…`.

Everything but the key was seen at a gradio 6.31 server, and `tests/providers` holds the adapter
against one: a session's messages are told once, to whoever listens; when the listener leaves, the
session is forgotten, what waits is taken out and what runs goes on for nothing. Inferred: what the
Hub's proxy says of a wrong key.
"""

import asyncio
from collections.abc import Mapping
from email import message_from_bytes
from typing import Any, ClassVar
from uuid import uuid4

import orjson
from aiohttp import web

from emulator.cloud import Cloud, Refusal, answer, fault, origin, parsed, queue_s
from emulator.clouds.hf_space import app
from emulator.jobs import Job

TEXTS = {401: "Invalid username or password.", 404: "Not Found", 503: "Queue is full."}
PREFIX = "/hf_space/gradio_api"
FOLDER = "/tmp/gradio"
LOOK_S = 0.01
"""How often a stream looks whether somebody still listens."""
STAGES = {"call": "paid", "join": "paid", "close": "status", "data": "result", "upload": "upload"}


class HfSpace(Cloud):
    """One app with one function."""

    name = "hf_space"
    kinds = Cloud.kinds | app.MISFORTUNES | {"dropped"}
    stages = Cloud.stages | {"result"}
    defaults: ClassVar[Mapping[str, Any]] = {
        "queue_s": 0.3,
        "run_s": 12.0,
        "at_once": 2,
        "most_waiting": 20,
        "loras": "url",
        "forgets": True,
    }
    """`loras`: how the Space wants them named. `forgets`: as gradio 6 does it with an event that is
    over; gradio 5 knows it for ever."""

    def __init__(self, world: Any) -> None:
        super().__init__(world)
        self.sessions: dict[str, list[Job]] = {}
        """Events of which the end was not told yet."""
        self.uploads: dict[str, bytes] = {}

    def clear(self) -> None:
        """The Space was restarted."""
        self.sessions.clear()
        self.uploads.clear()

    def routes(self) -> list[web.RouteDef]:
        """The queue, by either way in; what a client reads before; files."""
        return [
            web.get("/hf_space/config", self.config),
            web.get(f"{PREFIX}/info", self.info),
            web.post(f"{PREFIX}/upload", self.upload),
            web.post(f"{PREFIX}/call/{{api}}", self.call),
            web.post(f"{PREFIX}/queue/join", self.join),
            web.get(f"{PREFIX}/queue/data", self.tell),
            web.post(f"{PREFIX}/stream/{{event}}/close", self.close),
            web.get(f"{PREFIX}/file={{path:.+}}", self.file),
        ]

    def stage(self, request: web.Request, body: Any) -> str:
        """By the path's words; the two ways in are paid with the quota."""
        words = request.path.removeprefix(PREFIX).split("/")
        if words[1:] and words[1].startswith("file="):
            return "file"
        stage = next((STAGES[word] for word in words if word in STAGES), "other")
        never = stage == "status" and self.world.jobs.get(self.name, words[2]) is None
        return "other" if never else stage

    def refusal(self, status: int, text: str = "") -> Refusal:
        """FastAPI's `detail`."""
        return Refusal(status, {"detail": text or TEXTS.get(status, f"Error {status}")})

    def signed_in(self, request: web.Request) -> str:
        """The account behind the header that Gradio's own client sends."""
        header = request.headers.get("x-hf-authorization", "")
        return self.account(header.removeprefix("Bearer "))

    async def config(self, request: web.Request) -> web.Response:
        """For clients."""
        self.signed_in(request)
        return answer(app.config(f"{origin(request)}/hf_space"))

    async def info(self, request: web.Request) -> web.Response:
        """The functions and what they take."""
        self.signed_in(request)
        return answer(app.info(self.setting("loras")))

    async def upload(self, request: web.Request) -> web.Response:
        """Paths of the files sent as `files`."""
        self.signed_in(request)
        paths = []
        head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
        for part in message_from_bytes(head + await request.read()).walk():
            if part.get_param("name", header="Content-Disposition") == "files":
                paths.append(f"{FOLDER}/{uuid4().hex}/{part.get_filename()}")
                self.uploads[paths[-1]] = bytes(part.get_payload(decode=True))
        return answer(paths)

    async def call(self, request: web.Request) -> web.Response:
        """By name; an unknown one is a crash there too."""
        if request.match_info["api"] != app.API:
            return web.Response(status=500, text="Internal Server Error")
        return await self.join(request)

    async def join(self, request: web.Request) -> web.Response:
        """Into the queue, under the client's session or one of the event's own name."""
        account, body = self.signed_in(request), parsed(await request.read())
        if not isinstance(body, dict) or not isinstance(body.get("data"), list):
            missing = {"type": "missing", "loc": ["body", "data"], "msg": "Field required"}
            raise Refusal(422, {"detail": [missing]})
        waiting = [job for job in self.world.jobs.of(self.name, app.API) if job.state == "queued"]
        if len(waiting) >= self.setting("most_waiting"):
            size = len(waiting)
            raise self.refusal(503, f"Queue is full. Max size is {size} and size is {size}.")
        event = uuid4().hex
        entry = self.accept(event, app.API, account, {"data": body["data"]})
        entry.billed = True
        struck, here, shape = fault(request, *self.kinds), origin(request), self.setting("loras")

        async def work() -> Any:
            kind = struck.kind if struck else ""
            app.act_out(kind)
            recipe = app.recipe(body["data"], shape, self.uploads)
            if kind == "unsaid":
                return [None, '{"status": "error", "message": "the LoRA could not be loaded"}']
            told = '{"status": "success", "message": "ok"}'
            return [None if kind == "empty" else await self.drawn(recipe, here), told]

        job = self.world.jobs.start(
            entry, work, queue_s=queue_s(request, self.setting("queue_s")),
            run_s=self.setting("run_s"), lane=self.name, width=self.setting("at_once"),
        )  # fmt: skip
        self.sessions.setdefault(body.get("session_hash") or event, []).append(job)
        return answer({"event_id": event})

    async def drawn(self, recipe: Any, here: str) -> dict[str, Any]:
        """Gradio's record of a file."""
        path = FOLDER + self.world.keep(self.name, await self.world.draw(recipe, "png"), "png", "")
        meta = {"_type": "gradio.FileData"}
        place = {"path": path, "url": f"{here}{PREFIX}/file={path}", "orig_name": "image.png"}
        return {**place, "size": None, "mime_type": None, "is_stream": False, "meta": meta}

    async def file(self, request: web.Request) -> web.Response:
        """A picture, as long as it is kept."""
        self.signed_in(request)
        path = request.match_info["path"].removeprefix(FOLDER)
        return self.world.files.serve(path, self.world.now())

    async def close(self, request: web.Request) -> web.Response:
        """For events that stream input; of any other it tells whether it still lives."""
        self.signed_in(request)
        job = self.world.jobs.get(self.name, request.match_info["event"])
        if job is None and not self.setting("forgets"):
            return web.Response(status=500, text="Internal Server Error")
        if job is None or (job.over.is_set() and self.setting("forgets")):
            return web.Response(status=404)
        return answer({"msg": "success"})

    async def tell(self, request: web.Request) -> web.StreamResponse:
        """The session's messages, from the first to the end of its last event."""
        self.signed_in(request)
        session = request.query.get("session_hash", "")
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        stream.enable_chunked_encoding()
        await stream.prepare(request)
        if session not in self.sessions:
            lost = {"msg": "unexpected_error", "event_id": None, "message": "404: Not Found"}
            await stream.write(line(lost | {"session_not_found": True, "success": False}))
            return cut(request, stream)
        for job in list(self.sessions[session]):
            await stream.write(line({"msg": "process_starts", "event_id": job.entry.job}))
            if fault(request, "dropped") or not await self.lasts(request, job.over):
                await self.forget(session)
                return cut(request, stream)
            await stream.write(line(ended(job)))
            self.sessions[session].remove(job)
            await stream.write(line({"msg": "close_stream", "event_id": None}))
            return stream
        await self.lasts(request, asyncio.Event())
        return stream

    async def lasts(self, request: web.Request, over: asyncio.Event) -> bool:
        """Wait for the event's end; False when the listener leaves before."""
        while not over.is_set():
            if request.transport is None or request.transport.is_closing():
                return False
            await asyncio.sleep(LOOK_S)
        return True

    async def forget(self, session: str) -> None:
        """Nobody will hear of these events."""
        for job in self.sessions.pop(session):
            if job.state == "queued":
                job.entry.billed = False
                await self.world.jobs.cancel(job)


def cut(request: web.Request, stream: web.StreamResponse) -> web.StreamResponse:
    """The connection closed in the middle of the body."""
    if request.transport is not None:
        request.transport.close()
    return stream


def line(message: Mapping[str, Any]) -> bytes:
    """One message of a stream."""
    return b"data: " + orjson.dumps(message) + b"\n\n"


def ended(job: Job) -> dict[str, Any]:
    """`process_completed`, well or badly."""
    good = job.told is None
    output = {"data": job.result, "is_generating": False} if good else job.told
    title = None if good else job.told.get("title", "Error")
    told = {"msg": "process_completed", "event_id": job.entry.job, "success": good}
    return {**told, "output": output, "title": title}
