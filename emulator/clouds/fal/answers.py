"""How a request at fal ended: to who asks for its result, for its status, or left an address.

Sources: fal.ai/docs (queue, webhooks). Inferred: that of ten tries of a webhook each waits as long.
"""

from typing import Any

from aiohttp import web

from emulator.cloud import answer
from emulator.clouds.fal.runner import Input
from emulator.jobs import Job

CANCELLED = {"detail": "Request was cancelled", "error_type": "client_cancelled"}
PAUSES = (720.0,) * 10
"""Ten more tries in two hours."""


def ended(job: Job) -> dict[str, Any]:
    """A webhook's body."""
    ids = {"request_id": job.entry.job, "gateway_request_id": job.entry.job}
    if job.told is None and job.state == "done":
        return {**ids, "status": "OK", "payload": job.result}
    status, body = (499, CANCELLED) if job.told is None else job.told[:2]
    said = f"Invalid status code: {status}"
    return {**ids, "status": "ERROR", "error": said, "payload": body}


def output(job: Job) -> web.Response:
    """What a request that is over comes to."""
    headers = {"x-fal-request-id": job.entry.job}
    if job.state == "cancelled":
        return answer(CANCELLED, 499, {**headers, "X-Fal-Error-Type": "client_cancelled"})
    if job.told is not None:
        status, body, more = job.told
        return answer(body, status, {**headers, **more})
    units = {"x-fal-billable-units": str(len(job.result.get("images", "1")))}
    return answer(job.result, headers={**headers, **units})


def infrastructure(job: Job) -> Input:
    """`error` and `error_type` of the status, when it was not the model that failed."""
    body = CANCELLED if job.state == "cancelled" else job.told[1] if job.told else {}
    if "error_type" not in body:
        return {}
    return {"error": body["detail"], "error_type": body["error_type"]}
