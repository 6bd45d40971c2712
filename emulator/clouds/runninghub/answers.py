"""How RunningHub's two generations put the same thing: an envelope in v1, a flat object in v2.

Sources: the official pages and two clients' tests. Inferred: what v1 says of a cancelled task,
the code of a task that failed in a node, that a wrong key is told with status 200.
"""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from emulator.cloud import Refusal, answer
from emulator.jobs import Job

STATES = {"queued": "QUEUED", "running": "RUNNING", "done": "SUCCESS", "failed": "FAILED",
          "cancelled": "CANCEL"}  # fmt: skip
MODERATED = {"exception_type": "Moderation", "exception_message": "sensitive content was found"}
TIPS = json.dumps({"result": True, "error": None, "outputs_to_execute": ["9"], "node_errors": {}})


class Wrong(Refusal):
    """A failure with HTTP status 200, as all of the cloud's own are."""

    def __init__(self, flat: bool, code: int, text: str, tips: str = "") -> None:
        v1 = {"code": code, "msg": text, "data": {"promptTips": tips} if tips else None}
        super().__init__(200, flat_body(code=str(code), text=text, tips=tips) if flat else v1)


def flat_body(
    task: str = "", status: str = "", code: str = "", text: str = "", tips: str = "", **more: Any
) -> dict[str, Any]:
    """A v2 object."""
    told = {"taskId": task, "status": status, "errorCode": code, "errorMessage": text}
    return {**told, "results": None, "clientId": "emulated", "promptTips": tips, **more}


def accepted(flat: bool, job: Job) -> web.Response:
    """A new task."""
    task, status = job.entry.job, STATES[job.state]
    if flat:
        return answer(flat_body(task, status, tips=TIPS))
    data = {"taskId": task, "taskStatus": status, "clientId": "emulated", "netWssUrl": None}
    return answer({"code": 0, "msg": "success", "data": {**data, "promptTips": TIPS}})


def ended(job: Job, look: web.Response) -> dict[str, Any]:
    """A webhook's body, which has that of a look in a text (v2's is inferred)."""
    return {"event": "TASK_END", "taskId": job.entry.job, "eventData": look.text}


def query(job: Job, usage: Mapping[str, Any]) -> web.Response:
    """v2: how the task stands, and what it made."""
    body = flat_body(job.entry.job, STATES[job.state], failedReason={}, usage=usage)
    if job.state == "done":
        body["results"] = [
            {"url": url, "nodeId": "9", "outputType": "png", "text": None} for url in job.result
        ]
    if job.state == "failed":
        moderated = job.told is MODERATED
        body["errorCode"] = "1501" if moderated else "1000"
        body["errorMessage"] = "content moderation failed" if moderated else "unknown error"
        body["failedReason"] = {} if moderated else job.told
    return answer(body)


def outputs(job: Job, usage: Mapping[str, Any]) -> web.Response:
    """v1: the same in three codes and a list."""
    if job.state in ("queued", "running"):
        code, text = {"queued": (813, "QUEUED"), "running": (804, "RUNNING")}[job.state]
        return answer({"code": code, "msg": f"APIKEY_TASK_IS_{text}", "data": None})
    if job.state == "done":
        files = [{"fileUrl": url, "fileType": "png", "nodeId": "9", **usage} for url in job.result]
        return answer({"code": 0, "msg": "success", "data": files})
    reason = {"failedReason": job.told} if job.told else None
    return answer({"code": 805, "msg": "APIKEY_TASK_STATUS_ERROR", "data": reason})
