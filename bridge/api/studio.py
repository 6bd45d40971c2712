"""Has the jobs of one request made while its client waits."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request

from bridge.api.door import caller_of
from bridge.api.rooms import Pipeline
from bridge.api.running import Running
from bridge.domain import Job, Made
from bridge.errors import BridgeError


@dataclass(frozen=True, slots=True)
class Studio:
    """The same for every door, so that progress and interrupt see all pictures."""

    pipeline: Pipeline
    running: Running

    async def outcomes(
        self, request: Request, jobs: Sequence[Job], run_id: str
    ) -> list[Made | BridgeError] | None:
        """What became of each picture, None when the client has left before.

        One failure of many is an outcome; if all fail, the first is raised. What was interrupted
        gives what was finished, be it nothing.
        """
        run = self.running.begin(caller_of(request), self.pipeline.make, jobs, run_id)
        if not await self.running.wait(run, request.receive):
            return None
        outcomes = run.outcomes()
        failed = [outcome for outcome in outcomes if isinstance(outcome, BridgeError)]
        if len(failed) == len(outcomes) and not run.stopped:
            raise failed[0]
        return outcomes
