"""The emulator's own routes under `/_emulator`, for tests in another process.

GET clouds · GET ledger · GET requests?cloud=&match= · GET, POST, DELETE faults ·
DELETE faults/{id} · GET, POST settings · POST reset.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from aiohttp import web

from emulator.cloud import Cloud, answer, origin, parsed
from emulator.orders import described, ordered
from emulator.world import World


class Control:
    """Reads and changes one world."""

    def __init__(
        self, world: World, clouds: Mapping[str, Cloud], clear: Callable[[], None]
    ) -> None:
        self.world = world
        self.known = clouds
        self.clear = clear

    async def clouds(self, request: web.Request) -> web.Response:
        """Who is emulated, and how they are addressed; also at `/`."""
        return answer(described(self.known, origin(request)))

    async def ledger(self, request: web.Request) -> web.Response:
        """Accepted jobs and the sum of their costs."""
        return answer(self.world.ledger.as_json())

    async def requests(self, request: web.Request) -> web.Response:
        """The raw log."""
        asked = request.query
        calls = self.world.ledger.requests(asked.get("cloud", ""), asked.get("match", ""))
        return answer([asdict(call) for call in calls])

    async def faults(self, request: web.Request) -> web.Response:
        """The faults in force."""
        return answer(self.world.faults.as_json())

    async def add_fault(self, request: web.Request) -> web.Response:
        """{cloud, kind, match?, times?, args?} → the fault with its id; 422 for a wrong one."""
        try:
            wanted = ordered(await body_of(request), self.known)
        except ValueError as wrong:
            return answer({"error": str(wrong)}, 422)
        return answer(self.world.faults.add(**wanted).as_json())

    async def lift(self, request: web.Request) -> web.Response:
        """Remove one fault; what it held goes on."""
        try:
            self.world.faults.remove(int(request.match_info["id"]))
        except (KeyError, ValueError):
            return answer({"error": "no such fault"}, 404)
        return answer({})

    async def lift_all(self, request: web.Request) -> web.Response:
        """Remove all faults."""
        self.world.faults.clear()
        return answer({})

    async def settings(self, request: web.Request) -> web.Response:
        """The settings as they stand."""
        return answer(self.world.settings.as_json())

    async def change(self, request: web.Request) -> web.Response:
        """Take over some settings; 400 when one is unknown."""
        try:
            self.world.settings.change(await body_of(request))
        except (KeyError, TypeError, ValueError) as wrong:
            return answer({"error": str(wrong)}, 400)
        return answer(self.world.settings.as_json())

    async def reset(self, request: web.Request) -> web.Response:
        """Forget everything but the settings."""
        self.clear()
        return answer({})


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object that was sent; an empty one for anything else."""
    body = parsed(await request.read())
    return body if isinstance(body, dict) else {}


def routes(
    world: World, clouds: Mapping[str, Cloud], clear: Callable[[], None]
) -> list[web.RouteDef]:
    """The control routes of `world`."""
    control = Control(world, clouds, clear)
    return [
        web.get("/", control.clouds),
        web.get("/_emulator/clouds", control.clouds),
        web.get("/_emulator/ledger", control.ledger),
        web.get("/_emulator/requests", control.requests),
        web.get("/_emulator/faults", control.faults),
        web.post("/_emulator/faults", control.add_fault),
        web.delete("/_emulator/faults", control.lift_all),
        web.delete("/_emulator/faults/{id}", control.lift),
        web.get("/_emulator/settings", control.settings),
        web.post("/_emulator/settings", control.change),
        web.post("/_emulator/reset", control.reset),
    ]
