"""What the history tells of a job that is over, well or badly."""

from collections.abc import Mapping
from typing import Any

from emulator.jobs import Job

CRASHES = {
    "failed": (
        "KSampler",
        "torch.OutOfMemoryError",
        "Allocation on device 0 would exceed allowed memory.",
    ),
    "moderation": (
        "CheckImage",
        "ValueError",
        "Safety checker: NSFW content detected, no image is returned.",
    ),
    "broken_lora": (
        "LoraLoader",
        "SafetensorError",
        "Error while deserializing header: incomplete metadata",
    ),
}


def is_over(job: Job) -> bool:
    """Whether the history has it; what was taken out of the queue leaves no trace."""
    return job.over.is_set() and job.started_at is not None


def told_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of the history."""
    job: Job = record["job"]
    messages: list[Any] = [["execution_start", {"prompt_id": job.entry.job}]]
    if job.told:
        node, kind, said = job.told
        about = {"node_id": "8", "node_type": node, "executed": ["1"], "traceback": []}
        messages.append(
            ["execution_error", {**about, "exception_type": kind, "exception_message": said}]
        )
    elif job.state == "cancelled":
        messages.append(["execution_interrupted", {"node_id": "8", "node_type": "KSampler"}])
    good = job.state == "done"
    images = [{"filename": f, "subfolder": "", "type": "output"} for f in job.result or ()]
    status = {"status_str": "success" if good else "error", "completed": good, "messages": messages}
    outputs = {"10": {"images": images}} if images else {}
    return {"prompt": record["prompt"], "outputs": outputs, "status": status, "meta": {}}
