"""Runware: an array of tasks over HTTP (`/runware/v1`) or a websocket (`/runware/ws`).

Sources: runware.ai/docs, the SDKs. Inferred: one wrong task does not stop the others of its
array; the code for a body that is no array. Faults strike HTTP requests only.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import NAMESPACE_OID, uuid5

from aiohttp import WSMsgType, web

from emulator.cloud import Cloud, Refusal, answer, parsed
from emulator.clouds.runware.library import Item
from emulator.clouds.runware.tasks import Tasks
from emulator.world import World

CODES = {
    401: ("invalidApiKey", "Invalid API key. Get one at https://my.runware.ai/signup."),
    402: ("insufficientCredits", "Insufficient credits. Please top up your account."),
    403: ("forbidden", "You do not have access to this resource."),
    404: ("modelNotFound", "The model was not found."),
    429: ("rateLimitExceeded", "Too many requests. Please slow down."),
    500: ("internalServerError", "An internal server error occurred."),
    502: ("providerBadGateway", "The provider gave no valid answer."),
    503: ("serviceUnavailable", "The service is temporarily unavailable."),
    504: ("timeoutProvider", "The provider did not answer in time."),
}
STAGES = {"imageInference": "paid", "getResponse": "status", "modelUpload": "upload"}


class Runware(Cloud):
    """The cloud's transports."""

    name = "runware"
    home = "/runware/v1"
    kinds = Cloud.kinds | {"failed", "too_many_loras"}
    defaults: ClassVar[Mapping[str, Any]] = {
        "run_s": 2.0,
        "at_once": 4,
        "max_loras": 12,
        "balance": 10_000_000,
        "air_source": "emulated",
        "upload_step_s": 5.0,
        "upload_poll_tells": True,
    }
    """`at_once` pictures and `balance` in micro-dollars are per key. With `upload_poll_tells` false
    getResponse stays on processing for uploads, as the official CLI reports."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tasks = Tasks(self)

    def clear(self) -> None:
        """Forget uploads."""
        self.tasks = Tasks(self)

    def routes(self) -> list[web.RouteDef]:
        """One address for everything, and the websocket."""
        return [web.post("/runware/v1", self.over_http), web.get("/runware/ws", self.over_socket)]

    def stage(self, request: web.Request, body: Any) -> str:
        """By the task types in the array."""
        tasks = body if isinstance(body, list) else []
        types = {task.get("taskType") for task in tasks if isinstance(task, dict)}
        return next((stage for kind, stage in STAGES.items() if kind in types), "other")

    def refusal(self, status: int, text: str = "") -> Refusal:
        """`errors` with one element."""
        code, message = CODES.get(status, ("invalidRequest", "The request is invalid."))
        return Refusal(status, {"errors": [{"code": code, "message": text or message}]})

    async def over_http(self, request: web.Request) -> web.Response:
        """All tasks of the array; the status is the first error's when nothing succeeded."""
        tasks = parsed(await request.read())
        if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
            raise self.refusal(400, "The body must be an array of task objects.")
        key = self.bearer(request)
        if tasks and tasks[0].get("taskType") == "authentication":
            key = str(tasks.pop(0).get("apiKey", ""))
        account = self.account(key)
        done = await asyncio.gather(*(self.tasks.told(request, account, task) for task in tasks))
        items = [item for found, _ in done for item in found]
        wrong = [one for _, one in done if one is not None]
        if not wrong:
            return answer({"data": items})
        errors = {"errors": [one.element for one in wrong]}
        return answer(
            {"data": items, **errors} if items else errors, 200 if items else wrong[0].status
        )

    async def over_socket(self, request: web.Request) -> web.WebSocketResponse:
        """Each task is answered in messages of its own, while the next ones are read."""
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        account = ""
        async with asyncio.TaskGroup() as group:
            async for message in socket:
                tasks = parsed(message.data) if message.type == WSMsgType.TEXT else None
                for task in tasks if isinstance(tasks, list) else []:
                    if task.get("taskType") == "authentication":
                        account = await self.sign_in(socket, str(task.get("apiKey", "")))
                    elif task.get("taskType") == "ping":
                        await socket.send_json({"data": [{"taskType": "ping", "pong": True}]})
                    else:
                        group.create_task(self.converse(request, socket, account, task))
        return socket

    async def sign_in(self, socket: web.WebSocketResponse, key: str) -> str:
        """The account of an accepted key; else an error and an empty text."""
        try:
            account = self.account(key)
        except Refusal as wrong:
            wrong.body["errors"][0]["taskType"] = "authentication"
            await socket.send_json(wrong.body)
            return ""
        session = str(uuid5(NAMESPACE_OID, account))
        told = {"taskType": "authentication", "connectionSessionUUID": session}
        await socket.send_json({"data": [told]})
        return account

    async def converse(
        self, request: web.Request, socket: web.WebSocketResponse, account: str, task: Item
    ) -> None:
        """Answer one task over the websocket, also with what happens later."""

        async def say(item: Item) -> None:
            if not socket.closed:
                await socket.send_json({"errors" if "code" in item else "data": [item]})

        found, wrong = await self.tasks.told(request, account, task, say)
        for item in found if wrong is None else [wrong.element]:
            await say(item)
