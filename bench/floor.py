"""The least that a bridge of this shape can do: FastAPI and aiohttp, base64 spliced, never parsed.

    python -m bench.floor PORT UPSTREAM

As many requests to the cloud as the bridge makes: submit, look and, where the cloud answers with an
address, download. Nothing is checked, written down or changed on the way.
"""

import asyncio
import gc
import re
import sys
from uuid import uuid4

import aiohttp
import orjson
import pybase64
import uvicorn
import uvloop
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from bridge.cli.allocator import settle

_URL = re.compile(rb'"imageURL": ?"([^"]+)"')


class Floor:
    """Both wire formats, each with one session to one address."""

    def __init__(self, cloud: str, session: aiohttp.ClientSession) -> None:
        self._cloud = cloud
        self._session = session

    async def txt2img(self, request: Request) -> Response:
        """`{"images":["…"]}`; the checkpoint names the way, as at the bridge."""
        asked = orjson.loads(await request.body())
        inline = asked["override_settings"]["sd_model_checkpoint"].startswith("runpod")
        text = await (self._inline if inline else self._by_url)(asked["prompt"])
        parts = (b'{"images":["', text, b'"],"parameters":{},"info":"{}"}')
        return Response(b"".join(parts), 200, None, "application/json")

    async def _inline(self, prompt: str) -> bytes | memoryview:
        body = orjson.dumps({"input": {"prompt": prompt}})
        job = orjson.loads(await self._sent("POST", "/runpod/v2/zimage/run", body))["id"]
        raw = await self._sent("GET", f"/runpod/v2/zimage/status/{job}")
        start = raw.find(b";base64,") + len(b";base64,")
        return memoryview(raw)[start : raw.find(b'"', start)]

    async def _by_url(self, prompt: str) -> bytes | memoryview:
        task = {"taskUUID": str(uuid4()), "positivePrompt": prompt}
        asked = orjson.dumps([task | {"taskType": "imageInference"}])
        await self._sent("POST", "/runware/v1", asked)
        looked = orjson.dumps([task | {"taskType": "getResponse"}])
        found = _URL.search(await self._sent("POST", "/runware/v1", looked))
        assert found
        return pybase64.b64encode(await self._sent("GET", found[1].decode()))

    async def _sent(self, method: str, path: str, body: bytes | None = None) -> bytes:
        url = path if path.startswith("http") else self._cloud + path
        async with self._session.request(method, url, data=body) as answer:
            return await answer.read()


async def serve(port: int, cloud: str) -> None:
    """Until the process is ended."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, read_bufsize=1 << 18) as session:
        site = FastAPI()
        site.add_api_route(
            "/sdapi/v1/txt2img", Floor(cloud, session).txt2img, methods=["POST"],
            response_model=None,
        )  # fmt: skip
        config = uvicorn.Config(
            site, port=port, log_config=None, lifespan="off", access_log=False, server_header=False
        )
        gc.freeze()
        await uvicorn.Server(config).serve()


if __name__ == "__main__":
    settle()
    with asyncio.Runner(loop_factory=uvloop.Loop) as runner:
        runner.run(serve(int(sys.argv[1]), sys.argv[2]))
