"""Finished pictures under `/files/{cloud}/{name}`, served as by a bucket with signed URLs."""

from collections import OrderedDict
from dataclasses import dataclass
from itertools import count

from aiohttp import web

CONTENT_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
MOST = 500
"""The oldest file goes when there are more, so that a load test does not fill the memory."""


@dataclass(frozen=True, slots=True)
class File:
    """Bytes on offer."""

    raw: bytes
    content_type: str
    expires_at: float


class Files:
    """All files of all clouds."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, File] = OrderedDict()
        self._numbers = count(1)

    def put(self, cloud: str, raw: bytes, kind: str, expires_at: float) -> str:
        """The path of the new file."""
        path = f"/files/{cloud}/{next(self._numbers):06d}.{kind}"
        self._files[path] = File(raw, CONTENT_TYPES[kind], expires_at)
        if len(self._files) > MOST:
            self._files.popitem(last=False)
        return path

    def serve(self, path: str, now: float) -> web.Response:
        """The file; S3's 403 when its URL has expired and 404 when there never was one."""
        file = self._files.get(path)
        if file is None:
            return refused(404)
        if file.expires_at < now:
            return refused(403)
        return web.Response(body=file.raw, content_type=file.content_type)

    def clear(self) -> None:
        """Forget all files."""
        self._files.clear()


def refused(status: int) -> web.Response:
    """A bucket's answer when it does not serve a file."""
    code = {403: "AccessDenied", 404: "NoSuchKey"}.get(status, "InternalError")
    text = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code></Error>'
    return web.Response(status=status, text=text, content_type="application/xml")
