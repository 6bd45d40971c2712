"""A ComfyUI server under `/comfyui`, behind a proxy that wants a key.

Sources: server.py and execution.py of ComfyUI, 2026. Inferred: the proxy's error bodies, what a
safety checker raises. Progress goes over the websocket only to the client that asked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from copy import deepcopy
from re import fullmatch
from typing import Any, ClassVar
from uuid import uuid4

from aiohttp import web

from emulator.cloud import Cloud, Refusal, answer, fault, parsed, queue_s
from emulator.clouds.comfyui.entries import CRASHES, is_over, told_of
from emulator.clouds.comfyui.nodes import FILES, NODES, told
from emulator.clouds.comfyui.reading import Reading
from emulator.clouds.comfyui.validate import Invalid, check, error
from emulator.forms import pieces
from emulator.jobs import Job, WorkFailed
from emulator.world import World

LANE = "comfyui"
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class ComfyUi(Cloud):
    """One graphics card, one job at a time."""

    name = "comfyui"
    kinds = Cloud.kinds | CRASHES.keys()
    options: ClassVar[Mapping[str, str]] = {
        "flux1-dev": "flux1-dev.safetensors",
        "flux2-klein-9b": "flux-2-klein-9b.safetensors",
        "z-image-turbo": "z_image_turbo_bf16.safetensors",
    }
    defaults: ClassVar[Mapping[str, Any]] = {"run_s": 4.0, "takes_ids": True, "files": FILES}
    """With `takes_ids` false it mints every id itself, as servers before August 2025."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.clear()

    def clear(self) -> None:
        """Empty folders, an empty history."""
        self.uploads: dict[str, bytes] = {}
        self.saved: dict[str, bytes] = {}
        self.records: dict[str, dict[str, Any]] = {}
        self.sockets: dict[str, web.WebSocketResponse] = {}

    def routes(self) -> list[web.RouteDef]:
        """Without ComfyUI's second set under `/api`."""
        at, key = "/comfyui", self.with_key
        return [
            web.post(f"{at}/prompt", key(self.prompt)),
            web.get(f"{at}/history", key(self.history)),
            web.get(f"{at}/history/{{job}}", key(self.history)),
            web.get(f"{at}/queue", key(self.queue)),
            web.post(f"{at}/queue", key(self.delete)),
            web.post(f"{at}/interrupt", key(self.interrupt)),
            web.get(f"{at}/view", key(self.view)),
            web.post(f"{at}/upload/image", key(self.upload)),
            web.get(f"{at}/object_info/{{node}}", key(self.object_info)),
            web.get(f"{at}/system_stats", key(self.system_stats)),
            web.get(f"{at}/ws", key(self.listen)),
        ]

    def stage(self, request: web.Request, body: Any) -> str:
        """What a LoRA is looked up with counts as its upload: there is no other."""
        kinds = {"prompt": "paid", "history": "status", "view": "file", "object_info": "upload"}
        place = request.path.split("/")[2]
        if place == "queue" and request.method == "GET":
            return "status"
        return (
            kinds.get(place, "other") if (request.method, place) != ("GET", "prompt") else "other"
        )

    def refusal(self, status: int, text: str = "") -> Refusal:
        """ComfyUI's shape for its own 400, a proxy's for the rest."""
        if status == 400:
            return Refusal(400, {"error": error("invalid_prompt", text), "node_errors": {}})
        return Refusal(status, {"error": text or f"Error {status}"})

    def with_key(
        self, does: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """`does` behind the proxy's check."""

        async def checked(request: web.Request) -> web.StreamResponse:
            self.account(self.bearer(request))
            return await does(request)

        return checked

    async def prompt(self, request: web.Request) -> web.Response:
        """Look the graph over and put it into the queue."""
        body = parsed(await request.read())
        asked = body if isinstance(body, dict) else {}
        wanted = asked.get("prompt_id") if self.setting("takes_ids") else None
        if wanted is not None and not fullmatch(UUID, str(wanted)):
            wrong = error("invalid_prompt_id", "prompt_id must be a valid UUID")
            return answer({"error": wrong, "node_errors": {}}, 400)
        graph = asked.get("prompt")
        if not isinstance(graph, dict):
            wrong = error("no_prompt", "No prompt provided", "No prompt provided")
            return answer({"error": wrong, "node_errors": {}}, 400)
        try:
            check(graph, self.setting("files"), self.uploads)
        except Invalid as refused:
            return answer(refused.body, 400)
        number = len(self.records)
        job = self.start(request, str(wanted or uuid4()), graph, str(asked.get("client_id", "")))
        record = [number, job.entry.job, graph, {"client_id": asked.get("client_id")}, ["10"]]
        self.records[job.entry.job] = {"job": job, "prompt": record}
        return answer({"prompt_id": job.entry.job, "number": number, "node_errors": {}})

    def start(self, request: web.Request, name: str, graph: Any, client: str) -> Job:
        """Let the job wait and run; the graph is what the books hold of it."""
        key = self.account(self.bearer(request))
        entry = self.accept(name, "graph", key, {"prompt": deepcopy(graph)})
        entry.billed = True
        struck = fault(request, *self.kinds)
        kind = struck.kind if struck else ""

        async def work() -> Any:
            recipe = Reading(graph, self.uploads).recipe()
            steps = min(recipe.steps or 1, 8)
            for step in range(1, steps + 1):
                await self.world.sleep(self.setting("run_s") / steps)
                await self.tell(client, "progress", value=step, max=steps, prompt_id=name)
            if kind in CRASHES:
                await self.tell(client, "execution_error", prompt_id=name)
                raise WorkFailed(CRASHES[kind])
            raw = await self.world.draw(recipe, "png")
            file = f"bridge_{len(self.saved) + 1:05d}_.png"
            self.saved[file] = raw
            asyncio.get_running_loop().call_soon(self.tell_later, client, name)
            return [] if kind == "empty" else [file]

        return self.world.jobs.start(
            entry, work, queue_s=queue_s(request, 0.0), run_s=0.0, lane=LANE, width=1
        )

    def tell_later(self, client: str, name: str) -> None:
        """Success is told when the history has it."""
        task = asyncio.ensure_future(self.tell(client, "execution_success", prompt_id=name))
        self.records[name]["told"] = task

    async def tell(self, client: str, event: str, **facts: Any) -> None:
        """A message to this client's websocket, if it has one; no job fails with its listener."""
        socket = self.sockets.get(client)
        if socket and not socket.closed:
            with suppress(ConnectionError):
                await socket.send_json({"type": event, "data": facts})

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """The websocket: a status at once, then what concerns this client."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        client = request.query.get("clientId", "")
        self.sockets[client] = socket
        await self.tell(client, "status", status={"exec_info": {"queue_remaining": 0}}, sid=client)
        async for _ in socket:
            pass
        return socket

    async def history(self, request: web.Request) -> web.Response:
        """What is over, by its id: one job or all."""
        wanted = request.match_info.get("job")
        over = {name: record for name, record in self.records.items() if is_over(record["job"])}
        chosen = over if wanted is None else {k: v for k, v in over.items() if k == wanted}
        return answer({name: told_of(record) for name, record in chosen.items()})

    async def queue(self, request: web.Request) -> web.Response:
        """What runs and what waits, graphs and all."""

        def those(state: str) -> list[Any]:
            found = self.records.values()
            return [record["prompt"] for record in found if record["job"].state == state]

        return answer({"queue_running": those("running"), "queue_pending": those("queued")})

    async def delete(self, request: web.Request) -> web.Response:
        """Take out of the queue what still waits; nothing is said of the rest."""
        body = parsed(await request.read()) or {}
        for name in body.get("delete", ()):
            record = self.records.get(name)
            if record and record["job"].state == "queued":
                record["job"].entry.billed = False
                await self.world.jobs.cancel(record["job"])
        return web.Response()

    async def interrupt(self, request: web.Request) -> web.Response:
        """Stop what runs: the job that is named, or whatever it is."""
        wanted = (parsed(await request.read()) or {}).get("prompt_id")
        for name, record in self.records.items():
            if record["job"].state == "running" and wanted in (None, name):
                await self.world.jobs.cancel(record["job"])
        return web.Response()

    async def view(self, request: web.Request) -> web.Response:
        """A saved picture."""
        asked = request.query
        raw = self.saved.get(asked.get("filename", "")) if asked.get("type") == "output" else None
        if raw is None:
            return web.Response(status=404)
        return web.Response(body=raw, content_type="image/png")

    async def upload(self, request: web.Request) -> web.Response:
        """A picture for LoadImage; without `overwrite` a second of its name is renamed."""
        kind = request.headers.get("Content-Type", "")
        form = {piece.name: piece for piece in pieces(kind, await request.read())}
        if "image" not in form or not form["image"].filename:
            return web.Response(status=400)
        name = form["image"].filename
        overwrites = "overwrite" in form and form["overwrite"].text in ("true", "1")
        if name in self.uploads and not overwrites:
            name = f"{len(self.uploads)} {name}"
        self.uploads[name] = form["image"].raw
        return answer({"name": name, "subfolder": "", "type": "input"})

    async def object_info(self, request: web.Request) -> web.Response:
        """One node as it is installed; an empty object for one that is not."""
        name = request.match_info["node"]
        return answer({name: told(name, self.setting("files"))} if name in NODES else {})

    async def system_stats(self, request: web.Request) -> web.Response:
        """Version and graphics card."""
        device = {"name": "cuda:0 Emulated", "type": "cuda", "vram_total": 24 << 30}
        return answer({"system": {"comfyui_version": "0.9.2"}, "devices": [device]})
