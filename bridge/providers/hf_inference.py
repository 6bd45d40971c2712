"""Hugging Face's router: several clouds behind one token, each with its own fields and answer.

https://huggingface.co/docs/inference-providers/tasks/text-to-image
"""

from collections.abc import Generator, Mapping
from typing import Any

from bridge import errors as e
from bridge.domain import Ready
from bridge.engine import contract as c
from bridge.pictures.sniff import sniff
from bridge.providers.workflows import workflows
from bridge.transport.reply import Reply

WORKFLOWS = workflows("hf_inference")


class HfInference(c.Adapter):
    """Synchronous: nothing finds a lost answer again. What one cloud takes is a file."""

    card = c.Card(
        name="hf_inference", title="HF Inference",
        docs="https://huggingface.co/docs/inference-providers",
        base_url="https://router.huggingface.co",
        models=tuple(workflow.model for workflow in WORKFLOWS.values()),
        hosts=("huggingface.co",),
        settings=(
            c.Setting("HF_INFERENCE_TOKEN", "token that may call Inference Providers; it is billed",
                      "key", required=True, secret=True),
            c.Setting("HF_INFERENCE_BASE_URL", "address of the router", "base_url"),
            c.Setting("HF_INFERENCE_BILL_TO", "organisation that pays", "bill_to"),
        ),
        recovery="none",
        words=(
            c.Word(r"nsfw|safety|moderat|content policy", e.Refused),
            c.Word(r"credits|billing|invalid (username|user token|credentials)", e.Unpayable),
            c.Word(r"rate limit|too many requests", e.Limited),
            c.Word(r"not supported by provider|model.*(not found|does not exist)", e.Gone),
            c.Word(r"out of memory|currently loading|overloaded", e.Unavailable),
        ),
        verified="huggingface_hub against the emulator",
    )  # fmt: skip

    def submit(self, job: Ready, ref: str) -> Generator[c.Call, Reply, c.Finished]:
        """POST to the path of cloud and model; the answer is a picture, or tells of one."""
        workflow = WORKFLOWS[job.model]
        body: dict[str, Any] = dict(workflow.always)
        for ours, theirs in workflow.fields.items():
            if (value := getattr(job, ours)) not in (None, ""):
                group, _, name = theirs.rpartition(".")
                (body.setdefault(group, {}) if group else body)[name] = value
        headers = {"Accept": "image/png"} if "inputs" in body else {}
        if payer := self.account.options.get("bill_to"):
            headers["X-HF-Bill-To"] = payer
        reply = yield c.Call("POST", job.model, json=body, headers=headers, paid=True)
        if reply.json is None:
            sniff(reply.raw)  # an answer that is no picture may mean a paid one
            return c.Finished((c.Raw(reply.raw),))
        flags = reply.mapping().get("has_nsfw_concepts")
        if isinstance(flags, list) and any(flags):
            return c.Finished((c.RefusedOne("the safety checker blacked the picture out"),))
        found = [*reply.items("images"), *reply.items("data")]
        return c.Finished(tuple(_picture(item) for item in found))

    def inquire(self) -> Generator[c.Call, Reply, Mapping[str, str]]:
        """The Hub's whoami, which stands beside the router."""
        hub = self.account.base_url.replace("://router.", "://")
        told = (yield c.Call("GET", f"{hub}/api/whoami-v2")).mapping()
        return {"user": str(told.get("name", "")), "pro": str(told.get("isPro", False))}


def _picture(item: Mapping[str, Any]) -> c.Inline | c.Remote:
    return c.Inline(item["b64_json"]) if item.get("b64_json") else c.Remote(str(item.get("url")))
