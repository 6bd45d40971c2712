"""RunPod serverless: a job id, then its status; each worker's fields are a file in workflows/.

https://docs.runpod.io/serverless/endpoints/operation-reference
"""

from collections.abc import Generator, Mapping

from bridge import errors as e
from bridge.domain import Ready
from bridge.engine import contract as c
from bridge.engine.blame import named
from bridge.providers import workflows as w
from bridge.transport.reply import Reply

SHIPPED = w.workflows("runpod")
OPERATIONS = {"run", "runsync", "health"}
OVER = {"FAILED", "CANCELLED", "TIMED_OUT"}
FACTS = ("delayTime", "executionTime", "workerId", "retries")
OFF = {"0", "no", "off", "false"}
COLD_S = 120.0
"""Seconds that a worker may take to start, on top of what a picture takes."""


class Runpod(c.Adapter):
    """One's own endpoints, by an account option each, and the public ones, whose ids are fixed."""

    card = c.Card(
        name="runpod", title="RunPod", docs="https://docs.runpod.io/serverless",
        base_url="https://api.runpod.ai/v2",
        models=tuple(workflow.model for workflow in SHIPPED.values()),
        settings=(
            c.Setting("RUNPOD_API_KEY", "key of the account", "key", required=True, secret=True),
            c.Setting("RUNPOD_BASE_URL", "address of the API", "base_url"),
            c.Setting("RUNPOD_PUBLIC", "1: the public endpoints too, paid by picture", "public"),
            c.Setting("RUNPOD_WORKFLOWS", "folder of mapping files of your own", "workflows"),
            *(setting for workflow in SHIPPED.values() for setting in workflow.settings),
        ),
        recovery="ticket",
        words=(
            c.Word(r"(load|fetch).* lora|lora.*(load|fetch|40[34]|not found)", e.LoraUnreachable),
            c.Word(r"nsfw|safety|moderat|content policy", e.Refused),
            c.Word(r"out of memory|timed out|worker|cancel", e.Unavailable),
            c.Word(r"missing|invalid|unknown|unexpected|must be|required|divisible", e.Unfit),
        ),
        cancel_stops_bill=True,
        verified="official SDK against the emulator; workers' fields from notes",
    )  # fmt: skip

    def __init__(self, account: c.Account) -> None:
        super().__init__(account)
        own = account.options.get("workflows")
        self.workflows = {**SHIPPED, **(w.own_workflows(own) if own else {})}

    def models(self) -> tuple[c.Model, ...]:
        """Those whose option is set, and all of the operator's own files."""
        known = (workflow.model for workflow in self.workflows.values())
        given = {name for name, value in self.account.options.items() if value.lower() not in OFF}
        return tuple(model for model in known if not model.option or model.option in given)

    def submit(self, job: Ready, ref: str) -> Generator[c.Call, Reply, c.Ticket | c.Finished]:
        """POST run, or runsync where the file says so; a look first whether a worker is up."""
        workflow = self.workflows[job.model]
        endpoint, cold = self._endpoint(workflow), False
        if workflow.model.option != "public":
            asked = c.Call("GET", f"{endpoint}/health", hint=3.0, only_cold=True)
            cold = w.is_cold((yield asked).json)
        body: dict[str, object] = {"input": workflow.input(job, self.account.options)}
        if hook := self.hook(ref):
            body["webhook"] = hook
        path = f"runsync?wait={workflow.sync_ms}" if workflow.sync_ms else "run"
        reply = (yield c.Call("POST", f"{endpoint}/{path}", json=body, paid=True)).mapping()
        if not isinstance(reply.get("id"), str):
            raise e.Garbled(f"RunPod: no job id, but {str(reply)[:80]}")
        fields = {"endpoint": endpoint, "id": str(reply["id"]), **({"cold": "yes"} if cold else {})}
        ticket = c.Ticket(fields, COLD_S if cold else 0.0)
        look = self._read(reply, ticket)
        return ticket if isinstance(look, c.Waiting) else look

    def check(self, ticket: c.Ticket) -> Generator[c.Call, Reply, c.Waiting | c.Finished]:
        """GET status until COMPLETED."""
        path = f"{ticket.fields['endpoint']}/status/{ticket.fields['id']}"
        return self._read((yield c.Call("GET", path)).mapping(), ticket)

    def cancel(self, ref: str, ticket: c.Ticket | None) -> Generator[c.Call, Reply, None]:
        """POST cancel: the worker stops, and with it the bill."""
        if ticket:
            yield c.Call("POST", f"{ticket.fields['endpoint']}/cancel/{ticket.fields['id']}")

    def inquire(self) -> Generator[c.Call, Reply, Mapping[str, str]]:
        """Workers and jobs of every endpoint; a wrong key is the one failure that is raised."""
        told = {}
        for model in self.models():
            path = f"{self._endpoint(self.workflows[model.id])}/health"
            reply = yield c.Call("GET", path, reads=frozenset(range(400, 600)) - {401})
            counts = {**w.counts(reply.json, "workers"), **w.counts(reply.json, "jobs")}
            said = ", ".join(f"{name} {number}" for name, number in counts.items())
            told[model.name] = said or f"status {reply.status}"
        return told

    def _read(self, reply: Mapping[str, object], ticket: c.Ticket) -> c.Waiting | c.Finished:
        status, output = reply.get("status"), reply.get("output")
        if status not in OVER and status != "COMPLETED":
            return c.Waiting(w.progress(output))
        if (error := w.trouble(reply.get("error"), output)) or status in OVER:
            raise named(self.card, error or str(status))
        facts = {key: str(reply[key]) for key in FACTS if key in reply}
        return w.finished(
            output, facts | ({"cold_start": "yes"} if "cold" in ticket.fields else {})
        )

    def _endpoint(self, workflow: w.Workflow) -> str:
        """Its id; people set the whole address too, with or without an operation."""
        given = workflow.endpoint or self.account.options[workflow.model.option]
        return [part for part in given.split("/") if part and part not in OPERATIONS][-1]
