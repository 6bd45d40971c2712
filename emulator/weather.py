"""The faults that strike any cloud alike, at the level of HTTP.

Before the cloud sees the request, so that nothing is accepted:
`latency` {seconds} · `status` {status, retry_after?, text?} · `hang` until lifted, then cut ·
`cut` · `html` {status?} · `redirect` {to} · `expired` {status?} · `not_a_picture` ·
`huge` {mb, declared?}.
After the cloud has done its part, accepted and billed:
`truncated` · `content_type` {to?} · `accepted_then_lost` · `hold` until lifted.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from emulator.cloud import Cloud, answer
from emulator.faults import Fault
from emulator.files import refused
from emulator.world import World

CHUNK = bytes(64 * 1024)
PAGE = (
    "<!doctype html><html><head><title>502</title></head><body><h1>Bad gateway</h1></body></html>"
)


class Strike:
    """One fault striking one request."""

    def __init__(self, world: World, cloud: Cloud, request: web.Request, fault: Fault) -> None:
        self.world = world
        self.cloud = cloud
        self.request = request
        self.fault = fault

    async def latency(self) -> None:
        """The request is late, until the fault is lifted at the longest."""
        await self.world.wait(float(self.fault.args.get("seconds", 1.0)), self.fault.lifted)

    async def status(self) -> web.StreamResponse:
        """An HTTP error with the cloud's own body."""
        args = self.fault.args
        code = int(args.get("status", 500))
        after = args.get("retry_after")
        headers = {} if after is None else {"Retry-After": str(after)}
        if self.request.path.startswith("/files/"):
            return refused(code)
        wrong = self.cloud.refusal(code, str(args.get("text", "")))
        return answer(wrong.body, wrong.status, {**wrong.headers, **headers})

    async def hang(self) -> web.StreamResponse:
        """No answer, ever."""
        await self.fault.lifted.wait()
        return await self.cut()

    async def cut(self) -> web.StreamResponse:
        """The connection is closed without an answer."""
        if self.request.transport is not None:
            self.request.transport.close()
        return web.Response(status=499)

    async def html(self) -> web.StreamResponse:
        """A page where JSON or a picture should be."""
        status = int(self.fault.args.get("status", 200))
        return web.Response(text=PAGE, status=status, content_type="text/html")

    async def redirect(self) -> web.StreamResponse:
        """Somewhere else."""
        return web.Response(status=302, headers={"Location": str(self.fault.args["to"])})

    async def expired(self) -> web.StreamResponse:
        """A signed URL that is signed no more."""
        return refused(int(self.fault.args.get("status", 403)))

    async def not_a_picture(self) -> web.StreamResponse:
        """Text that says it is a picture."""
        return web.Response(body=b"this is not a picture\n" * 20, content_type="image/png")

    async def huge(self) -> web.StreamResponse:
        """A PNG signature, then zeros: `mb` mebibytes, with a Content-Length if `declared`."""
        size = int(float(self.fault.args.get("mb", 100)) * 1024 * 1024)
        response = web.StreamResponse(headers={"Content-Type": "image/png"})
        if self.fault.args.get("declared"):
            response.content_length = size
        await response.prepare(self.request)
        await response.write(b"\x89PNG\r\n\x1a\n")
        left = size - 8
        while left > 0:
            await response.write(CHUNK[:left])
            left -= len(CHUNK)
        return response

    async def truncated(self, whole: web.Response) -> web.StreamResponse:
        """The length of the whole and half of the body."""
        body = body_of(whole)
        half = web.StreamResponse(status=whole.status, headers=whole.headers)
        half.content_length = len(body)
        await half.prepare(self.request)
        await half.write(body[: len(body) // 2])
        await self.cut()
        return half

    async def content_type(self, whole: web.Response) -> web.StreamResponse:
        """The right body under a wrong name."""
        whole.content_type = str(self.fault.args.get("to", "text/plain"))
        return whole

    async def accepted_then_lost(self, whole: web.Response) -> web.StreamResponse:
        """The cloud has accepted the job, and nobody hears of it."""
        return await self.cut()

    async def hold(self, whole: web.Response) -> web.StreamResponse:
        """The cloud has accepted the job and answers when the fault is lifted."""
        await self.fault.lifted.wait()
        return whole


BEFORE: dict[str, Callable[[Strike], Awaitable[web.StreamResponse | None]]] = {
    "latency": Strike.latency,
    "status": Strike.status,
    "hang": Strike.hang,
    "cut": Strike.cut,
    "html": Strike.html,
    "redirect": Strike.redirect,
    "expired": Strike.expired,
    "not_a_picture": Strike.not_a_picture,
    "huge": Strike.huge,
}
AFTER: dict[str, Callable[[Strike, web.Response], Awaitable[web.StreamResponse]]] = {
    "truncated": Strike.truncated,
    "content_type": Strike.content_type,
    "accepted_then_lost": Strike.accepted_then_lost,
    "hold": Strike.hold,
}


def body_of(response: web.Response) -> bytes:
    """The bytes of a response that was made whole."""
    body = response.body
    return body if isinstance(body, bytes) else b""
