"""How far the caller's own pictures are, and how they are stopped."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bridge.api.door import caller_of
from bridge.api.json_body import json_answer, json_object
from bridge.api.running import Run, Running

_STEPS = 100
"""A cloud's progress is shown as steps out of so many."""
_LEAST = 0.01
"""A1111 shows this much as soon as it is busy."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Reads idle, exactly 0, as soon as the caller waits for nothing."""

    running: Running

    async def read(self, request: Request) -> Response:
        """GET progress."""
        runs = self.running.attended(caller_of(request))
        progress = _progress(runs)
        state = {
            "skipped": False,
            "interrupted": any(run.stopped for run in runs),
            "stopping_generation": False,
            "job": "scripts_txt2img" if runs else "",
            "job_count": sum(len(run.tasks) for run in runs),
            "job_timestamp": "0",
            "job_no": sum(run.finished for run in runs),
            "sampling_step": round(progress * _STEPS),
            "sampling_steps": _STEPS if runs else 0,
        }
        return json_answer(
            {
                "progress": progress,
                "eta_relative": _remaining(runs, progress),
                "state": state,
                "current_image": None,
                "textinfo": _stage(runs),
            }
        )

    async def read_task(self, request: Request) -> Response:
        """POST /internal/progress, by the id that the client gave its request."""
        wanted = str((await json_object(request)).get("id_task") or "")
        runs = [run for run in self.running.attended(caller_of(request)) if run.id == wanted]
        progress = _progress(runs)
        return json_answer(
            {
                "active": bool(runs),
                "queued": False,
                "completed": not runs and wanted in self.running.done_ids,
                "progress": progress if runs else None,
                "eta": _remaining(runs, progress) if runs else None,
                "live_preview": None,
                "id_live_preview": -1,
                "textinfo": _stage(runs) if runs else "Waiting...",
            }
        )

    async def pending(self, request: Request) -> Response:
        """GET /internal/pending-tasks."""
        ids = [run.id for run in self.running.attended(caller_of(request))]
        return json_answer({"size": len(ids), "tasks": ids})

    async def interrupt(self, request: Request) -> Response:
        """POST interrupt: `{}` at once."""
        self.running.interrupt(caller_of(request))
        return json_answer({})

    async def skip(self, request: Request) -> Response:
        """POST skip."""
        self.running.skip(caller_of(request))
        return json_answer(None)


def _progress(runs: Sequence[Run]) -> float:
    """0 … 1 over all pictures of `runs`."""
    pictures = sum(len(run.tasks) for run in runs)
    if not pictures:
        return 0.0
    return max(_LEAST, sum(run.progress * len(run.tasks) for run in runs) / pictures)


def _remaining(runs: Sequence[Run], progress: float) -> float:
    """Seconds, as A1111 reckons them: what is past, stretched."""
    if not runs:
        return 0.0
    past = asyncio.get_running_loop().time() - min(run.began for run in runs)
    return past / progress - past


def _stage(runs: Sequence[Run]) -> str | None:
    stages = (control.stage for run in runs for control in run.controls if control.stage)
    return next(stages, None)
