"""Kept pictures by address, for clients that take no base64."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from bridge.api.rooms import Desk
from bridge.api.signed import LIFE_S, Signer
from bridge.domain import Made

PATH = "/bridge/v1/shown/"


@dataclass(frozen=True, slots=True)
class Shown:
    """Gives addresses away and answers them; without a gallery there are none."""

    desk: Desk | None
    signer: Signer = field(default_factory=Signer)

    async def addresses(self, request: Request, made: Sequence[Made]) -> list[str]:
        """One a picture, at the host as the client calls us; empty when one is not kept."""
        desk = self.desk
        if desk is None or not all(await asyncio.gather(*(desk.kept(one.ref) for one in made))):
            return []
        paths = [PATH + one.ref for one in made]
        home = str(request.base_url).rstrip("/")
        return [f"{home}{path}?{self.signer.query(path)}" for path in paths]

    async def show(self, request: Request) -> Response:
        """GET: the cloud's own bytes."""
        ref, asked = request.path_params["ref"], request.query_params
        self.signer.check(PATH + ref, asked.get("until", ""), asked.get("signature", ""))
        assert self.desk is not None  # else nothing was signed
        raw, kind = await self.desk.shown(ref)
        told = {"Cache-Control": f"private, max-age={LIFE_S}"}
        return Response(raw, headers=told, media_type=f"image/{kind}")
