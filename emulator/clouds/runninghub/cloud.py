"""RunningHub: published graphs at `/openapi/v2`, one's own at `/task/openapi` (v1).

Sources: the official pages, clients of both generations. Inferred: that fields nobody knows are
ignored (the ledger lists them under `facts.ignored`), prices. `webhookUrl` is entered in the
ledger's request and never called.
"""

from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from itertools import count
from typing import Any, ClassVar

from aiohttp import web

from emulator.cloud import Cloud, Refusal, answer, fault, fields, origin, parsed, queue_s
from emulator.clouds.runninghub.answers import MODERATED, Wrong, accepted, ended, outputs, query
from emulator.clouds.runninghub.carrier import hidden
from emulator.clouds.runninghub.graphs import APPS, WORKFLOWS, Graph, fails, planned
from emulator.forms import parts
from emulator.jobs import Job, WorkFailed
from emulator.world import World

Operation = Callable[[web.Request, dict[str, Any], str], Awaitable[web.Response]]
KNOWN = fields(
    "nodeInfoList instanceType usePersonalQueue webhookUrl addMetadata workflow retainSeconds",
    "accessPassword apiKey workflowId",
)
LARGEST_UPLOAD = 30 * 1024 * 1024


class RunningHub(Cloud):
    """The platform and its graphs."""

    name = "runninghub"
    options = {"flux1-workflow": "1904136902449209346"}  # noqa: RUF012
    kinds = Cloud.kinds | {"failed", "code"}
    defaults: ClassVar[Mapping[str, Any]] = {
        "queue_s": 0.5,
        "run_s": 20.0,
        "at_once": 1,
        "carriers": True,
        "coins_per_s": 0.2,
        "dollars_per_s": 0.0,
    }
    """`at_once` tasks per key, one more is 421. `carriers`: pictures come hidden where the graph
    hides them. Members pay in coins, companies in dollars. A `code` fault has `code` and `text`."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.uploads: dict[str, bytes] = {}
        self.numbers = count(1910246754753896450)

    def clear(self) -> None:
        """Forget uploads."""
        self.uploads.clear()

    def routes(self) -> list[web.RouteDef]:
        """Both generations, and what they share."""
        v1, v2 = "/runninghub/task/openapi", "/runninghub/openapi/v2"
        return [
            web.post(f"{v1}/create", self.signed(self.create)),
            web.post(f"{v1}/outputs", self.signed(self.outputs)),
            web.post(f"{v1}/cancel", self.signed(self.cancel)),
            web.post("/runninghub/uc/openapi/accountStatus", self.signed(self.status)),
            web.post(f"{v2}/run/ai-app/{{graph}}", self.signed(self.run_app, flat=True)),
            web.post(f"{v2}/query", self.signed(self.query, flat=True)),
            web.post(f"{v2}/media/upload/binary", self.signed(self.upload, flat=True)),
        ]

    def stage(self, request: web.Request, body: Any) -> str:
        """By the path."""
        last = request.path.rpartition("/")[2]
        known = {"create": "paid", "outputs": "status", "query": "status", "binary": "upload"}
        return "paid" if "/run/" in request.path else known.get(last, "other")

    def refusal(self, status: int, text: str = "") -> Refusal:
        """What the edge says: a real HTTP status. The cloud's own failures are `Wrong`."""
        return Refusal(status, {"code": status, "message": text or f"Error {status}"})

    def signed(
        self, operation: Operation, *, flat: bool = False
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """`operation` behind the key: in the header (v2), or in the body (v1)."""

        async def checked(request: web.Request) -> web.Response:
            body = parsed(await request.read())
            body = body if isinstance(body, dict) else {}
            lower = "apikey" if request.path.endswith("accountStatus") else "apiKey"
            key = self.bearer(request) if flat else str(body.get(lower, ""))
            if not self.world.settings.accepts(self.name, key):
                code, text = (1002, "Invalid API key") if flat else (802, "APIKEY_UNAUTHORIZED")
                raise Wrong(flat, code, text)
            if struck := fault(request, "code"):
                args = struck.args
                tips = str(args.get("tips", ""))
                raise Wrong(flat, int(args["code"]), str(args.get("text", "ERROR")), tips)
            return await operation(request, body, self.account(key))

        return checked

    async def create(self, request: web.Request, body: dict[str, Any], key: str) -> web.Response:
        """v1: a workflow of one's own."""
        known = str(body.get("workflowId", ""))
        if not known:
            raise Wrong(False, 301, "PARAMS_INVALID")
        if known not in WORKFLOWS:
            raise Wrong(False, 380, "WORKFLOW_NOT_EXISTS")
        return accepted(False, self.begun(request, body, key, known, WORKFLOWS[known], flat=False))

    async def run_app(self, request: web.Request, body: dict[str, Any], key: str) -> web.Response:
        """v2: a graph that somebody published."""
        known = request.match_info["graph"]
        if known not in APPS:
            raise Wrong(True, 901, "WEBAPP_NOT_EXISTS")
        if not body.get("nodeInfoList"):
            raise Wrong(True, 1101, "node info is empty")
        return accepted(True, self.begun(request, body, key, known, APPS[known], flat=True))

    def begun(
        self, request: web.Request, body: dict[str, Any], key: str, known: str, graph: Graph,
        *, flat: bool,
    ) -> Job:  # fmt: skip
        """A new task, when its nodes are right and there is a place for it."""
        asked = filled(graph, body.get("nodeInfoList", []), flat)
        entries = [e for e in self.world.ledger.jobs(self.name) if e.key == key]
        if sum(e.state in ("queued", "running") for e in entries) >= self.setting("at_once"):
            raise Wrong(flat, 421, "TASK_QUEUE_MAXED")
        kept = {name: value for name, value in body.items() if name != "apiKey"}
        entry = self.accept(str(next(self.numbers)), known, key, kept)
        entry.facts["ignored"] = sorted(body.keys() - KNOWN)
        entry.billed, seconds = True, float(self.setting("run_s"))
        entry.cost = round(1e6 * seconds * self.setting("dollars_per_s"))
        struck = fault(request, *self.kinds)
        kind, here = struck.kind if struck else "", origin(request)

        async def work() -> list[str]:
            if kind == "failed":
                raise fails(graph, "images", "RuntimeError", "CUDA out of memory")
            if kind == "moderation":
                raise WorkFailed(MODERATED)
            drawn = int.from_bytes(sha256(entry.job.encode()).digest()[:4], "big")
            image = next(filter(None, map(self.uploads.get, asked.values())), None)
            raw = await self.world.draw(planned(graph, asked, drawn, image), "png")
            if graph.hides and self.setting("carriers"):
                raw = hidden(raw, "png")
            return [] if kind == "empty" else [self.world.keep(self.name, raw, "png", here)]

        lane = f"{self.name}/{key}"
        waits = queue_s(request, float(self.setting("queue_s")))
        job = self.world.jobs.start(
            entry, work, queue_s=waits, run_s=seconds, lane=lane, width=self.setting("at_once")
        )
        look = query if flat else outputs
        self.world.tell(job, body.get("webhookUrl"), lambda: [ended(job, look(job, self.usage()))])
        return job

    def job(self, body: dict[str, Any], key: str, flat: bool) -> Job:
        """The task of the body; unknown when it is another's."""
        job = self.world.jobs.get(self.name, str(body.get("taskId", "")))
        if job is None or job.entry.key != key:
            raise Wrong(flat, 1004 if flat else 807, "APIKEY_TASK_NOT_FOUND")
        return job

    async def query(self, request: web.Request, body: dict[str, Any], key: str) -> web.Response:
        """v2's look."""
        return query(self.job(body, key, True), self.usage())

    async def outputs(self, request: web.Request, body: dict[str, Any], key: str) -> web.Response:
        """v1's look."""
        return outputs(self.job(body, key, False), self.usage())

    def usage(self) -> dict[str, Any]:
        """What a task takes, in text."""
        seconds, dollars = float(self.setting("run_s")), float(self.setting("dollars_per_s"))
        coins = None if dollars else f"{seconds * self.setting('coins_per_s'):g}"
        money = f"{seconds * dollars:g}" if dollars else None
        took = {"taskCostTime": f"{seconds:.0f}", "thirdPartyConsumeMoney": None}
        return {"consumeCoins": coins, "consumeMoney": money, **took}

    async def cancel(self, request: web.Request, body: dict[str, Any], key: str) -> web.Response:
        """For tasks of both generations."""
        job = self.job(body, key, False)
        job.entry.billed = job.entry.billed and job.state != "queued"
        await self.world.jobs.cancel(job)
        return answer({"code": 0, "msg": "success", "data": None})

    async def status(self, request: web.Request, body: dict[str, Any], key: str) -> web.Response:
        """The account; numbers are texts."""
        entries = [e for e in self.world.ledger.jobs(self.name) if e.key == key]
        tasks = str(sum(entry.state in ("queued", "running") for entry in entries))
        told = {"remainCoins": "1778", "currentTaskCounts": tasks, "remainMoney": None}
        told |= {"currency": None, "apiType": "NORMAL"}
        return answer({"code": 0, "msg": "success", "data": told})

    async def upload(self, request: web.Request, body: dict[str, Any], key: str) -> web.Response:
        """A file for the nodes: by its name, or by its address."""
        form = parts(request.headers.get("Content-Type", ""), await request.read())
        raw = form.get("file", b"")
        if not raw:
            return answer({"code": 808, "message": "APIKEY_UPLOAD_FAILED", "data": None})
        if len(raw) > LARGEST_UPLOAD:
            return answer({"code": 809, "message": "APIKEY_FILE_SIZE_EXCEEDED", "data": None})
        name = f"openapi/{sha256(raw).hexdigest()}.png"
        url = f"https://rh-images.example/input/{name}"
        self.uploads |= {name: raw, url: raw}
        told = {"type": "image", "download_url": url, "fileName": name, "size": str(len(raw))}
        return answer({"code": 0, "message": "success", "data": told})


def filled(graph: Graph, nodes: Any, flat: bool) -> dict[str, str]:
    """The values by `node.field`; 803 for a node that the graph does not have."""
    asked: dict[str, str] = {}
    for node in nodes if isinstance(nodes, list) else [{}]:
        given = node if isinstance(node, dict) else {}
        at, value = f"{given.get('nodeId')}.{given.get('fieldName')}", given.get("fieldValue")
        if at not in graph.nodes or value is None:
            raise Wrong(flat, 803, "APIKEY_INVALID_NODE_INFO")
        if flat and not isinstance(value, str):
            raise Wrong(flat, 1007, "fieldValue must be a string")
        asked[at] = str(value)
    return asked
