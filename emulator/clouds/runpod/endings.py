"""How a RunPod job ends, well or badly, and how /status tells of it.

Sources: docs.runpod.io (job states), the worker SDK (exceptions as JSON in a string). Inferred:
the body of TIMED_OUT, and what a worker says when it refuses a prompt.
"""

import json
from collections.abc import Callable
from typing import Any

from emulator.clouds.runpod.workers import Plan, PoliteError
from emulator.jobs import Job, WorkFailed

STATES = {
    "queued": "IN_QUEUE",
    "running": "IN_PROGRESS",
    "done": "COMPLETED",
    "failed": "FAILED",
    "cancelled": "CANCELLED",
}


def act_out(kind: str, asked: dict[str, Any]) -> None:
    """The misfortunes of a job that was accepted."""
    if kind == "failed":
        raise WorkFailed({"error": crash("RuntimeError", "CUDA out of memory")})
    if kind == "moderation":
        raise WorkFailed({"error": "Content policy violation: the prompt was refused"})
    if kind == "timed_out":
        raise WorkFailed({"status": "TIMED_OUT", "error": "job execution timed out"})
    if kind == "error_in_output":
        raise WorkFailed({"status": "COMPLETED", "output": {"error": "generation failed"}})
    if kind == "error_status":
        output = {"status": "error", "message": "the model did not answer"}
        raise WorkFailed({"status": "COMPLETED", "output": output})
    if kind == "repeats_input":
        raise WorkFailed({"error": f"upload failed for {json.dumps(asked)}"})


def planned(plan: Callable[[dict[str, Any]], Plan], asked: dict[str, Any]) -> Plan:
    """The worker's reading of the input; its exceptions as the platform tells them."""
    try:
        return plan(asked)
    except PoliteError as wrong:
        raise WorkFailed({"error": str(wrong)}) from None
    except (ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise WorkFailed({"error": crash(type(wrong).__name__, str(wrong))}) from None


def crash(kind: str, text: str) -> str:
    """What the worker SDK reports of an exception: JSON in a string."""
    return json.dumps(
        {
            "error_type": f"<class '{kind}'>",
            "error_message": text,
            "error_traceback": f"Traceback (most recent call last):\n{kind}: {text}\n",
            "hostname": "emulated-64410d2a",
            "worker_id": "emulated",
            "runpod_version": "1.12.0",
        }
    )


def told(job: Job) -> dict[str, Any]:
    """The body of /status."""
    body: dict[str, Any] = {"id": job.entry.job, "status": STATES[job.state]}
    if job.state == "queued":
        return body
    body |= {"delayTime": job.waited_ms, "workerId": "emulated"}
    if job.state == "running":
        return body
    body["executionTime"] = job.ran_ms
    if job.told is not None:
        body |= job.told
    elif job.result is not None:
        body["output"] = job.result
    return body
