"""RunPod serverless: a job id, then its status; each worker's fields are a file in workflows/.

https://docs.runpod.io/serverless/endpoints/operation-reference
"""

from collections.abc import Generator, Iterator

from bridge import errors as e
from bridge.domain import Ready
from bridge.engine import contract as c
from bridge.engine.blame import named
from bridge.providers.workflows import workflows
from bridge.transport.blob import Blob
from bridge.transport.reply import Reply

WORKFLOWS = workflows("runpod")
OVER = {"FAILED", "CANCELLED", "TIMED_OUT"}
FACTS = ("delayTime", "executionTime", "workerId")


class Runpod(c.Adapter):
    """One's own endpoints; an account option per workflow holds the endpoint's id or address."""

    card = c.Card(
        name="runpod",
        title="RunPod",
        docs="https://docs.runpod.io/serverless",
        base_url="https://api.runpod.ai/v2",
        models=tuple(workflow.model for workflow in WORKFLOWS.values()),
        settings=(
            c.Setting("RUNPOD_API_KEY", "key of the account", "key", required=True, secret=True),
            c.Setting("RUNPOD_BASE_URL", "address of the API", "base_url"),
            c.Setting("RUNPOD_ZIMAGE_ENDPOINT", "id of a Z-Image endpoint", "z-image"),
            c.Setting("RUNPOD_FLUX_KLEIN_ENDPOINT", "id of a FLUX.2-klein endpoint", "flux2-klein"),
        ),
        recovery="ticket",
        words=(
            c.Word(r"nsfw|safety|moderat|content policy", e.Refused),
            c.Word(r"lora.*(download|404|403|not found|load)|load.*lora", e.LoraUnreachable),
            c.Word(r"out of memory|job timed out|worker|cancel", e.Unavailable),
            c.Word(r"missing|invalid|must be|required", e.Unfit),
        ),
        cancel_stops_bill=True,
        verified="official SDK against the emulator",
    )

    def submit(self, job: Ready, ref: str) -> Generator[c.Call, Reply, c.Ticket]:
        """POST run; the answer holds the job's id."""
        workflow = WORKFLOWS[job.model]
        wanted = {name: getattr(job, ours) for ours, name in workflow.fields.items()}
        if workflow.loras and job.loras:
            url, weight = workflow.loras.url, workflow.loras.weight
            wanted[workflow.loras.field] = [{url: u.url, weight: u.weight} for u in job.loras]
        sent = {name: value for name, value in wanted.items() if value not in (None, "")}
        endpoint = self.account.options[workflow.model.option].rstrip("/").rpartition("/")[2]
        body = {"input": {**workflow.always, **sent}}
        reply = (yield c.Call("POST", f"{endpoint}/run", json=body, paid=True)).mapping()
        if not isinstance(reply.get("id"), str):
            raise e.Garbled(f"RunPod: no job id, but {str(reply)[:80]}")
        return c.Ticket({"endpoint": endpoint, "id": str(reply["id"])})

    def check(self, ticket: c.Ticket) -> Generator[c.Call, Reply, c.Waiting | c.Finished]:
        """GET status until COMPLETED; a polite failure hides in `output.error`."""
        reply = (
            yield c.Call("GET", f"{ticket.fields['endpoint']}/status/{ticket.fields['id']}")
        ).mapping()
        status, output = reply.get("status"), reply.get("output")
        error = reply.get("error") or (output.get("error") if isinstance(output, dict) else None)
        if status in OVER or (status == "COMPLETED" and error):
            raise named(self.card, str(error or status))
        if status != "COMPLETED":
            return c.Waiting(output if isinstance(output, float) else None)
        facts = {key: str(reply[key]) for key in FACTS if key in reply}
        return c.Finished(tuple(_pictures(output)), facts=facts)

    def cancel(self, ref: str, ticket: c.Ticket | None) -> Generator[c.Call, Reply, None]:
        """POST cancel: the worker stops, and with it the bill."""
        if ticket:
            yield c.Call("POST", f"{ticket.fields['endpoint']}/cancel/{ticket.fields['id']}")


def _pictures(output: object) -> Iterator[c.Inline | c.Remote]:
    """Whatever a worker returns: URL, data URI, bare base64, a list or an object of these."""
    if isinstance(output, str) and output.startswith(("http://", "https://")):
        yield c.Remote(output)
    elif isinstance(output, Blob) or (isinstance(output, str) and len(output) > 100):
        yield c.Inline(output)
    elif isinstance(output, list):
        for item in output:
            yield from _pictures(item)
    elif isinstance(output, dict):
        for key in (
            "image_url",
            "image_urls",
            "images",
            "image",
            "output",
            "result",
            "data",
            "url",
        ):
            yield from _pictures(output.get(key))
